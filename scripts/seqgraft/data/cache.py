"""The cache: one file per checksum, fetched by one process at a time, whole or not there."""

import errno
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from seqgraft.data.right import is_right
from seqgraft.errors import SeqgraftError
from seqgraft.learn.progress import heard

_PATIENCE = 60.0  # seconds between two lines of a process that waits for another


def fill(kept: Path, sha256: str, size: int | None, log: logging.Logger, get: Callable[[Path], None]) -> None:
    """Make sure that the cache holds a file, by asking for it unless another process just did.

    Parameters
    ----------
    kept : pathlib.Path
        Where the cache keeps the file.
    sha256, size : str, int or None
        What its bytes must be.
    log : logging.Logger
        Told when another process is waited for.
    get : callable
        Puts the right bytes at a path, or raises. What it leaves there when it is killed or gives up is handed to the
        next call, of any study; after any other failure, as of a full disk, it is removed.

    Raises
    ------
    SeqgraftError
        If the cache cannot be written, or whatever `get` raises.
    """
    part = kept.with_name(f"{kept.name}.part")
    _make_folder(kept.parent)
    for place in (kept, part):
        if place.is_dir():
            raise _unwritable(place, os.strerror(errno.EISDIR))
    with _alone(kept, log):
        if is_right(kept, sha256, size):
            return
        if not (part.is_file() and is_right(part, sha256, size)):  # as after a kill just before the renaming
            try:
                get(part)
            except OSError as error:
                part.unlink(missing_ok=True)
                error.place = str(kept)  # type: ignore[attr-defined]
                raise
        os.replace(part, kept)


@contextmanager
def _alone(kept: Path, log: logging.Logger) -> Iterator[None]:
    """Hold the file's lock, which the system lets go of however a process ends."""
    lock = FileLock(f"{kept}.lock")
    say = heard(log.info, "download")
    try:
        _wait(lock, say)
    except OSError as error:
        raise _unwritable(kept.parent, error.strerror or str(error)) from None
    try:
        yield
    finally:
        lock.release()


def _wait(lock: FileLock, say: Callable[[str], None]) -> None:
    """Take a lock, and say so while another process has it."""
    wait = 0.0
    while True:
        try:
            lock.acquire(timeout=wait)
        except Timeout:
            say(f"waiting for another process that fetches this file; it holds {lock.lock_file}")
            wait = _PATIENCE
        else:
            return


def _make_folder(folder: Path) -> None:
    """Make a folder of the cache and make sure that it takes files."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(folder, error.strerror or str(error)) from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise _unwritable(folder, "Permission denied")


def _unwritable(folder: Path, reason: str) -> SeqgraftError:
    """Say that the cache takes no files."""
    return SeqgraftError(
        f"the cache cannot be written: {reason}",
        where=str(folder),
        remedy="name a folder of your own in the environment variable SEQGRAFT_CACHE",
    )
