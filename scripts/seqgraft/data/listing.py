"""The list of what was rejected or changed: nothing vanishes, and nothing changes, without a line in it."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

#: What became of a listed sequence. Reasons tell it as well: those of renamed ones hold "renamed to", those of changed
#: ones begin with "changed", and all others were left out.
LEFT_OUT, RENAMED, CHANGED = "left out", "renamed", "changed"

Step = tuple[pd.DataFrame, pd.DataFrame]  # what goes on, and the list of what was rejected or changed


def listed(
    table: pd.DataFrame,
    reasons: Sequence[str] | pd.Series,
    kind: str | Sequence[str] | pd.Series,
    effect: str = LEFT_OUT,
) -> pd.DataFrame:
    """List rows of a table with a reason.

    Parameters
    ----------
    table : pandas.DataFrame
        The rows, with ``file, line, id``.
    reasons : sequence of str
        Why, for each of them.
    kind : str or sequence of str
        The reason without names and numbers, for counting.
    effect : str
        `LEFT_OUT`, `RENAMED` or `CHANGED`.

    Returns
    -------
    pandas.DataFrame
        ``file, line, id, reason, kind, effect``; the columns keep their types where there is no row.
    """
    found = table[["file", "line", "id"]].assign(reason=reasons, kind=kind, effect=effect)
    return found.astype({"reason": object, "kind": object, "effect": object})


def changed(table: pd.DataFrame, kind: str, details: Sequence[object]) -> pd.DataFrame:
    """List sequences that are kept, but not as they stood in the file.

    Parameters
    ----------
    table : pandas.DataFrame
        The rows.
    kind : str
        What was done, such as "gaps taken out".
    details : sequence
        How much of it, for each row.

    Returns
    -------
    pandas.DataFrame
        As of `listed`.
    """
    return listed(table, [f"changed: {kind}: {detail}" for detail in details], kind, CHANGED)


def place(record: Any) -> str:
    """Name the file and line of a record, for a message.

    Parameters
    ----------
    record : pandas.Series or mapping
        With ``path`` and ``line``.

    Returns
    -------
    str
    """
    return f"{record['path']}, record at line {record['line']}"


def replaced(table: pd.DataFrame, column: str, values: Sequence[str]) -> pd.DataFrame:
    """Return the table with other sequences; the column keeps its type where no row is left.

    Parameters
    ----------
    table : pandas.DataFrame
        The sequences.
    column : str
        Where they are.
    values : sequence of str
        (N,) the new ones.

    Returns
    -------
    pandas.DataFrame
    """
    return table.assign(**{column: pd.Series(values, table.index, dtype=table[column].dtype)})
