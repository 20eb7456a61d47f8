"""Intervals as text: BED lines and tables, every number checked, counted from 0 with the end left out."""

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from seqgraft.data.readers.base import Source
from seqgraft.data.readers.columns import Columns, read_columns
from seqgraft.data.readers.text import text_lines
from seqgraft.data.readers.unpack import unpacked
from seqgraft.errors import SeqgraftError

_NO_INTERVAL = re.compile(r"#|track\b|browser\b")  # comments, and what is meant for a genome browser
_NUMBER = re.compile(r"-?[0-9]{1,15}")
CHROMOSOME, START, END, STRAND = "1", "2", "3", "6"


class Intervals(NamedTuple):
    """Places on a genome.

    Parameters
    ----------
    chromosomes : list of str
        (N,) names.
    starts, ends : numpy.ndarray
        (N,) int64, from 0, the end left out.
    reverse : numpy.ndarray
        (N,) bool: on the other strand.
    summits : numpy.ndarray or None
        (N,) int64, from 0 on the chromosome.
    """

    chromosomes: list[str]
    starts: np.ndarray
    ends: np.ndarray
    reverse: np.ndarray
    summits: np.ndarray | None


def read_bed(source: Source, wanted: Sequence[str | None]) -> Columns:
    """Read a BED file; comments, track and browser lines are passed over.

    Parameters
    ----------
    source : Source
        The file. Columns are separated by tabs, or else by blanks.
    wanted : sequence of str or None
        Numbers of further columns, from 1; the first three are read in any case, the strand where there is one.

    Returns
    -------
    Columns

    Raises
    ------
    SeqgraftError
        If a line has too few columns, or no line is an interval.
    """
    names = list(dict.fromkeys([CHROMOSOME, START, END, *(name for name in wanted if name is not None)]))
    with unpacked(source) as path:
        numbered = [
            (number, text.split("\t" if "\t" in text else None))
            for number, text in enumerate(text_lines(path, source), start=1)
            if text.strip() and not _NO_INTERVAL.match(text)
        ]
    if not numbered:
        raise SeqgraftError(
            "the file holds no interval", where=source.where, remedy="give a BED file with at least one"
        )
    if STRAND not in names and all(len(cells) >= int(STRAND) for _, cells in numbered):
        names.append(STRAND)
    least = max((int(name) if name.isdecimal() else _no_number(name, source)) for name in names)
    for number, cells in numbered:
        if len(cells) < least:
            raise SeqgraftError(
                f"the line has {len(cells)} columns, and column {least} is read",
                where=f"{source.where}, line {number}",
                remedy="give BED (chromosome, start, end, …), columns separated by tabs, or correct the task's `read`",
            )
    cells_of = {name: [cells[int(name) - 1].strip() for _, cells in numbered] for name in names}
    return Columns(source, [number for number, _ in numbered], cells_of)


def _no_number(name: str, source: Source) -> int:
    raise SeqgraftError(
        f"there is no column '{name}': the columns of BED are named by number, from 1",
        where=source.where,
        remedy="correct the task's `read`",
    )


def numbers(columns: Columns, name: str, what: str) -> np.ndarray:
    """Return a column of whole numbers, (N,) int64.

    Parameters
    ----------
    columns : Columns
        The rows.
    name : str
        The column.
    what : str
        What messages call a cell.

    Raises
    ------
    SeqgraftError
        If a cell is no whole number.
    """
    cells = columns.cells[name]
    for row, cell in enumerate(cells):
        if not _NUMBER.fullmatch(cell):
            raise SeqgraftError(
                f"the {what} '{cell}' is not a whole number",
                where=columns.where(row),
                remedy="mend the line; places are counted in letters, without signs between the digits",
            )
    return np.array(cells, dtype=np.int64)


def intervals_of(
    columns: Columns,
    names: Sequence[str | None],
    *,
    first: int,
    follow: bool,
    summit: str | None,
    summit_from_start: bool,
) -> Intervals:
    """Turn cells into intervals.

    Parameters
    ----------
    columns : Columns
        The rows.
    names : sequence of str or None
        The columns of chromosome, start, end and strand.
    first : {0, 1}
        What the first letter is counted as; with 1 the end is the last letter, with 0 the one after it.
    follow : bool
        Whether the strand counts.
    summit : str or None
        The column of the summit.
    summit_from_start : bool
        Whether summits are counted from the start, as in narrowPeak.

    Returns
    -------
    Intervals

    Raises
    ------
    SeqgraftError
        If a number or a strand is none, or an interval begins before the chromosome or holds no letter.
    """
    chromosome, start, end, strand = names
    given, last = numbers(columns, str(start), "start"), numbers(columns, str(end), "end")
    starts = given - first
    for row in np.flatnonzero(starts < 0)[:1].tolist():
        raise SeqgraftError(
            f"the start {given[row]} lies before the first letter, which is {first}",
            where=columns.where(row),
            remedy="mend the line, or correct `first` in the task's `read`",
        )
    for row in np.flatnonzero(last <= starts)[:1].tolist():
        raise SeqgraftError(
            f"the interval holds no letter: it starts at {given[row]} and ends at {last[row]}",
            where=columns.where(row),
            remedy="mend the line, or correct `first` in the task's `read`",
        )
    reverse = np.zeros(len(starts), dtype=bool)
    if follow and strand in columns.cells:
        reverse = _strands(columns, str(strand))
    summits = None
    if summit is not None:
        offsets = numbers(columns, summit, "summit")
        summits = offsets + (starts if summit_from_start else -first)
        for row in np.flatnonzero((summits < starts) | (summits >= last))[:1].tolist():
            raise SeqgraftError(
                f"the summit {offsets[row]} lies outside its interval",
                where=columns.where(row),
                remedy="correct `summit` in the task's `read`, or choose another `centre`",
            )
    return Intervals(columns.cells[str(chromosome)], starts, last, reverse, summits)


def _strands(columns: Columns, name: str) -> np.ndarray:
    """Return which intervals are on the other strand."""
    signs = columns.cells[name]
    for row, sign in enumerate(signs):
        if sign not in ("+", "-", ".", ""):
            raise SeqgraftError(
                f"the strand '{sign}' is none of +, - and .",
                where=columns.where(row),
                remedy="mend the line, or set `strands` to ignore in the task's `read`",
            )
    return np.array([sign == "-" for sign in signs], dtype=bool)


def read_rows(source: Source, columns: str, wanted: Sequence[str | None], *, header: bool) -> Columns:
    """Read the file's columns: BED, or a table."""
    return (
        read_bed(source, wanted) if columns == "bed" else read_columns(source, columns, wanted, header=header)
    )
