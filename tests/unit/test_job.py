"""What a rule's script does when its work fails."""

import errno
import logging
from pathlib import Path
from types import SimpleNamespace

import pytest

from seqgraft.errors import SeqgraftError
from seqgraft.job import run


@pytest.fixture
def job(tmp_path: Path) -> SimpleNamespace:
    return SimpleNamespace(
        rule="prepare", log=[str(tmp_path / "logs/prepare.log")], output=[str(tmp_path / "out")]
    )


def failing(job: SimpleNamespace, error: Exception) -> None:
    def work(snakemake: SimpleNamespace, log: logging.Logger) -> None:
        Path(snakemake.output[0]).write_text("half")
        raise error

    with pytest.raises(SystemExit) as exit_:
        run(job, work)
    assert exit_.value.code == 1


def test_a_mistake_is_told_once_and_leaves_nothing(
    job: SimpleNamespace, capsys: pytest.CaptureFixture[str]
) -> None:
    failing(job, SeqgraftError("no such class", where="a.fa, line 3", remedy="rename it"))
    told = "prepare: error: no such class\n  where:  a.fa, line 3\n  remedy: rename it\n"
    assert capsys.readouterr().err == told
    assert Path(job.log[0]).read_text().endswith(told)
    assert not Path(job.output[0]).exists()


def test_a_defect_has_its_traceback_in_the_log_only(
    job: SimpleNamespace, capsys: pytest.CaptureFixture[str]
) -> None:
    failing(job, ZeroDivisionError("by zero"))
    terminal = capsys.readouterr().err
    assert "Traceback" not in terminal
    assert "ZeroDivisionError: by zero" in terminal
    assert "Traceback" in Path(job.log[0]).read_text()


def test_a_full_disk_is_not_called_a_defect(job: SimpleNamespace, capsys: pytest.CaptureFixture[str]) -> None:
    failing(job, OSError(errno.ENOSPC, "No space left on device", "out"))
    terminal = capsys.readouterr().err
    assert "No space left on device" in terminal
    assert "defect" not in terminal


def test_information_goes_to_the_log_only(job: SimpleNamespace, capsys: pytest.CaptureFixture[str]) -> None:
    run(job, lambda snakemake, log: log.info("three sequences"))
    assert capsys.readouterr().err == ""
    assert "three sequences" in Path(job.log[0]).read_text()
