"""Read FASTA files with line numbers, and refuse what is not FASTA."""

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from seqgraft.errors import SeqgraftError

_GZIP_MAGIC = b"\x1f\x8b"
_BYTE_ORDER_MARKS = {
    b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16", b"\xef\xbb\xbf": "UTF-8 with a byte order mark",
}  # fmt: skip


class FastaRecord(NamedTuple):
    """One sequence of a FASTA file.

    Parameters
    ----------
    id : str
        The first word of the header; empty where the header starts with a blank or is empty.
    sequence : str
        All its lines joined, blanks removed, letters as they stand.
    line : int
        Number of the header's line, from 1.
    """

    id: str
    sequence: str
    line: int


def read_fasta(path: str | Path) -> list[FastaRecord]:
    """Read a FASTA file, plain or compressed with gzip.

    Parameters
    ----------
    path : path-like
        The file. Lines may end in LF or CRLF; sequences may be wrapped.

    Returns
    -------
    list of FastaRecord
        In the file's order.

    Raises
    ------
    SeqgraftError
        If the file is empty, truncated, not text, does not begin with ``>``, or holds a header without a sequence.
    """
    text = _text(Path(path))
    records = list(_records(text, Path(path)))
    if not records:
        raise SeqgraftError(
            "the file holds no sequence", where=str(path), remedy="give a FASTA file with at least one record"
        )
    return records


def _text(path: Path) -> str:
    """Return the file's text, decompressed."""
    data = path.read_bytes()
    if data.startswith(_GZIP_MAGIC):
        try:
            data = gzip.decompress(data)
        except (EOFError, zlib.error, gzip.BadGzipFile):
            raise SeqgraftError(
                "the compressed file is damaged or cut short", where=str(path), remedy="fetch it again"
            ) from None
    for mark, name in _BYTE_ORDER_MARKS.items():
        if data.startswith(mark):
            raise SeqgraftError(
                f"the file is {name}, not plain text", where=str(path), remedy="save it as ASCII"
            )
    at = data.find(b"\x00")
    if at >= 0:
        line = data.count(b"\n", 0, at) + 1
        raise SeqgraftError(
            "the file is not text: it holds a zero byte",
            where=f"{path}, line {line}",
            remedy="give a FASTA file, plain or compressed with gzip",
        )
    # Headers may hold any encoding; latin-1 never fails and leaves sequence letters as they are.
    return data.decode("latin-1")


def _records(text: str, path: Path) -> Iterator[FastaRecord]:
    """Cut the text into records."""
    number, header, start, parts = 0, None, 0, list[str]()
    for number, raw in enumerate(text.split("\n"), start=1):
        line = raw.rstrip()
        if line.startswith(">"):
            if header is not None:
                yield _record(header, start, parts, path)
            header, start, parts = line[1:], number, []
        elif line and header is None:
            raise SeqgraftError(
                "the file does not begin with a header: no '>' before the first sequence",
                where=f"{path}, line {number}",
                remedy="give a FASTA file, in which each sequence follows a line that begins with '>'",
            )
        elif line:
            parts.append(line)
    if header is not None:
        yield _record(header, start, parts, path)


def _record(header: str, line: int, parts: list[str], path: Path) -> FastaRecord:
    """Put one record together."""
    sequence = "".join("".join(parts).split())
    if not sequence:
        raise SeqgraftError(
            "a header without a sequence",
            where=f"{path}, line {line}",
            remedy="remove the header or complete the file; it may have been cut short",
        )
    name = header.split(maxsplit=1)[0] if header and not header[0].isspace() else ""
    return FastaRecord(name, sequence, line)
