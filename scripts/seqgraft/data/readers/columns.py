"""Tables as text: named columns of a delimited file or of parquet, every row with its line."""

import csv
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from seqgraft.config.suggest import suggestion
from seqgraft.data.readers.base import Source
from seqgraft.data.readers.text import text_lines
from seqgraft.data.readers.unpack import unpacked
from seqgraft.errors import SeqgraftError

SEPARATORS: Mapping[str, str] = {"comma": ",", "tab": "\t", "csv": ",", "tsv": "\t"}


class Columns(NamedTuple):
    """Some columns of a table.

    Parameters
    ----------
    source : Source
        Where they were read.
    lines : list of int
        Each row's line, from 1; of parquet its row.
    cells : dict of list of str
        The cells by column, blanks around them removed; an empty cell is an empty text.
    """

    source: Source
    lines: list[int]
    cells: dict[str, list[str]]

    def rows(self, kept: Sequence[int]) -> "Columns":
        """Return these rows, by their position."""
        return Columns(
            self.source,
            [self.lines[row] for row in kept],
            {name: [cells[row] for row in kept] for name, cells in self.cells.items()},
        )

    def where(self, row: int) -> str:
        """Return what messages call a row."""
        return f"{self.source.where}, line {self.lines[row]}"


def read_columns(source: Source, kind: str, wanted: Iterable[str | None], *, header: bool = True) -> Columns:
    """Read columns of a table.

    Parameters
    ----------
    source : Source
        The file.
    kind : {"comma", "tab", "csv", "tsv", "parquet"}
        How its columns are told apart.
    wanted : iterable of str or None
        The columns, by name; by number from 1 where there is no header. None is skipped.
    header : bool
        Whether the first line names the columns.

    Returns
    -------
    Columns

    Raises
    ------
    SeqgraftError
        If a column is missing or named twice, a row has another number of cells, or the file is no such table.
    """
    names = list(dict.fromkeys(name for name in wanted if name is not None))
    with unpacked(source) as path:
        if kind == "parquet":
            return _parquet(path, source, names)
        return _delimited(path, source, SEPARATORS[kind], names, header=header)


def _delimited(path: Path, source: Source, separator: str, names: list[str], *, header: bool) -> Columns:
    """Read text with separators; cells in quotes may hold them."""
    csv.field_size_limit(sys.maxsize)  # the module's own limit is shorter than a chromosome
    rows = csv.reader(text_lines(path, source), delimiter=separator, skipinitialspace=True, strict=True)
    lines: list[int] = []
    cells: dict[str, list[str]] = {name: [] for name in names}
    places: list[int] | None = None
    width = 0
    try:
        for row in rows:
            if not row or row == [""]:
                continue
            if places is None:
                width = len(row)
                known = [cell.strip() for cell in row] if header else [str(n + 1) for n in range(width)]
                places = _places(known, names, source, separator, numbered=not header)
                if header:
                    continue
            if len(row) != width:
                raise SeqgraftError(
                    f"the line has {len(row)} cells, and the first line has {width}",
                    where=f"{source.where}, line {rows.line_num}",
                    remedy="mend the line; a cell that holds the separator stands in quotes",
                )
            lines.append(rows.line_num)
            for name, place in zip(names, places, strict=True):
                cells[name].append(row[place].strip())
    except csv.Error as error:
        raise SeqgraftError(
            f"the line is not part of a table: {error}",
            where=f"{source.where}, line {rows.line_num}",
            remedy="look for a quotation mark that is not closed",
        ) from None
    return _not_empty(Columns(source, lines, cells))


def _places(
    known: Sequence[str], names: Sequence[str], source: Source, separator: str, *, numbered: bool
) -> list[int]:
    """Find columns in the first line."""
    for name in names:
        if known.count(name) == 1:
            continue
        if name in known:
            raise SeqgraftError(
                f"two columns are called '{name}'",
                where=source.where,
                remedy="rename one of them in the file",
            )
        remedy = "correct the task's `read`"
        other = next((word for word, sign in (("csv", ","), ("tsv", "\t")) if sign in "".join(known)), None)
        if len(known) == 1 and other is not None and SEPARATORS[other] != separator:
            remedy += f"; the first line looks like {other}"
        if numbered:
            raise SeqgraftError(
                f"there is no column {name}: the first line has {len(known)} cells, and columns without a header are "
                "named by number",
                where=source.where,
                remedy=remedy,
            )
        raise SeqgraftError(
            f"there is no column '{name}'{suggestion(name, known)}", where=source.where, remedy=remedy
        )
    return [known.index(name) for name in names]


def _parquet(path: Path, source: Source, names: list[str]) -> Columns:
    """Read parquet; numbers become text as Python writes them, missing values an empty text."""
    try:
        table = pd.read_parquet(path)
    except (OSError, ValueError) as error:
        if getattr(error, "errno", None) is not None:
            raise
        raise SeqgraftError(
            "the file is not parquet, or is cut short",
            where=source.where,
            remedy="correct the task's `read.format`",
        ) from None
    _places([str(name) for name in table], names, source, "", numbered=False)
    cells = {
        str(name): [
            "" if missing else str(cell).strip() for cell, missing in zip(own, own.isna(), strict=True)
        ]
        for name, own in table[names].items()
    }
    return _not_empty(Columns(source, list(range(1, len(table) + 1)), cells))


def _not_empty(columns: Columns) -> Columns:
    if not columns.lines:
        raise SeqgraftError(
            "the table holds no row", where=columns.source.where, remedy="give a table with at least one row"
        )
    return columns
