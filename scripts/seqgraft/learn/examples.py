"""A task's examples as arrays, and which of them a replicate may use."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

from seqgraft.errors import SeqgraftError

#: Stands for the letters where a task brings vectors: one channel, as many places as a vector has numbers.
VECTOR = "·"


@dataclass(frozen=True)
class Reading:
    """How a model reads sequences.

    Parameters
    ----------
    letters : str
        The alphabet; a token is an index into it, and ``len(letters)`` means unknown.
    length : int
        Letters per sequence.
    complement : tuple of int, optional
        Token of the complement of each letter, when both strands mean the same; None for one strand.
    """

    letters: str
    length: int
    complement: tuple[int, ...] | None = None


@dataclass(frozen=True)
class Examples:
    """The sequences of one task.

    Parameters
    ----------
    ids : numpy.ndarray
        (N,) unique names, in the order of the task's records.
    tokens : numpy.ndarray
        (N, L) uint8.
    labels : numpy.ndarray
        (N,) int8: 1 for the positive class, 0 for the other.
    """

    ids: np.ndarray
    tokens: np.ndarray
    labels: np.ndarray

    def __post_init__(self) -> None:
        """Refuse arrays that do not belong together."""
        if not len(self.ids) == len(self.tokens) == len(self.labels) or self.tokens.ndim != 2:
            raise ValueError(
                f"ids {np.shape(self.ids)}, tokens {np.shape(self.tokens)} and labels "
                f"{np.shape(self.labels)} do not describe the same sequences"
            )


def rows_of(ids: np.ndarray, wanted: Collection[str]) -> np.ndarray:
    """Return the rows of `wanted` in `ids`, in the order of `wanted`.

    Parameters
    ----------
    ids : numpy.ndarray
        (N,) unique names.
    wanted : collection of str
        Names, each of which must be present.

    Returns
    -------
    numpy.ndarray
        int64 rows.
    """
    rows = pd.Index(ids).get_indexer(pd.Index(list(wanted), dtype=object))
    if (rows < 0).any():
        name = next(name for name, row in zip(wanted, rows, strict=True) if row < 0)
        raise SeqgraftError(
            f"'{name}' is not among the task's sequences.", remedy="run prepare and split again"
        )
    return rows.astype(np.int64)


def rows_of_test(examples: Examples, splits: pd.DataFrame) -> np.ndarray:
    """Return the rows of the test part, in the order of the records.

    Parameters
    ----------
    examples : Examples
        The task.
    splits : pandas.DataFrame
        Columns ``id, part, replicate, rank``.

    Returns
    -------
    numpy.ndarray
        int64 rows, rising.
    """
    return np.sort(rows_of(examples.ids, splits.loc[splits["part"] == "test", "id"].tolist()))


def pool_rows(
    examples: Examples, splits: pd.DataFrame, replicate: int, excluded: Collection[str] = ()
) -> np.ndarray:
    """Return the pool in the order of a replicate's permutation.

    Parameters
    ----------
    examples : Examples
        The task.
    splits : pandas.DataFrame
        Columns ``id, part, replicate, rank``.
    replicate : int
        1, 2, …
    excluded : collection of str
        Ids left out of the pool because they leak.

    Returns
    -------
    numpy.ndarray
        int64 rows; the first n are the labels that train size n sees.
    """
    own = splits[(splits["part"] == "pool") & (splits["replicate"] == replicate)]
    if own.empty:
        raise SeqgraftError(
            f"The split has no replicate {replicate}.", remedy="lower `replicates` or split again"
        )
    own = own[~own["id"].isin(set(excluded))].sort_values("rank")
    return rows_of(examples.ids, own["id"].tolist())


def groups_of_rows(examples: Examples, splits: pd.DataFrame) -> np.ndarray | None:
    """Return the group of each example, where folds are to keep groups together.

    Parameters
    ----------
    examples : Examples
        The task.
    splits : pandas.DataFrame
        ``splits.parquet``, with a column ``group`` or without.

    Returns
    -------
    numpy.ndarray or None
        (N,) object.
    """
    if "group" not in splits:
        return None
    group_of = splits.drop_duplicates("id").set_index("id")["group"]
    return group_of.reindex(pd.Index(examples.ids)).to_numpy(object)
