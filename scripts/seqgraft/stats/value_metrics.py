"""The metrics of numbers: regression, of sequences or of residues, with one output or several."""

from collections.abc import Callable
from typing import cast

import numpy as np
from numpy.typing import NDArray

from seqgraft.stats.answers import Answers, Function
from seqgraft.stats.concordance import concordance
from seqgraft.stats.resampled import UnitDraws

Floats = NDArray[np.float64]

#: A variance below this part of the whole test part's is rounding: the values are equal.
ROUNDING = 1e-12


def of_outputs(answers: Answers, draws: UnitDraws, function: Callable[..., Floats]) -> Floats:
    """Compute a metric of each output, from the rows that have its label.

    Parameters
    ----------
    answers : Answers
        Labels and values of O outputs.
    draws : UnitDraws
        B sets of weights.
    function : callable
        From labels, values, draws and the output's number to shape (B,).

    Returns
    -------
    ndarray of float64, shape (O, B)
    """
    labels, values = answers.by_output
    rows = []
    for output in range(labels.shape[1]):
        known = ~np.isnan(labels[:, output])
        rows.append(
            function(
                labels[known, output], values[known, output], draws.of(known, ("output", output)), output
            )
        )
    return np.stack(rows)


def mean_defined(values: Floats) -> Floats:
    """Mean over outputs, those left out in which it is undefined; NaN where there is none.

    Parameters
    ----------
    values : ndarray of float64, shape (O, B)

    Returns
    -------
    ndarray of float64, shape (B,)
    """
    if len(values) == 1:
        return values[0]
    known = ~np.isnan(values)
    count = known.sum(axis=0)
    total = np.where(known, values, 0.0).sum(axis=0)
    return np.divide(total, count, out=np.full(values.shape[1], np.nan), where=count > 0)


def _moments(y: Floats, x: Floats, draws: UnitDraws) -> tuple[Floats, Floats, Floats]:
    """Return weighted variances of both and their covariance, each times the total weight, shape (B,)."""
    first, second = _scaled(y), _scaled(x)
    sums = draws.sums(np.stack([first, second, first * first, second * second, first * second]))
    total = np.where(draws.totals > 0, draws.totals, np.nan)
    a, b, aa, bb, ab = sums
    return aa - a * a / total, bb - b * b / total, ab - a * b / total


def _scaled(values: Floats) -> Floats:
    """Centre and scale; zeros where all are equal up to rounding."""
    if not len(values):
        return values
    centred = values - values.mean()
    spread = np.abs(centred).max()
    if spread <= 1e-12 * np.abs(values).max():
        return np.zeros(len(values))
    return centred / spread


def _correlation(y: Floats, x: Floats, draws: UnitDraws) -> Floats:
    """Correlation under each set of weights; NaN where one of both is constant."""
    own, other, both = _moments(y, x, draws)
    least = ROUNDING * np.where(draws.totals > 0, draws.totals, np.nan)
    known = (own > least) & (other > least)
    with np.errstate(invalid="ignore"):
        bottom = np.sqrt(own * other)
    value = np.divide(both, bottom, out=np.full(len(both), np.nan), where=known)
    return np.clip(value, -1.0, 1.0)


def _pearson(y: Floats, x: Floats, draws: UnitDraws, output: int) -> Floats:
    """Pearson's correlation."""
    return _correlation(y, x, draws)


def _mse(y: Floats, x: Floats, draws: UnitDraws, output: int) -> Floats:
    """Mean squared error, in the labels' units squared."""
    return _ratio(draws.sums(np.square(x - y)[None])[0], draws.totals)


def _r2(y: Floats, x: Floats, draws: UnitDraws, output: int) -> Floats:
    """Share of the labels' variance that is explained; below zero where their mean would do better."""
    if not len(y):
        return np.full(len(draws.totals), np.nan)
    centred = y - y.mean()
    errors, sums, squares = draws.sums(np.stack([np.square(x - y), centred, centred * centred]))
    variance = squares - _ratio(sums * sums, draws.totals)
    least = ROUNDING * np.square(centred).max() * draws.totals
    return 1 - np.divide(errors, variance, out=np.full(len(errors), np.nan), where=variance > least)


def _spearman(y: Floats, x: Floats, draws: UnitDraws, output: int) -> Floats:
    """Spearman's correlation: of the ranks that examples have in the resampled data, ties sharing their mean rank.

    Of chains that stand alone, ranks are counted within each chain.
    """
    if draws.units is None:
        member, count = draws.member, draws.count
        return _correlation(
            _ranks_within(y, member), _ranks_within(x, member), UnitDraws(None, member, count)
        )
    return _rank_correlation(y, x, draws, output)


