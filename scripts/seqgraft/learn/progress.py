"""Progress of long work: plain lines with a rate and an estimate, readable in a log and in a terminal."""

import sys
import time
from collections.abc import Callable


class Progress:
    """Say how far a job is, at most every few seconds and once at the end.

    Parameters
    ----------
    label : str
        What is being done.
    total : int
        Steps in all.
    unit : str
        What one step is called, in the plural.
    every : float
        Least seconds between two lines.
    say : callable, optional
        Takes each line; standard error by default.
    """

    def __init__(
        self,
        label: str,
        total: int,
        unit: str = "fits",
        every: float = 5.0,
        say: Callable[[str], None] | None = None,
    ) -> None:
        self.label, self.total, self.unit, self.every = label, total, unit, every
        self.say = say or _to_stderr
        self.done = self.worked = 0
        self.started = time.perf_counter()
        self.last = self.started

    def step(self, note: str = "", *, reused: bool = False) -> None:
        """Count one step; steps found in the resume store do not count for the rate."""
        self.done += 1
        self.worked += not reused
        now = time.perf_counter()
        if now - self.last < self.every and self.done < self.total:
            return
        self.last = now
        self.say(self.line(now - self.started, note))

    def line(self, seconds: float, note: str = "") -> str:
        """Return the line for the state after `seconds`."""
        text = f"{self.label}: {self.done}/{self.total} {self.unit}"
        if reused := self.done - self.worked:
            text += f" ({reused} from the resume store)"
        if self.worked and seconds > 0:
            each = seconds / self.worked
            text += f", {each:.2f} s each" if each >= 1 else f", {1 / each:.1f} per second"
            if left := self.total - self.done:
                text += f", about {_duration(left * each)} left"
        if self.done == self.total:
            text += f", done in {_duration(seconds)}"
        return text + (f"; {note}" if note else "")


def _to_stderr(line: str) -> None:
    """Print at once, whatever standard error is connected to."""
    print(line, file=sys.stderr, flush=True)


def _duration(seconds: float) -> str:
    """Write a duration for people."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
