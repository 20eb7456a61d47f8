"""A task's examples as arrays, and which of them a replicate may use."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd

from seqgraft.errors import SeqgraftError

#: Stands for the letters where a task brings vectors: one channel, as many places as a vector has numbers.
VECTOR = "·"


@dataclass(frozen=True)
class Aim:
    """What is to be said of a sequence, a pair or each residue.

    Parameters
    ----------
    type : str
        A name in ``objectives.OBJECTIVES``.
    classes : tuple of str
        In the config's order; none for numbers. Of two the first is the positive one.
    outputs : tuple of str
        Names of several numbers; none for one number and for classes.
    transforms : tuple of str
        What is done to numbers before they are learned.
    """

    type: str = "binary"
    classes: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    transforms: tuple[str, ...] = ()


BINARY_AIM = Aim()


@dataclass(frozen=True)
class Reading:
    """How a model reads sequences, and how many values it gives for them.

    Parameters
    ----------
    letters : str or tuple of str
        The alphabet; a token is an index into it, ``len(letters)`` means unknown and the next number that there is
        nothing.
    length : int
        Letters per sequence; of unequal sequences the longest's.
    complement : tuple of int, optional
        Token of the complement of each letter, when both strands mean the same; None for one strand.
    outputs : int
        Values that the head gives.
    per_residue : bool
        Whether it gives them for each residue.
    ragged : bool
        Whether shorter sequences are filled up at their right end.
    second : Reading, optional
        Of pairs the second sequences' letters, length and padding. Their tokens follow those of the first.
    symmetric : bool
        Whether the sequences of a pair may change places.
    """

    letters: str | tuple[str, ...]
    length: int
    complement: tuple[int, ...] | None = None
    outputs: int = 1
    per_residue: bool = False
    ragged: bool = False
    second: "Reading | None" = None
    symmetric: bool = False

    @property
    def parts(self) -> "tuple[Reading, ...]":
        """How each sequence of an example is read."""
        return (self,) if self.second is None else (self, self.second)

    def cut(self, tokens: Any) -> list[Any]:
        """Return the tokens (N, L) of each sequence of an example, an array or tensor each."""
        return [tokens] if self.second is None else [tokens[:, : self.length], tokens[:, self.length :]]

    def plain(self) -> dict[str, Any]:
        """Return it as JSON values; what is as by default stays unsaid, but for letters, length and strands."""
        said: dict[str, Any] = {
            "letters": self.letters if isinstance(self.letters, str) else list(self.letters),
            "length": self.length,
            "complement": None if self.complement is None else list(self.complement),
        }
        for name, default in (
            ("outputs", 1),
            ("per_residue", False),
            ("ragged", False),
            ("symmetric", False),
        ):
            if getattr(self, name) != default:
                said[name] = getattr(self, name)
        return said if self.second is None else said | {"second": self.second.plain()}

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Self:
        """Return what `plain` gave."""
        own = dict(plain)
        for name in ("letters", "complement"):
            own[name] = tuple(own[name]) if isinstance(own[name], list) else own[name]
        if "second" in own:
            own["second"] = Reading.of(own["second"])
        return cls(**own)


@dataclass(frozen=True)
class Examples:
    """The sequences of one task.

    Parameters
    ----------
    ids : numpy.ndarray
        (N,) unique names, in the order of the task's records.
    tokens : numpy.ndarray
        (N, L) uint8; of a pair both sequences', one after the other.
    labels : numpy.ndarray
        By the aim's type. Binary: (N,) int8, 1 for the positive class, 0 for the other. Multiclass: (N,) int16, the
        class's place. Multilabel: (N, O) float32 of 0 and 1. Regression: (N,) or, of several outputs, (N, O) float32.
        For each residue: (N, L) int16 of classes (of two classes 1 for the first, 0 for the other), (N, L) float32 of
        numbers, (N, L, O) float32 of several classes. Missing is not-a-number or -1, as is what lies beyond a
        sequence's end.
    aim : Aim
        What the labels are.
    """

    ids: np.ndarray
    tokens: np.ndarray
    labels: np.ndarray
    aim: Aim = BINARY_AIM

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