def _rank_correlation(y: Floats, x: Floats, draws: UnitDraws, output: int) -> Floats:
    """Correlate the midranks of labels and values under each set of weights."""
    weights = draws.rows
    total = weights.sum(axis=0)
    key = ("ranks", output)
    if key not in draws.kept:
        # The labels are those of every fit.
        ranks = _midranks(y, weights)
        draws.kept[key] = ranks, np.einsum("nb,nb,nb->b", weights, ranks, ranks) - total**3 / 4
    label_ranks, label_variance = cast(tuple[Floats, Floats], draws.kept[key])
    ranks = _midranks(x, weights)
    weighted = weights * ranks
    variance = np.einsum("nb,nb->b", weighted, ranks) - total**3 / 4
    covariance = np.einsum("nb,nb->b", weighted, label_ranks) - total**3 / 4
    least = ROUNDING * total**3
    known = (variance > least) & (label_variance > least)
    with np.errstate(invalid="ignore"):
        bottom = np.sqrt(variance * label_variance)
    value = np.divide(covariance, bottom, out=np.full(len(total), np.nan), where=known)
    return np.clip(value, -1.0, 1.0)


def _midranks(values: Floats, weights: Floats) -> Floats:
    """Rank of each value less one half: the weight below it and half the weight of its equals, shape (N, B).

    The weighted mean of such ranks is half the total weight, whatever the ties.
    """
    order = np.argsort(values, kind="stable")
    ranked = values[order]
    below = np.zeros((len(values) + 1, weights.shape[1]))
    np.cumsum(weights[order], axis=0, out=below[1:])
    first = np.searchsorted(ranked, values, side="left")
    last = np.searchsorted(ranked, values, side="right")
    return (below[first] + below[last]) / 2


def _ranks_within(values: Floats, member: NDArray[np.intp]) -> Floats:
    """Rank each value within its unit, ties sharing their mean rank, shape (N,)."""
    order = np.lexsort((values, member))
    own, unit = values[order], member[order]
    new = np.r_[True, (own[1:] != own[:-1]) | (unit[1:] != unit[:-1])] if len(own) else np.zeros(0, bool)
    starts = np.flatnonzero(new)
    sizes = np.diff(np.r_[starts, len(own)])
    begin = np.flatnonzero(np.r_[True, unit[1:] != unit[:-1]]) if len(own) else starts
    before = np.repeat(begin, np.diff(np.r_[begin, len(own)]))
    middle = np.repeat(starts + (sizes - 1) / 2, sizes) - before
    ranks = np.empty(len(values))
    ranks[order] = middle
    return ranks


def _concordance(y: Floats, x: Floats, draws: UnitDraws, output: int) -> Floats:
    """Share of the pairs with different labels that are predicted in the right order."""
    return concordance(y, x, draws.rows)


def _ratio(above: Floats, below: Floats) -> Floats:
    """Divide, with NaN where the divisor is zero."""
    return np.divide(above, below, out=np.full(np.shape(above), np.nan), where=below > 0)


#: From labels, values, draws and the number of the output to an array (B,).
OF_OUTPUT: dict[str, Callable[..., Floats]] = {
    "spearman": _spearman,
    "pearson": _pearson,
    "mse": _mse,
    "r2": _r2,
    "concordance": _concordance,
}


def _mean_over_outputs(function: Callable[..., Floats]) -> Function:
    """Make the metric of a task of a metric of one output."""
    return lambda answers, draws: mean_defined(of_outputs(answers, draws, function))


VALUE_METRICS: dict[str, Function] = {name: _mean_over_outputs(own) for name, own in OF_OUTPUT.items()}


def relative_error(answers: Answers, draws: UnitDraws) -> Floats:
    """Mean squared error of each output as a share of its labels' variance, mean over outputs: what is chosen by.

    Outputs in large units would otherwise decide alone. Where an output's labels are equal, the error itself counts.

    Parameters
    ----------
    answers : Answers
        Of one fit.
    draws : UnitDraws
        Weights of their rows.

    Returns
    -------
    ndarray of float64, shape (B,)
        NaN without labels.
    """

    def own(y: Floats, x: Floats, part: UnitDraws, output: int) -> Floats:
        variance = float(np.var(y)) if len(y) else 0.0
        return _mse(y, x, part, output) / (variance or 1.0)

    return mean_defined(of_outputs(answers, draws, own))
