"""Running the real workflow in a folder of its own."""

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from planner import Planner

ROOT = Path(__file__).resolve().parents[2]


class Folder:
    """A working folder in which studies run."""

    def __init__(self, path: Path):
        self.path = path

    def command(self, *arguments: str, snakefile: Path = ROOT / "Snakefile") -> list[str]:
        """Return the command line of a run of the project's workflow, or of a copy of it."""
        return [sys.executable, "-m", "snakemake", "--snakefile", str(snakefile), *arguments]

    def snakemake(
        self, *arguments: str, env: dict[str, str] | None = None, snakefile: Path = ROOT / "Snakefile"
    ) -> subprocess.CompletedProcess[str]:
        """Run snakemake here; stdout and stderr come back together, as a user sees them."""
        clean = {k: v for k, v in os.environ.items() if k != "SEQGRAFT_MIRROR"}
        return subprocess.run(
            self.command(*arguments, snakefile=snakefile),
            cwd=self.path,
            env={**clean, **(env or {})},
            text=True,
            check=False,
            timeout=600,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def write_config(self, config: dict, name: str = "study.yaml") -> str:
        """Write a config and return its name."""
        (self.path / name).write_text(yaml.safe_dump(config, sort_keys=False, allow_unicode=True))
        return name

    def files(self) -> set[str]:
        """List the results of this folder, logs and benchmarks left out."""
        found = {str(p.relative_to(self.path)) for p in (self.path / "results").rglob("*") if p.is_file()}
        return {name for name in found if "/logs/" not in name and "/benchmarks/" not in name}


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


@pytest.fixture(scope="session")
def tiny_config() -> dict:
    return yaml.safe_load((ROOT / "tests/config/tiny.yaml").read_text())


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """The tiny study, run once with two cores; tests only look at it.

    Beside ``results`` lies ``opened``, one file per script that ran: the library's files that it opened. Processes that
    share the tests share the study: the first that needs it runs it, another waits.
    """
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    here = Folder(shared / "tiny")
    with (shared / "tiny.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not here.path.exists():
            run_tiny(here)
    assert (here.path / "results/tiny/report.html").exists(), "the tiny study failed for another process"
    return here


def run_tiny(here: Folder) -> None:
    """Run the tiny study in a folder that is not there yet."""
    (here.path / "opened").mkdir(parents=True)
    notes = os.pathsep.join(filter(None, [str(ROOT / "tests/workflow/seen"), os.environ.get("PYTHONPATH")]))
    result = here.snakemake(
        "--configfile",
        str(ROOT / "tests/config/tiny.yaml"),
        "--cores",
        "2",
        env={"PYTHONPATH": notes, "SEQGRAFT_TEST_SEEN": str(here.path / "opened")},
    )
    assert result.returncode == 0, result.stdout


@pytest.fixture(scope="session")
def planner() -> Iterator[Planner]:
    with Planner() as process:
        yield process
