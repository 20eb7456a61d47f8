"""Kills at random moments: nothing half-written, no process left, no fit trained twice, the same bytes in the end."""

import copy
import os
import shutil
import signal
from pathlib import Path

import pytest
from killing import Run, chain, finished_fits
from study_folder import ROOT, Folder

TINY = str(ROOT / "tests/config/tiny.yaml")
SEED = int(os.environ.get("SEQGRAFT_KILL_SEED", "1"))
# They hold the time of day or seconds, or are made from what does.
TIMED = {"history.tsv", "provenance.json", "report.html"}
SOURCE = "results/tiny/pretrained/ecoli/0"


def results(folder: Folder) -> dict[str, bytes]:
    """Return the bytes of what must not depend on kills."""
    names = {
        name
        for name in folder.files()
        if Path(name).name not in TIMED | {".snakemake_timestamp"}
        and "/resume/" not in name
        and "/figures/" not in name
    }
    return {name: (folder.path / name).read_bytes() for name in names}


def differing(one: dict[str, bytes], other: dict[str, bytes]) -> set[str]:
    return {name for name in one.keys() | other.keys() if one.get(name) != other.get(name)}


def forget(finished: Folder, folder: Folder) -> None:
    """Copy a finished study without what was learned and one task's data, so that kills hit real work."""
    shutil.copytree(finished.path, folder.path, dirs_exist_ok=True)
    for path in (folder.path / "results/tiny").iterdir():
        if path.is_file():
            path.unlink()
        elif path.name not in {"raw", "data", "logs", "benchmarks"}:
            shutil.rmtree(path)
    shutil.rmtree(folder.path / "results/tiny/data/bsubtilis")


# Minutes of killing and starting again, at moments that depend on the machine's speed: `make torture` runs them.
torture = pytest.mark.skipif(
    "SEQGRAFT_TORTURE" not in os.environ,
    reason="takes minutes: make torture runs it (SEQGRAFT_TORTURE is not set)",
)


@torture
def test_twenty_kills_of_a_study(finished: Folder, folder: Folder) -> None:
    forget(finished, folder)
    at_work = chain(
        folder,
        ("--configfile", TINY, "--cores", "2"),
        kills=20,
        most=4.0,
        seed=SEED,
    )
    assert at_work >= 10
    assert len(finished_fits(folder)) == len(finished_fits(finished))
    assert len(results(folder)) > 30
    assert differing(results(folder), results(finished)) == set()


@torture
def test_kills_of_a_pretraining(folder: Folder, tmp_path_factory, tiny_config: dict) -> None:
    config = copy.deepcopy(tiny_config)
    config["pretraining"] = {"replicates": 1, "epochs": list(range(100, 1001, 100)), "patience": 10}
    undisturbed = Folder(tmp_path_factory.mktemp("undisturbed"))
    for here in (folder, undisturbed):
        arguments = (
            "--configfile",
            here.write_config(config),
            "--cores",
            "2",
            f"{SOURCE}/predictions.parquet",
        )
    assert undisturbed.snakemake(*arguments).returncode == 0
    # The source's data first, so that every kill hits the pretraining.
    data = [f"results/tiny/data/ecoli/{name}" for name in ("excluded.tsv", "tokens.npy", "splits.parquet")]
    ready = folder.snakemake(*arguments[:-1], *data)
    assert ready.returncode == 0, ready.stdout

    def renew() -> bool:
        """Compare a source model that was finished, and take it away."""
        if not (folder.path / SOURCE / "predictions.parquet").exists():
            return False
        assert differing(results(folder), results(undisturbed)) == set()
        shutil.rmtree(folder.path / SOURCE)
        shutil.rmtree(folder.path / "results/tiny/resume")
        return True

    assert chain(folder, arguments, kills=20, most=4.0, seed=SEED, renew=renew) >= 12
    assert differing(results(folder), results(undisturbed)) == set()
    assert f"{SOURCE}/weights.safetensors" in results(folder)


def test_a_second_run_of_a_study_is_refused_and_the_first_goes_on(folder: Folder) -> None:
    target = "results/tiny/data/ecoli/records.parquet"
    arguments = ("--configfile", TINY, "--cores", "2", target)
    first = Run(folder, *arguments)
    first.wait_until_held()
    first.process.send_signal(signal.SIGSTOP)  # alive, and as slow as the test needs it
    try:
        second = folder.snakemake(*arguments)
        assert second.returncode != 0
        assert (
            second.stdout.count(f"the study 'tiny' is already running: process {first.process.pid} on ") == 1
        )
        assert f"  where:  {folder.path}\n  remedy: wait for it to end" in second.stdout
        assert "Traceback" not in second.stdout
        dry = folder.snakemake(*arguments, "-n")
        assert dry.returncode == 0, dry.stdout
    finally:
        first.process.send_signal(signal.SIGCONT)
    assert first.process.wait(300) == 0, first.said.read_text()
    assert (folder.path / target).exists()
