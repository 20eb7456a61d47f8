"""Predictions as rows of a table, in the columns of the contract, for every type of task."""

from typing import Any

import numpy as np
import pandas as pd

from seqgraft.learn.examples import Aim
from seqgraft.learn.measures import Measure, measure_of


def answer_columns(aim: Aim) -> list[str]:
    """Return the columns that labels and predictions of a task have, in order.

    Parameters
    ----------
    aim : Aim
        The task's.

    Returns
    -------
    list of str
        ``label, prediction``; ``prediction_<k>`` of several classes, ``label_<k>`` too where several can hold at once;
        ``position`` before them where each residue has its own.
    """
    objective = measure_of(aim)
    numbers = range(objective.outputs)
    several = aim.type.endswith("multilabel") or (objective.family == "numbers" and objective.outputs > 1)
    labels = [f"label_{k}" for k in numbers] if several else ["label"]
    many = several or objective.outputs > 1
    predictions = [f"prediction_{k}" for k in numbers] if many else ["prediction"]
    return [*(["position"] if objective.per_residue else []), *labels, *predictions]


def answers(ids: np.ndarray, labels: np.ndarray, values: np.ndarray, aim: Aim) -> pd.DataFrame:
    """Put labels and predictions of sequences into a table.

    Parameters
    ----------
    ids : numpy.ndarray
        (n,) names.
    labels : numpy.ndarray
        (n, …) as in `Examples`, in the file's units.
    values : numpy.ndarray
        (n,) or (n, K) of `Lesson.told`; of residues (E,) or (E, K).
    aim : Aim
        The task's.

    Returns
    -------
    pandas.DataFrame
        ``id`` and `answer_columns`, one row per sequence or per residue with a label.
    """
    objective = measure_of(aim)
    columns: dict[str, np.ndarray] = {"id": ids}
    if objective.per_residue:
        row, position = np.nonzero(objective.labelled(labels))
        columns = {"id": ids[row], "position": position.astype(np.int32)}
        labels = labels[row, position]
    told = np.asarray(values, dtype=np.float64)
    given = _typed(labels, objective)
    for prefix, array in (("label", given), ("prediction", told)):
        own = [name for name in answer_columns(aim) if name.split("_")[0] == prefix]
        matrix = array.reshape(len(array), -1)
        columns |= {name: matrix[:, k] for k, name in enumerate(own)}
    return pd.DataFrame(columns)


def _typed(labels: np.ndarray, objective: Measure) -> np.ndarray:
    """Return labels as the contract types them: bytes of yes and no, int16 of classes, float64 else."""
    if objective.family == "softmax":
        return labels.astype(np.int16)
    yes_or_no = objective.family == "logistic" and objective.outputs == 1 and not np.isnan(labels).any()
    return labels.astype(np.int8 if yes_or_no else np.float64)


def facts_of(aim: Aim, transforms: list[Any] | None) -> dict[str, Any]:
    """Return what a bundle says of the labels that its model learned, beside their classes.

    Parameters
    ----------
    aim : Aim
        The task's.
    transforms : list, optional
        Of numbers the fitted transforms of each output.

    Returns
    -------
    dict
        ``type``, and of numbers ``outputs`` and ``transforms``, as JSON values.
    """
    numbers = {} if transforms is None else {"outputs": list(aim.outputs), "transforms": transforms}
    return {"type": aim.type, **numbers}
