"""Equal sequences: the same label counts once, other labels by policy; a test copy beats the pool's."""

import zlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from seqgraft.data.listing import Step, changed, listed, place
from seqgraft.errors import SeqgraftError
from seqgraft.known_alphabets import AnyAlphabet

_SHOWN = 12  # labels of residues that are told before the text is cut
_BETWEEN = "\x1f"  # between the sequences of a pair; no letter of any alphabet


def sameness(
    table: pd.DataFrame, columns: Sequence[str], letters: AnyAlphabet, strand: str, *, symmetric: bool = False
) -> pd.Series:
    """Return what makes two examples the same.

    Parameters
    ----------
    table : pandas.DataFrame
        The examples.
    columns : sequence of str
        The column of the sequence, or the two of a pair.
    letters : Alphabet or Smiles
        The alphabet.
    strand : {"single", "both"}
        With ``both`` a sequence and its reverse complement are the same.
    symmetric : bool
        Whether the sequences of a pair may change places.

    Returns
    -------
    pandas.Series
        (N,) str, equal where the examples are.
    """
    parts = [_canonical(table[name], letters, strand) for name in columns]
    if len(parts) == 1:
        return parts[0]
    left, right = parts
    if symmetric:
        swap = left > right
        left, right = left.where(~swap, right), right.where(~swap, left)
    return left + _BETWEEN + right


def _canonical(sequences: pd.Series, letters: AnyAlphabet, strand: str) -> pd.Series:
    """Return each sequence or, where both strands mean the same and it comes first, its reverse complement."""
    if strand == "single":
        return sequences
    other = sequences.map(letters.reverse_complement)
    return sequences.where(sequences <= other, other)


def told(table: pd.DataFrame, columns: Sequence[str]) -> pd.Series:
    """Return labels as text, equal where the labels are: for comparing, and for messages.

    Parameters
    ----------
    table : pandas.DataFrame
        With typed labels.
    columns : sequence of str
        Where they are.

    Returns
    -------
    pandas.Series
        (N,) str.
    """
    texts = [table[name].map(_text) for name in columns]
    if len(texts) == 1:
        return texts[0]
    return pd.Series([", ".join(own) for own in zip(*texts, strict=True)], table.index, dtype=object)


def _text(label: Any) -> str:
    """Put one label into words; of many residues the first, and a checksum of all."""
    if isinstance(label, str):
        return label
    if isinstance(label, np.ndarray):
        shown = ",".join(f"{one:g}" for one in label[:_SHOWN])
        return shown if len(label) <= _SHOWN else f"{shown},… ({zlib.crc32(label.tobytes()):08x})"
    return repr(label) if isinstance(label, float) else str(label)


def leave_to_the_test_part(table: pd.DataFrame, by: str) -> Step:
    """Leave out of the pool what is in the test part too, where parts are predefined.

    Parameters
    ----------
    table : pandas.DataFrame
        With ``part`` where parts are predefined: ``test``, or anything else for the pool.
    by : str
        The column in which equal examples are equal.

    Returns
    -------
    table, dropped : pandas.DataFrame
        Whatever the label of the pool's copy: it would tell what the test part asks.
    """
    if "part" not in table:
        return table, listed(table.head(0), [], "")
    in_test = table["part"] == "test"
    first = table[in_test].drop_duplicates(by).set_index(by)["id"]
    copy = ~in_test & table[by].isin(first.index)
    reasons = [f"copy of {first[same]}, which is in the test part: left out" for same in table.loc[copy, by]]
    return table[~copy], listed(table[copy], reasons, "copy of a test sequence")


def resolve_conflicts(table: pd.DataFrame, policy: str, by: str = "sequence") -> Step:
    """Leave out every copy of a sequence that is found with several labels.

    Parameters
    ----------
    table : pandas.DataFrame
        The sequences, with ``told``, their labels as text.
    policy : {"drop", "error"}
        Whether such a sequence is left out or an error.
    by : str
        The column in which equal sequences are equal.

    Returns
    -------
    table, dropped : pandas.DataFrame

    Raises
    ------
    SeqgraftError
        If there is one and the policy is ``error``.
    """
    conflict = table.groupby(by, sort=False)["told"].transform("nunique") > 1
    copies = table[conflict]
    labels = copies.groupby(by, sort=False)["told"].agg(lambda own: list(dict.fromkeys(own)))
    others = [
        ", ".join(other for other in labels[sequence] if other != label)
        for sequence, label in zip(copies[by], copies["told"], strict=True)
    ]
    if others and policy == "error":
        first = copies.iloc[0]
        raise SeqgraftError(
            f"the sequence of '{first['id']}' is labelled {first['told']} here and {others[0]} elsewhere",
            where=place(first),
            remedy="remove the wrong copy, or set the task's `conflicts` to drop",
        )
    reasons = [f"same sequence also labelled {other}: all copies left out" for other in others]
    return table[~conflict], listed(copies, reasons, "conflicting labels")


def keep_first(table: pd.DataFrame, by: str) -> Step:
    """Keep the first copy of a sequence that is found with several labels.

    Parameters
    ----------
    table : pandas.DataFrame
        The sequences, with ``told``.
    by : str
        The column in which equal sequences are equal.

    Returns
    -------
    table, dropped : pandas.DataFrame
        Copies with the first one's label stay, and are duplicates.
    """
    groups = table.groupby(by, sort=False)
    label, name = groups["told"].transform("first"), groups["id"].transform("first")
    other = table["told"] != label
    out = table[other]
    reasons = [
        f"labelled {own}, but {first}, the first copy, {kept}: left out"
        for own, first, kept in zip(out["told"], name[other], label[other], strict=True)
    ]
    return table[~other], listed(out, reasons, "conflicting labels")


