"""FASTA files with one class each, or with the label in the header."""

import re
from collections.abc import Mapping, Sequence

import pandas as pd

from seqgraft.data.fasta import FastaRecord, read_fasta
from seqgraft.data.readers.base import Raw, Source, Tell, nothing_left_out
from seqgraft.data.readers.choosing import parts_named
from seqgraft.data.readers.text import text_lines
from seqgraft.data.readers.unpack import unpacked
from seqgraft.data.readers.wanted import PARTS, joined, placed
from seqgraft.errors import SeqgraftError

_SHOWN = 40


def read_class_files(sources: Sequence[Source], tell: Tell, *, ids: str = "header") -> Raw:
    """Read FASTA files that hold one class each.

    Parameters
    ----------
    sources : sequence of Source
        With their classes.
    tell : callable
        Told after each file.
    ids : {"header", "line"}
        Whether headers hold ids.

    Returns
    -------
    Raw
    """
    tables = []
    for source in sources:
        table = fasta_table(source, ids=ids).assign(label=source.label)
        tables.append(placed(table, source))
        tell(f"{source.file} read, {len(table)} sequences")
    return joined(tables, [nothing_left_out()])


def read_headers(
    sources: Sequence[Source],
    tell: Tell,
    *,
    label: str,
    ids: str = "header",
    part: str | None = None,
    parts: Mapping[str, str] = PARTS,
    group: str | None = None,
) -> Raw:
    """Read FASTA files whose headers tell the labels.

    Parameters
    ----------
    sources : sequence of Source
        The files.
    tell : callable
        Told after each file.
    label, part, group : str
        Regular expressions with one group.
    ids, parts
        As in `seqgraft.config.reading.FastaHeaderReading`.

    Returns
    -------
    Raw

    Raises
    ------
    SeqgraftError
        If a header does not match, or a part is none of `parts`.
    """
    tables = []
    for source in sources:
        table = fasta_table(source, ids=ids)
        lines, headers = table["line"].tolist(), headers_of(source, table["line"].tolist())
        table["label"] = matched(headers, label, "label", lines, source)
        if part is not None:
            table["part"] = parts_named(matched(headers, part, "part", lines, source), parts, lines, source)
        if group is not None:
            table["group"] = matched(headers, group, "group", lines, source)
        tables.append(placed(table, source))
        tell(f"{source.file} read, {len(table)} sequences")
    return joined(tables, [nothing_left_out()])


def fasta_table(source: Source, *, ids: str = "header") -> pd.DataFrame:
    """Read one FASTA file, however it is packed.

    Parameters
    ----------
    source : Source
        The file.
    ids : {"header", "line"}
        Whether headers hold ids; else each sequence is called by its file and line.

    Returns
    -------
    pandas.DataFrame
        ``id, sequence, line``.
    """
    with unpacked(source, keep_gzip=True) as path:
        table = pd.DataFrame(read_fasta(path), columns=list(FastaRecord._fields))
    if ids == "line":
        table = table.assign(id=f"{source.file}:" + table["line"].astype(str))
    return table


def headers_of(source: Source, lines: Sequence[int]) -> list[str]:
    """Return the headers that stand in these lines, without ``>``."""
    with unpacked(source) as path:
        text = text_lines(path, source)
    return [text[line - 1].strip()[1:].strip() for line in lines]


def matched(
    headers: Sequence[str], pattern: str, what: str, lines: Sequence[int], source: Source
) -> list[str]:
    """Return what a regular expression's group matches in each header.

    Parameters
    ----------
    headers : sequence of str
        Without ``>``.
    pattern : str
        A regular expression with one group.
    what : str
        What it finds, for the message.
    lines : sequence of int
        The line of each header.
    source : Source
        The file.

    Returns
    -------
    list of str

    Raises
    ------
    SeqgraftError
        If a header does not match.
    """
    wanted = re.compile(pattern)
    found = []
    for header, line in zip(headers, lines, strict=True):
        match = wanted.search(header)
        if match is None or not match[1]:
            raise SeqgraftError(
                f"no {what} is found by `{pattern}` in the header '{header[:_SHOWN]}'",
                where=f"{source.where}, line {line}",
                remedy=f"correct `{what}` in the task's `read`, or mend the header",
            )
        found.append(match[1])
    return found
