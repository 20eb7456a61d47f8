"""Fixtures of tests that run the real workflow."""

import fcntl
from pathlib import Path

import pytest
import yaml
from study_folder import ROOT, Folder
from warm import NOTED, Warm


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


@pytest.fixture(scope="session")
def tiny_config() -> dict:
    return yaml.safe_load((ROOT / "tests/config/tiny.yaml").read_text())


@pytest.fixture(scope="session")
def finished(shared: Path, request: pytest.FixtureRequest) -> Folder:
    """The tiny study, run once with two cores; tests only look at it.

    Beside ``results`` lies ``opened``, one file per script that ran: the library's files that it opened. Processes that
    share the tests share the study: the first that needs it runs it, another waits.
    """
    here = Folder(shared / "tiny")
    with (shared / "tiny.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not here.path.exists():
            run_tiny(here, request.getfixturevalue("warm"))
    assert (here.path / "results/tiny/report.html").exists(), "the tiny study failed for another process"
    return here


def run_tiny(here: Folder, warm: Warm) -> None:
    """Run the tiny study in a folder that is not there yet."""
    (here.path / "opened").mkdir(parents=True)
    result = here.snakemake(
        "--configfile",
        str(ROOT / "tests/config/tiny.yaml"),
        "--cores",
        "2",
        env={NOTED: str(here.path / "opened")},
        warm=warm,
    )
    assert result.returncode == 0, result.stdout