def take_means(table: pd.DataFrame, by: str, columns: Sequence[str], tolerance: float) -> Step:
    """Give all copies of a sequence the mean of their labels, where these are near enough to each other.

    Parameters
    ----------
    table : pandas.DataFrame
        The sequences.
    by : str
        The column in which equal sequences are equal.
    columns : sequence of str
        The outputs; a missing value counts in no mean.
    tolerance : float
        Greatest distance between two labels of a sequence, in each output.

    Returns
    -------
    table, changed : pandas.DataFrame
        Labels that are farther apart stay, and are conflicts; ``told`` is brought up to date.
    """
    groups = table.groupby(by, sort=False)
    differ = groups["told"].transform("nunique") > 1
    near = differ.copy()
    for name in columns:
        near &= ~(groups[name].transform("max") - groups[name].transform("min") > tolerance)
    means = {name: table[name].where(~near, groups[name].transform("mean")) for name in columns}
    new = table.assign(**means)
    new = new.assign(told=told(new, columns))
    first = near & ~table.duplicated(by)
    counts = groups["id"].transform("size")[first]
    details = [
        f"{label} of {count} copies" for label, count in zip(new.loc[first, "told"], counts, strict=True)
    ]
    return new, changed(table[first], "label is the mean", details)


def merge_residues(table: pd.DataFrame, by: str, columns: Sequence[str]) -> Step:
    """Give all copies of a sequence the labels of all of them, where these never contradict each other.

    Parameters
    ----------
    table : pandas.DataFrame
        The sequences.
    by : str
        The column in which equal sequences are equal.
    columns : sequence of str
        The columns of labels, an array (L,) each.

    Returns
    -------
    table, changed : pandas.DataFrame
        Labels that contradict each other at a residue stay, and are conflicts; ``told`` is brought up to date.
    """
    new, rows, details = table.copy(), [], []
    differ = table.groupby(by, sort=False)["told"].transform("nunique") > 1
    for _, copies in table[differ].groupby(by, sort=False):
        merged = {name: _merged(list(copies[name])) for name in columns}
        if any(labels is None for labels in merged.values()):
            continue
        for name, labels in merged.items():
            new.loc[copies.index, name] = pd.Series([labels] * len(copies), copies.index, dtype=object)
        count = sum(int((~missing_of(labels)).sum()) for labels in merged.values() if labels is not None)
        rows.append(copies.index[0])
        details.append(f"{count} of {len(copies)} copies")
    new = new.assign(told=told(new, columns))
    return new, changed(table.loc[rows], "labels of residues merged", details)


def _merged(copies: Sequence[np.ndarray]) -> np.ndarray | None:
    """Return at each residue the label that any copy has; None where two have different ones."""
    merged = copies[0].copy()
    for labels in copies[1:]:
        here, there = ~missing_of(merged), ~missing_of(labels)
        if (merged[here & there] != labels[here & there]).any():
            return None
        merged[there] = labels[there]
    return merged


def missing_of(labels: np.ndarray) -> np.ndarray:
    """Tell which residues have no label: not-a-number, or -1 for a class."""
    return np.isnan(labels) if labels.dtype.kind == "f" else labels == -1


def first_copies(table: pd.DataFrame, by: str = "sequence") -> Step:
    """Keep the first of equal sequences.

    Parameters
    ----------
    table : pandas.DataFrame
        The sequences, with unique ids.
    by : str
        The column in which equal sequences are equal.

    Returns
    -------
    table, dropped : pandas.DataFrame
    """
    first = table.groupby(by, sort=False)["id"].transform("first")
    copy = first != table["id"]
    return table[~copy], listed(table[copy], "duplicate of " + first[copy], "duplicate")


def _mean(table: pd.DataFrame, by: str, columns: Sequence[str], tolerance: float) -> Step:
    new, averaged = take_means(table, by, columns, tolerance)
    kept, out = resolve_conflicts(new, "drop", by)
    return kept, pd.concat([averaged, out])


def _merge(table: pd.DataFrame, by: str, columns: Sequence[str], tolerance: float) -> Step:
    new, merged = merge_residues(table, by, columns)
    kept, out = resolve_conflicts(new, "drop", by)
    return kept, pd.concat([merged, out])


CONFLICTS: dict[str, Callable[[pd.DataFrame, str, Sequence[str], float], Step]] = {
    "drop": lambda table, by, columns, tolerance: resolve_conflicts(table, "drop", by),
    "error": lambda table, by, columns, tolerance: resolve_conflicts(table, "error", by),
    "mean": _mean,
    "merge": _merge,
    "first": lambda table, by, columns, tolerance: keep_first(table, by),
}


def once_each(
    table: pd.DataFrame, by: str, columns: Sequence[str], *, policy: str, tolerance: float = 0.0
) -> Step:
    """Leave one copy of each sequence.

    Parameters
    ----------
    table : pandas.DataFrame
        The sequences, with typed labels.
    by : str
        The column in which equal sequences are equal.
    columns : sequence of str
        The columns of labels.
    policy : str
        What happens to equal sequences with several labels, a key of `CONFLICTS`.
    tolerance : float
        As of `take_means`.

    Returns
    -------
    table, listed : pandas.DataFrame

    Raises
    ------
    SeqgraftError
        If labels contradict each other and the policy is ``error``, be it across the parts.

    Notes
    -----
    The order matters: a pool copy of a test sequence goes first, so that its label moves nothing in the test part.
    """
    table = table.assign(told=told(table, columns))
    if policy == "error":
        resolve_conflicts(table, policy, by)
    table, leaking = leave_to_the_test_part(table, by)
    table, contradicting = CONFLICTS[policy](table, by, columns, tolerance)
    table, copies = first_copies(table, by)
    return table.drop(columns="told"), pd.concat([leaking, contradicting, copies])
