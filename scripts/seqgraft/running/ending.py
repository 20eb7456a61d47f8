"""How a job ends before its time: with the Snakemake that started it, or told in one line.

This module is imported by every script and by Snakemake itself, so it imports nothing but the standard library.
"""

import ctypes
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_RUN = "SEQGRAFT_RUN"  # the process of Snakemake, for its jobs
_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_WARNING = signal.SIGUSR1  # batch systems send it some time before they end a job


class Interrupted(SystemExit):
    """A signal that asks the job to end; where nothing catches it, Python exits without a traceback.

    Parameters
    ----------
    number : int
        The signal.
    """

    def __init__(self, number: int) -> None:
        super().__init__(128 + number)  # the status that shells give
        self.name = signal.Signals(number).name


class _Waiting:
    """What arrived inside `between_steps` and is to be answered there."""

    depth = 0
    end: int | None = None
    warned = False


def listen() -> None:
    """Raise `Interrupted` when SIGTERM or SIGINT arrives, also one that was held back until now.

    SIGUSR1 ends nothing: long work takes it as the moment to write down how far it is, all else takes no notice.
    """
    for number in _SIGNALS:
        signal.signal(number, _interrupt)
    signal.signal(_WARNING, _warn)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)


def _interrupt(number: int, frame: FrameType | None) -> None:
    """Raise once; what comes while the job winds up is not needed."""
    if _Waiting.depth:
        _Waiting.end = number
    else:
        _end(number)


def _end(number: int) -> None:
    for each in _SIGNALS:
        signal.signal(each, signal.SIG_IGN)
    raise Interrupted(number)


def _warn(number: int, frame: FrameType | None) -> None:
    """Leave word that the job may soon be ended."""
    _Waiting.warned = True


@contextmanager
def between_steps() -> Iterator[None]:
    """Let SIGTERM and SIGINT wait inside the block until `answer`, at the latest until its end.

    For work in short steps that must not be cut in the middle of one, such as a training step.
    """
    _Waiting.depth += 1
    try:
        yield
    finally:
        _Waiting.depth -= 1
        if not _Waiting.depth:
            answer()


def asked_to_save() -> bool:
    """Tell whether a signal came that long work answers by writing down how far it is."""
    return _Waiting.warned or _Waiting.end is not None


def answer() -> None:
    """End the job if a signal asked for it, and take note that a warning was heard.

    Raises
    ------
    Interrupted
    """
    _Waiting.warned = False
    if (number := _Waiting.end) is not None:
        _Waiting.end = None
        _end(number)


def name_run() -> None:
    """Tell the jobs of this Snakemake, through their environment, which process they end with."""
    os.environ[_RUN] = f"{os.getpid()}:{_process_space()}"


def run_is_alive() -> bool:
    """Tell whether the Snakemake that started this job lives; True where that cannot be known."""
    process, _, space = os.environ.get(_RUN, "").partition(":")
    if not process or not space or space != _process_space():
        return True
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return os.getppid() != 1 or int(process) == 1


def die_with_parent() -> None:
    """End this process when the Snakemake that started it is killed (Linux only; elsewhere it goes on).

    Raises
    ------
    SystemExit
        When it was killed already, while this process was starting.
    """
    if sys.platform == "linux":
        parent = os.getppid()
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent or not run_is_alive():
            raise SystemExit(1)


def hold_back_interrupts() -> None:
    """Make the threads that this process will start, and so the jobs that they start, begin with SIGINT held back.

    Ctrl-C reaches every process of the terminal. A job that is still importing its libraries would answer with a
    traceback; held back, the signal waits until `listen`. The main thread, which Snakemake stops by, is not changed.
    """

    def block(frame: FrameType, event: str, argument: Any) -> None:
        sys.setprofile(None)
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])

    threading.setprofile(block)


def _process_space() -> str:
    """Name the space in which process numbers count: containers have their own. Empty if there is no telling."""
    try:
        return str(Path("/proc/self/ns/pid").stat().st_ino)
    except OSError:
        return ""
