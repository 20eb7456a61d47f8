"""The metrics of a binary task: one registry entry each, computed for many example weights at once."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from seqgraft.stats.auc import auprc, auroc

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Scored:
    """One fit's answers on one part.

    Parameters
    ----------
    labels : ndarray of bool, shape (N,)
        True for the positive class.
    logits : ndarray of float64, shape (N,)
        Raw log odds of the positive class.
    temperature : float
        Logits are divided by it before they become probabilities.
    threshold : float
        An example is called positive when its raw logit is at or above this.
    """

    labels: NDArray[np.bool_]
    logits: Floats
    temperature: float = 1.0
    threshold: float = 0.0

    @cached_property
    def losses(self) -> Floats:
        """Negative log likelihood of each label in nats, shape (N,)."""
        return example_losses(self.labels, self.logits, self.temperature)

    @cached_property
    def squared_errors(self) -> Floats:
        """Squared distance of each probability from its label, shape (N,)."""
        # -loss is the log probability of the right class.
        return np.square(-np.expm1(-self.losses))

    @cached_property
    def confusion(self) -> Floats:
        """Columns of the confusion matrix, one row per example: TP, FN, FP, TN; shape (N, 4)."""
        calls = self.logits >= self.threshold
        yes = self.labels
        return np.stack([yes & calls, yes & ~calls, ~yes & calls, ~yes & ~calls], axis=1).astype(np.float64)


class Weighted:
    """A fit's answers under B sets of example weights.

    Parameters
    ----------
    scored : Scored
        The answers.
    weights : ndarray of float64, shape (N, B)
        Frequency weights.
    """

    def __init__(self, scored: Scored, weights: Floats) -> None:
        self.scored = scored
        self.weights = weights

    @cached_property
    def counts(self) -> tuple[Floats, Floats, Floats, Floats]:
        """Weighted TP, FN, FP, TN, each of shape (B,)."""
        tp, fn, fp, tn = self.scored.confusion.T @ self.weights
        return tp, fn, fp, tn

    def average(self, values: Floats) -> Floats:
        """Weighted mean of a value per example, shape (B,)."""
        return divide(values @ self.weights, self.weights.sum(axis=0))


@dataclass(frozen=True)
class Metric:
    """One way to score a fit.

    Parameters
    ----------
    title : str
        As written in text.
    function : callable
        From a `Weighted` to an array of shape (B,); NaN where undefined.
    low, high : float
        The range of its values.
    greater_is_better : bool
        The direction of improvement.
    needs : str
        "ranking" (logits as they are), "probabilities" (temperature) or "calls" (threshold).
    """

    title: str
    function: Callable[[Weighted], Floats]
    low: float = 0.0
    high: float = 1.0
    greater_is_better: bool = True
    needs: str = "calls"


def example_losses(labels: NDArray[np.bool_], logits: Floats, temperature: float = 1.0) -> Floats:
    """Negative log likelihood of each label, in nats.

    Parameters
    ----------
    labels : ndarray of bool, shape (N,)
        True for the positive class.
    logits : ndarray of float64, shape (N,)
        Raw log odds.
    temperature : float
        Divides the logits.

    Returns
    -------
    ndarray of float64, shape (N,)
    """
    return np.logaddexp(0.0, np.where(labels, -logits, logits) / temperature)


def divide(above: Floats, below: Floats) -> Floats:
    """Divide element by element, with NaN where the divisor is zero."""
    return np.divide(above, below, out=np.full(np.shape(above), np.nan), where=below > 0)


def _accuracy(view: Weighted) -> Floats:
    """Share of right calls."""
    tp, fn, fp, tn = view.counts
    return divide(tp + tn, tp + fn + fp + tn)


def _recall(view: Weighted) -> Floats:
    """Share of the positives that are called positive."""
    tp, fn, _, _ = view.counts
    return divide(tp, tp + fn)


def _specificity(view: Weighted) -> Floats:
    """Share of the negatives that are called negative."""
    _, _, fp, tn = view.counts
    return divide(tn, fp + tn)


def _precision(view: Weighted) -> Floats:
    """Share of the positive calls that are right; undefined without a positive call."""
    tp, _, fp, _ = view.counts
    return divide(tp, tp + fp)


def _f1(view: Weighted) -> Floats:
    """Harmonic mean of precision and recall; 0 without a positive call."""
    tp, fn, fp, _ = view.counts
    return np.where(tp + fn > 0, divide(2 * tp, 2 * tp + fn + fp), np.nan)


def _mcc(view: Weighted) -> Floats:
    """Correlation of labels and calls; 0 when all calls are alike.

    Zero is the limit that Chicco & Jurman (2020, BMC Genomics 21:6) give for one empty column.
    """
    tp, fn, fp, tn = view.counts
    classes = (tp + fn) * (fp + tn)
    value = divide(tp * tn - fp * fn, np.sqrt(classes * (tp + fp) * (tn + fn)))
    return np.where((classes > 0) & np.isnan(value), 0.0, value)


METRICS: dict[str, Metric] = {
    "auroc": Metric("AUROC", lambda v: auroc(v.scored.labels, v.scored.logits, v.weights), needs="ranking"),
    "auprc": Metric("AUPRC", lambda v: auprc(v.scored.labels, v.scored.logits, v.weights), needs="ranking"),
    "mcc": Metric("MCC", _mcc, low=-1.0),
    "accuracy": Metric("accuracy", _accuracy),
    "recall": Metric("recall", _recall),
    "precision": Metric("precision", _precision),
    "specificity": Metric("specificity", _specificity),
    "f1": Metric("F1", _f1),
    "log_loss": Metric(
        "log loss",
        lambda v: v.average(v.scored.losses),
        high=np.inf,
        greater_is_better=False,
        needs="probabilities",
    ),
    "brier": Metric(
        "Brier score",
        lambda v: v.average(v.scored.squared_errors),
        greater_is_better=False,
        needs="probabilities",
    ),
}


def compute(
    scored: Scored, weights: Floats | None = None, metrics: Iterable[str] | None = None
) -> dict[str, Floats]:
    """Score one fit under every column of weights.

    Parameters
    ----------
    scored : Scored
        The answers on N examples.
    weights : ndarray of float64, shape (N, B), optional
        Frequency weights; default one column of ones.
    metrics : iterable of str, optional
        Names in `METRICS`; default all.

    Returns
    -------
    dict of str to ndarray of float64, shape (B,)
        NaN where a metric is undefined (for most: only one class has weight).
    """
    view = Weighted(scored, np.ones((len(scored.labels), 1)) if weights is None else weights)
    return {name: METRICS[name].function(view) for name in (METRICS if metrics is None else metrics)}
