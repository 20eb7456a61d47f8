"""Labels of whole sequences (or pairs): one class, several classes, or numbers."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from seqgraft.data.label_texts import Labels, is_missing, no_class, no_label, no_number, number, text_of
from seqgraft.data.listing import place
from seqgraft.errors import SeqgraftError

QUANTILES = (0.0, 0.25, 0.5, 0.75, 1.0)
_NONE = "-"  # of several classes none
_UNKNOWN, _MISSING = -2, -1


def codes_of(texts: Sequence[str], how: Labels) -> np.ndarray:
    """Return the number of each text's class, shape (N,), int64: -1 where it is missing, -2 where it is no class."""
    known = dict(how.codes)
    for text in set(texts) - known.keys():
        known[text] = _MISSING if is_missing(text, how) else _UNKNOWN
    return np.fromiter((known[text] for text in texts), dtype=np.int64, count=len(texts))


def one_class(table: pd.DataFrame, how: Labels) -> tuple[dict[str, Any], np.ndarray]:
    """Read one class for each sequence.

    Parameters
    ----------
    table : pandas.DataFrame
        With ``label``: a class, or what `Labels.names` says means one.
    how : Labels
        The task's.

    Returns
    -------
    columns : dict
        ``label``: class names.
    missing : numpy.ndarray
        (N,) bool.

    Raises
    ------
    SeqgraftError
        If a label is no class of the task.
    """
    texts = [text_of(value) for value in table["label"]]
    codes = codes_of(texts, how)
    wrong = np.flatnonzero(codes == _UNKNOWN)
    if len(wrong):
        raise no_class(texts[wrong[0]], table.iloc[wrong[0]], how)
    names = np.array([*how.classes, ""], dtype=object)
    return {"label": names[codes]}, codes == _MISSING


def several_classes(table: pd.DataFrame, how: Labels) -> tuple[dict[str, Any], np.ndarray]:
    """Read any number of classes for each sequence.

    Parameters
    ----------
    table : pandas.DataFrame
        With ``label``, the classes with the separator between them and ``-`` for none of them; or with a column
        ``label_<class>`` of 0 and 1 for each class.
    how : Labels
        The task's.

    Returns
    -------
    columns : dict
        ``label_<class>``: (N,) int8, 1 where a sequence has the class, else 0.
    missing : numpy.ndarray
        (N,) bool.

    Raises
    ------
    SeqgraftError
        If a label is no class of the task or stands twice, or one of the columns holds neither 0 nor 1.
    """
    own = [f"label_{name}" for name in how.classes]
    if "label" not in table:
        return _zeros_and_ones(table, own, how)
    matrix = np.zeros((len(table), len(how.classes)), dtype=np.int8)
    missing = np.zeros(len(table), dtype=bool)
    for row, value in enumerate(table["label"]):
        text = text_of(value)
        if text not in how.codes and is_missing(text, how):
            missing[row] = True
        elif text.strip() != _NONE:
            for part in text.split(how.separator):
                code = how.codes.get(part.strip())
                if code is None:
                    raise no_class(part, table.iloc[row], how)
                if matrix[row, code]:
                    raise SeqgraftError(
                        f"the label '{text}' of '{table.iloc[row]['id']}' names '{part.strip()}' twice",
                        where=place(table.iloc[row]),
                        remedy="name each class once",
                    )
                matrix[row, code] = 1
    return dict(zip(own, matrix.T, strict=True)), missing


def _zeros_and_ones(table: pd.DataFrame, own: list[str], how: Labels) -> tuple[dict[str, Any], np.ndarray]:
    """Read a column of 0 and 1 for each class."""
    codes = []
    for name in own:
        texts = [text_of(value) for value in table[name]]
        column = codes_of(texts, Labels(classes=("0", "1"), missing_values=how.missing_values))
        wrong = np.flatnonzero(column == _UNKNOWN)
        if len(wrong):
            raise SeqgraftError(
                f"the label '{texts[wrong[0]]}' of '{table.iloc[wrong[0]]['id']}' in the column of class "
                f"'{name.removeprefix('label_')}' is neither 0 nor 1",
                where=place(table.iloc[wrong[0]]),
                remedy="mend the file, or correct the task's `type`",
            )
        codes.append(column)
    matrix = np.stack(codes)
    return dict(zip(own, matrix.astype(np.int8), strict=True)), (matrix == _MISSING).any(axis=0)


