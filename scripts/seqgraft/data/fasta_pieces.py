"""A FASTA file in pieces: opened whatever it is compressed with, line ends made one."""

import bz2
import lzma
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from isal import igzip

from seqgraft.data.fasta import (
    DAMAGES,
    GZIP_MAGIC,
    damaged,
    no_records,
    not_fasta,
    refuse_other_files,
    text_of,
    zero_byte,
)
from seqgraft.errors import SeqgraftError

# Fits into the caches of a processor, and is small enough that its memory is used again and not asked for anew.
PIECE = 1 << 19
_START = 64  # enough to tell what a file is
_DAMAGES: tuple[type[Exception], ...] = (*DAMAGES, lzma.LZMAError)
_BOM = b"\xef\xbb\xbf"
_OPENERS: dict[bytes, Callable[[Path], Any]] = {
    GZIP_MAGIC: igzip.IGzipFile,
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\x00": lzma.LZMAFile,
}


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    """Open a file for its plain bytes, and say what is wrong where they cannot be had."""
    with path.open("rb") as plain:
        start = plain.read(6)
    opener = next((found for mark, found in _OPENERS.items() if start.startswith(mark)), None)
    try:
        with opener(path) if opener else path.open("rb") as handle:
            yield handle
    except _DAMAGES:
        raise damaged(path) from None
    except OSError as error:
        if opener is None or error.errno is not None:
            raise
        raise damaged(path) from None  # bz2 tells of bytes that are none of its own in this way


def _blocks(handle: IO[bytes], path: Path, size: int) -> Iterator[bytes]:
    """Yield the file's bytes with LF at the end of every line, without a byte order mark."""
    block, held = handle.read(max(size, _START)), b""
    refuse_other_files(block, path)
    block = block.removeprefix(_BOM)
    while block:
        block = held + block
        held = b"\r" if block.endswith(b"\r") else b""  # its LF may be in the next block
        if b"\r" in block:
            block = block.removesuffix(held).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        yield block
        block = handle.read(size)
    if held:
        yield b"\n"


def pieces(path: Path, size: int = PIECE) -> Iterator[bytes]:
    r"""Cut a FASTA file into pieces.

    Parameters
    ----------
    path : pathlib.Path
        Plain, or compressed with gzip, bzip2 or xz, which is told by its first bytes.
    size : int
        About how many bytes are read at once. A record may be longer, also one of a single line.

    Yields
    ------
    bytes
        Whole header lines, each begun by ``\n>``, which stands nowhere else, and the lines that follow them. A
        piece that begins otherwise goes on with the last record of the piece before; the first one may begin with
        empty lines. An LF stands before the file's first byte.

    Raises
    ------
    SeqgraftError
        If the file is empty, damaged, not text, or does not begin with ``>``.
    """
    passed, begun = 0, False
    with _opened(path) as handle:
        for piece in _cut(_blocks(handle, path, size)):
            if (at := piece.find(b"\x00")) >= 0:
                raise zero_byte(path, line_at(path, passed + at))
            passed += len(piece)
            if not begun:
                before, found, _ = piece.partition(b"\n>")
                if text_of(before).strip():
                    raise _no_header(before, passed - len(piece), path)
                begun = bool(found)
            yield piece
    if not begun:
        raise no_records(path)


def line_at(path: Path, place: int) -> int:
    """Return the number of the line, from 1, in which a byte of the file stands, the LF before the file counted."""
    lines, passed = 1, 1
    with _opened(path) as handle:
        for block in _blocks(handle, path, PIECE):
            lines += block.count(b"\n", 0, max(0, place - passed))
            passed += len(block)
            if passed >= place:
                break
    return lines


def _no_header(before: bytes, passed: int, path: Path) -> SeqgraftError:
    """Describe text that stands before the first header."""
    blank = len(before) - len(before.lstrip())
    line = text_of(before[before.rfind(b"\n", 0, blank) + 1 :]).partition("\n")[0]
    return not_fasta(line.rstrip(), path, line_at(path, passed + blank))


def _cut(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Cut blocks where a record begins, or else at the end of a line, or else within a line of sequence."""
    rest = b"\n"
    for block in blocks:
        data = rest + block
        at = data.rfind(b">") - 1  # a hundred times faster than to look for both, and nearly always right
        if at > 0 and data[at] != ord("\n"):
            at = data.rfind(b"\n>")
        if at <= 0:  # one record at most, perhaps in its midst
            at = data.rfind(b"\n")
            if at <= 0:
                if data == b"\n" or data.startswith(b"\n>"):
                    rest = data  # a header that is not whole
                    continue
                at = len(data)
        if at:
            yield data[:at]
        rest = data[at:]
    if rest:
        yield rest
