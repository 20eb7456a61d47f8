"""Intervals for means over replicates that were all scored on the same test examples.

Replicates and test examples are crossed: every replicate is scored on every example. The variance of the
mean has a part from each, so resampling only seeds, or only examples, gives intervals that are too short.
Replicates that start from the same source model share its luck, which is a third part.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtr, stdtrit

Floats = NDArray[np.float64]

#: Largest number of weights held in memory at once: 16 MiB of float64.
BLOCK = 2**21


def weight_blocks(n: int, draws: int, seed: int, groups: ArrayLike | None = None) -> Iterator[Floats]:
    """Draw bootstrap weights of the test examples, in blocks of columns.

    Parameters
    ----------
    n : int
        Number of test examples, N.
    draws : int
        Number of bootstrap draws, B.
    seed : int
        The same seed gives the same weights; all fits of a target share them, so differences are paired.
    groups : array-like, shape (N,), optional
        Group of each example (homology cluster, chain, ...). Groups are drawn whole.

    Yields
    ------
    ndarray of float64, shape (N, b)
        The first column of all is ones (the data as they are); then B columns of multinomial counts.
    """
    members = np.arange(n) if groups is None else np.unique(np.asarray(groups), return_inverse=True)[1]
    units = int(members.max()) + 1 if n else 0
    generator = np.random.default_rng(seed)
    width = max(1, BLOCK // max(n, 1))
    first = 0
    while first < draws + 1:
        columns = min(width, draws + 1 - first)
        block = np.empty((units, columns))
        for column in range(columns):
            if first + column == 0:
                block[:, 0] = 1.0
            else:
                block[:, column] = np.bincount(generator.integers(0, units, size=units), minlength=units)
        yield block if groups is None else block[members]
        first += columns


@dataclass(frozen=True)
class Moments:
    """Means of S statistics and the parts of their covariance.

    Parameters
    ----------
    mean : ndarray, shape (S,)
        Mean over replicates on the data as they are.
    replicate_part, example_part, source_part : ndarray, shape (S, S)
        Covariance of the means due to replicates (as if each had its own source model), to test examples,
        and to the source models. The last need not be positive: a negative variance counts as none.
    overlap : float
        Share of the source part that the replicate part already holds.
    replicates : int
        Number of replicates, R.
    sources : int
        Number of source models that replicates share; 0 where none is shared.
    """

    mean: Floats
    replicate_part: Floats
    example_part: Floats
    source_part: Floats
    overlap: float
    replicates: int
    sources: int


@dataclass(frozen=True)
class Interval:
    """A mean with its two-sided interval and the p-value of the hypothesis that it is zero.

    `replicates` counts those in which the statistic was defined.
    """

    mean: float
    low: float
    high: float
    df: float
    p_value: float
    replicates: int


UNDEFINED = Interval(np.nan, np.nan, np.nan, np.nan, np.nan, 0)


def two_way_moments(values: Floats, sources: ArrayLike | None = None) -> Moments:
    """Estimate means over replicates and their covariance, replicates and examples both being random.

    Parameters
    ----------
    values : ndarray of float64, shape (S, R, B + 1)
        Statistic s of replicate r under example weights b; column 0 is the data as they are.
    sources : array-like, shape (R,), optional
        Source model that each replicate started from.

    Returns
    -------
    Moments

    Notes
    -----
    The pigeonhole bootstrap (Owen 2007, Annals of Applied Statistics 1:386) draws replicates and examples
    independently. Its variance over the draw of replicates is known in closed form given the draw of
    examples, so only examples are drawn: the variance is the variance over b of the mean over r, plus the
    mean over b of the variance over r divided by R. The divisor R - 1 in the latter is the factor R/(R - 1)
    that a bootstrap over few replicates lacks. With one replicate only the example part exists. The
    interaction of replicates and examples is counted up to three times (as Owen shows), so intervals are
    somewhat too long.
    """
    statistics, replicates, _ = values.shape
    drawn = values[:, :, 1:]
    means = drawn.mean(axis=1)
    draws = drawn.shape[2]
    example_part = np.atleast_2d(np.cov(means))
    replicate_part = np.zeros((statistics, statistics))
    if replicates > 1:
        centred = (drawn - means[:, None, :]).reshape(statistics, -1)
        replicate_part = centred @ centred.T / (draws * (replicates - 1) * replicates)
    source_part, overlap, models = _source_part(values[:, :, 0], sources)
    mean = values[:, :, 0].mean(axis=1)
    return Moments(mean, replicate_part, example_part, source_part, overlap, replicates, models)


def _source_part(values: Floats, sources: ArrayLike | None) -> tuple[Floats, float, int]:
    """Return the covariance of the means that comes from source models, its overlap, and their number.

    One-way analysis of variance (unbalanced, Searle, Casella & McCulloch 1992, Variance Components) gives
    the component s2 between source models. With c_k the share of replicates from model k, the mean varies
    by s2 * sum(c_k^2); the replicate part, which takes replicates as independent, holds s2 / R of it.
    """
    statistics, replicates = values.shape
    nothing = np.zeros((statistics, statistics))
    if sources is None:
        return nothing, 0.0, 0
    member = np.unique(np.asarray(sources), return_inverse=True)[1]
    counts = np.bincount(member)
    if len(counts) < 2 or len(counts) == replicates:
        return nothing, 0.0, 0
    indicator = np.eye(len(counts))[member]
    by_source = values @ indicator / counts
    between = by_source - values.mean(axis=1, keepdims=True)
    within = values - by_source @ indicator.T
    mean_between = (between * counts) @ between.T / (len(counts) - 1)
    mean_within = within @ within.T / (replicates - len(counts))
    size = (replicates - (counts**2).sum() / replicates) / (len(counts) - 1)
    share = float(((counts / replicates) ** 2).sum())
    return (mean_between - mean_within) / size * share, 1 / (replicates * share), len(counts)


def standard_errors(moments: Moments, weights: ArrayLike, units: int) -> tuple[Floats, Floats]:
    """Return standard errors and degrees of freedom of weighted sums of means.

    Parameters
    ----------
    moments : Moments
        From `two_way_moments`.
    weights : array-like of float, shape (G, S)
        Coefficients, one row per sum.
    units : int
        Number of independent test units (examples or groups) of the smaller class.

    Returns
    -------
    errors, df : ndarray of float64, shape (G,)
        Degrees of freedom by Satterthwaite (1946, Biometrics Bulletin 2:110); infinite where the error is 0.
    """
    rows = np.asarray(weights, dtype=np.float64)
    source = _variances(rows, moments.source_part)
    # Source models are few, so what they explain must not borrow the replicates' degrees of freedom.
    replicate = np.maximum(_variances(rows, moments.replicate_part) - moments.overlap * source, 0.0)
    example = _variances(rows, moments.example_part)
    variance = source + replicate + example
    spread = (
        source**2 / max(moments.sources - 1, 1)
        + replicate**2 / max(moments.replicates - 1, 1)
        + example**2 / max(units - 1, 1)
    )
    df = np.divide(variance**2, spread, out=np.full(len(rows), np.inf), where=spread > 0)
    return np.sqrt(variance), df


def _variances(rows: Floats, part: Floats) -> Floats:
    """Variance of each row's sum; what is negative, or rounding, counts as none."""
    found = np.einsum("gs,st,gt->g", rows, part, rows)
    return np.where(found > 1e-24, found, 0.0)


