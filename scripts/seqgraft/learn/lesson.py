"""What one fit learns: labels as they are learned, the objective with its options, and the way back to file units.

Numbers are transformed as the task says and then brought to mean 0 and standard deviation 1, output by output, by
states fitted to the fit's own labels: a network's first answers are about 0, and no output outweighs the others.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from seqgraft.data import transforms
from seqgraft.learn.examples import Aim
from seqgraft.learn.measures import Measure, measure_of

Chain = list[dict[str, Any]]


class Options(Protocol):
    """The part of the settings that says how labels are learned."""

    @property
    def loss(self) -> str:
        """The loss of numbers."""

    @property
    def class_weights(self) -> str:
        """Whether all classes weigh alike."""


@dataclass(frozen=True)
class Lesson:
    """What one fit learns.

    Parameters
    ----------
    objective : Measure
        With class weights where the settings ask for them.
    labels : numpy.ndarray
        (n, …) of the fit's rows, as they are learned.
    chains : list of list of dict, optional
        Of numbers the fitted transforms of each output, as JSON values.
    """

    objective: Measure
    labels: np.ndarray
    chains: list[Chain] | None = None

    def loss(self, values: np.ndarray, rows: np.ndarray) -> float:
        """Return the held-out loss of values at positions of the fit's labels."""
        return self.objective.held_out_loss(values, self.labels[rows])

    def told(self, values: np.ndarray, labels: np.ndarray) -> np.ndarray:
        """Return a model's values as predictions: in the file's units, and of residues only those with a label.

        Parameters
        ----------
        values : numpy.ndarray
            (n, …) of a model.
        labels : numpy.ndarray
            (n, …) of the same sequences, which tell the residues with a label.

        Returns
        -------
        numpy.ndarray
            (n,) or (n, K) float64; of residues (E,) or (E, K), sequence by sequence.
        """
        if self.objective.per_residue:
            values = values[self.objective.labelled(labels)]
        return self.undone(values)

    def undone(self, values: np.ndarray) -> np.ndarray:
        """Return values (n,) or (n, K) in the file's units."""
        return values if self.chains is None else changed(self.chains, values, transforms.undo)


def lesson_of(
    aim: Aim, labels: np.ndarray, options: Options | None = None, chains: Sequence[Chain] | None = None
) -> Lesson:
    """Return what a fit learns from its labels.

    Parameters
    ----------
    aim : Aim
        The task's.
    labels : numpy.ndarray
        (n, …) of the fit's rows, and of no others: transforms and class weights are fitted to them.
    options : Options, optional
        ``loss`` and ``class_weights``; squared errors and equal weights without.
    chains : sequence of list of dict, optional
        Transforms that were fitted to another task's labels, whose head is kept.

    Returns
    -------
    Lesson

    Raises
    ------
    SeqgraftError
        When a transform does not fit the labels.
    """
    objective = measure_of(aim)
    if options is not None and options.class_weights == "balanced":
        objective = objective.balanced(labels)
    if objective.family == "numbers":
        objective = replace(objective, huber=options is not None and options.loss == "huber")
        names = [*aim.transforms, "z-score"]
        used = list(chains) if chains is not None else [
            transforms.fit(names, column) for column in columns_of(labels, objective)
        ]  # fmt: skip
        return Lesson(objective, changed(used, labels, transforms.apply).astype(np.float32), used)
    return Lesson(objective, labels)


def columns_of(labels: np.ndarray, objective: Measure) -> list[np.ndarray]:
    """Return the numbers of each output, float64, one after the other."""
    matrix = labels.reshape(-1, objective.outputs).astype(np.float64)
    return list(matrix.T)


def changed(chains: Sequence[Chain], values: np.ndarray, change: Any) -> np.ndarray:
    """Apply or undo each output's transforms.

    Parameters
    ----------
    chains : sequence of list of dict
        One per output.
    values : numpy.ndarray
        (…,) of one output or (…, K).
    change : callable
        ``transforms.apply`` or ``transforms.undo``.

    Returns
    -------
    numpy.ndarray
        Of the same shape, float64.
    """
    matrix = np.asarray(values, dtype=np.float64).reshape(-1, len(chains))
    columns = [change(chain, column) for chain, column in zip(chains, matrix.T, strict=True)]
    return np.stack(columns, axis=1).reshape(values.shape)
