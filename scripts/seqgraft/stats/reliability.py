"""Whether probabilities can be trusted: reliability curves and the calibration error."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

Floats = NDArray[np.float64]

#: Bins of a reliability curve at most, and predictions in each at least.
BINS, FEWEST_IN_BIN = 10, 20


@dataclass(frozen=True)
class Reliability:
    """A reliability curve of K bins.

    Parameters
    ----------
    counts : ndarray of int, shape (K,)
        Predictions in each bin, from the lowest probabilities to the highest.
    predicted, observed : ndarray of float64, shape (K,)
        Mean predicted probability, and share of positives.
    spread : ndarray of float64, shape (K,)
        Mean of p (1 - p) over a bin's predictions: the variance of a label if the predictions are right.
    """

    counts: NDArray[np.intp]
    predicted: Floats
    observed: Floats
    spread: Floats


def reliability(labels: ArrayLike, probabilities: ArrayLike, bins: int | None = None) -> Reliability:
    """Compare predicted probabilities with what was observed, in bins of equal mass.

    Parameters
    ----------
    labels : array-like of bool, shape (N,)
        True for the positive class.
    probabilities : array-like of float, shape (N,)
        Predicted probability of the positive class.
    bins : int, optional
        How many; by default `BINS`, fewer where a bin would hold less than `FEWEST_IN_BIN`.

    Returns
    -------
    Reliability
        Equal predictions share a bin, so there may be fewer bins than asked for; none without predictions.

    Notes
    -----
    Bins of equal mass (Nguyen & O'Connor 2015, EMNLP) rather than equal width: most predictions of a task with
    few positives are near 0, and wide bins would leave the rest nearly empty.
    """
    truth, predicted = np.asarray(labels).astype(bool), np.asarray(probabilities, dtype=np.float64)
    if truth.shape != predicted.shape or truth.ndim != 1:
        raise ValueError("labels and probabilities need one value per example")
    n = len(truth)
    if not n:
        nothing = np.zeros(0)
        return Reliability(np.zeros(0, np.intp), nothing, nothing, nothing)
    wanted = min(BINS, max(1, n // FEWEST_IN_BIN)) if bins is None else bins
    order = np.argsort(predicted, kind="stable")
    ranked, hits = predicted[order], truth[order].astype(np.float64)
    cuts = np.linspace(0, n, wanted + 1).round().astype(np.intp)[:-1]
    # A bin begins where its first value begins, so that equal predictions stay together.
    starts = np.unique(np.searchsorted(ranked, ranked[cuts], side="left"))
    counts = np.diff(np.append(starts, n))
    means = [np.add.reduceat(values, starts) / counts for values in (ranked, hits, ranked * (1 - ranked))]
    return Reliability(counts, *means)


def calibration_error(curve: Reliability) -> float:
    """Mean distance of observed shares from predicted probabilities, bins weighted by their predictions.

    Parameters
    ----------
    curve : Reliability
        From `reliability`.

    Returns
    -------
    float
        The expected calibration error, ECE: 0 is perfect. NaN without predictions.

    Notes
    -----
    Naeini, Cooper & Hauskrecht (2015, AAAI) and Guo et al. (2017, ICML), here of the probability of the
    positive class and with bins of equal mass. It cannot be below zero, so even perfect probabilities have
    one above zero on a finite test part: compare it with `error_by_chance`.
    """
    if not len(curve.counts):
        return float("nan")
    return float(np.average(np.abs(curve.observed - curve.predicted), weights=curve.counts))


def error_by_chance(curve: Reliability) -> float:
    """ECE that right probabilities would have on so few examples.

    Parameters
    ----------
    curve : Reliability
        From `reliability`.

    Returns
    -------
    float
        NaN without predictions.

    Notes
    -----
    If the predictions are right, the observed share of a bin of n predictions is nearly normal around their mean
    with variance v = mean p (1 - p) / n, and its mean distance from it is sqrt(2 v / pi).
    """
    if not len(curve.counts):
        return float("nan")
    return float(np.average(np.sqrt(2 / np.pi * curve.spread / curve.counts), weights=curve.counts))


def wilson(share: ArrayLike, n: ArrayLike, level: float = 0.95) -> tuple[Floats, Floats]:
    """Interval of a share (Wilson 1927, Journal of the American Statistical Association 22:209).

    Parameters
    ----------
    share : array-like of float, shape (K,)
        Observed shares.
    n : array-like of float, shape (K,)
        Independent examples behind each; need not be whole.
    level : float
        Coverage.

    Returns
    -------
    low, high : ndarray of float64, shape (K,)
        Inside [0, 1], also where the share is 0 or 1.
    """
    p, count = np.asarray(share, dtype=np.float64), np.asarray(n, dtype=np.float64)
    z = float(ndtri(0.5 + level / 2))
    centre = (p + z**2 / (2 * count)) / (1 + z**2 / count)
    half = z / (1 + z**2 / count) * np.sqrt(p * (1 - p) / count + (z / (2 * count)) ** 2)
    # At 0 and 1 the ends are exact; rounding must not cut the share itself off.
    return np.clip(centre - half, 0.0, p), np.clip(centre + half, p, 1.0)
