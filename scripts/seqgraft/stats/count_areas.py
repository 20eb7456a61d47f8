"""Areas under the ROC and precision-recall curves of many resampled data sets, whose weights are whole numbers.

The areas are those of `seqgraft.stats.auc`, which takes any weights and which training uses too.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

#: Rows that `running_sums` adds up one after the other before it goes on with their sums.
STEP = 8


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
    counts : ndarray of unsigned integers, shape (N, B)
        How often each data set holds each example. Columns are data sets, so that what is done to an example is done
        to neighbours in memory.

    Returns
    -------
    auroc, auprc : ndarray of float64, shape (B,)
        NaN where a class has no weight.

    Notes
    -----
    One sort and one running sum of whole numbers serve both areas. With 1,000 examples and 1,001 draws the two
    functions for any weights took eight times as long (in turn on one core of a busy machine).
    """
    truth, score = np.asarray(labels).astype(bool), np.asarray(scores, dtype=np.float64)
    if truth.shape != score.shape or counts.shape[:1] != truth.shape:
        raise ValueError("labels, scores and counts need one row per example")
    order = np.argsort(-score, kind="stable")
    ranked = -score[order]
    positives = np.flatnonzero(truth[order])
    # Tied scores form one threshold: from `first` up to, without, `last`.
    first = np.searchsorted(ranked, ranked[positives], side="left")
    last = np.searchsorted(ranked, ranked[positives], side="right")
    positives_before = np.searchsorted(positives, first)
    positives_within = np.searchsorted(positives, last)
    ranked_counts = np.take(counts, order, axis=0)
    gain = np.take(ranked_counts, positives, axis=0)
    called, hits = running_sums(ranked_counts), running_sums(gain)
    total, everything = hits[-1].astype(np.float64), called[-1].astype(np.float64)
    negatives = everything - total
    hits_at, called_at = np.take(hits, positives_within, axis=0), np.take(called, last, axis=0)
    above: Floats = (called_at - hits_at).astype(np.float64)
    if (last - first > 1).any():
        higher = np.take(called, first, axis=0) - np.take(hits, positives_before, axis=0)
        above = (above + higher) / 2
    gains = gain.astype(np.float64)
    pairs = total * negatives
    roc = _ratio(pairs - np.einsum("nb,nb->b", gains, above), pairs)
    precision = np.divide(hits_at, np.maximum(called_at, 1), dtype=np.float64)
    area = np.einsum("nb,nb->b", gains, precision)
    return roc, _ratio(area, np.where(negatives > 0, total, 0.0))


def running_sums(counts: NDArray[np.unsignedinteger]) -> NDArray[np.unsignedinteger]:
    """Sum counts from above, with a row of zeros before them.

    Parameters
    ----------
    counts : ndarray of unsigned integers, shape (N, B)
        Columns that add up to less than 2**32.

    Returns
    -------
    ndarray of uint16 or uint32, shape (N + 1, B)

    Notes
    -----
    `numpy.cumsum` walks down each column, with a step across memory for each number. Here whole rows are added: within
    `STEP` rows, then what is above them. It took an eighth of the time for 1,000 rows of 1,001.
    """
    most = len(counts) * int(counts.max(initial=0))
    if most >= 2**16:  # no more than that, and likely less
        most = counts.sum(axis=0, dtype=np.uint64).max(initial=0)
    return _summed(counts, np.uint16 if most < 2**16 else np.uint32)


def _summed(
    counts: NDArray[np.unsignedinteger], kind: type[np.unsignedinteger]
) -> NDArray[np.unsignedinteger]:
    """Sum rows from above into whole numbers that hold the last sum."""
    rows, columns = counts.shape
    sums = np.zeros((rows + 1, columns), kind)
    whole = rows // STEP * STEP if rows > 2 * STEP else 0
    if whole:
        blocks, parts = (
            sums[1 : whole + 1].reshape(-1, STEP, columns),
            counts[:whole].reshape(-1, STEP, columns),
        )
        blocks[:, 0] = parts[:, 0]
        for k in range(1, STEP):
            np.add(blocks[:, k - 1], parts[:, k], out=blocks[:, k], casting="unsafe")
        blocks += _summed(np.ascontiguousarray(blocks[:, -1]), kind)[:-1, None]
    for row in range(whole, rows):
        np.add(sums[row], counts[row], out=sums[row + 1], casting="unsafe")
    return sums


def _ratio(above: Floats, below: Floats) -> Floats:
    """Divide, with NaN where the divisor is zero."""
    return np.divide(above, below, out=np.full_like(above, np.nan), where=below > 0)
