"""A finished study is what its record says, and its own config.yaml gives it again."""

import shutil
from pathlib import Path

import pytest
from study_folder import Folder
from warm import Warm

from seqgraft.verify import main

STUDY = "results/tiny"


def test_a_finished_study_is_what_its_record_says(
    finished: Folder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(finished.path)
    assert main([STUDY]) == 0
    told = capsys.readouterr().out
    assert "not in the record" not in told
    assert "note" not in told, told
    for line in (
        "input files: 4 of 4",
        "predictions: 10 of 10",
        "model weights: 6 of 6",
        "verdicts: 11 of 11",
    ):
        assert f"{line} the same" in told


def test_its_own_config_repeats_it_byte_for_byte_on_one_core(
    finished: Folder, folder: Folder, warm: Warm, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(finished.path / STUDY / "config.yaml", folder.path / "study.yaml")
    # It was run on two cores. The page is no part of what is compared.
    result = folder.snakemake(
        "--configfile", "study.yaml", "--cores", "1", "--", f"{STUDY}/provenance.json", warm=warm
    )
    assert result.returncode == 0, result.stdout
    assert "to do: 2 source models and 80 fits (120 networks) in 10 jobs" in result.stdout
    assert main([str(folder.path / STUDY), "--against", str(finished.path / STUDY)]) == 0
    assert "the verdicts agree (2)" in capsys.readouterr().out
    # per target scratch and 2 baselines, per transfer full, and 2 source models
    assert len(predictions(folder)) == 10
    assert predictions(folder) == predictions(finished)


def predictions(folder: Folder) -> dict[str, bytes]:
    names = (name for name in folder.files() if name.endswith("/predictions.parquet"))
    return {name: (folder.path / name).read_bytes() for name in names}


def test_its_own_config_asks_for_nothing_more(finished: Folder, warm: Warm) -> None:
    result = finished.snakemake("--configfile", f"{STUDY}/config.yaml", "--cores", "1", "-n", warm=warm)
    assert result.returncode == 0, result.stdout
    assert "Nothing to be done" in result.stdout, result.stdout
    assert "seqgraft: study" not in result.stdout  # a dry run measures nothing


def test_the_record_names_no_folder_of_this_machine(finished: Folder) -> None:
    text = (finished.path / STUDY / "provenance.json").read_text()
    assert str(finished.path) not in text
    assert str(Path.home()) not in text
