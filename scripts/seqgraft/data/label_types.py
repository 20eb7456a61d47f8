"""The registry of label types: from the text of files to typed columns, and what is counted of them.

A type's `parse` takes the table with the labels as they were read and returns the typed columns, and which rows have no
label at all. Class names keep the order of the config, and `describe` writes them down; nothing derives them again.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from seqgraft.data import label_residues, label_sequences
from seqgraft.data.label_texts import Labels, no_label
from seqgraft.data.listing import Step, listed


class LabelType(NamedTuple):
    """One kind of label.

    Parameters
    ----------
    parse : callable
        From the table and `Labels` to the typed columns by name and a boolean array (N,), true where a label is
        missing.
    describe : callable
        From the typed table and `Labels` to plain values for ``summary.json``.
    by_class : bool
        Whether each sequence has one class, in the column ``label``.
    by_residue : bool
        Whether each residue has a label. Then `parse` refuses what is missing by itself, and a sequence without any is
        one that its mask hides, which is no mistake: it is left out.
    """

    parse: Callable[[pd.DataFrame, Labels], tuple[dict[str, Any], np.ndarray]]
    describe: Callable[[pd.DataFrame, Labels], dict[str, Any]]
    by_class: bool = False
    by_residue: bool = False


TYPES: dict[str, LabelType] = {
    "binary": LabelType(label_sequences.one_class, label_sequences.count_classes, by_class=True),
    "multiclass": LabelType(label_sequences.one_class, label_sequences.count_classes, by_class=True),
    "multilabel": LabelType(label_sequences.several_classes, label_sequences.count_several),
    "regression": LabelType(label_sequences.numbers, label_sequences.quantiles_of_outputs),
    "residue-classes": LabelType(label_residues.classes, label_residues.count_classes, by_residue=True),
    "residue-values": LabelType(label_residues.values, label_residues.quantiles_of_residues, by_residue=True),
    "residue-multilabel": LabelType(label_residues.bit_masks, label_residues.count_bits, by_residue=True),
    "unlabelled": LabelType(label_sequences.none_at_all, lambda records, how: {}),
}


def label_columns(how: Labels) -> list[str]:
    """Name the columns of the typed labels.

    Parameters
    ----------
    how : Labels
        The task's.

    Returns
    -------
    list of str
        ``label``, or ``label_<name>`` for each class of a multilabel task or each of several outputs.
    """
    return [f"label_{name}" for name in how.classes] if how.type == "multilabel" else how.columns


def type_labels(table: pd.DataFrame, how: Labels) -> Step:
    """Turn labels from text into what they mean, and treat missing ones as the task says.

    Parameters
    ----------
    table : pandas.DataFrame
        The sequences, with labels as they were read.
    how : Labels
        The task's.

    Returns
    -------
    table, dropped : pandas.DataFrame
        The table has the columns of `label_columns` in the place of those that were read.

    Raises
    ------
    SeqgraftError
        If a label is none of the task's, or is missing and the policy is ``error``.
    """
    columns, missing = TYPES[how.type].parse(table, how)
    if missing.any() and how.missing == "error" and not TYPES[how.type].by_residue:
        raise no_label(table[missing].iloc[0], "label")
    read = [name for name in table if name in ("label", "mask") or str(name).startswith("label_")]
    typed = table.drop(columns=read).assign(**columns)
    out = listed(table[missing], ["label missing: left out"] * int(missing.sum()), "label missing")
    return typed[~missing], out


def describe_labels(records: pd.DataFrame, how: Labels) -> dict[str, Any]:
    """Describe typed labels for the summary: type, classes in their order, and counts or quantiles.

    Parameters
    ----------
    records : pandas.DataFrame
        Accepted sequences.
    how : Labels
        The task's.

    Returns
    -------
    dict
        Plain values.
    """
    said: dict[str, Any] = {"type": how.type}
    if how.classes:
        said["classes"] = list(how.classes)
    if how.transforms:
        said["transforms"] = list(how.transforms)
    return said | TYPES[how.type].describe(records, how)
