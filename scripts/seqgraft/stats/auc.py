"""Areas under the ROC and precision-recall curves, for many sets of example weights at once."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def auroc(labels: ArrayLike, scores: ArrayLike, weights: ArrayLike | None = None) -> Floats:
    """Probability that a positive example scores above a negative one; a tie counts one half.

    Parameters
    ----------
    labels : array-like of bool, shape (N,)
        True for the positive class.
    scores : array-like of float, shape (N,)
        Any increasing function of the model's output.
    weights : array-like of float, shape (N,) or (N, B), optional
        Frequency weights; every column is one resampled data set. Default: all ones.

    Returns
    -------
    ndarray of float64, shape () or (B,)
        NaN where a class has no weight.

    Notes
    -----
    The weighted Mann-Whitney statistic (Hanley & McNeil 1982, Radiology 143:29). Scores are sorted once;
    each column then costs one cumulative sum.
    """
    truth, score, weight, scalar = _checked(labels, scores, weights)
    negatives = np.flatnonzero(~truth)
    positives = np.flatnonzero(truth)
    negatives = negatives[np.argsort(score[negatives], kind="stable")]
    below = np.zeros((len(negatives) + 1, weight.shape[1]))
    np.cumsum(weight[negatives], axis=0, out=below[1:])
    first = np.searchsorted(score[negatives], score[positives], side="left")
    last = np.searchsorted(score[negatives], score[positives], side="right")
    gain = weight[positives]
    wins = np.einsum("nb,nb->b", gain, below[first])
    tied = np.flatnonzero(first != last)
    wins += 0.5 * np.einsum("nb,nb->b", gain[tied], below[last[tied]] - below[first[tied]])
    return _ratio(wins, gain.sum(axis=0) * below[-1], scalar)


def auprc(labels: ArrayLike, scores: ArrayLike, weights: ArrayLike | None = None) -> Floats:
    """Average precision: precision at every threshold, weighted by the recall gained there.

    Parameters
    ----------
    labels, scores, weights
        As for `auroc`.

    Returns
    -------
    ndarray of float64, shape () or (B,)
        NaN where a class has no weight.

    Notes
    -----
    The step-wise estimator, without the optimistic linear interpolation between points
    (Davis & Goadrich 2006, ICML). Tied scores form one threshold.
    """
    truth, score, weight, scalar = _checked(labels, scores, weights)
    order = np.argsort(-score, kind="stable")
    ranked = score[order]
    positives = np.flatnonzero(truth[order])
    # A threshold cannot cut through a tie: count up to the last example with the same score.
    last = np.searchsorted(-ranked, -ranked[positives], side="right") - 1
    called = np.cumsum(weight[order], axis=0)[last]
    gain = weight[order[positives]]
    last_positive = np.searchsorted(positives, last, side="right") - 1
    hits = np.cumsum(gain, axis=0)
    precision = np.divide(hits[last_positive], called, out=np.zeros_like(called), where=called > 0)
    area = np.einsum("nb,nb->b", gain, precision)
    total = gain.sum(axis=0)
    single_class = weight.sum(axis=0) - total <= 0
    return _ratio(area, np.where(single_class, 0.0, total), scalar)


def _checked(
    labels: ArrayLike, scores: ArrayLike, weights: ArrayLike | None
) -> tuple[NDArray[np.bool_], Floats, Floats, bool]:
    """Return labels, scores and two-dimensional weights, and whether one number is wanted."""
    truth = np.asarray(labels).astype(bool)
    score = np.asarray(scores, dtype=np.float64)
    weight = np.ones(len(truth)) if weights is None else np.asarray(weights, dtype=np.float64)
    scalar = weight.ndim == 1
    if truth.shape != score.shape or truth.ndim != 1 or len(weight) != len(truth):
        raise ValueError("labels, scores and weights need one row per example")
    return truth, score, weight[:, None] if scalar else weight, scalar


def _ratio(above: Floats, below: Floats, scalar: bool) -> Floats:
    """Divide, with NaN where the divisor is zero."""
    value = np.divide(above, below, out=np.full_like(above, np.nan), where=below > 0)
    return value[0] if scalar else value
