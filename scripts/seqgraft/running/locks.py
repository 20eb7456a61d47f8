"""One run of a study at a time in a folder, and what a killed run left behind.

A run holds a lock of the operating system (``flock``) on a file of its study. The system lets go of it when the process
ends, however it ends, so whoever gets it knows that no other run of the study lives, and may clear what a killed
one left: Snakemake's lock files, which outlive a kill, and files that were being written.

The lock file is closed in child processes: a job ends with the Snakemake that started it
(`seqgraft.running.ending`), so a job that still winds up must not keep the next run waiting.
"""

import datetime
import errno
import fcntl
import json
import os
import re
import socket
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from seqgraft.errors import SeqgraftError

# Some network file systems know no flock, and a read-only folder takes no lock file: then nothing can be known.
_NO_LOCKS = {
    errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOLCK, errno.EINVAL, errno.EACCES, errno.EPERM, errno.EROFS
}  # fmt: skip
# As `seqgraft.files.atomic_path` names what it has not finished: a dot, the final name, eight characters, the suffix.
_UNFINISHED = re.compile(r"\..+\.[a-z0-9_]{8}(\.[a-z]+)?")


@contextmanager
def only_run(study: str, own_files: Collection[str] = (), folder: Path = Path()) -> Iterator[bool]:
    """Hold a study for the length of a block, after clearing what a killed run of it left.

    Parameters
    ----------
    study : str
        The study's name.
    own_files : collection of str
        Files outside ``results/<study>/`` that the study reads, as the config names them.
    folder : pathlib.Path
        The working folder of Snakemake.

    Yields
    ------
    bool
        Whether the study is held; False on a file system without locks, where nothing is cleared.

    Raises
    ------
    SeqgraftError
        When another run holds the study.
    """
    path = folder / ".snakemake" / "seqgraft" / f"{study}.lock"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise
        yield False
        return
    try:
        if held := _lock(handle, study, path):
            before = _record(handle)
            # A lock that does not reach over the network proves nothing about a run on another machine.
            if before.get("host") == socket.gethostname():
                clear_locks(folder / ".snakemake" / "locks", study, own_files)
                clear_unfinished(folder / "results" / study)
            _write_record(handle)
        yield held
    finally:
        os.close(handle)


def clear_locks(locks: Path, study: str, own_files: Collection[str] = ()) -> list[str]:
    """Remove the lock files of Snakemake that runs of this study made; return their names.

    Snakemake writes one file of the inputs and at once one of the outputs (``<n>.input.lock``, ``<n>.output.lock``),
    each a path per line. The outputs tell whose they are. Inputs alone would not, as another workflow may read a
    study's results: an input file belongs to the output file that was written next.
    """
    results = f"results/{study}/"
    # Clocks of file systems tick in milliseconds: of one time, "input" sorts before "output", as it was written.
    files = sorted(_lock_files(locks))
    removed = []
    following = False  # whether the output file that was written next is the study's
    for _, kind, path in reversed(files):
        names = path.read_text(encoding="utf-8", errors="replace").split("\n")
        names = [name for name in names if name]
        if kind == "output":
            own = following = bool(names) and all(name.startswith(results) for name in names)
        else:
            own = following and all(name.startswith(results) or name in own_files for name in names)
        if own:
            path.unlink(missing_ok=True)
            removed.append(path.name)
    return removed


def clear_unfinished(results: Path) -> int:
    """Remove the files below a folder that a killed writer had not finished; return how many."""
    stale = [path for path in results.rglob(".*") if _UNFINISHED.fullmatch(path.name) and path.is_file()]
    for path in stale:
        path.unlink(missing_ok=True)
    return len(stale)


def clear_store(store: Path, wanted: Collection[Path]) -> int:
    """Remove the folders of a resume store that no job of the study uses; return how many files went.

    Parameters
    ----------
    store : pathlib.Path
        ``results/<study>/resume``.
    wanted : collection of pathlib.Path
        The folders that jobs of the study use, whether or not they ran this time.
    """
    stale = [path for path in store.rglob("*") if path.is_file() and path.parent not in set(wanted)]
    for path in stale:
        path.unlink(missing_ok=True)
    for path in sorted((p for p in store.rglob("*") if p.is_dir()), reverse=True):
        if not any(path.iterdir()):
            path.rmdir()
    return len(stale)


def _lock_files(locks: Path) -> Iterator[tuple[int, str, Path]]:
    """Yield when each lock file was written, its kind and its path."""
    for path in locks.glob("*.lock"):
        if found := re.fullmatch(r"\d+\.(input|output)\.lock", path.name):
            yield path.stat().st_mtime_ns, found[1], path


def _lock(handle: int, study: str, path: Path) -> bool:
    """Take the lock without waiting; say who holds it if it is taken, False if there are no locks here."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = _record(handle)
        who = (
            f"process {holder['pid']} on {holder['host']}, since {holder['since']}" if holder else "a process"
        )
        raise SeqgraftError(
            f"the study '{study}' is already running: {who}",
            where=str(path.parent.parent.parent.resolve()),
            remedy="wait for it to end, or stop it; a study with another name can run here at the same time",
        ) from None
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise
        return False
    return True


def _record(handle: int) -> dict[str, Any]:
    """Read who holds the lock or held it last; empty if nobody did."""
    try:
        return dict(json.loads(os.pread(handle, 4096, 0)))
    except ValueError:
        return {}


def _write_record(handle: int) -> None:
    """Write who holds the lock."""
    now = datetime.datetime.now().astimezone().isoformat(sep=" ", timespec="seconds")
    record = json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "since": now})
    os.ftruncate(handle, 0)
    os.pwrite(handle, record.encode(), 0)