def numbers(table: pd.DataFrame, how: Labels) -> tuple[dict[str, Any], np.ndarray]:
    """Read one number or several for each sequence.

    Parameters
    ----------
    table : pandas.DataFrame
        With ``label``, or ``label_<output>`` for each output.
    how : Labels
        The task's.

    Returns
    -------
    columns : dict
        The same names: (N,) float64, not-a-number where a value is missing.
    missing : numpy.ndarray
        (N,) bool: with ``keep`` where all outputs are missing, else where any is.

    Raises
    ------
    SeqgraftError
        If one is no finite number, or is missing and the policy is ``error``.
    """
    values = np.empty((len(how.columns), len(table)))
    for place_, name in enumerate(how.columns):
        for row, given in enumerate(table[name]):
            value = number(text_of(given), how)
            if value is None:
                raise no_number(text_of(given), table.iloc[row])
            values[place_, row] = value
        lost = np.flatnonzero(np.isnan(values[place_]))
        if len(lost) and how.missing == "error":
            raise no_label(table.iloc[lost[0]], name)
    absent = np.isnan(values)
    missing = np.asarray((np.all if how.missing == "keep" else np.any)(absent, axis=0))
    return dict(zip(how.columns, values, strict=True)), missing


def none_at_all(table: pd.DataFrame, how: Labels) -> tuple[dict[str, Any], np.ndarray]:
    """Pass over labels: each sequence gets the word ``unlabelled``, whatever its file says of it.

    Parameters
    ----------
    table : pandas.DataFrame
        The sequences.
    how : Labels
        The task's.

    Returns
    -------
    columns : dict
        ``label``: (N,) str.
    missing : numpy.ndarray
        (N,) bool, all false.
    """
    return {"label": np.full(len(table), how.type, dtype=object)}, np.zeros(len(table), dtype=bool)


def count_classes(records: pd.DataFrame, how: Labels) -> dict[str, Any]:
    """Count the sequences of each class, in the classes' order."""
    counts = records["label"].value_counts()
    return {"counts": {name: int(counts.get(name, 0)) for name in how.classes}}


def count_several(records: pd.DataFrame, how: Labels) -> dict[str, Any]:
    """Count the sequences that have each class, and those that have none."""
    own = records[[f"label_{name}" for name in how.classes]]
    counts = {name: int(own[f"label_{name}"].sum()) for name in how.classes}
    return {"counts": counts, "none": int((own.sum(axis=1) == 0).sum())}


def quantiles(values: np.ndarray) -> dict[str, Any]:
    """Return quantiles, mean and standard deviation of numbers, and how many are missing.

    Parameters
    ----------
    values : numpy.ndarray
        (N,), not-a-number where missing.

    Returns
    -------
    dict
        To six significant digits.
    """
    here = values[~np.isnan(values)]
    if not len(here):
        return {"values": 0, "missing": len(values)}
    found = dict(zip(("min", "q25", "median", "q75", "max"), np.quantile(here, QUANTILES), strict=True))
    found |= {"mean": here.mean(), "sd": here.std()}
    shown = {name: float(f"{value:.6g}") for name, value in found.items()}
    return {"values": len(here), "missing": len(values) - len(here), **shown}


def quantiles_of_outputs(records: pd.DataFrame, how: Labels) -> dict[str, Any]:
    """Describe the numbers of each output."""
    return {
        "outputs": {
            name.removeprefix("label_"): quantiles(records[name].to_numpy(np.float64)) for name in how.columns
        }
    }
