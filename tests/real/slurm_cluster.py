"""Running studies on a SLURM of one node, and looking at its queue."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = Path(__file__).with_name("slurm")
FORM = os.environ.get("SEQGRAFT_SLURM", "")  # "short" or "full"
TINY = ROOT / "tests/config/tiny.yaml"
LONG = 600.0  # seconds; only what hangs comes to it
# Loaded by every Python whose path it is on: a batch job that reaches for another machine says so and fails.
GUARD = """
import os, sys
if "SLURM_JOB_ID" in os.environ:
    from pathlib import Path
    notes = Path(__file__).with_name("seen")
    notes.mkdir(exist_ok=True)
    (notes / f"job-{os.environ['SLURM_JOB_ID']}").touch()
    def guard(event, arguments):
        if event in ("socket.connect", "socket.getaddrinfo"):
            place = arguments[1] if event == "socket.connect" else arguments
            host = place[0] if isinstance(place, tuple) else None
            if host is not None and not str(host).startswith(("127.", "localhost", "::1")):
                (notes / "network").write_text(f"{event} {place}")
                raise OSError(f"a batch job asks for the network: {place}")
    sys.addaudithook(guard)
"""


class Cluster:
    """A folder in which studies run as batch jobs, with the project's own profile."""

    def __init__(self, folder: Path):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def command(self, *arguments: str, snakefile: Path = ROOT / "Snakefile") -> list[str]:
        """Return the command line of a run as batch jobs; studies without GPUs, as torch may be a CPU build."""
        name = "slurm-cpu" if snakefile == ROOT / "Snakefile" else "slurm"
        profile = ["--workflow-profile", str(ROOT / "profiles" / name)]
        quick = ["--slurm-init-seconds-before-status-checks", "3", "--latency-wait", "10"]
        return [
            *(sys.executable, "-m", "snakemake", "--snakefile", str(snakefile)),
            *(*profile, *quick, *arguments),
        ]

    def environment(self) -> dict[str, str]:
        """Return the environment of a run: the library, and the guard against the network."""
        guard = self.folder / "guard"
        guard.mkdir(exist_ok=True)
        (guard / "sitecustomize.py").write_text(GUARD)
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("SEQGRAFT_", "OMP_"))
        }
        return kept | {"PYTHONPATH": f"{guard}:{ROOT / 'scripts'}"}

    def start(self, *arguments: str, **more: Path) -> subprocess.Popen[str]:
        """Start a run; what it says goes into the file ``said``."""
        with (self.folder / "said").open("a") as said:
            return subprocess.Popen(
                self.command(*arguments, **more),
                cwd=self.folder,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                text=True,
            )

    def run(self, *arguments: str, **more: Path) -> None:
        """Run to the end and expect success."""
        run = self.start(*arguments, **more)
        try:
            assert run.wait(LONG) == 0, self.said()
        finally:
            run.kill()

    def said(self) -> str:
        """Return what all runs of this folder said."""
        return (self.folder / "said").read_text()


def locally(folder: Path, *arguments: str) -> None:
    """Run on this machine, without SLURM."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile"), "--cores", "2"]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SEQGRAFT_")}
    result = subprocess.run(
        [*command, *arguments],
        cwd=folder,
        env=clean | {"PYTHONPATH": str(ROOT / "scripts")},
        capture_output=True,
        text=True,
        check=False,
        timeout=LONG,
    )
    assert result.returncode == 0, result.stdout + result.stderr


def learned(folder: Path) -> dict[str, bytes]:
    """Return the bytes of all predictions and weights of the study, those in the resume store left out."""
    results = folder / "results/tiny"
    found = [*results.rglob("predictions.parquet"), *results.rglob("weights.safetensors")]
    return {str(p.relative_to(results)): p.read_bytes() for p in found if "resume" not in p.parts}


def asked(*command: str) -> str:
    """Return what a command of SLURM's prints."""
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.strip()


def queue(state: str = "") -> list[str]:
    """List the jobs in the queue, or those in one state."""
    return asked("squeue", "--noheader", "--format=%A", *([f"--states={state}"] if state else [])).split()


def wait_for(what: Callable[[], bool], run: subprocess.Popen[str], said: Callable[[], str]) -> None:
    """Wait until something is so, while a run goes on."""
    deadline = time.monotonic() + LONG
    while not what():
        assert run.poll() is None, said()
        assert time.monotonic() < deadline, said()
        time.sleep(0.2)


def states_since(began: str) -> str:
    """Return the states of all jobs and of their steps since a moment, requeued ones among them."""
    return asked(
        "sacct", "--noheader", "--parsable2", "--duplicates", "--starttime", began, "--format=JobID,State"
    )


def now() -> str:
    """Return this moment as sacct reads it."""
    return time.strftime("%Y-%m-%dT%H:%M:%S")


def longer_study(folder: Path, replicates: int) -> str:
    """Write the tiny study with longer fits, two for each replicate, and return its name."""
    config = yaml.safe_load(TINY.read_text())
    config |= {"train_sizes": [20, 40], "replicates": replicates}
    config["training"] |= {"epochs": [0, 100, 200], "patience": 10}
    path = folder / "longer.yaml"
    path.write_text(yaml.safe_dump(config, sort_keys=False))
    return str(path)
