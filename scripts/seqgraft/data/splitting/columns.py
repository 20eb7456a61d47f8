"""Columns of the records that a way to split needs."""

import pandas as pd

from seqgraft.data.label_types import TYPES
from seqgraft.errors import SeqgraftError


def column_of(records: pd.DataFrame, column: str, method: str, task: str) -> pd.Series:
    """Return a column that a method needs, as text, without a blank.

    Parameters
    ----------
    records : pandas.DataFrame
        The task's accepted sequences.
    column, method, task : str
        What is looked for, by what, and where.

    Returns
    -------
    pandas.Series

    Raises
    ------
    SeqgraftError
        If it is missing, or blank in a row.
    """
    if column not in records:
        raise SeqgraftError(
            f"the split method '{method}' of task '{task}' needs a column '{column}', and its sequences have none",
            where=f"config key tasks.{task}.split.method",
            remedy=f"read such a column with the task's sequences under the name `{column}`, or split in another way",
        )
    text = records[column].astype("string").str.strip()
    blank = text.isna() | (text == "")
    if blank.any():
        first = records["id"].to_numpy()[blank.to_numpy()][0]
        raise SeqgraftError(
            f"{int(blank.sum())} of the {len(records)} sequences of task '{task}' have no value in column '{column}', "
            f"the first is '{first}'",
            where=f"config key tasks.{task}.split.method",
            remedy="fill the column, or leave these sequences out of the file",
        )
    return text.astype(object)


def labels_of(records: pd.DataFrame, type_: str) -> list:
    """Return the label of each record; where it is several values, none that a draw could be balanced over.

    Parameters
    ----------
    records : pandas.DataFrame
        The task's accepted sequences.
    type_ : str
        The task's type of label.

    Returns
    -------
    list
        (N,) labels.
    """
    single = "label" in records and (TYPES[type_].by_class or type_ == "regression")
    return records["label"].tolist() if single else [None] * len(records)
