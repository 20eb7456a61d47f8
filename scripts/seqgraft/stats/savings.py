"""Label savings: how many labels the reference needs to do as well as transfer does with n, divided by n."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtrit

from seqgraft.stats.curves import interpolation, labels_to_reach, pooling
from seqgraft.stats.intervals import UNBOUNDED, Bounds, standard_errors, two_way_moments

Floats = NDArray[np.float64]

#: Points of log n at which the reference's curve is compared with the goal.
GRID = 200


@dataclass(frozen=True)
class Savings:
    """Label savings with an interval.

    Each of the three numbers has a flag: "" (inside the train sizes studied), "at least" (the largest size
    was not enough to tell) or "at most" (the smallest size was already enough). Flagged numbers must not be
    averaged.
    """

    savings: float
    low: float
    high: float
    censored: str
    low_censored: str
    high_censored: str


UNDEFINED = Savings(np.nan, np.nan, np.nan, "", "", "")


def label_savings(
    n: int,
    ours: Floats,
    sizes: ArrayLike,
    reference: Floats,
    units: int,
    level: float = 0.95,
    sources: ArrayLike | None = None,
    bounds: Bounds = UNBOUNDED,
) -> Savings:
    """Estimate label savings at one train size.

    Parameters
    ----------
    n : int
        Labels that were used to get `ours`.
    ours : ndarray of float64, shape (R, B + 1)
        Metric (greater is better) by replicate and test weights; column 0 is the data as they are.
    sizes : array-like of int, shape (S,)
        Ascending train sizes of the reference.
    reference : ndarray of float64, shape (S, R, B + 1)
        The same metric of the reference, by the same replicates and weights.
    units : int
        Number of independent test units of the smaller class.
    level : float
        Coverage.
    sources : array-like, shape (R,), optional
        Source model that each replicate of `ours` started from.
    bounds : (float, float)
        Range of the metric.

    Returns
    -------
    Savings
        All NaN where the metric is undefined, and where one size makes no curve.

    Notes
    -----
    The reference's mean curve is made non-decreasing and joined by straight lines in log n. The interval
    holds every number of labels m for which the difference between `ours` at n and the reference's curve at
    m is compatible with zero, by the two-way bootstrap variance over replicates and examples: so it excludes
    one exactly when the difference at n is significant. (The inversion of a test, as Fieller's; percentiles
    of a bootstrap over few replicates would be too short.)
    """
    if len(reference) < 2:
        return UNDEFINED
    stacked = np.concatenate([ours[None], reference])
    stacked = stacked[:, :, ~np.isnan(stacked).any(axis=(0, 1))]
    # Column 0 must be among those kept: without it there is no estimate.
    if np.isnan(ours[:, 0]).any() or np.isnan(reference[:, :, 0]).any() or stacked.shape[2] < 3:
        return UNDEFINED
    moments = two_way_moments(stacked, sources)
    goal, curve = moments.mean[0], moments.mean[1:]
    pools = pooling(curve)
    labels, censored = labels_to_reach(sizes, pools @ curve, goal)

    first, last = float(np.min(sizes)), float(np.max(sizes))
    grid = np.unique(np.concatenate([np.geomspace(first, last, GRID), [labels], np.asarray(sizes, float)]))
    grid = np.clip(grid, first, last)
    contrast = np.concatenate([np.ones((len(grid), 1)), -interpolation(sizes, grid) @ pools], axis=1)
    gap = contrast @ moments.mean
    errors, df = standard_errors(moments, contrast, units, bounds)
    compatible = np.abs(gap) <= stdtrit(df, 0.5 + level / 2) * errors + 1e-12
    accepted = grid[compatible]
    if not len(accepted):  # only when the goal is outside the curve: beyond it with confidence
        return Savings(labels / n, labels / n, labels / n, censored, censored, censored)
    low, high = float(accepted[0]), float(accepted[-1])
    return Savings(
        labels / n,
        low / n,
        high / n,
        censored,
        "at most" if low == first else "",
        "at least" if high == last else "",
    )
