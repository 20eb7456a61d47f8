"""Intervals for means over replicates that were all scored on the same test examples.

Replicates and test examples are crossed: every replicate is scored on every example. The variance of the
mean has a part from each, so resampling only seeds, or only examples, gives intervals that are too short.
Replicates that start from the same source model share its luck, which is a third part. docs/truth.md says how
often the intervals hold what was planted.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtr, stdtrit

Floats = NDArray[np.float64]
Bounds = tuple[float, float]

#: The range of a statistic that may be any number.
UNBOUNDED: Bounds = (-np.inf, np.inf)

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
        # The very first column is the data as they are; one count of all the draws is faster than one for each.
        drawn = columns - (first == 0)
        picked = generator.integers(0, units, size=(drawn, units)) + units * np.arange(drawn)[:, None]
        counts = np.bincount(picked.ravel(), minlength=drawn * units).reshape(drawn, units)
        block = np.ones((units, columns))
        block[:, columns - drawn :] = counts.T
        yield block if groups is None else block[members]
        first += columns


@dataclass(frozen=True)
class Moments:
    """Means of S statistics and the parts of their covariance.

    Parameters
    ----------
    mean : ndarray, shape (S,)
        Mean over replicates on the data as they are.
    replicate_part, example_part : ndarray, shape (S, S)
        Covariance of the means due to replicates (as if each had its own source model) and to test examples.
        Each holds the interaction as well.
    interaction_part : ndarray, shape (S, S)
        Covariance of the means due to what is peculiar to one replicate on one example.
    source_part : ndarray, shape (S, S)
        Covariance of the means due to the source models. It need not be positive: a negative variance counts
        as none.
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
    interaction_part: Floats
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
    independently. Its variance over the draw of replicates is known in closed form, so only examples are
    drawn. The replicate part is the variance over r on the data as they are, with divisor R - 1, divided by
    R: the factor R/(R - 1) that a bootstrap over few replicates lacks. The example part is the variance over
    b of the mean over r. What is peculiar to one replicate on one example is in both, and a pigeonhole
    bootstrap counts it three times (as Owen shows); the interaction part, the variance over b of each
    replicate's departure from the mean, is what must be taken off to count it once. Then the expected
    variance is right, as that of Gallas (2006, Academic Radiology 13:353). With one replicate only the
    example part exists.
    """
    statistics, replicates, _ = values.shape
    observed, drawn = values[:, :, 0], values[:, :, 1:]
    degrees = drawn.shape[2] - 1
    drawn = drawn - drawn.mean(axis=2, keepdims=True)
    means = drawn.mean(axis=1)
    example_part = means @ means.T / degrees
    replicate_part = interaction_part = np.zeros((statistics, statistics))
    if replicates > 1:
        replicate_part = covariance(observed) / replicates
        rows = drawn.reshape(statistics, -1)
        within = rows @ rows.T / degrees
        interaction_part = (within - replicates * example_part) / (replicates * (replicates - 1))
    source_part, overlap, models = _source_part(observed, sources)
    return Moments(
        observed.mean(axis=1),
        replicate_part,
        example_part,
        interaction_part,
        source_part,
        overlap,
        replicates,
        models,
    )


def covariance(values: Floats) -> Floats:
    """Covariance of the rows, divisor n - 1, shape (S, S); np.cov takes ten times as long for a few short rows."""
    centred = values - values.mean(axis=1, keepdims=True)
    return centred @ centred.T * (1 / (values.shape[1] - 1))


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


def standard_errors(
    moments: Moments, weights: ArrayLike, units: int, bounds: Bounds = UNBOUNDED
) -> tuple[Floats, Floats]:
    """Return standard errors and degrees of freedom of weighted sums of means.

    Parameters
    ----------
    moments : Moments
        From `two_way_moments`.
    weights : array-like of float, shape (G, S)
        Coefficients, one row per sum.
    units : int
        Number of independent test units (examples or groups) of the smaller class.
    bounds : (float, float)
        Range of the statistics.

    Returns
    -------
    errors, df : ndarray of float64, shape (G,)
        Degrees of freedom by Satterthwaite (1946, Biometrics Bulletin 2:110); infinite where the error is 0.

    Notes
    -----
    A part less its interaction counts as none where it is negative. The example part has the degrees of freedom
    of `example_df`. The source models' part is all or nothing: with three of them its estimate has two degrees
    of freedom, and giving the replicates' share of the sum R - 1 of them left coverage at .90 in simulation
    (ten replicates, source models as unlike as replicates), against .94 with two for the whole.
    """
    rows = np.asarray(weights, dtype=np.float64)
    source = _variances(rows, moments.source_part)
    replicate = np.maximum(_variances(rows, moments.replicate_part) - moments.overlap * source, 0.0)
    fits = source + replicate
    # Once source models seem to matter, there are no more independent fits than source models.
    degrees = np.where(source > 0, max(moments.sources - 1, 1), max(moments.replicates - 1, 1))
    example = _variances(rows, moments.example_part)
    both = _variances(rows, moments.interaction_part)
    variance = np.maximum(fits - both, 0.0) + np.maximum(example - both, 0.0) + both
    known = np.where(rows != 0, example_df(moments, units, bounds), np.inf).min(axis=1)
    spread = fits**2 / degrees + example**2 / known + both**2 / (degrees * known)
    df = np.divide(variance**2, spread, out=np.full(len(rows), np.inf), where=spread > 0)
    return np.sqrt(variance), df


def example_df(moments: Moments, units: int, bounds: Bounds = UNBOUNDED) -> Floats:
    """Degrees of freedom with which the example part of each statistic is known.

    Parameters
    ----------
    moments, units, bounds
        As for `standard_errors`.

    Returns
    -------
    ndarray of float64, shape (S,)
        At most units - 1, at least 1.

    Notes
    -----
    Near the edge of its range a statistic hangs on few examples. With x its distance from the nearer edge,
    as a share of the range, and v its variance, it is as precise as n = x(1 - x)/v yes-or-no answers, of which
    k = nx are the rare ones. The variance of a count of rare events is k, and estimated by k, which itself has
    the variance k: that of a chi-square on 2k degrees of freedom.
    """
    limit = np.full(len(moments.mean), float(max(units - 1, 1)))
    low, high = bounds
    if not np.isfinite(high - low):
        return limit
    edge = np.minimum(moments.mean - low, high - moments.mean) / (high - low)
    variance = np.diag(moments.example_part) / (high - low) ** 2
    rare = np.divide(edge**2 * (1 - edge), variance, out=np.full(len(edge), np.inf), where=variance > 1e-24)
    return np.clip(2 * rare, 1.0, limit)


def _variances(rows: Floats, part: Floats) -> Floats:
    """Variance of each row's sum; what is negative, or rounding, counts as none."""
    found = np.einsum("gs,st,gt->g", rows, part, rows)
    return np.where(found > 1e-24, found, 0.0)


