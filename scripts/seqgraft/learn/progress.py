"""Progress of long work: plain lines with a rate and an estimate, readable in a log and in a terminal.

A log gets a line every few seconds. A terminal gets one of these lines now and then, whole and at once, because
Snakemake and other jobs write to it, too; a job that is done before that stays silent there.
"""

import os
import sys
import time
from collections.abc import Callable

TERMINAL_EVERY = 10.0  # seconds between two lines of one job on a terminal, and before the first


class Terminal:
    """Standard error, where it is a terminal; elsewhere nothing is written.

    Parameters
    ----------
    every : float
        Least seconds between two lines, and before the first one.
    """

    def __init__(self, every: float = TERMINAL_EVERY) -> None:
        self.every = every
        self.last = time.perf_counter()
        self.spoke = False
        self.present = sys.stderr is not None and sys.stderr.isatty()

    def show(self, line: str, *, final: bool = False) -> None:
        """Write a line if it is time for one; the final line follows if any came before."""
        now = time.perf_counter()
        if not self.present or (now - self.last < self.every and not (final and self.spoke)):
            return
        self.last, self.spoke = now, True
        try:
            # One call for the whole line: what is written in pieces mixes with the lines of other jobs.
            os.write(sys.stderr.fileno(), f"{line}\n".encode())
        except OSError:
            self.present = False  # a terminal that was closed is no reason to stop


def heard(say: Callable[[str], None], label: str = "") -> Callable[[str], None]:
    """Return a function that says each line as `say` does and now and then on the terminal.

    Parameters
    ----------
    say : callable
        Takes every line, e.g. a log's ``info``.
    label : str
        Put before the line on the terminal, where several jobs speak.
    """
    terminal = Terminal()

    def both(line: str) -> None:
        say(line)
        terminal.show(f"{label}: {line}" if label else line)

    return both


class Progress:
    """Say how far a job is, at most every few seconds and once at the end.

    Parameters
    ----------
    label : str
        What is being done.
    total : int or float or None
        Steps in all; None where that is not known, which leaves out the time that is left.
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
        total: float | None,
        unit: str = "fits",
        every: float = 5.0,
        say: Callable[[str], None] | None = None,
    ) -> None:
        self.label, self.total, self.unit, self.every = label, total, unit, every
        self.say = say or _to_stderr
        self.terminal = Terminal() if say else None
        self.done: float = 0
        self.worked: float = 0
        self.started = time.perf_counter()
        self.last = self.started

    def step(self, note: str = "", *, amount: float = 1, reused: bool = False) -> None:
        """Count a step, or so many of them; those found in the resume store do not count for the rate."""
        self.done += amount
        self.worked += 0 if reused else amount
        now = time.perf_counter()
        final = self.total is not None and self.done >= self.total
        if now - self.last < self.every and not final:
            return
        self.last = now
        line = self.line(now - self.started, note)
        self.say(line)
        if self.terminal is not None:
            self.terminal.show(line, final=final)

    def line(self, seconds: float, note: str = "") -> str:
        """Return the line for the state after `seconds`."""
        text = f"{self.label}: {_amount(self.done)}"
        if self.total is not None:
            text += f"/{_amount(self.total)}"
        text += f" {self.unit}"
        if reused := self.done - self.worked:
            text += f" ({_amount(reused)} from the resume store)"
        if self.worked and seconds > 0:
            each = seconds / self.worked
            text += f", {each:.2f} s each" if each >= 1 else f", {1 / each:.1f} per second"
            if self.total is not None and (left := self.total - self.done) > 0:
                text += f", about {duration(left * each)} left"
        if self.total is not None and self.done >= self.total:
            text += f", done in {duration(seconds)}"
        return text + (f"; {note}" if note else "")


def _to_stderr(line: str) -> None:
    """Print at once, whatever standard error is connected to."""
    print(line, file=sys.stderr, flush=True)


def _amount(value: float) -> str:
    """Write a count of things, or an amount with one digit."""
    return f"{value:.1f}" if isinstance(value, float) else str(value)


def duration(seconds: float) -> str:
    """Write a duration for people."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
