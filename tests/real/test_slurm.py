"""The workflow on a real SLURM: the same bytes as without it, whatever the cluster does to its jobs.

`make test-slurm` runs all of it, for root on Debian; continuous integration the short form. Elsewhere it is skipped.
"""

import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from slurm_cluster import (
    FORM,
    SCRIPTS,
    TINY,
    Cluster,
    asked,
    learned,
    locally,
    longer_study,
    now,
    queue,
    states_since,
    wait_for,
)  # fmt: skip

pytestmark = pytest.mark.skipif(
    not FORM, reason="starts a SLURM: make test-slurm runs it (SEQGRAFT_SLURM is not set)"
)
full = pytest.mark.skipif(FORM != "full", reason="takes minutes: make test-slurm runs it")

FITS = "results/tiny/targets/ecoli/scratch"
STORE = "results/tiny/resume/ecoli/scratch"
DATA = [
    f"results/tiny/data/ecoli/{name}"
    for name in ("excluded.tsv", "splits.parquet", "tokens.npy", "offsets.npy")
]
RULE = "finetune_without_source"
LOOK = """
import os, time
from pathlib import Path
from seqgraft.running.gpus import granted, lease
before = os.environ.get("CUDA_VISIBLE_DEVICES", "")
lease(granted(snakemake.resources))
own = Path(snakemake.output[0])
Path(own.stem + ".begun").touch()
for _ in range(600):  # both jobs at once, so that they cannot have the same device
    if Path("a.begun").exists() and Path("b.begun").exists():
        break
    time.sleep(0.1)
own.write_text(f"{granted(snakemake.resources)} {before} {os.environ.get('CUDA_VISIBLE_DEVICES', '')}")
"""
SNAKEFILE = """
rule all:
    input: "a.txt", "b.txt"
rule by_gpu:
    output: "a.txt"
    resources: gpu=1, mem_mb=600, runtime=5
    script: "look.py"
rule by_gres:
    output: "b.txt"
    resources: gres="gpu:fake:1", mem_mb=600, runtime=5
    script: "look.py"
"""


@pytest.fixture(scope="session", autouse=True)
def slurm() -> Iterator[None]:
    """A running SLURM; stopped in the end."""
    if not FORM:
        yield
        return
    started = subprocess.run(
        [SCRIPTS / "start.sh"], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    said = (started.stdout + started.stderr).strip().splitlines()
    if started.returncode == 77 or (started.returncode and FORM == "short"):
        pytest.skip(said[-1] if said else "SLURM did not start")
    assert started.returncode == 0, said
    print(said[-1])
    yield
    subprocess.run([SCRIPTS / "stop.sh"], check=False, stdin=subprocess.DEVNULL)


def made_locally(folder: Path, replicates: int) -> Path:
    """Make a longer study's data and fits without SLURM."""
    config = longer_study(folder, replicates)
    locally(folder, "--configfile", config, "--", f"{FITS}/predictions.parquet", *DATA)
    return folder


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study with ten fits, seconds each."""
    return made_locally(tmp_path_factory.mktemp("undisturbed"), 5)


@pytest.fixture(scope="session")
def undisturbed_for_minutes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study whose fits take longer than the shortest time limit of SLURM, a minute."""
    return made_locally(tmp_path_factory.mktemp("minutes"), 24)


def data_of(undisturbed: Path, folder: Path) -> tuple[str, ...]:
    """Copy a study's raw files and data, and return the arguments that name the study's fits."""
    for name in ("raw", "data"):
        shutil.copytree(undisturbed / "results/tiny" / name, folder / "results/tiny" / name)
    shutil.copy(undisturbed / "longer.yaml", folder)
    return ("--configfile", "longer.yaml", "--", f"{FITS}/predictions.parquet")


def fits(folder: Path) -> list[str]:
    return sorted(p.name for p in (folder / STORE).glob("*.safetensors") if not p.name.startswith("."))


def log(folder: Path) -> str:
    return (folder / "results/tiny/logs/finetune/ecoli/scratch.log").read_text()


def test_each_gpu_job_sees_a_device_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "Snakefile").write_text(SNAKEFILE)
    (tmp_path / "look.py").write_text(LOOK)
    Cluster(tmp_path).run("--retries", "0", snakefile=tmp_path / "Snakefile")
    seen = [(tmp_path / name).read_text().split() for name in ("a.txt", "b.txt")]
    assert [granted for granted, *_ in seen] == ["1", "1"]
    assert all(before == after for _, before, after in seen)  # what SLURM chose is left alone
    assert {after for *_, after in seen} == {"0", "1"}


