"""Areas under the ROC and precision-recall curves of many resampled data sets, whose weights are whole numbers.

The areas are those of `seqgraft.stats.auc`, which takes any weights and which training uses too.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

#: Largest number of counts held in memory at once by `areas_of_counts`: they stay in a processor's cache.
CHUNK = 2**18


def areas_of_counts(
    labels: ArrayLike, scores: ArrayLike, counts: NDArray[np.unsignedinteger]
) -> tuple[Floats, Floats]:
    """AUROC and AUPRC of B resampled data sets at once: `auroc` and `auprc` for whole weights, far faster.

    Parameters
    ----------
    labels : array-like of bool, shape (N,)
        True for the positive class.
    scores : array-like of float, shape (N,)
        Any increasing function of the model's output.
    counts : ndarray of unsigned integers, shape (B, N)
        How often each data set holds each example. Rows are data sets, so that a running sum walks through
        memory in order.

    Returns
    -------
    auroc, auprc : ndarray of float64, shape (B,)
        NaN where a class has no weight.

    Notes
    -----
    One sort and one running sum of whole numbers serve both areas. With 1,000 examples and 1,001 draws the two
    functions for any weights took 30 ms of one core's time and this one 6 ms (medians, on a busy machine).
    """
    truth, score = np.asarray(labels).astype(bool), np.asarray(scores, dtype=np.float64)
    if truth.shape != score.shape or counts.shape[1:] != truth.shape:
        raise ValueError("labels, scores and counts need one column per example")
    order = np.argsort(-score, kind="stable")
    ranked = -score[order]
    positives = np.flatnonzero(truth[order])
    # Tied scores form one threshold: from `first` up to, without, `last`.
    first = np.searchsorted(ranked, ranked[positives], side="left")
    last = np.searchsorted(ranked, ranked[positives], side="right")
    positives_before = np.searchsorted(positives, first)
    positives_within = np.searchsorted(positives, last)
    tied = bool((last - first > 1).any())
    roc, precision_recall = np.empty(len(counts)), np.empty(len(counts))
    width = max(1, CHUNK // max(len(truth), 1))
    for start in range(0, len(counts), width):
        rows = slice(start, start + width)
        ranked_counts = np.take(counts[rows], order, axis=1)
        gain = np.take(ranked_counts, positives, axis=1)
        called = _running(ranked_counts)
        hits = _running(gain)
        total, everything = hits[:, -1], called[:, -1]
        negatives = everything - total
        hits_at, called_at = np.take(hits, positives_within, axis=1), np.take(called, last, axis=1)
        above: Floats = (called_at - hits_at).astype(np.float64)
        if tied:
            higher = np.take(called, first, axis=1) - np.take(hits, positives_before, axis=1)
            above = (above + higher) / 2
        gains = gain.astype(np.float64)
        lost = np.einsum("bn,bn->b", gains, above)
        pairs = total.astype(np.float64) * negatives
        roc[rows] = _ratio(pairs - lost, pairs)
        precision = hits_at / np.maximum(called_at, 1)
        area = np.einsum("bn,bn->b", gains, precision)
        precision_recall[rows] = _ratio(area, np.where(negatives > 0, total, 0).astype(np.float64))
    return roc, precision_recall


def _running(counts: NDArray[np.unsignedinteger]) -> NDArray[np.int32]:
    """Sum counts from the left, with a zero before them, shape (B, N + 1)."""
    sums = np.zeros((counts.shape[0], counts.shape[1] + 1), dtype=np.int32)
    np.cumsum(counts, axis=1, dtype=np.int32, out=sums[:, 1:])
    return sums


def _ratio(above: Floats, below: Floats) -> Floats:
    """Divide, with NaN where the divisor is zero."""
    return np.divide(above, below, out=np.full_like(above, np.nan), where=below > 0)
