"""Learning curves: a metric against the logarithm of the number of labels."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def curve_weights(sizes: ArrayLike) -> Floats:
    """Coefficients that turn values at train sizes into their mean over the learning curve.

    Parameters
    ----------
    sizes : array-like of int, shape (S,)
        Train sizes n > 0, ascending.

    Returns
    -------
    ndarray of float64, shape (S,)
        Sum one. The weighted sum is the area under the curve in log n (trapezoids) divided by the range of
        log n; with one size, the plain value. Doubling the labels counts the same wherever it happens.
    """
    logs = np.log(np.asarray(sizes, dtype=np.float64))
    widths = np.diff(logs)
    if (widths < 0).any():
        raise ValueError("train sizes must ascend")
    if not widths.sum():
        return np.full(len(logs), 1.0 / len(logs))
    weights = np.zeros(len(logs))
    weights[:-1] += widths / 2
    weights[1:] += widths / 2
    return weights / widths.sum()


def pooling(values: ArrayLike) -> Floats:
    """Matrix that makes a curve non-decreasing by averaging neighbours that fall.

    Parameters
    ----------
    values : array-like of float, shape (S,)
        The curve.

    Returns
    -------
    ndarray of float64, shape (S, S)
        ``pooling(v) @ v`` is the least-squares non-decreasing fit (pool adjacent violators; Barlow et al.
        1972, Statistical Inference under Order Restrictions). Being a matrix, it can be applied with the
        same pools to every bootstrap draw.
    """
    curve = np.asarray(values, dtype=np.float64)
    blocks: list[tuple[float, int]] = []
    for value in curve:
        mean, count = float(value), 1
        while blocks and blocks[-1][0] >= mean:
            other, size = blocks.pop()
            mean, count = (other * size + mean * count) / (size + count), size + count
        blocks.append((mean, count))
    matrix = np.zeros((len(curve), len(curve)))
    start = 0
    for _, count in blocks:
        matrix[start : start + count, start : start + count] = 1.0 / count
        start += count
    return matrix


def monotone(values: ArrayLike) -> Floats:
    """Return the non-decreasing curve nearest to `values`, shape (S,)."""
    return pooling(values) @ np.asarray(values, dtype=np.float64)


def interpolation(sizes: ArrayLike, at: ArrayLike) -> Floats:
    """Coefficients of straight lines in log n between train sizes.

    Parameters
    ----------
    sizes : array-like of int, shape (S,)
        Ascending train sizes.
    at : array-like of float, shape (G,)
        Sizes to interpolate at, inside the range.

    Returns
    -------
    ndarray of float64, shape (G, S)
        Rows sum to one.
    """
    logs = np.log(np.asarray(sizes, dtype=np.float64))
    wanted = np.log(np.asarray(at, dtype=np.float64))
    return np.stack([np.interp(wanted, logs, unit) for unit in np.eye(len(logs))], axis=1)


def labels_to_reach(sizes: ArrayLike, curve: ArrayLike, goal: float) -> tuple[float, str]:
    """Smallest number of labels at which a non-decreasing curve reaches a goal.

    Parameters
    ----------
    sizes : array-like of int, shape (S,)
        Ascending train sizes.
    curve : array-like of float, shape (S,)
        Non-decreasing values.
    goal : float
        The value to reach.

    Returns
    -------
    labels : float
        Interpolated in log n.
    censored : str
        "" inside the range; "at least" when the largest size does not reach the goal; "at most" when the
        smallest size is already above it.
    """
    points = np.asarray(sizes, dtype=np.float64)
    heights = np.asarray(curve, dtype=np.float64)
    if goal > heights[-1]:
        return float(points[-1]), "at least"
    if goal < heights[0]:
        return float(points[0]), "at most"
    right = int(np.searchsorted(heights, goal, side="left"))
    if right == 0 or heights[right] == goal:
        return float(points[right]), ""
    share = (goal - heights[right - 1]) / (heights[right] - heights[right - 1])
    return float(points[right - 1] * (points[right] / points[right - 1]) ** share), ""
