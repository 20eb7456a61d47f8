"""Whether a file's bytes are those that the config names, and copying none but these."""

import os
import shutil
import stat
from pathlib import Path

from seqgraft.errors import SeqgraftError
from seqgraft.files import atomic_path, sha256_of


def check(path: Path, sha256: str | None, size: int | None, where: str) -> None:
    """Refuse a file whose bytes are not the expected ones.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    sha256 : str, optional
        Its SHA-256 in hexadecimal.
    size : int, optional
        Its number of bytes.
    where : str
        What the message calls the file.

    Raises
    ------
    SeqgraftError
        If it is another.
    """
    if size is not None and (found_size := path.stat().st_size) != size:
        raise SeqgraftError(
            f"wrong size: expected {size} bytes, found {found_size}",
            where=where,
            remedy="fetch the file again, or correct `size` in the config if this is the file that you mean",
        )
    if sha256 is not None and (found := sha256_of(path)) != sha256:
        raise SeqgraftError(
            f"wrong checksum: expected sha256 {sha256}, found {found}",
            where=where,
            remedy="fetch the file again, or correct `sha256` in the config if this is the file that you mean",
        )


def is_right(path: Path, sha256: str, size: int | None) -> bool:
    """Tell whether there is a file with these bytes."""
    try:
        check(path, sha256, size, "")
    except (SeqgraftError, OSError):
        return False
    return True


def copy_right(
    source: Path, destination: Path, sha256: str | None, size: int | None, *, where: str, remedy: str
) -> None:
    """Copy a file; what arrives is checked, and takes its place only if it is right.

    A copy, because a link would let whoever edits a raw file change the cache and all other studies, and would tie
    results to a mirror that may move.

    Parameters
    ----------
    source, destination : pathlib.Path
        From where to where.
    sha256, size : optional
        As in `check`.
    where, remedy : str
        How a message names the file, and what it advises where the file cannot be read.

    Raises
    ------
    SeqgraftError
        If there is no such file, it cannot be read, or its bytes are others.
    """
    _ordinary(source, where, remedy)
    with atomic_path(destination) as temporary:
        shutil.copyfile(source, temporary)
        check(temporary, sha256, size, where)


def _ordinary(path: Path, where: str, remedy: str) -> None:
    """Refuse what cannot be read as a file; a pipe would be waited for for ever."""
    try:
        mode = path.stat().st_mode
        if stat.S_ISREG(mode) and os.access(path, os.R_OK):
            return
    except FileNotFoundError:
        raise SeqgraftError(f"there is no file '{path}'", where=where, remedy=remedy) from None
    except (OSError, ValueError) as error:
        raise SeqgraftError(
            f"the file '{path}' cannot be reached: {getattr(error, 'strerror', None) or error}",
            where=where,
            remedy=remedy,
        ) from None
    if stat.S_ISDIR(mode):
        raise SeqgraftError(f"'{path}' is a folder, not a file", where=where, remedy=remedy)
    if stat.S_ISREG(mode):
        raise SeqgraftError(f"the file '{path}' may not be read", where=where, remedy=remedy)
    raise SeqgraftError(f"'{path}' is a pipe or a device, not a file", where=where, remedy=remedy)