def two_way_interval(
    values: Floats,
    units: int,
    level: float = 0.95,
    sources: ArrayLike | None = None,
    bounds: Bounds = UNBOUNDED,
) -> Interval:
    """Interval for the mean of one statistic over replicates.

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
    bounds : (float, float)
        Range of the statistic.

    Returns
    -------
    Interval
        All NaN when no replicate is left; only the mean when fewer than half of the draws are left. The
        p-value is that of a t test.

    Notes
    -----
    Without bounds: the mean plus and minus a quantile of Student's t times the standard error. With bounds:
    the score interval (Wilson 1927, Journal of the American Statistical Association 22:209) of a proportion
    with the same standard error, which stays inside the bounds and is longer towards the middle, as the
    variance grows there. For an AUROC of .98 on 60 examples the symmetric interval is too short on that side
    whenever the estimate is near 1.
    """
    return two_way_sum(values[None], np.array([1.0]), units, level, sources, bounds)


def two_way_difference(
    first: Floats,
    second: Floats,
    units: int,
    level: float = 0.95,
    sources: ArrayLike | None = None,
    bounds: Bounds = UNBOUNDED,
) -> Interval:
    """Interval, by Student's t, for the mean paired difference of two statistics over replicates.

    Parameters
    ----------
    first, second : ndarray of float64, shape (R, B + 1)
        By the same replicates and example weights; undefined ones as for `two_way_interval`.
    units, level, sources
        As for `two_way_interval`.
    bounds : (float, float)
        Range of each of the two.

    Returns
    -------
    Interval
        Of first minus second.
    """
    return two_way_sum(np.stack([first, second]), np.array([1.0, -1.0]), units, level, sources, bounds)


