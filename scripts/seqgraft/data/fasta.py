"""Read FASTA files with line numbers, and refuse what is not FASTA."""

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from seqgraft.errors import SeqgraftError

_GZIP_MAGIC = b"\x1f\x8b"
_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
# How files begin that are often given for FASTA: packed with something else than gzip, or another format of text.
_PACKED = {
    b"PK\x03\x04": "zip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"7z\xbc\xaf": "7-Zip",
}
_OTHER_FORMATS = {"@": "FASTQ", "<": "a web page", "LOCUS": "GenBank", "ID  ": "EMBL", "##gff": "GFF"}
_SHOWN = 20  # letters of a file that is not FASTA, so that its author sees what it is instead


class FastaRecord(NamedTuple):
    """One sequence of a FASTA file.

    Parameters
    ----------
    id : str
        The first word of the header, blanks after ``>`` skipped; empty where the header is.
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
        The file. Lines may end in LF, CRLF or CR; sequences may be wrapped; empty lines mean nothing. Text is
        UTF-8, with or without a byte order mark, else Latin-1, which matters to headers alone.

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
    packed = next((name for mark, name in _PACKED.items() if data.startswith(mark)), None)
    if packed is not None:
        raise SeqgraftError(
            f"the file is compressed with {packed}, which is not read here",
            where=str(path),
            remedy="unpack it, or compress it with gzip",
        )
    if data.startswith(_UTF_16_MARKS):
        raise SeqgraftError(
            "the file is encoded in UTF-16, not plain text",
            where=str(path),
            remedy="save it as UTF-8 or ASCII",
        )
    at = data.find(b"\x00")
    if at >= 0:
        line = data.count(b"\n", 0, at) + 1
        raise SeqgraftError(
            "the file is not text: it holds a zero byte",
            where=f"{path}, line {line}",
            remedy="give a FASTA file, plain or compressed with gzip",
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")  # never fails; a foreign letter in a sequence is found later
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _records(text: str, path: Path) -> Iterator[FastaRecord]:
    """Cut the text into records."""
    header, start, parts = None, 0, list[str]()
    for number, raw in enumerate(text.split("\n"), start=1):
        line = raw.rstrip()
        if line.startswith(">"):
            if header is not None:
                yield _record(header, start, parts, path)
            header, start, parts = line[1:], number, []
        elif line and header is None:
            raise SeqgraftError(
                f"the file is not FASTA: it begins with {line.lstrip()[:_SHOWN]!r} and not with '>'{_format(line)}",
                where=f"{path}, line {number}",
                remedy="give a FASTA file, in which each sequence follows a header line that begins with '>'",
            )
        elif line:
            parts.append(line)
    if header is not None:
        yield _record(header, start, parts, path)


def _format(line: str) -> str:
    """Return a hint if the first line is that of another format, else an empty text."""
    name = next((name for mark, name in _OTHER_FORMATS.items() if line.lstrip().startswith(mark)), "")
    return name and f"; this looks like {name}"


def _record(header: str, line: int, parts: list[str], path: Path) -> FastaRecord:
    """Put one record together."""
    sequence = "".join("".join(parts).split())
    if not sequence:
        raise SeqgraftError(
            "a header without a sequence",
            where=f"{path}, line {line}",
            remedy="remove the header or complete the file; it may have been cut short",
        )
    words = header.split(maxsplit=1)
    return FastaRecord(words[0] if words else "", sequence, line)
