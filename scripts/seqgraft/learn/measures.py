"""The registry of measures, one per type of task: what labels ask of a model, and by what is chosen.

Three families give the arithmetic: one class of several (softmax), yes or no (logistic), and numbers. A type is one
of them for each sequence or for each residue. What is missing among the labels counts nowhere. Networks add a
loss of tensors (`objectives`); baselines and tables do without torch.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, Self

import numpy as np
from scipy.special import logsumexp
from scipy.stats import rankdata

from seqgraft.errors import SeqgraftError
from seqgraft.learn.examples import Aim

Family = Literal["softmax", "logistic", "numbers"]
HUBER = 1.0  # from how many standard deviations on the Huber loss grows linearly
STRATUM = 5  # labels per stratum of numbers, at least


@dataclass(frozen=True)
class Measure:
    """What the labels of one type ask of a network.

    Parameters
    ----------
    type : str
        A name in `MEASURES`.
    family : {"softmax", "logistic", "numbers"}
        The arithmetic.
    outputs : int
        Values per sequence or residue, K.
    per_residue : bool
        Whether every residue has labels of its own.
    huber : bool
        Of numbers: whether the loss is Huber's (1964, Annals of Mathematical Statistics 35:73) and not the squared
        error.
    weights : numpy.ndarray, optional
        Class weights: (K,) of softmax, (K, 2) of logistic for no and yes. None weighs all labels alike.
    """

    type: str
    family: Family
    outputs: int
    per_residue: bool = False
    huber: bool = False
    weights: np.ndarray | None = None

    @property
    def every_stratum(self) -> bool:
        """Whether nothing can be chosen unless each stratum is held out at least once, and learned at least once."""
        return self.type == "binary"

    def labelled(self, labels: np.ndarray) -> np.ndarray:
        """Return which labels are there.

        Parameters
        ----------
        labels : numpy.ndarray
            (N,), (N, O), (N, L) or (N, L, O), as in `Examples`.

        Returns
        -------
        numpy.ndarray
            (N,) or (N, L) bool: of several outputs, whether any is there.
        """
        there = ~np.isnan(labels) if self.family == "numbers" else labels >= 0
        several = labels.ndim > (2 if self.per_residue else 1)
        return np.asarray(there.any(axis=-1) if several else there)

    def held_out_loss(self, values: np.ndarray, labels: np.ndarray) -> float:
        """Return the mean loss of labels under values, as in training but in float64.

        Parameters
        ----------
        values : numpy.ndarray
            As logits of `loss`.
        labels : numpy.ndarray
            As in `Examples`; numbers as they are learned.

        Returns
        -------
        float
            In nats for classes, in squared units of what is learned for numbers.
        """
        values = np.asarray(values, dtype=np.float64)
        there = ~np.isnan(labels) if self.family == "numbers" else labels >= 0
        known, found = labels[there], values[there]
        # Of logits that are no numbers the caller tells, with the learning rate.
        with np.errstate(invalid="ignore"):
            if self.family == "numbers":
                losses = _of_numbers(found - known, huber=self.huber)
            elif self.family == "logistic":
                losses = np.logaddexp(0.0, found) - found * known
            else:
                known = known.astype(np.int64)
                losses = logsumexp(found, axis=-1) - np.take_along_axis(found, known[:, None], 1)[:, 0]
            if self.weights is not None:
                losses = losses * self._weight_of(known, there)
            return float(np.mean(losses))

    def strata(self, labels: np.ndarray) -> np.ndarray:
        """Return the stratum of each example, over which folds and held-out shares are balanced.

        Parameters
        ----------
        labels : numpy.ndarray
            (N, …) as in `Examples`.

        Returns
        -------
        numpy.ndarray
            (N,) integers: the class; of several classes the rarest that an example has, as Sechidis et al. (2011, ECML
            PKDD:145) deal them; of numbers a part of the range of ranks with at least `STRATUM` labels, at most ten
            parts. All 0 where residues have labels.
        """
        if self.per_residue:
            return np.zeros(len(labels), dtype=np.int64)
        if self.family == "numbers":
            return _strata_of_numbers(labels)
        return labels if labels.ndim == 1 and labels.dtype.kind == "i" else _rarest(labels)

    def constant(self, labels: np.ndarray) -> np.ndarray:
        """Return the one answer for all that fits labels best, shape (K,), float64.

        The mean of numbers; of classes the log-odds of their shares, a half label added to each (Jeffreys), so that a
        class that none has does not become impossible.
        """
        there = labels[self.labelled(labels)]
        if self.family == "softmax":
            counts = np.bincount(there.astype(np.int64), minlength=self.outputs) + 0.5
            return np.log(counts / counts.sum())
        columns = there.reshape(len(there), -1).astype(np.float64)
        if self.family == "numbers":
            return np.array([column[~np.isnan(column)].mean() for column in columns.T])
        known = columns >= 0
        yes = np.where(known, columns, 0).sum(axis=0)
        return np.log(yes + 0.5) - np.log(known.sum(axis=0) - yes + 0.5)

    def balanced(self, labels: np.ndarray) -> Self:
        """Return the measure with class weights under which all classes of these labels weigh alike.

        Parameters
        ----------
        labels : numpy.ndarray
            Of the examples that are learned from.

        Returns
        -------
        Measure
            A class with n of N labels weighs N / (K n), so that weights are 1 on average; one without labels weighs 1.
        """
        if self.family == "numbers":
            raise SeqgraftError(
                "numbers have no classes that could be weighed alike",
                where="config key training.class_weights",
                remedy="set it to `none`",
            )
        there = labels[self.labelled(labels)]
        if self.family == "softmax":
            counts = np.bincount(there.astype(np.int64), minlength=self.outputs)[None]
        else:
            columns = there.reshape(len(there), -1)
            counts = np.stack([(columns == 0).sum(axis=0), (columns == 1).sum(axis=0)], axis=1)
        with np.errstate(divide="ignore"):
            weights = counts.sum(axis=1, keepdims=True) / (counts.shape[1] * counts)
        weights = np.where(counts > 0, weights, 1.0)
        return replace(self, weights=weights[0] if self.family == "softmax" else weights)

    def _weight_of(self, known: np.ndarray, there: np.ndarray) -> np.ndarray:
        """Return the class weight of each label that is there."""
        assert self.weights is not None
        if self.family == "softmax":
            return self.weights[known]
        output = np.nonzero(there)[-1] if self.outputs > 1 else np.zeros(len(known), dtype=np.int64)
        return self.weights[output, known.astype(np.int64)]


def _of_numbers(distance: np.ndarray, *, huber: bool) -> np.ndarray:
    """Return the squared errors, or Huber's losses."""
    if not huber:
        return np.square(distance)
    size = np.abs(distance)
    return np.where(size <= HUBER, np.square(size) / 2, HUBER * (size - HUBER / 2))


