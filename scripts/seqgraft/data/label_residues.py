"""Labels of each residue: a class, a number, or several classes as a bit mask, with positions that have none."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from seqgraft.data.label_sequences import quantiles
from seqgraft.data.label_texts import Labels, is_missing, no_class, no_number, number, text_of
from seqgraft.data.listing import place
from seqgraft.errors import SeqgraftError

ABSENT = -1  # the class or mask of a residue that has none


def _read(
    table: pd.DataFrame, how: Labels, parse: Callable[[Any, Any], np.ndarray], absent: float
) -> tuple[dict[str, Any], np.ndarray]:
    """Read the labels of each sequence, hide what its mask hides, and find those without any."""
    arrays, missing = [], []
    masks = table["mask"] if "mask" in table else [None] * len(table)
    for row, (given, sequence, mask) in enumerate(zip(table["label"], table["sequence"], masks, strict=True)):
        if len(given) != len(sequence):
            raise SeqgraftError(
                f"'{table.iloc[row]['id']}' has {len(sequence)} residues and {len(given)} labels",
                where=place(table.iloc[row]),
                remedy="give one label for each residue, in one order",
            )
        values = parse(given, row)
        visible = _visible(mask, len(sequence), table, row)
        lacking = _gone(values) & visible  # what a mask hides is no mistake of the file
        if lacking.any() and how.missing == "error":
            raise SeqgraftError(
                f"residue {int(np.argmax(lacking)) + 1} of '{table.iloc[row]['id']}' has no label",
                where=place(table.iloc[row]),
                remedy="complete the file, or set the task's `labels.missing` to keep (residues without a label are "
                "not learned and not scored) or to drop",
            )
        values[~visible] = absent
        arrays.append(values)
        missing.append(bool(_gone(values).all()) or (how.missing == "drop" and bool(lacking.any())))
    column = np.empty(len(arrays), dtype=object)
    column[:] = arrays
    return {"label": column}, np.array(missing, dtype=bool)


def _gone(values: np.ndarray) -> np.ndarray:
    """Return where there is no label."""
    return np.isnan(values) if values.dtype.kind == "f" else values == ABSENT


def _visible(mask: Any, length: int, table: pd.DataFrame, row: int) -> np.ndarray:
    """Return where a mask shows residues, after looking whether it is one; everywhere without one."""
    if mask is None or isinstance(mask, float):  # a table has not-a-number where nothing stands
        return np.ones(length, dtype=bool)
    texts = [text_of(one) for one in mask]
    if len(texts) != length:
        raise SeqgraftError(
            f"'{table.iloc[row]['id']}' has {length} residues and a mask of {len(texts)}",
            where=place(table.iloc[row]),
            remedy="give a mask with one 0 or 1 for each residue",
        )
    strange = next((text for text in texts if text not in ("0", "1")), None)
    if strange is not None:
        raise SeqgraftError(
            f"the mask of '{table.iloc[row]['id']}' holds '{strange}', which is neither 0 nor 1",
            where=place(table.iloc[row]),
            remedy="give a mask with one 0 or 1 for each residue",
        )
    return np.array([text == "1" for text in texts], dtype=bool)


def classes(table: pd.DataFrame, how: Labels) -> tuple[dict[str, Any], np.ndarray]:
    """Read one class for each residue.

    Parameters
    ----------
    table : pandas.DataFrame
        With ``sequence``; ``label``, text of one letter a residue or a list of texts; and perhaps ``mask``, of 0 and 1.
    how : Labels
        The task's.

    Returns
    -------
    columns : dict
        ``label``: for each sequence (L,) int8, a class's place in `Labels.classes`, -1 where there is none.
    missing : numpy.ndarray
        (N,) bool: sequences of which no residue has a label and, with ``drop``, those of which one lacks it.

    Raises
    ------
    SeqgraftError
        If labels or mask are of another length, a label is no class, or one is missing and the policy is ``error``.
    """
    codes = dict(how.codes)

    def parse(given: Any, row: int) -> np.ndarray:
        texts = given if isinstance(given, str) else [text_of(one) for one in given]
        for text in set(texts) - codes.keys():
            if not is_missing(text, how):
                raise no_class(text, table.iloc[row], how)
            codes[text] = ABSENT
        return np.array([codes[text] for text in texts], dtype=np.int8)

    return _read(table, how, parse, ABSENT)


def values(table: pd.DataFrame, how: Labels) -> tuple[dict[str, Any], np.ndarray]:
    """Read one number for each residue.

    Parameters
    ----------
    table : pandas.DataFrame
        As of `classes`.
    how : Labels
        The task's.

    Returns
    -------
    columns : dict
        ``label``: for each sequence (L,) float64, not-a-number where there is none.
    missing : numpy.ndarray
        As of `classes`.

    Raises
    ------
    SeqgraftError
        As of `classes`, or if one is no finite number.
    """

    def parse(given: Any, row: int) -> np.ndarray:
        found = np.empty(len(given))
        for at, one in enumerate(given):
            value = number(text_of(one), how)
            if value is None:
                raise no_number(text_of(one), table.iloc[row])
            found[at] = value
        return found

    return _read(table, how, parse, np.nan)


def bit_masks(table: pd.DataFrame, how: Labels) -> tuple[dict[str, Any], np.ndarray]:
    """Read any number of classes for each residue, as a sum of 1, 2, 4, … for the first, second, third class.

    Parameters
    ----------
    table : pandas.DataFrame
        As of `classes`, with whole numbers as labels.
    how : Labels
        The task's.

    Returns
    -------
    columns : dict
        ``label``: for each sequence (L,) int16, -1 where there is none.
    missing : numpy.ndarray
        As of `classes`.

    Raises
    ------
    SeqgraftError
        As of `classes`, or if one is no sum of the classes' numbers.
    """
    most = 2 ** len(how.classes)
    codes = {str(code): code for code in range(most)}

    def parse(given: Any, row: int) -> np.ndarray:
        texts = [text_of(one) for one in given]
        for text in set(texts) - codes.keys():
            if not is_missing(text, how):
                raise SeqgraftError(
                    f"the label '{text}' in '{table.iloc[row]['id']}' is no sum of the numbers of "
                    f"{len(how.classes)} classes (0 to {most - 1})",
                    where=place(table.iloc[row]),
                    remedy="correct `classes`, which stand for 1, 2, 4, … in this order, or mend the file",
                )
            codes[text] = ABSENT
        return np.array([codes[text] for text in texts], dtype=np.int16)

    return _read(table, how, parse, ABSENT)


def _joined(records: pd.DataFrame) -> np.ndarray:
    """Return the labels of all residues."""
    return np.concatenate([*records["label"]]) if len(records) else np.empty(0)


def count_classes(records: pd.DataFrame, how: Labels) -> dict[str, Any]:
    """Count the residues of each class, in the classes' order, and those without one."""
    every = _joined(records)
    counts = {name: int((every == code).sum()) for code, name in enumerate(how.classes)}
    return {"residues": len(every), "counts": counts, "missing": int((every == ABSENT).sum())}


def count_bits(records: pd.DataFrame, how: Labels) -> dict[str, Any]:
    """Count the residues that have each class, those that have none, and those of which it is not known."""
    every = _joined(records).astype(np.int64)
    known = every[every != ABSENT]
    counts = {name: int((known >> bit & 1).sum()) for bit, name in enumerate(how.classes)}
    none = int((known == 0).sum())
    return {"residues": len(every), "counts": counts, "none": none, "missing": len(every) - len(known)}


def quantiles_of_residues(records: pd.DataFrame, how: Labels) -> dict[str, Any]:
    """Describe the numbers of all residues."""
    every = _joined(records).astype(np.float64)
    return {"residues": len(every), **quantiles(every)}
