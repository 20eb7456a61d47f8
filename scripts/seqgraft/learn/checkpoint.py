"""Long training that was cut short goes on where it was, and ends in the same bytes.

A fit is a fixed sequence of calls: runs are made, advanced to checkpoints, asked for predictions and weights. It is
repeated from its beginning; what a run had passed is read instead of trained. Two kinds of files lie in the resume
store beside finished fits, tensors only: the averaged weights of a run at each checkpoint that it passed
(``<key>.<run>.<epoch>.checkpoint``), and where it was between two steps (``<key>.<run>.latest.checkpoint``). They are
written after so many seconds and when the job is told to end, and removed with the fit's end.
"""

import json
import time
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from seqgraft.files import atomic_path
from seqgraft.learn.store import UNFINISHED
from seqgraft.running.ending import answer, asked_to_save, between_steps

EVERY = 300.0  # seconds between two savings: what a kill without a warning costs at most

Tensors = dict[str, torch.Tensor]
Saved = tuple[Tensors, dict[str, Any]]


class Trained(Protocol):
    """What is saved and continued: a run between two steps."""

    steps: int

    def snapshot(self) -> Saved | None:
        """Return all that the next step depends on: tensors, and JSON scalars; None if it made no step."""


class Checkpoints:
    """The saved runs of one fit.

    Parameters
    ----------
    folder : pathlib.Path or None
        The resume store; None saves nothing.
    key : str
        The fit's key there.
    """

    def __init__(self, folder: Path | None, key: str) -> None:
        self.folder, self.key, self.every = folder, key, EVERY
        self.began = self.last = time.monotonic()
        self.earlier = 0.0  # seconds that the fit had taken before it was cut short
        self.resumed = False
        self._runs: weakref.WeakValueDictionary[int, Trained] = weakref.WeakValueDictionary()
        self._made = 0
        self._unwritten: dict[tuple[int, int], Saved] = {}
        self._steps: dict[int, int] = {}  # of each run when it was last saved

    def adopt(self, run: Trained) -> int:
        """Take charge of a run; return its number. Runs of one fit are made in the same order every time."""
        number, self._made = self._made, self._made + 1
        self._runs[number] = run
        return number

    def passed(self, number: int, epoch: int) -> Saved | None:
        """Return what a run was at a checkpoint that it passed before the fit was cut short."""
        return self._read(f"{number}.{epoch}")

    def latest(self, number: int) -> Saved | None:
        """Return where a run was when it was last saved."""
        saved = self._read(f"{number}.latest")
        if saved is not None:
            self._steps[number] = saved[1]["steps"]
        return saved

    def reached(self, number: int, epoch: int, saved: Saved) -> None:
        """Keep what a run is at a checkpoint; written when it is time to save."""
        if self.folder is not None:
            tensors, about = saved
            self._unwritten[number, epoch] = (
                {k: v.detach().cpu().clone() for k, v in tensors.items()},
                about,
            )

    @contextmanager
    def steps(self) -> Iterator[None]:
        """Let signals wait for the end of a step inside the block."""
        with between_steps():
            yield

    def after_step(self) -> None:
        """Save if it is time for it or if a signal asks for it.

        Raises
        ------
        Interrupted
            When the job was told to end; all is saved then.
        """
        if asked_to_save() or time.monotonic() - self.last >= self.every:
            self.save()
            answer()

    def save(self) -> None:
        """Write what is new since the last time; every file appears whole or not at all."""
        for (number, epoch), saved in self._unwritten.items():
            self._write(f"{number}.{epoch}", saved)
        self._unwritten.clear()
        alive = dict(self._runs)
        for number in [n for n in self._steps if n not in alive]:
            # Its checkpoints say all that is asked of a run that nobody advances any more.
            self._path(f"{number}.latest").unlink(missing_ok=True)
            del self._steps[number]
        for number, run in alive.items():
            if self._steps.get(number) != run.steps and (at := run.snapshot()) is not None:
                self._write(f"{number}.latest", at)
                self._steps[number] = at[1]["steps"]
        self.last = time.monotonic()

    def seconds(self) -> float:
        """Return what the fit has taken so far, in all its pieces."""
        return self.earlier + time.monotonic() - self.began

    def _path(self, name: str) -> Path:
        assert self.folder is not None
        return self.folder / f"{self.key}.{name}{UNFINISHED}"

    def _write(self, name: str, saved: Saved) -> None:
        if self.folder is None:
            return
        tensors, about = saved
        plain = {key: value.detach().cpu().contiguous() for key, value in tensors.items()}
        with atomic_path(self._path(name)) as path:
            save_file(plain, path, metadata={"about": json.dumps({**about, "seconds": self.seconds()})})

    def _read(self, name: str) -> Saved | None:
        """Read a file; one that is not there or was damaged counts as never written."""
        if self.folder is None or not (path := self._path(name)).is_file():
            return None
        try:
            with safe_open(path, framework="pt") as file:
                tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
                about = json.loads(file.metadata()["about"])
        except (SafetensorError, KeyError, TypeError, json.JSONDecodeError):
            return None
        self.resumed, self.earlier = True, max(self.earlier, about["seconds"])
        return tensors, about


_CURRENT: list[Checkpoints] = []


def current() -> Checkpoints | None:
    """Return who saves the runs that are made now, or None."""
    return _CURRENT[-1] if _CURRENT else None


@contextmanager
def keeping(checkpoints: Checkpoints) -> Iterator[Checkpoints]:
    """Let the runs that are made inside the block be saved, and found again when the block is repeated."""
    _CURRENT.append(checkpoints)
    try:
        yield checkpoints
    finally:
        _CURRENT.remove(checkpoints)


def about_time(checkpoints: Checkpoints, history: Mapping[str, Any]) -> dict[str, Any]:
    """Return a fit's history with the seconds of all its pieces and, if there were several, a note of that."""
    notes = [str(history.get("note") or ""), "went on after an interruption" if checkpoints.resumed else ""]
    return {**history, "seconds": checkpoints.seconds(), "note": "; ".join(filter(None, notes))}
