"""Starting a run, killing a part of it after so much work, and looking at what is left."""

import json
import os
import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import psutil
from study_folder import Folder

SIGNALS = [signal.SIGKILL, signal.SIGTERM, signal.SIGINT]
VICTIMS = ["snakemake", "group", "job"]
LONG = 300.0  # seconds; only a run that hangs comes to it
# Rules whose jobs train; a job of these is killed where one is running.
LEARNING = ("pretrain", "finetune", "baseline")


class Run:
    """A run of the study `tiny` in a folder, in a session of its own."""

    def __init__(self, folder: Folder, *arguments: str):
        self.folder = folder
        self.said = folder.path / "said.txt"
        with self.said.open("w") as output:
            self.process = psutil.Popen(
                folder.command(*arguments),
                cwd=folder.path,
                env={k: v for k, v in os.environ.items() if k != "SEQGRAFT_MIRROR"},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_until_held(self) -> None:
        """Wait until this run holds the study."""
        record = self.folder.path / ".snakemake/seqgraft/tiny.lock"
        deadline = time.monotonic() + LONG
        while self.process.poll() is None and time.monotonic() < deadline:
            try:
                if json.loads(record.read_text())["pid"] == self.process.pid:
                    return
            except (FileNotFoundError, ValueError):
                pass
            time.sleep(0.01)
        raise AssertionError(self.said.read_text())

    def work(self) -> float:
        """Return the CPU seconds of the run so far: a measure of progress that does not depend on others' load."""
        try:
            own = self.process.cpu_times()
            children = sum(sum(job.cpu_times()[:2]) for job in self.process.children(recursive=True))
        except psutil.Error:
            return 0.0
        return sum(own[:4]) + children

    def jobs(self) -> dict[str, psutil.Process]:
        """Return the running jobs by their rule's script."""
        found = {}
        try:
            for job in self.process.children(recursive=True):
                script = next((a for a in job.cmdline() if ".snakemake/scripts/" in a), None)
                if script:
                    found[Path(script).name.split(".")[1]] = job
        except psutil.Error:
            return {}
        return found

    def kill(self, number: int, victim: str, after: float) -> str:
        """Send a signal to a part of the run once it did `after` CPU seconds; return what was running then.

        An empty text says that the run was over before.
        """
        self.wait_until_held()
        began = self.work()
        deadline = time.monotonic() + LONG
        while self.process.poll() is None:
            jobs = self.jobs()
            if self.work() - began >= after and (jobs or victim != "job"):
                break
            assert time.monotonic() < deadline, self.said.read_text()
            time.sleep(0.01)
        if self.process.poll() is not None:
            assert self.process.returncode == 0, self.said.read_text()
            return ""
        learning = [job for name, job in jobs.items() if name in LEARNING]
        try:
            if victim == "job":
                (learning or list(jobs.values()))[0].send_signal(number)
            elif victim == "group":
                os.killpg(self.process.pid, number)
            else:
                self.process.send_signal(number)
        except psutil.NoSuchProcess:
            pass  # the job ended by itself in this moment: the run goes on and is looked at all the same
        self.process.wait(LONG)
        return "+".join(sorted(jobs)) or "no job"

    def left(self) -> list[psutil.Process]:
        """Return the processes of this run's session that still live; jobs are given a moment to wind up."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            found = [p for p in psutil.process_iter(["status"]) if self._mine(p)]
            if not found:
                return []
            time.sleep(0.05)
        return found

    def _mine(self, process: psutil.Process) -> bool:
        try:
            return (
                os.getsid(process.pid) == self.process.pid and process.info["status"] != psutil.STATUS_ZOMBIE
            )
        except ProcessLookupError:
            return False


def finished_fits(folder: Folder) -> dict[str, tuple[int, int]]:
    """Return inode and time of every finished fit in the resume store."""
    store = folder.path / "results/tiny/resume"
    found = {}
    for path in store.rglob("*.safetensors"):
        if not path.name.startswith("."):
            status = path.stat()
            found[str(path.relative_to(store))] = (status.st_ino, status.st_mtime_ns)
    return found


def unfinished(folder: Folder) -> list[str]:
    """Return the hidden files among the results, but for Snakemake's own mark."""
    return [n for n in folder.files() if Path(n).name.startswith(".") and "snakemake_timestamp" not in n]


def chain(
    folder: Folder,
    arguments: Iterable[str],
    kills: int,
    most: float,
    seed: int,
    renew: Callable[[], bool] | None = None,
) -> int:
    """Start and kill again and again in one folder; return how many kills hit a job at work.

    Parameters
    ----------
    folder : Folder
        Where.
    arguments : iterable of str
        Of Snakemake.
    kills : int
        How often; signals and victims take turns.
    most : float
        CPU seconds after which a run is killed at the latest; drawn evenly.
    seed : int
        Of the draws.
    renew : callable, optional
        Takes away what a finished run left and tells whether there was any: Snakemake lets its jobs end when SIGTERM or
        SIGINT asks it to stop, so a run of one short job may be whole after a kill. Without it such a run is an error.
    """
    moments = random.Random(seed)
    kept: dict[str, tuple[int, int]] = {}
    at_work = 0
    for turn in range(kills):
        number, victim = SIGNALS[turn % 3], VICTIMS[turn // 3 % 3]
        after = moments.uniform(0, most)
        if renew is not None and renew():
            kept = {}
        run = Run(folder, *arguments)
        running = run.kill(number, victim, after)
        said = run.said.read_text()
        story = f"seed {seed}, kill {turn}: {number.name} to {victim} after {after:.2f} CPU s in {running}"
        print(story)
        if renew is not None and not running:
            continue
        assert running, f"{story}: the run was over before; give the test more work"
        assert run.process.returncode != 0, f"{story}\n{said}"
        assert "Traceback" not in said, f"{story}\n{said}"
        assert "LockException" not in said, f"{story}\n{said}"
        assert run.left() == [], story
        if number != signal.SIGKILL:
            assert unfinished(folder) == [], story
        now = finished_fits(folder)
        assert {name: now.get(name) for name in kept} == kept, story
        kept = now
        at_work += running != "no job"
    last = folder.snakemake(*arguments)
    assert last.returncode == 0, last.stdout
    now = finished_fits(folder)
    assert {name: now.get(name) for name in kept} == kept
    assert unfinished(folder) == []
    assert not list((folder.path / ".snakemake/locks").glob("*.lock"))
    return at_work
