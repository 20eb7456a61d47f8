"""What is asked of the statistics: one entry per claim, each answered study by study."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from seqgraft.stats.comparisons import verdict
from seqgraft.stats.curves import curve_weights
from seqgraft.stats.metric_names import facts
from seqgraft.stats.multiplicity import holm
from seqgraft.stats.panel import Panel
from seqgraft.stats.settings import CHOSEN
from seqgraft.stats.tables import savings_table
from seqgraft.truth.expected import expected
from seqgraft.truth.judge import mean_interval
from seqgraft.truth.worlds import FULL, SCRATCH, World


@dataclass(frozen=True)
class Answer:
    """What one study says to one claim.

    Parameters
    ----------
    what : str
        The row of the table that it counts in.
    value : float
        1 for yes, 0 for no; or a number whose mean is shown.
    low, high : float
        What the share of yes must lie between; NaN where nothing is asked.
    """

    what: str
    value: float
    low: float = np.nan
    high: float = np.nan


#: From a world and one of its studies to answers.
Claim = Callable[[World, Panel], Iterator[Answer]]
#: Range that is asked of the coverage of 95 % intervals.
COVERAGE = (0.93, 0.97)


def _covers(world: World, claim: str, what: str, truth: float, interval: tuple[float, float]) -> Answer:
    """Ask whether an interval holds the truth."""
    low, high = interval
    return Answer(what, float(low <= truth <= high), *world.asked.get(claim, COVERAGE))


def _means(world: World, panel: Panel) -> Iterator[Answer]:
    """Intervals of single strategies' means."""
    for metric in ("auroc", *world.metrics):
        for name in world.curves:
            for position, size in enumerate(panel.sizes):
                truth = expected(world, name, position, metric)
                found = mean_interval(panel, name, metric, size)
                strategy = "scratch" if name == SCRATCH else "transfer"
                words = f"interval of {facts(metric).title} holds its mean: {strategy}, {size[0]} labels"
                yield _covers(world, "means", words, truth, (found.low, found.high))


def _difference(world: World, panel: Panel) -> Iterator[Answer]:
    """Intervals of paired differences: the primary one, and those of other metrics."""
    weights = curve_weights(world.sizes)
    for metric in ("auroc", *world.metrics):
        means = [
            sum(w * expected(world, name, s, metric) for s, w in enumerate(weights))
            for name in (FULL, SCRATCH)
        ]
        found = panel.difference(CHOSEN, SCRATCH, metric, None)
        words = f"interval of the {facts(metric).title} difference holds it"
        yield _covers(world, "difference", words, means[0] - means[1], (found.low, found.high))


def _spread(world: World, panel: Panel) -> Iterator[Answer]:
    """How much the paired difference varies from replicate to replicate."""
    size = panel.sizes[0]
    pairs = panel.at(CHOSEN, "auroc", size)[:, 0] - panel.at(SCRATCH, "auroc", size)[:, 0]
    yield Answer("SD of the paired difference between replicates (mean)", float(pairs.std(ddof=1)))


def verdict_of(panel: Panel) -> str:
    """Return the verdict of a study with one transfer, as `comparisons_table` gives it.

    Parameters
    ----------
    panel : Panel
        Of the transfer.

    Returns
    -------
    str
    """
    found = panel.difference(CHOSEN, SCRATCH, panel.study.primary_metric, None)
    return verdict(found.mean, float(holm([found.p_value])[0]), 1 - panel.study.level)


def _called(*asked: tuple[str, float, float]) -> Claim:
    """Make a claim of how often studies are called so."""

    def claim(world: World, panel: Panel) -> Iterator[Answer]:
        """Ask for the verdict."""
        called = verdict_of(panel)
        for word, low, high in asked:
            yield Answer(f"called `{word}`", float(called == word), low, high)

    return claim


def _savings(world: World, panel: Panel) -> Iterator[Answer]:
    """Label savings' intervals and flags."""
    table = savings_table([panel])
    for position, row in enumerate(table.to_dict("records")):
        goal, n = world.curves[FULL][position], row["train_size"]
        curve = world.curves[SCRATCH]
        low, high = row["ci_low"], row["ci_high"]
        below = low if row["ci_low_censored"] != "at most" else 0.0
        above = high if row["ci_high_censored"] != "at least" else np.inf
        if goal > curve[-1]:
            words = f"savings at {n} labels, beyond the sizes studied: interval is open above"
            yield Answer(words, float(np.isinf(above)), 0.95, 1.0)
            continue
        truth = float(np.exp(np.interp(goal, curve, np.log(world.sizes)))) / n
        words = f"interval of the savings at {n} labels ({truth:.1f}) holds them"
        yield _covers(world, "savings", words, truth, (below, above))


CLAIMS: dict[str, Claim] = {
    "means": _means,
    "difference": _difference,
    "paired spread": _spread,
    "false verdict": _called(("helps", 0.0, 0.06), ("hurts", 0.0, 0.06)),
    "helps": _called(("helps", 0.9, 1.0), ("hurts", 0.0, 0.01)),
    "hurts": _called(("hurts", 0.9, 1.0), ("helps", 0.0, 0.01)),
    "savings": _savings,
}
