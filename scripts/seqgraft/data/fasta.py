"""Read FASTA files with line numbers, and refuse what is not FASTA."""

import gzip
import zlib
from collections.abc import Mapping
from itertools import accumulate, islice
from pathlib import Path
from typing import Any, NamedTuple

from isal import igzip, isal_zlib

from seqgraft.errors import SeqgraftError

GZIP_MAGIC = b"\x1f\x8b"
_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
# How files begin that are often given for FASTA: packed with something else than gzip, or another format of text.
_PACKED = {
    b"PK\x03\x04": "zip",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"7z\xbc\xaf": "7-Zip",
}
_OTHER_FORMATS = {"@": "FASTQ", "<": "a web page", "LOCUS": "GenBank", "ID  ": "EMBL", "##gff": "GFF"}
# Read in pieces, but not by `read_fasta`, whose callers unpack first.
_PACKED_TOO = {b"BZh": "bzip2", b"\xfd7zXZ\x00": "xz"}
_ISAL_ERROR: Any = isal_zlib.error  # a class, which isal's stubs take for an instance
DAMAGES: tuple[type[Exception], ...] = (EOFError, zlib.error, gzip.BadGzipFile, _ISAL_ERROR)
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
    records = _records(_text(Path(path)), Path(path))
    if not records:
        raise no_records(Path(path))
    return records


def _text(path: Path) -> str:
    """Return the file's text, decompressed, with LF at the end of every line."""
    data = path.read_bytes()
    if data.startswith(GZIP_MAGIC):
        try:
            data = igzip.decompress(data)
        except DAMAGES:
            raise damaged(path) from None
    refuse_other_files(data, path, _PACKED | _PACKED_TOO)
    at = data.find(b"\x00")
    if at >= 0:
        raise zero_byte(path, data.count(b"\n", 0, at) + 1)
    text = text_of(data)
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def text_of(data: bytes) -> str:
    """Decode text that may be Latin-1; this never fails, and a foreign letter in a sequence is found later."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _records(text: str, path: Path) -> list[FastaRecord]:
    """Cut the text into records."""
    before, *parts = f"\n{text}".split("\n>")
    if before.strip():
        number, line = next((number, line) for number, line in enumerate(before.split("\n")) if line.strip())
        raise not_fasta(line.rstrip(), path, number)
    cut = [part.partition("\n") for part in parts]
    # The text's last line counts as ended; what follows it is no record.
    lines = accumulate((part.count("\n") + 1 for part in parts), initial=before.count("\n") + 1)
    # Blanks within a line go as well.
    sequences = ["".join(body.split()) for _, _, body in cut]
    if not all(sequences):
        at = next(at for at, sequence in enumerate(sequences) if not sequence)
        raise no_sequence(path, next(islice(lines, at, None)))
    ids = [words[0] if (words := header.split(None, 1)) else "" for header, _, _ in cut]
    return list(map(FastaRecord._make, zip(ids, sequences, lines, strict=False)))


def refuse_other_files(data: bytes, path: Path, packed: Mapping[bytes, str] = _PACKED) -> None:
    """Refuse a file whose first bytes are those of another kind of file."""
    name = next((name for mark, name in packed.items() if data.startswith(mark)), None)
    if name is not None:
        raise SeqgraftError(
            f"the file is compressed with {name}, which is not read here",
            where=str(path),
            remedy="unpack it, or compress it with gzip",
        )
    if data.startswith(_UTF_16_MARKS):
        raise SeqgraftError(
            "the file is encoded in UTF-16, not plain text",
            where=str(path),
            remedy="save it as UTF-8 or ASCII",
        )


def no_records(path: Path) -> SeqgraftError:
    """Describe a file without a record."""
    return SeqgraftError(
        "the file holds no sequence", where=str(path), remedy="give a FASTA file with at least one record"
    )


def damaged(path: Path) -> SeqgraftError:
    """Describe a compressed file that cannot be unpacked."""
    return SeqgraftError(
        "the compressed file is damaged or cut short", where=str(path), remedy="fetch it again"
    )


def zero_byte(path: Path, line: int) -> SeqgraftError:
    """Describe a file that is not text."""
    return SeqgraftError(
        "the file is not text: it holds a zero byte",
        where=f"{path}, line {line}",
        remedy="give a FASTA file, plain or compressed with gzip",
    )


def not_fasta(begins: str, path: Path, line: int) -> SeqgraftError:
    """Describe a file that begins with something else than a header."""
    return SeqgraftError(
        f"the file is not FASTA: it begins with {begins.lstrip()[:_SHOWN]!r} and not with '>'{_format(begins)}",
        where=f"{path}, line {line}",
        remedy="give a FASTA file, in which each sequence follows a header line that begins with '>'",
    )


def no_sequence(path: Path, line: int) -> SeqgraftError:
    """Describe a header without a sequence."""
    return SeqgraftError(
        "a header without a sequence",
        where=f"{path}, line {line}",
        remedy="remove the header or complete the file; it may have been cut short",
    )


def _format(line: str) -> str:
    """Return a hint if the first line is that of another format, else an empty text."""
    name = next((name for mark, name in _OTHER_FORMATS.items() if line.lstrip().startswith(mark)), "")
    return name and f"; this looks like {name}"
