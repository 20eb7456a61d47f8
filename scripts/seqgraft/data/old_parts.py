"""Bytes of downloads that nobody finished, taken out of the cache after a while."""

import logging
import time
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

#: Seconds after which nobody is expected to go on with a body that was cut: thirty days.
OLD = 30 * 24 * 3600.0


def clear_old_parts(cache: Path, log: logging.Logger, *, now: float | None = None) -> list[Path]:
    """Remove parts of files to which nothing was added for long, unless a process holds them.

    Parameters
    ----------
    cache : pathlib.Path
        The folder shared by studies.
    log : logging.Logger
        Told what was removed.
    now : float, optional
        Seconds since the epoch; the present by default.

    Returns
    -------
    list of pathlib.Path
        What was removed. What cannot be, as in another user's folder, is passed over: the cache serves all the same.
    """
    now = time.time() if now is None else now
    removed = []
    for part in _old(cache, now):
        lock = FileLock(f"{part.with_suffix('')}.lock")
        try:
            with lock.acquire(timeout=0):
                if _age(part, now) < OLD:  # another process went on with it in this moment
                    continue
                part.unlink()
        except (Timeout, OSError):
            continue
        removed.append(part)
        log.info("removed %s, to which nothing was added for %d days", part, OLD // 86400)
    return removed


def _old(cache: Path, now: float) -> Iterator[Path]:
    """Yield the cache's parts that are old, those that vanish meanwhile passed over."""
    for part in sorted(cache.glob("??/*.part")):
        try:
            if part.is_file() and _age(part, now) >= OLD:
                yield part
        except OSError:
            continue


def _age(path: Path, now: float) -> float:
    """Return the seconds since a file was written to."""
    return now - path.stat().st_mtime
