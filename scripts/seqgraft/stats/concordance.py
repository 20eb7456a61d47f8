"""The concordance index, for many sets of example weights at once."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

#: Examples that are compared all with all by one product of matrices.
BLOCK = 128


def concordance(labels: ArrayLike, values: ArrayLike, weights: Floats) -> Floats:
    """Share of the pairs with different labels that are predicted in the right order; a tie counts one half.

    Parameters
    ----------
    labels, values : array-like of float, shape (N,)
        Measured and predicted.
    weights : ndarray of float64, shape (N, B)
        Frequency weights; every column is one resampled data set.

    Returns
    -------
    ndarray of float64, shape (B,)
        0.5 is guessing; NaN where all labels with weight are equal.

    Notes
    -----
    The index of Harrell et al. (1982, JAMA 247:2543) without censored labels; for two different labels it is the AUROC.
    Pairs are counted while sorted parts are merged, which takes N log N steps for each column; parts of up to
    `BLOCK` examples are compared all with all.
    """
    y, x = np.asarray(labels, dtype=np.float64), np.asarray(values, dtype=np.float64)
    order = np.lexsort((x, y))
    y, x, w = y[order], x[order], weights[order]
    n = len(y)
    # Sum over i < j of w_i w_j sign(x_j - x_i), in the order of the labels.
    ahead = np.zeros(w.shape[1])
    for start in range(0, n, BLOCK):
        own, part = x[start : start + BLOCK], w[start : start + BLOCK]
        signs = np.triu(np.sign(own[None, :] - own[:, None]))
        ahead += np.einsum("ib,ib->b", part, signs @ part)
    width = BLOCK
    while width < n:
        for start in range(0, n - width, 2 * width):
            ahead += _across(x, w, start, start + width, min(start + 2 * width, n))
        width *= 2
    tied = _squares(w, np.flatnonzero(np.r_[True, y[1:] != y[:-1]]) if n else np.zeros(0, np.intp))
    alike = _squares(
        w,
        np.flatnonzero(np.r_[True, (y[1:] != y[:-1]) | (x[1:] != x[:-1])]) if n else np.zeros(0, np.intp),
    )
    total = w.sum(axis=0)
    pairs = (total**2 - tied) / 2
    # Among equal labels the order is that of the predictions: those pairs were counted as right.
    ahead -= (tied - alike) / 2
    return np.divide(ahead, 2 * pairs, out=np.full(len(pairs), np.nan), where=pairs > 0) + 0.5


def _across(x: Floats, w: Floats, start: int, middle: int, stop: int) -> Floats:
    """Sum w_i w_j sign(x_j - x_i) over i in the left and j in the right part."""
    left, right = x[start:middle], x[middle:stop]
    order = np.argsort(left, kind="stable")
    ranked = left[order]
    below = np.zeros((len(left) + 1, w.shape[1]))
    np.cumsum(w[start:middle][order], axis=0, out=below[1:])
    first = np.searchsorted(ranked, right, side="left")
    last = np.searchsorted(ranked, right, side="right")
    return np.einsum("jb,jb->b", w[middle:stop], below[first] + below[last] - below[-1])


def _squares(w: Floats, starts: NDArray[np.intp]) -> Floats:
    """Sum of the squared weights of groups of neighbours, shape (B,)."""
    if not len(starts):
        return np.zeros(w.shape[1])
    groups = np.add.reduceat(w, starts, axis=0)
    return np.einsum("gb,gb->b", groups, groups)