def _strata_of_numbers(labels: np.ndarray) -> np.ndarray:
    """Cut the range of ranks; of several outputs that of their mean after standardising."""
    matrix = labels.reshape(len(labels), -1).astype(np.float64)
    known = ~np.isnan(matrix)
    count = np.maximum(known.sum(axis=0), 1)
    centred = matrix - np.where(known, matrix, 0).sum(axis=0) / count
    spread = np.sqrt(np.where(known, np.square(centred), 0).sum(axis=0) / count)
    scaled = np.where(known, centred / np.where(spread > 0, spread, 1), 0)
    mean = scaled.sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    bins = max(1, min(10, len(mean) // STRATUM))
    return ((rankdata(mean, method="min") - 1) * bins // len(mean)).astype(np.int64)


def _rarest(labels: np.ndarray) -> np.ndarray:
    """Return 1 + the rarest class that each example has, 0 for those without any."""
    has = labels.reshape(len(labels), -1) > 0
    count = has.sum(axis=0)
    cost = np.where(has, count, len(labels) + 1)
    return np.where(has.any(axis=1), 1 + cost.argmin(axis=1), 0).astype(np.int64)


def _softmax(aim: Aim) -> Measure:
    return Measure(aim.type, "softmax", len(aim.classes))


def _logistic(aim: Aim) -> Measure:
    return Measure(aim.type, "logistic", len(aim.classes))


def _numbers(aim: Aim) -> Measure:
    return Measure(aim.type, "numbers", max(1, len(aim.outputs)))


def _residue(make: Callable[[Aim], Measure]) -> Callable[[Aim], Measure]:
    """Return the maker of the same measure for each residue."""
    return lambda aim: replace(make(aim), per_residue=True)


BINARY = Measure("binary", "logistic", 1)

MEASURES: dict[str, Callable[[Aim], Measure]] = {
    "binary": lambda aim: BINARY,
    "multiclass": _softmax,
    "multilabel": _logistic,
    "regression": _numbers,
    "residue-classes": _residue(
        lambda aim: Measure(aim.type, "logistic", 1) if len(aim.classes) == 2 else _softmax(aim)
    ),
    "residue-values": _residue(_numbers),
    "residue-multilabel": _residue(_logistic),
}


def measure_of(aim: Aim) -> Measure:
    """Return the measure of a task.

    Parameters
    ----------
    aim : Aim
        Its type, classes and outputs.

    Returns
    -------
    Measure
        Without options and class weights.
    """
    return MEASURES[aim.type](aim)
