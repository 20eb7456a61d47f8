"""The metrics of a binary task: one registry entry each, computed for many example weights at once."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from seqgraft.stats.auc import auprc, auroc
from seqgraft.stats.count_areas import areas_of_counts

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

    @property
    def probabilities(self) -> Floats:
        """Probability of the positive class, shape (N,)."""
        return expit(self.logits / self.temperature)

    @property
    def threshold_probability(self) -> float:
        """The threshold as a probability."""
        return float(expit(self.threshold / self.temperature))

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


class Draws:
    """B sets of example weights that many fits share.

    Parameters
    ----------
    weights : ndarray of float64, shape (N, B)
        Frequency weights.
    """

    def __init__(self, weights: Floats) -> None:
        self.weights = weights

    @cached_property
    def totals(self) -> Floats:
        """Sum of each set's weights, shape (B,)."""
        return self.weights.sum(axis=0)

    @cached_property
    def counts(self) -> NDArray[np.unsignedinteger] | None:
        """The weights as whole numbers, shape (N, B); None where they are not whole."""
        most = self.weights.max(initial=0.0)
        # Running sums are kept in 32 bits.
        if self.weights.min(initial=0.0) < 0 or self.totals.max(initial=0.0) >= 2**31:
            return None
        kind: type[np.uint8] | type[np.uint32] = np.uint8 if most <= 255 else np.uint32
        whole: NDArray[np.unsignedinteger] = self.weights.astype(kind)
        return whole if np.array_equal(whole, self.weights) else None


class Weighted:
    """A fit's answers under B sets of example weights.

    Parameters
    ----------
    scored : Scored
        The answers.
    draws : Draws
        Frequency weights.
    """

    def __init__(self, scored: Scored, draws: Draws) -> None:
        self.scored = scored
        self.draws = draws

    @cached_property
    def areas(self) -> tuple[Floats, Floats]:
        """AUROC and AUPRC, each of shape (B,)."""
        labels, logits = self.scored.labels, self.scored.logits
        if self.draws.counts is not None and len(labels):
            return areas_of_counts(labels, logits, self.draws.counts)
        return auroc(labels, logits, self.draws.weights), auprc(labels, logits, self.draws.weights)

    @cached_property
    def _sums(self) -> Floats:
        """Weighted sums of TP, FN, FP, TN, losses and squared errors: one product of matrices, shape (6, B)."""
        scored = self.scored
        values = np.concatenate([scored.confusion.T, [scored.losses, scored.squared_errors]])
        return values @ self.draws.weights

    @property
    def counts(self) -> tuple[Floats, Floats, Floats, Floats]:
        """Weighted TP, FN, FP, TN, each of shape (B,)."""
        tp, fn, fp, tn = self._sums[:4]
        return tp, fn, fp, tn

    @property
    def log_loss(self) -> Floats:
        """Weighted mean of the losses, shape (B,)."""
        return divide(self._sums[4], self.draws.totals)

    @property
    def brier(self) -> Floats:
        """Weighted mean of the squared errors, shape (B,)."""
        return divide(self._sums[5], self.draws.totals)


def worst_and_best(low: float, high: float, *, greater_is_better: bool) -> tuple[float, float]:
    """Turn the interval of a difference so that above zero is better.

    Parameters
    ----------
    low, high : float
        Its ends.
    greater_is_better : bool
        Of the metric.

    Returns
    -------
    worst, best : float
    """
    return (low, high) if greater_is_better else (-high, -low)


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


#: From a `Weighted` to an array of shape (B,), NaN where undefined; what else is to be known of each metric stands in
#: `seqgraft.stats.metric_names`.
METRICS: dict[str, Callable[[Weighted], Floats]] = {
    "auroc": lambda v: v.areas[0],
    "auprc": lambda v: v.areas[1],
    "mcc": _mcc,
    "accuracy": _accuracy,
    "recall": _recall,
    "precision": _precision,
    "specificity": _specificity,
    "f1": _f1,
    "log_loss": lambda v: v.log_loss,
    "brier": lambda v: v.brier,
}


def compute(
    scored: Scored, weights: Floats | Draws | None = None, metrics: Iterable[str] | None = None
) -> dict[str, Floats]:
    """Score one fit under every column of weights.

    Parameters
    ----------
    scored : Scored
        The answers on N examples.
    weights : ndarray of float64, shape (N, B), or Draws, optional
        Frequency weights; default one column of ones. `Draws` where many fits share them.
    metrics : iterable of str, optional
        Names in `METRICS`; default all.

    Returns
    -------
    dict of str to ndarray of float64, shape (B,)
        NaN where a metric is undefined (for most: only one class has weight).
    """
    if weights is None:
        weights = np.ones((len(scored.labels), 1))
    view = Weighted(scored, weights if isinstance(weights, Draws) else Draws(weights))
    return {name: METRICS[name](view) for name in (METRICS if metrics is None else metrics)}
