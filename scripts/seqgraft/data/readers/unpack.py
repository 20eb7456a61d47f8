"""Files as they come off the disk: compressed ones and members of archives are unpacked beside, within limits.

What a file holds is told by the config. Its first bytes only tell how it is compressed.
"""

import bz2
import contextlib
import gzip
import lzma
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from seqgraft.config.suggest import suggestion
from seqgraft.data.readers.base import Source
from seqgraft.errors import SeqgraftError

# Sequences shrink to a quarter by their letters alone, and alignments or variants of one protein to a twentieth; what
# shrinks to a two-hundredth and is large was made to fill a disk.
MOST_TIMES = 200
SMALL_ENOUGH = 100_000_000
_BLOCK = 1 << 20
_ENCRYPTED = 1
_DAMAGED = (EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, gzip.BadGzipFile)
_MOST_OF_GZIP = 1032  # 258 letters by two bits, the shortest code of the longest repeat (RFC 1951)
_GZIP = b"\x1f\x8b"
_PACKED: dict[bytes, Any] = {
    _GZIP: gzip.GzipFile,
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\x00": lzma.LZMAFile,
}
_ZIP = b"PK\x03\x04"


@contextmanager
def unpacked(source: Source, *, keep_gzip: bool = False) -> Iterator[Path]:
    """Yield the path of the file as plain bytes; a temporary one where it is compressed or in an archive.

    Parameters
    ----------
    source : Source
        The file.
    keep_gzip : bool
        Whether the reader unpacks gzip by itself.

    Yields
    ------
    pathlib.Path
        Messages raised in the block that name this path name the source instead.

    Raises
    ------
    SeqgraftError
        If it is damaged, encrypted, not in the archive, or so large that it must be a mistake or an attack.
    """
    with contextlib.ExitStack() as stack:
        opened = _opened(source, stack, keep_gzip=keep_gzip)
        if opened is None:
            yield source.path
            return
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="seqgraft-")))
        path = folder / "unpacked"
        _copy(opened, path, source)
        try:
            yield path
        except SeqgraftError as error:
            raise SeqgraftError(
                error.what, where=error.where.replace(str(path), source.where), remedy=error.remedy
            ) from None


def _opened(source: Source, stack: contextlib.ExitStack, *, keep_gzip: bool) -> IO[bytes] | None:
    """Open what must be unpacked; None for a plain file."""
    with source.path.open("rb") as handle:
        start = handle.read(6)
    if source.member is not None:
        if not start.startswith(_ZIP):
            raise SeqgraftError(
                "the file is not a .zip, and has no members",
                where=str(source.path),
                remedy="give the .zip, or leave out `member`",
            )
        return stack.enter_context(_member(source, stack))
    if start.startswith(_ZIP):
        raise SeqgraftError(
            "the file is a .zip, and nothing says which of its members to read",
            where=str(source.path),
            remedy=f"add `member` to the file's entry: {_listed(source)}",
        )
    found = next((mark for mark in _PACKED if start.startswith(mark)), None)
    if found == _GZIP and keep_gzip:
        told, here = _told_size(source.path), source.path.stat().st_size
        # More cannot be true: the file was cut short, which its reader tells.
        if told <= _MOST_OF_GZIP * here:
            _within_limits(told, here, source)
    if found is None or (keep_gzip and found == _GZIP):
        return None
    stream: IO[bytes] = stack.enter_context(_PACKED[found](source.path))
    return stream


def _member(source: Source, stack: contextlib.ExitStack) -> IO[bytes]:
    """Open a member of an archive."""
    try:
        archive = stack.enter_context(zipfile.ZipFile(source.path))
    except zipfile.BadZipFile:
        raise _damaged(source) from None
    names = [entry.filename for entry in archive.infolist() if not entry.is_dir()]
    if names.count(str(source.member)) != 1:
        count = "no member" if source.member not in names else "several members"
        raise SeqgraftError(
            f"the archive holds {count} '{source.member}'{suggestion(str(source.member), names)}",
            where=str(source.path),
            remedy="name one of its members, with its folders, under `member`",
        )
    entry = archive.getinfo(str(source.member))
    if entry.flag_bits & _ENCRYPTED:
        raise SeqgraftError(
            "the member is encrypted",
            where=source.where,
            remedy="unpack it with its password, and give the file",
        )
    _within_limits(entry.file_size, entry.compress_size, source)
    try:
        return archive.open(entry)
    except (NotImplementedError, *_DAMAGED):
        raise _damaged(source) from None


def _copy(packed: IO[bytes], path: Path, source: Source) -> None:
    """Unpack in blocks, and stop where it becomes too much."""
    size, here = 0, source.path.stat().st_size
    try:
        with path.open("wb") as handle:
            while block := packed.read(_BLOCK):
                size += len(block)
                _within_limits(size, here, source)
                handle.write(block)
    except _DAMAGED:
        raise _damaged(source) from None
    except OSError as error:
        if error.errno is None:  # bz2 tells of bytes that are none of its own in this way
            raise _damaged(source) from None
        raise


def _within_limits(size: int, packed: int, source: Source) -> None:
    """Refuse what unpacks to far more than sequences do."""
    if size > SMALL_ENOUGH and size > MOST_TIMES * packed:
        raise SeqgraftError(
            f"the file unpacks to more than {MOST_TIMES} times its {packed:,} bytes, which no sequences do",
            where=source.where,
            remedy="look into it with care; if it is right, unpack it yourself and give the file",
        )


def _told_size(path: Path) -> int:
    """Return what gzip's last four bytes say of the unpacked size, which is true below 4 GiB (RFC 1952)."""
    with path.open("rb") as handle:
        handle.seek(max(-4, -path.stat().st_size), 2)
        return int.from_bytes(handle.read(4), "little")


def _damaged(source: Source) -> SeqgraftError:
    return SeqgraftError(
        "the compressed file is damaged or cut short", where=source.where, remedy="fetch it again"
    )


def _listed(source: Source) -> str:
    """Name some members of an archive."""
    try:
        with zipfile.ZipFile(source.path) as archive:
            names = [entry.filename for entry in archive.infolist() if not entry.is_dir()]
    except zipfile.BadZipFile:
        raise _damaged(source) from None
    more = ", …" if len(names) > 5 else ""
    return ", ".join(names[:5]) + more