def two_way_interval(
    values: Floats, units: int, level: float = 0.95, sources: ArrayLike | None = None
) -> Interval:
    """Interval, by Student's t, for the mean of one statistic over replicates.

    Parameters
    ----------
    values : ndarray of float64, shape (R, B + 1)
        As for `two_way_moments`. Replicates whose statistic is undefined (NaN) on the data as they are
        are left out, and so are draws in which it is undefined in any replicate.
    units : int
        Number of independent test units of the smaller class.
    level : float
        Coverage.
    sources : array-like, shape (R,), optional
        Source model that each replicate started from.

    Returns
    -------
    Interval
        All NaN when no replicate is left; only the mean when fewer than half of the draws are left.
    """
    kept = ~np.isnan(values[:, 0])
    if not kept.any():
        return UNDEFINED
    defined = values[kept]
    drawn = defined[:, ~np.isnan(defined).any(axis=0)]
    mean = float(defined[:, 0].mean())
    if 2 * drawn.shape[1] < values.shape[1] or drawn.shape[1] < 3:
        return Interval(mean, np.nan, np.nan, np.nan, np.nan, len(defined))
    moments = two_way_moments(drawn[None], None if sources is None else np.asarray(sources)[kept])
    (error,), (df,) = standard_errors(moments, [[1.0]], units)
    if error == 0:
        return Interval(mean, mean, mean, np.inf, 1.0 if abs(mean) < 1e-12 else 0.0, len(defined))
    half = float(stdtrit(df, 0.5 + level / 2)) * error
    p_value = float(2 * stdtr(df, -abs(mean) / error))
    return Interval(mean, mean - half, mean + half, float(df), p_value, len(defined))
