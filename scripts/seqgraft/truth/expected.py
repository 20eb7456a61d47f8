"""The true mean of a metric over fits and test examples, worked out from what is planted."""

from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from seqgraft.stats.thresholds import calibrate
from seqgraft.truth.draw import PREVALENCE, SCALE
from seqgraft.truth.worlds import World

Floats = NDArray[np.float64]

#: Nodes and weights for the mean over a normal variable.
NODES, MASS = np.polynomial.hermite_e.hermegauss(41)
MASS = MASS / MASS.sum()
#: Fits drawn where a metric depends on the held-out examples.
FITS = 4_000
#: Test examples drawn where a metric's mean depends on how many a test part has: 40,000 test parts of 200.
EXAMPLES = 8_000_000


def expected(world: World, strategy: str, position: int, metric: str) -> float:
    """Mean of a metric over the populations of replicates and of test examples.

    Parameters
    ----------
    world : World
        What is planted.
    strategy : str
        A name in its curves.
    position : int
        Of the train size.
    metric : str
        "auroc", "auprc", "mcc" or "log_loss".

    Returns
    -------
    float
        AUROC: as planted. AUPRC: the mean of 40,000 simulated fits and test parts of this size, since average
        precision is higher in small ones: by .011 with 54 positives among 200 and an AUROC of .80. The others depend
        on the threshold and temperature, which depend on the held-out examples: the mean of the exact values of 4,000
        simulated fits.
    """
    if metric == "auroc":
        return world.curves[strategy][position]
    spread = float(np.sqrt(world.spread(strategy)))
    distance = float(world.distances(strategy)[position])
    if metric == "auprc":
        return _auprc(distance, spread, world.test, world.data_set)
    positives, negatives = world.test
    return _MEANS[metric](distance, spread, positives / (positives + negatives), world.sizes[position])


@cache
def _auprc(distance: float, spread: float, test: tuple[int, int], data_set: int) -> float:
    """Average precision in test parts of this size: the mean precision at a positive's rank."""
    generator, count = np.random.default_rng(20), sum(test)
    world = World("", {}, test=test, data_set=data_set)
    means = []
    for _ in range(EXAMPLES // (1000 * count)):
        labels = np.arange(count) < world.positives(generator, 1000)[:, None]
        fits = distance + spread * generator.normal(size=(1000, 1))
        order = np.argsort(-(fits * labels + generator.normal(size=(1000, count))), axis=1)
        ranked = np.take_along_axis(labels, order, axis=1)
        precision = np.cumsum(ranked, axis=1) / np.arange(1, count + 1)
        means.append(np.mean((precision * ranked).sum(axis=1) / ranked.sum(axis=1)))
    return float(np.mean(means))


@cache
def _fits(distance: float, spread: float, n: int) -> tuple[Floats, Floats, Floats]:
    """Draw fits: their distances, temperatures and thresholds, each of shape (F,)."""
    generator = np.random.default_rng(20)
    labels = np.arange(n) < round(PREVALENCE * n)
    fits = distance + spread * generator.normal(size=FITS)
    used = [calibrate(labels, SCALE * (d * labels + generator.normal(size=n) - distance / 2)) for d in fits]
    return fits, np.array([c.temperature for c in used]), np.array([c.threshold for c in used])


@cache
def _mcc(distance: float, spread: float, prevalence: float, n: int) -> float:
    """Correlation of labels and calls in a population."""
    fits, _, thresholds = _fits(distance, spread, n)
    cut = thresholds / SCALE + distance / 2
    recall, false = norm.sf(cut - fits), norm.sf(cut)
    called = prevalence * recall + (1 - prevalence) * false
    return float(np.mean((recall - false) * np.sqrt(prevalence * (1 - prevalence) / (called * (1 - called)))))


@cache
def _log_loss(distance: float, spread: float, prevalence: float, n: int) -> float:
    """Mean negative log likelihood of a population's labels."""
    fits, temperatures, _ = _fits(distance, spread, n)

    def loss(sign: float, centre: Floats) -> Floats:
        """Mean over the errors of one class."""
        scores = SCALE * (centre[:, None] + NODES - distance / 2) / temperatures[:, None]
        return np.logaddexp(0.0, -sign * scores) @ MASS

    return float(np.mean(prevalence * loss(1.0, fits) + (1 - prevalence) * loss(-1.0, 0 * fits)))


_MEANS = {"mcc": _mcc, "log_loss": _log_loss}
