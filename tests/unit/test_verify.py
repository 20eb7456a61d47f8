"""A study's record, and what is told when its files are not those of the record any more."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from safetensors.numpy import save_file

import seqgraft
from seqgraft.digest import code_digest
from seqgraft.files import sha256_of
from seqgraft.record.provenance import collect
from seqgraft.tables import write_parquet, write_tsv
from seqgraft.verify import main

LIBRARY = Path(seqgraft.__file__).parents[1]
PREDICTIONS = "targets/b/scratch/predictions.parquet"


def predictions(shift: float = 0.0) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "id": ["x", "y"],
            "train_size": 20,
            "is_all": False,
            "replicate": 1,
            "part": "test",
            "label": [1, 0],
            "prediction": [1.5, -0.25 + shift],
        }
    )


def make_study(root: Path) -> Path:
    """Write a study as small as its record allows and return its folder."""
    folder = root / "results/toy"
    for name in ("raw/b", "data/b", "targets/b/scratch", "resume/x", "logs", "figures"):
        (folder / name).mkdir(parents=True)
    (root / "own.fa").write_text(">s\nACGT\n")
    shutil.copy(root / "own.fa", folder / "raw/b/own.fa")
    (folder / "raw/b/far.fa").write_text(">t\nGGGG\n")
    config = {"study": "toy", "training": {"threads": 1}, "replicates": 5}
    (folder / "config.yaml").write_text(yaml.safe_dump(config))
    write_parquet(pd.DataFrame({"id": ["x"], "sequence": ["ACGT"]}), folder / "data/b/records.parquet")
    write_parquet(predictions(), folder / PREDICTIONS)
    save_file({"w": np.zeros(3, np.float32)}, folder / "targets/b/scratch/weights.safetensors")
    history = {"seconds": [1.5, 2.5], "device": "cpu", "software": "python 3.11.7, torch 2.13.0"}
    write_tsv(pd.DataFrame(history), folder / "targets/b/scratch/history.tsv")
    write_tsv(pd.DataFrame({"metric": ["auroc"], "value": [0.75]}), folder / "metrics.tsv")
    (folder / "verdicts.json").write_text(json.dumps([{"transfer": "a--b", "verdict": "helps"}]))
    for name in ("resume/x/fit.safetensors", "logs/a.log", "report.html"):
        (folder / name).write_text("anything")
    record = collect(
        study="toy",
        config=folder / "config.yaml",
        raw={
            folder / "raw/b/own.fa": {"task": "b", "class": "p", "path": "own.fa"},
            folder / "raw/b/far.fa": {"task": "b", "class": "n", "url": "https://example.org/far.fa"},
        },
        repeatable=[
            folder / name
            for name in (
                "data/b/records.parquet",
                PREDICTIONS,
                "targets/b/scratch/weights.safetensors",
                "metrics.tsv",
                "verdicts.json",
            )
        ],
        once=[folder / "targets/b/scratch/history.tsv"],
        later=[folder / "report.html"],
        bundles=[],
        histories=[folder / "targets/b/scratch/history.tsv"],
        code_digests={"prepare": code_digest(LIBRARY / "prepare.py", LIBRARY)},
    )
    (folder / "provenance.json").write_text(json.dumps(record))
    return folder


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("built")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        make_study(root)
    return root


@pytest.fixture
def study(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A study in the working folder, as a user names it."""
    shutil.copytree(built, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return Path("results/toy")


def told(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, list[str]]:
    """Run the command; return its status and the lines that are neither counts nor frame."""
    status = main([str(argument) for argument in arguments])
    lines = capsys.readouterr().out.splitlines()[1:-1]
    return status, [line.strip() for line in lines if not line.endswith("the same")]


def edit_record(study: Path, **changes: object) -> None:
    path = study / "provenance.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def flip(path: Path) -> None:
    """Change one bit of one byte in the middle."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


# --- the record


def test_the_record_is_enough_to_repeat(study: Path) -> None:
    record = json.loads((study / "provenance.json").read_text())
    assert record["repeat"] == "snakemake --configfile results/toy/config.yaml --cores 2"
    assert record["raw"]["raw/b/own.fa"] == {
        "task": "b",
        "class": "p",
        "path": "own.fa",
        "sha256": sha256_of("own.fa"),
        "bytes": 8,
    }
    assert record["fit_jobs"]["targets/b/scratch"] == {
        "fits": 2,
        "seconds": 4.0,
        "devices": ["cpu"],
        "software": ["python 3.11.7, torch 2.13.0"],
    }
    assert {"numpy", "pandas", "snakemake", "pytest"} <= set(record["environment"])
    assert record["project"]["version"] == seqgraft.__version__
    assert record["machine"]["threads"] == 1


def test_the_record_names_no_folder_of_this_machine(study: Path, built: Path) -> None:
    record = (study / "provenance.json").read_text()
    for folder in (built, Path.cwd(), Path.home()):
        assert str(folder) not in record


# --- one folder


def test_an_untouched_study_is_the_same(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, study) == (0, [])


@pytest.mark.parametrize(
    "name",
    ["raw/b/far.fa", PREDICTIONS, "data/b/records.parquet", "metrics.tsv", "targets/b/scratch/history.tsv"],
)
def test_one_flipped_bit_is_told(name: str, study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = sha256_of(study / name)
    flip(study / name)
    after = sha256_of(study / name)
    expected = f"{name}: differs: sha256 was {before[:16]}…, is {after[:16]}…"
    assert told(capsys, study) == (1, [expected])


@pytest.mark.parametrize("name", ["raw/b/own.fa", PREDICTIONS, "targets/b/scratch/weights.safetensors"])
def test_a_removed_file_is_told(name: str, study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (study / name).unlink()
    assert told(capsys, study) == (1, [f"{name}: missing"])


def test_an_edited_config_is_told(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (study / "config.yaml").open("a") as handle:
        handle.write("# a thought\n")
    status, lines = told(capsys, study)
    assert status == 1
    assert [line.split(": sha256")[0] for line in lines] == ["config.yaml: differs"]


def test_an_edited_file_of_the_user_is_told_beside_the_copy(
    study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("own.fa").write_text(">s\nAAAA\n")
    status, lines = told(capsys, study)
    assert status == 1
    assert [line.split(": it was")[0] for line in lines] == ["own.fa: differs"]


def test_predictions_of_a_strategy_that_left_are_told(
    study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (study / "targets/b/old").mkdir()
    shutil.copy(study / PREDICTIONS, study / "targets/b/old/predictions.parquet")
    line = "targets/b/old/predictions.parquet: in the folder, but not in the record (nothing reads it)"
    assert told(capsys, study) == (0, [line])


def test_code_versions_and_report_are_notes(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record = json.loads((study / "provenance.json").read_text())
    edit_record(
        study,
        code={"prepare": "0" * 16},
        packages=record["packages"] | {"numpy": "1.0"},
        environment=record["environment"] | {"no-such-package": "1.0"},
    )
    (study / "report.html").unlink()
    Path("own.fa").unlink()
    status, lines = told(capsys, study)
    assert status == 0
    assert lines == [
        "note: the file own.fa, from which raw/b/own.fa was copied, is not there (any more)",
        "note: report.html is missing; run the study again, which writes it anew in seconds",
        "note: the code behind prepare is not that of the run: a rerun would make its results anew",
        f"note: numpy was 1.0, is {np.__version__}",
        "note: other packages with another version or none: no-such-package",
    ]


# --- what cannot be compared


def refused(capsys: pytest.CaptureFixture[str], folder: str | Path) -> str:
    assert main([str(folder)]) == 2
    shown = capsys.readouterr()
    assert not shown.out
    return shown.err


def test_no_such_study(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    message = refused(capsys, "results/tyo")
    assert "there is no study 'tyo'" in message
    assert "there are results of: toy" in message


def test_an_unfinished_study(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (study / "provenance.json").unlink()
    assert "the study 'toy' is not finished" in refused(capsys, study)


@pytest.mark.parametrize("content", ["", '{"study": "toy"', "[]", '{"study": "toy", "raw": 1}', "\x00\udcff"])
def test_a_damaged_record(content: str, study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (study / "provenance.json").write_bytes(content.encode("utf-8", "surrogateescape"))
    message = refused(capsys, study)
    assert "provenance.json is damaged" in message
    assert message.count("\n") == 3
    assert "Traceback" not in message


def test_a_record_with_damaged_entries(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit_record(study, raw={"raw/b/own.fa": "text"})
    assert "provenance.json is damaged" in refused(capsys, study)


# --- two folders


@pytest.fixture
def other(study: Path, tmp_path: Path) -> Path:
    shutil.copytree(study, tmp_path / "again/results/toy")
    return tmp_path / "again/results/toy"


def test_two_equal_runs(study: Path, other: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (other / "targets/b/scratch/history.tsv").write_text("seconds\n9\n")  # times are never the same
    assert told(capsys, study, "--against", other) == (0, ["note: the verdicts agree (1)"])


def test_the_largest_difference_is_told(study: Path, other: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_parquet(predictions(shift=0.125), other / PREDICTIONS)
    save_file({"w": np.array([0, 0.5, -2], np.float32)}, other / "targets/b/scratch/weights.safetensors")
    write_tsv(pd.DataFrame({"metric": ["auroc"], "value": [0.8]}), other / "metrics.tsv")
    (other / "verdicts.json").write_text(json.dumps([{"transfer": "a--b", "verdict": "hurts"}]))
    (other / "config.yaml").write_text(
        yaml.safe_dump({"study": "toy", "training": {"threads": 2}, "replicates": 5})
    )
    status, lines = told(capsys, study, "--against", other)
    assert status == 1
    assert lines == [
        "config.yaml: differs: training.threads (1 and 2)",
        f"{PREDICTIONS}: differs: 1 of 2 predictions, the largest difference is 0.125 (logits)",
        "targets/b/scratch/weights.safetensors: differs: the largest difference of a weight is 2",
        "metrics.tsv: differs: 1 of 2 cells, the largest difference of a number is 0.05",
        "verdicts.json: differs in its bytes",
        "note: the verdicts differ: a--b: 'helps' and 'hurts'",
    ]


def test_missing_damaged_and_lone_files(study: Path, other: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (other / "metrics.tsv").unlink()
    (other / PREDICTIONS).write_text("no parquet")
    record = json.loads((study / "provenance.json").read_text())
    edit_record(study, sha256=record["sha256"] | {"savings.tsv": "0"}, code={"prepare": "1"})
    status, lines = told(capsys, study, "--against", other)
    assert status == 1
    assert f"{PREDICTIONS}: differs: one of them cannot be read (ArrowInvalid)" in lines
    assert "metrics.tsv: missing in the second folder" in lines
    assert "savings.tsv: only in the first run" in lines
    assert "note: the code differs behind prepare" in lines


def test_other_examples_are_counted(study: Path, other: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_parquet(predictions().assign(id=["x", "z"]), other / PREDICTIONS)
    _, lines = told(capsys, study, "--against", other)
    assert (
        f"{PREDICTIONS}: differs: 2 rows are in one run only; 0 of 1 predictions, the largest difference is 0 (logits)"
        in lines
    )


def test_no_torch_is_imported() -> None:
    code = "import sys, seqgraft.verify, seqgraft.record.provenance; raise SystemExit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
