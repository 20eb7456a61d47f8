"""Labels of every type from a task's records, as the arrays of `Examples`."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from seqgraft.data.labels import binary_labels
from seqgraft.learn.examples import Aim


def label_columns(aim: Aim) -> list[str]:
    """Return the columns of the records that hold a task's labels."""
    names = aim.classes if aim.type == "multilabel" else aim.outputs
    return [f"label_{name}" for name in names] or ["label"]


def labels_of(records: pd.DataFrame, aim: Aim, length: int) -> np.ndarray:
    """Return a task's labels.

    Parameters
    ----------
    records : pandas.DataFrame
        As in ``records.parquet``.
    aim : Aim
        What the labels are.
    length : int
        Of labels of residues the length (L) of the longest sequence; beyond the end of a shorter one there is none.

    Returns
    -------
    numpy.ndarray
        As in `Examples`.
    """
    return _LABELS[aim.type](records, aim, length)


def _binary(records: pd.DataFrame, aim: Aim, length: int) -> np.ndarray:
    return binary_labels(records["label"].tolist(), aim.classes)


def _classes(records: pd.DataFrame, aim: Aim, length: int) -> np.ndarray:
    place = {name: number for number, name in enumerate(aim.classes)}
    return np.array([place[name] for name in records["label"]], dtype=np.int16)


def _several(records: pd.DataFrame, aim: Aim, length: int) -> np.ndarray:
    found: np.ndarray = records[label_columns(aim)].to_numpy(np.float32)
    return found[:, 0] if found.shape[1] == 1 else found


def _residues(records: pd.DataFrame, length: int, dtype: type, absent: float) -> np.ndarray:
    """Return (N, L), filled up with what stands for no label."""
    found: np.ndarray = np.full((len(records), length), absent, dtype=dtype)
    for row, values in enumerate(records["label"]):
        found[row, : len(values)] = values
    return found


def _residue_classes(records: pd.DataFrame, aim: Aim, length: int) -> np.ndarray:
    codes = _residues(records, length, np.int16, -1)
    # Of two classes the first is the positive one, here as for whole sequences.
    return np.where(codes >= 0, 1 - codes, codes) if len(aim.classes) == 2 else codes


def _residue_values(records: pd.DataFrame, aim: Aim, length: int) -> np.ndarray:
    return _residues(records, length, np.float32, np.nan)


def _residue_bits(records: pd.DataFrame, aim: Aim, length: int) -> np.ndarray:
    masks = _residues(records, length, np.int32, -1)[..., None]
    bits = (masks >> np.arange(len(aim.classes))) & 1
    found = np.where(masks >= 0, bits, np.nan).astype(np.float32)
    return found[..., 0] if len(aim.classes) == 1 else found


_LABELS: dict[str, Callable[[pd.DataFrame, Aim, int], np.ndarray]] = {
    "binary": _binary,
    "multiclass": _classes,
    "multilabel": _several,
    "regression": _several,
    "residue-classes": _residue_classes,
    "residue-values": _residue_values,
    "residue-multilabel": _residue_bits,
}
