"""Plain text as lines, and what cannot be plain text refused."""

from pathlib import Path

from seqgraft.data.readers.base import Source
from seqgraft.errors import SeqgraftError


def text_lines(path: Path, source: Source) -> list[str]:
    """Return the lines of a text file without their ends.

    Parameters
    ----------
    path : pathlib.Path
        A plain file.
    source : Source
        What messages call it.

    Returns
    -------
    list of str
        Ends may be LF, CRLF or CR; a byte order mark is left out; text that is not UTF-8 is taken for Latin-1.

    Raises
    ------
    SeqgraftError
        If the file is empty, UTF-16, or holds a zero byte.
    """
    data = path.read_bytes()
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise SeqgraftError(
            "the file is encoded in UTF-16, not plain text",
            where=source.where,
            remedy="save it as UTF-8 or ASCII",
        )
    at = data.find(b"\x00")
    if at >= 0:
        line = data.count(b"\n", 0, at) + 1
        raise SeqgraftError(
            "the file is not text: it holds a zero byte",
            where=f"{source.where}, line {line}",
            remedy="give a file of plain text, or the format that it has",
        )
    if not data.strip():
        raise SeqgraftError("the file is empty", where=source.where, remedy="give a file with content")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.split("\n")
