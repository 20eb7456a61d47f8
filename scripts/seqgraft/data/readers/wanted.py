"""What a task wants of a table besides the sequences: labels, groups, chromosomes, parts, some rows and not others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from seqgraft.data.readers.base import Raw, Source
from seqgraft.data.readers.choosing import only_rows, parts_named
from seqgraft.data.readers.columns import Columns

PARTS: Mapping[str, str] = {"train": "pool", "pool": "pool", "test": "test"}


@dataclass(frozen=True)
class Wanted:
    """The keys that all formats with tables share, as in `seqgraft.config.reading`.

    Parameters
    ----------
    header : bool
        Whether the first line names the columns.
    label : str or None
        The label's column.
    labels : mapping or None
        Instead: the column of each output.
    group, chromosome, part : str or None
        Further columns.
    parts : mapping
        What the values of `part` stand for.
    only : mapping
        The values to keep, by column.
    """

    header: bool = True
    label: str | None = None
    labels: Mapping[str, str] | None = None
    group: str | None = None
    chromosome: str | None = None
    part: str | None = None
    parts: Mapping[str, str] = field(default_factory=lambda: PARTS)
    only: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def outputs(self) -> dict[str, str]:
        """The column of each of the raw table's columns of labels."""
        if self.labels is not None:
            return {f"label_{name}": column for name, column in self.labels.items()}
        return {} if self.label is None else {"label": self.label}

    @property
    def columns(self) -> list[str | None]:
        """All columns that are read for this."""
        return [*self.outputs.values(), self.group, self.chromosome, self.part, *self.only]

    def chosen(self, columns: Columns, id: str | None) -> tuple[Columns, list[str], pd.DataFrame]:
        """Choose the rows that are wanted.

        Parameters
        ----------
        columns : Columns
            All rows.
        id : str or None
            The id's column.

        Returns
        -------
        columns : Columns
            The chosen ones.
        ids : list of str
            Theirs; file and line where there is no column of ids.
        left_out : pandas.DataFrame
            The others.
        """
        ids = [f"{columns.source.file}:{line}" for line in columns.lines] if id is None else columns.cells[id]
        rows, out = only_rows(columns, self.only, ids)
        return columns.rows(rows), [ids[row] for row in rows], out

    def described(self, columns: Columns, *, plain_labels: bool = True) -> dict[str, list[str]]:
        """Return the raw table's columns that describe the examples.

        Parameters
        ----------
        columns : Columns
            The chosen rows.
        plain_labels : bool
            Whether each label is one cell; labels per residue are read elsewhere.

        Returns
        -------
        dict of list of str
        """
        found: dict[str, list[str]] = {}
        if plain_labels:
            found |= {output: columns.cells[column] for output, column in self.outputs.items()}
        further = {"group": self.group, "chromosome": self.chromosome}
        found |= {name: columns.cells[column] for name, column in further.items() if column is not None}
        if self.part is not None:
            found["part"] = parts_named(columns.cells[self.part], self.parts, columns.lines, columns.source)
        return found


def placed(table: pd.DataFrame, source: Source) -> pd.DataFrame:
    """Add what is known of a whole file to its rows: the file, and the part where no row tells its own.

    Parameters
    ----------
    table : pandas.DataFrame
        Examples of one file.
    source : Source
        The file.

    Returns
    -------
    pandas.DataFrame
    """
    table = table.assign(file=source.file, path=source.where)
    if source.part is not None and "part" not in table:
        table = table.assign(part=source.part)
    return table


def joined(tables: Sequence[pd.DataFrame], left: Sequence[pd.DataFrame]) -> Raw:
    """Put the files' tables together; a part that some files tell is empty in the others."""
    table = pd.concat(tables, ignore_index=True)
    if "part" in table:
        table = table.assign(part=table["part"].fillna(""))
    return Raw(table, pd.concat(left, ignore_index=True))
