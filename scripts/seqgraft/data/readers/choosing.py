"""What tables and headers say of an example, put into the words of the config: parts, and rows that are wanted."""

from collections.abc import Mapping, Sequence

import pandas as pd

from seqgraft.config.suggest import suggestion
from seqgraft.data.readers.base import Source, left_out
from seqgraft.data.readers.columns import Columns
from seqgraft.errors import SeqgraftError

NOT_WANTED = "not asked for"


def only_rows(
    columns: Columns, only: Mapping[str, Sequence[str]], ids: Sequence[str]
) -> tuple[list[int], pd.DataFrame]:
    """Choose the rows whose cells have the values asked for.

    Parameters
    ----------
    columns : Columns
        The rows, with the columns of `only`.
    only : mapping of sequences of str
        The values to keep, by column.
    ids : sequence of str
        What each row is called.

    Returns
    -------
    kept : list of int
        Positions.
    left_out : pandas.DataFrame

    Raises
    ------
    SeqgraftError
        If no row is left.
    """
    reasons: dict[int, str] = {}
    for name, values in only.items():
        wanted = set(values)
        for row, cell in enumerate(columns.cells[name]):
            if cell not in wanted:
                reasons.setdefault(row, f"{name} is '{cell}': left out by `only`")
    kept = [row for row in range(len(columns.lines)) if row not in reasons]
    if not kept:
        name = next(iter(only))
        found = sorted(set(columns.cells[name]))
        wanted_values = ", ".join(f"{column}: {' or '.join(values)}" for column, values in only.items())
        raise SeqgraftError(
            f"no row has the values of `only` ({wanted_values}); {name} is {', '.join(found[:10])}",
            where=columns.source.where,
            remedy="correct `only` in the task's `read`",
        )
    rows = list(reasons)
    listed = left_out(
        [columns.source.file] * len(rows),
        [columns.lines[row] for row in rows],
        [ids[row] for row in rows],
        [reasons[row] for row in rows],
        NOT_WANTED,
    )
    return kept, listed


def parts_named(
    values: Sequence[str], parts: Mapping[str, str], wheres: Sequence[int], source: Source
) -> list[str]:
    """Turn a publication's words for parts into ``test`` and ``pool``.

    Parameters
    ----------
    values : sequence of str
        The words as they stand.
    parts : mapping
        What each stands for.
    wheres : sequence of int
        The line of each.
    source : Source
        The file.

    Returns
    -------
    list of str

    Raises
    ------
    SeqgraftError
        If a word is none of those.
    """
    for value, line in zip(values, wheres, strict=True):
        if value not in parts:
            raise SeqgraftError(
                f"the part '{value}' is not among `parts`{suggestion(value, parts)}",
                where=f"{source.where}, line {line}",
                remedy="say under `parts` in the task's `read` whether it belongs to the test part or to the pool",
            )
    return [parts[value] for value in values]
