"""DeLong's variance of the area under the ROC curve: the reference that the bootstrap is checked against."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from seqgraft.stats.intervals import covariance


class DeLong(NamedTuple):
    """Areas of M models on the same examples, shape (M,), and their covariance, shape (M, M)."""

    areas: NDArray[np.float64]
    covariance: NDArray[np.float64]


def delong(labels: ArrayLike, scores: ArrayLike) -> DeLong:
    """Estimate AUROCs and their covariance over test examples, the models being fixed.

    Parameters
    ----------
    labels : array-like of bool, shape (N,)
        True for the positive class; at least two of each.
    scores : array-like of float, shape (N,) or (M, N)
        One row per model.

    Returns
    -------
    DeLong

    Notes
    -----
    DeLong, DeLong & Clarke-Pearson (1988), Biometrics 44:837, by midranks as in Sun & Xu (2014),
    IEEE Signal Processing Letters 21:1389.
    """
    truth = np.asarray(labels).astype(bool)
    score = np.atleast_2d(np.asarray(scores, dtype=np.float64))
    m, n = int(truth.sum()), int((~truth).sum())
    overall = _midranks(score)
    above = (overall[:, truth] - _midranks(score[:, truth])) / n
    below = 1.0 - (overall[:, ~truth] - _midranks(score[:, ~truth])) / m
    return DeLong(above.mean(axis=1), covariance(above) / m + covariance(below) / n)


def _midranks(score: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rank each row from 1, ties sharing their mean rank; the rankings of scipy and pandas take far longer."""
    ranks = np.empty(score.shape)
    for row, values in zip(ranks, score, strict=True):
        _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
        row[:] = (np.cumsum(counts) - (counts - 1) / 2)[place]
    return ranks