def two_way_sum(
    values: Floats, row: Floats, units: int, level: float, sources: ArrayLike | None, bounds: Bounds
) -> Interval:
    """Interval for one weighted sum of the means of S statistics over replicates.

    Parameters
    ----------
    values : ndarray of float64, shape (S, R, B + 1)
        As for `two_way_moments`.
    row : ndarray of float64, shape (S,)
        The weights.
    units, level, sources, bounds
        As for `two_way_difference`.
    """
    kept: NDArray[np.bool_] = np.ones(values.shape[1], dtype=bool)
    defined = drawn = values
    if np.isnan(values.sum()):  # otherwise nothing is undefined, and nothing need be copied
        kept = np.asarray(~np.isnan(values[:, :, 0]).any(axis=0))
        if not kept.any():
            return UNDEFINED
        defined = values[:, kept]
        drawn = defined[:, :, ~np.isnan(defined).any(axis=(0, 1))]
    replicates = defined.shape[1]
    if 2 * drawn.shape[2] < values.shape[2] or drawn.shape[2] < 3:
        mean = float(row @ defined[:, :, 0].mean(axis=1))
        return Interval(mean, np.nan, np.nan, np.nan, np.nan, replicates)
    moments = two_way_moments(drawn, None if sources is None else np.asarray(sources)[kept])
    (error,), (df,) = standard_errors(moments, row[None], units, bounds)
    mean = float(row @ moments.mean)
    alone = len(row) == 1 and np.isfinite(bounds[1] - bounds[0])
    if error == 0:
        low, high = (
            _score_interval(mean, 0.0, _quantile(units - 1, level), units, bounds) if alone else (mean,) * 2
        )
        return Interval(mean, low, high, np.inf, 1.0 if abs(mean) < 1e-12 else 0.0, replicates)
    half = _quantile(df, level) * error
    low, high = mean - half, mean + half
    if alone:
        low, high = _score_interval(mean, error, _quantile(df, level), units, bounds)
    return Interval(mean, low, high, float(df), float(2 * stdtr(df, -abs(mean) / error)), replicates)


def _quantile(df: float, level: float) -> float:
    """Return how many standard errors a two-sided interval reaches."""
    return float(stdtrit(max(df, 1), 0.5 + level / 2))


def _score_interval(
    mean: float, error: float, reach: float, units: int, bounds: Bounds
) -> tuple[float, float]:
    """Wilson's interval of a mean in bounds that is as precise as n yes-or-no answers.

    At the edge itself nothing varies, and the answers are as many as the smaller class has units. In the
    middle, what does not vary (the AUROC of a constant) is known.
    """
    low, high = bounds
    share, width = (mean - low) / (high - low), error / (high - low)
    edge = share * (1 - share)
    if width == 0 and edge > 1e-12:
        return mean, mean
    answers = edge / width**2 if width else float(max(units, 1))
    extra = reach**2 / answers
    centre = (share + extra / 2) / (1 + extra)
    half = reach * np.sqrt(max(edge, 0.0) / answers + extra / (4 * answers)) / (1 + extra)
    ends = np.clip([centre - half, centre + half], 0.0, 1.0)
    # Rounding must not push the mean out of its own interval.
    return min(mean, low + float(ends[0]) * (high - low)), max(mean, low + float(ends[1]) * (high - low))