def test_the_bytes_are_those_of_a_local_run_and_no_job_needs_the_network(tmp_path: Path) -> None:
    wanted = [] if FORM == "full" else ["results/tiny/pretrained/ecoli/0/predictions.parquet"]
    cluster = Cluster(tmp_path / "cluster")
    cluster.run("--configfile", str(TINY), "--", *wanted)
    locally(tmp_path / "local", "--configfile", str(TINY), "--", *wanted)
    here, there = learned(tmp_path / "local"), learned(cluster.folder)
    assert len(here) == (16 if FORM == "full" else 2)
    assert here == there
    seen = {path.name for path in (cluster.folder / "guard/seen").iterdir()}
    assert "network" not in seen
    assert len(seen) >= 4


@full
def test_a_requeue_and_a_time_limit_in_the_middle_of_training(
    undisturbed_for_minutes: Path, tmp_path: Path
) -> None:
    cluster, began = Cluster(tmp_path), now()
    arguments = data_of(undisturbed_for_minutes, tmp_path)
    limits = (
        "--set-resources",
        f"{RULE}:gpu=0",
        f"{RULE}:runtime=attempt",
        f"{RULE}:mem_mb=2000",
        "--retries",
        "6",
    )
    run = cluster.start(*limits, *arguments)
    wait_for(lambda: len(fits(tmp_path)) >= 3, run, cluster.said)
    (job,) = queue("RUNNING")
    before = {name: (tmp_path / STORE / name).stat().st_ino for name in fits(tmp_path)}
    asked("scontrol", "requeue", job)  # what preemption does
    wait_for(lambda: "Restarts=1" in asked("scontrol", "show", "job", job), run, cluster.said)
    assert run.wait(900) == 0, cluster.said()
    assert {name: (tmp_path / STORE / name).stat().st_ino for name in before} == before
    assert "TIMEOUT" in states_since(began)
    found = int(log(tmp_path).split(" fits trained, ")[1].split()[0])
    assert found > len(before), log(tmp_path)
    assert learned(tmp_path) == learned(undisturbed_for_minutes)


@full
def test_a_job_that_ran_out_of_memory_comes_back_with_more_and_goes_on(
    undisturbed: Path, tmp_path: Path
) -> None:
    cluster, began = Cluster(tmp_path), now()
    arguments = data_of(undisturbed, tmp_path)
    shutil.copytree(undisturbed / STORE, tmp_path / STORE)
    (tmp_path / STORE / fits(tmp_path)[0]).unlink()
    limits = ("--set-resources", f"{RULE}:gpu=0", f"{RULE}:mem_mb=300*attempt*attempt", f"{RULE}:runtime=5")
    cluster.run(*limits, *arguments)
    assert "OUT_OF_MEMORY" in states_since(began)
    assert "1 fits trained, 9 found in the resume store" in log(tmp_path)
    assert learned(tmp_path) == learned(undisturbed)


@full
def test_ctrl_c_leaves_no_job_behind(undisturbed: Path, tmp_path: Path) -> None:
    cluster = Cluster(tmp_path)
    run = cluster.start(*data_of(undisturbed, tmp_path))
    wait_for(lambda: len(fits(tmp_path)) >= 1, run, cluster.said)
    assert queue()
    run.send_signal(signal.SIGINT)
    assert run.wait(120) != 0
    deadline = time.monotonic() + 30  # SLURM gives a job five seconds to end
    while queue() and time.monotonic() < deadline:
        time.sleep(0.5)
    assert queue() == []
    kept = fits(tmp_path)
    cluster.run("--configfile", "longer.yaml", "--", f"{FITS}/predictions.parquet")
    assert f"{len(kept)} found in the resume store" in log(tmp_path)
    assert learned(tmp_path) == learned(undisturbed)
