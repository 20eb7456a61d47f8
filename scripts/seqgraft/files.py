"""Writing files so that a reader finds the old one, the new one, or none: never half of one."""

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

from seqgraft.errors import SeqgraftError


@contextmanager
def atomic_path(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Yield a temporary path beside `path`; rename it to `path` if the block succeeds.

    Parameters
    ----------
    path : path-like
        Where the finished file belongs. Missing parent folders are made.

    Yields
    ------
    pathlib.Path
        A path in the same folder (so that the rename is atomic), with the same suffix.
    """
    final = Path(path)
    final.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle, name = tempfile.mkstemp(prefix=f".{final.name}.", suffix=final.suffix, dir=final.parent)
    except OSError as error:
        _name(error, final)
        raise
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o666 & ~_umask())  # mkstemp makes files that only their owner can read
        os.replace(temporary, final)
    except Exception as error:
        if getattr(error, "filename", None) in (None, str(temporary), temporary):
            _name(error, final)
        raise
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: str | os.PathLike[str], text: str) -> None:
    """Write UTF-8 text atomically."""
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_tsv(table: pd.DataFrame, path: str | os.PathLike[str]) -> None:
    """Write a table as tab-separated text, six significant digits, atomically."""
    with atomic_path(path) as temporary:
        table.to_csv(temporary, sep="\t", index=False, lineterminator="\n", float_format="%.6g")


def write_parquet(table: pd.DataFrame, path: str | os.PathLike[str]) -> None:
    """Write a table as parquet, atomically; equal tables give equal bytes."""
    with atomic_path(path) as temporary:
        table.to_parquet(temporary, index=False, compression="zstd")


def read_parquet(path: str | os.PathLike[str], columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Read a table that an earlier job wrote.

    Parameters
    ----------
    path : path-like
        The file.
    columns : sequence of str, optional
        The columns wanted; all by default.

    Returns
    -------
    pandas.DataFrame

    Raises
    ------
    SeqgraftError
        If it is no whole parquet file with these columns.
    """
    try:
        return pd.read_parquet(path, columns=None if columns is None else list(columns))
    except (OSError, ValueError) as error:
        if getattr(error, "errno", None) is not None:
            raise
        raise SeqgraftError(
            "the table cannot be read: it is damaged, cut short or of another version",
            where=str(path),
            remedy="delete the file and run again; it is made anew",
        ) from None


def sha256_of(path: str | os.PathLike[str]) -> str:
    """Return the SHA-256 of a file's bytes in hexadecimal."""
    with open(path, "rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _name(error: Exception, path: Path) -> None:
    """Put the file's final name into an exception, for the message: libraries name none, or the temporary."""
    with contextlib.suppress(AttributeError):
        error.place = str(path)  # type: ignore[attr-defined]


def _umask() -> int:
    """Read the process's umask, which can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
