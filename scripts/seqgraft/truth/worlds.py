"""What is planted: one entry per kind of simulated study.

A study is simulated at the level of predictions: no sequence is made and nothing is trained. Every fit scores the
test examples with a signal, which sets its AUROC, and with errors, which it shares in part with other fits.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from scipy.stats import norm

SCRATCH, FULL = "scratch", "full"


@dataclass(frozen=True)
class World:
    """One kind of study.

    Parameters
    ----------
    title : str
        As written in the table.
    curves : mapping of str to tuple of float
        By strategy, the mean AUROC at each train size over the populations of replicates and of test examples.
    sizes : tuple of int
        Train sizes, ascending.
    replicates : int
        R.
    test : tuple of (int, int)
        Positive and negative test examples.
    data_set : int
        Examples of the data set whose classes are drawn and whose test part is a stratified share of it, so that `test`
        holds on average only; 0 where the test part's classes are as `test` says. What depends on the share of
        positives varies with it.
    source_models : int
        Source models that replicates share.
    metrics : tuple of str
        What is measured besides the AUROC.
    held_out : bool
        Whether fits have held-out predictions, as many as labels, to choose and to calibrate by.
    labels, own, model : float
        Standard deviation of the distance between the classes that comes from which labels a replicate got (shared
        by its strategies), from the fit alone, and from the source model.
    shared, strategy, noise : float
        Share of an example's error that all fits make, that fits of one strategy make, and that one fit makes; their
        sum is 1, the variance within a class.
    claims : tuple of str
        Names in `seqgraft.truth.claims.CLAIMS`.
    asked : mapping of str to (float, float)
        By claim, what is asked of the coverage of its intervals where that is known not to be what is asked of others.
    """

    title: str
    curves: Mapping[str, tuple[float, ...]]
    sizes: tuple[int, ...] = (100,)
    replicates: int = 10
    test: tuple[int, int] = (54, 146)
    data_set: int = 0
    source_models: int = 1
    metrics: tuple[str, ...] = ()
    held_out: bool = False
    labels: float = 0.10
    own: float = 0.07
    model: float = 0.0
    shared: float = 0.45
    strategy: float = 0.15
    noise: float = 0.40
    claims: tuple[str, ...] = field(default=("means", "difference"))
    asked: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    def spread(self, strategy: str) -> float:
        """Variance of the distance between the classes over the fits of a strategy."""
        model = 0.0 if strategy == SCRATCH else self.model
        return self.labels**2 + self.own**2 + model**2

    def positives(self, generator: np.random.Generator, studies: int) -> np.ndarray:
        """Draw how many of the test examples are positive, shape (studies,)."""
        positives, negatives = self.test
        if not self.data_set:
            return np.full(studies, positives)
        count = positives + negatives
        drawn = generator.binomial(self.data_set, positives / count, size=studies)
        return np.rint(drawn * count / self.data_set).astype(int)

    def distances(self, strategy: str) -> np.ndarray:
        """Mean distance between the classes at each train size, in standard deviations within a class, shape (S,).

        A fit with the distance d has the AUROC Phi(d / sqrt(2)); with d normal, of variance v, the mean AUROC is
        Phi(E[d] / sqrt(2 + v)).
        """
        return norm.ppf(self.curves[strategy]) * np.sqrt(2 + self.spread(strategy))


SAME = {SCRATCH: (0.80,), FULL: (0.80,)}
VERDICTS = ("means", "difference", "false verdict")

WORLDS: dict[str, World] = {
    "useless": World(
        "useless transfer",
        {SCRATCH: (0.75, 0.85), FULL: (0.75, 0.85)},
        sizes=(50, 200),
        claims=VERDICTS,
    ),
    "useless-sources": World(
        "useless transfer, 3 source models that differ", SAME, source_models=3, model=0.07, claims=VERDICTS
    ),
    "useless-few": World("useless transfer, R = 5", SAME, replicates=5, claims=VERDICTS),
    "shuffled": World("shuffled labels", {SCRATCH: (0.5,), FULL: (0.5,)}, claims=VERDICTS),
    "helps": World(
        "gain of .05, 500 + 500 test examples",
        {SCRATCH: (0.80,), FULL: (0.85,)},
        test=(500, 500),
        own=0.062,
        claims=("means", "difference", "paired spread", "helps"),
    ),
    "hurts": World(
        "loss of .05, 500 + 500 test examples",
        {SCRATCH: (0.85,), FULL: (0.80,)},
        test=(500, 500),
        own=0.062,
        claims=("means", "difference", "paired spread", "hurts"),
    ),
    "savings": World(
        "label savings",
        {SCRATCH: (0.70, 0.75, 0.80, 0.85), FULL: (0.775, 0.81, 0.84, 0.88)},
        sizes=(50, 100, 200, 400),
        claims=("savings",),
    ),
    "noisy": World(
        "R = 20, every fit makes its own errors",
        {SCRATCH: (0.85,), FULL: (0.90,)},
        replicates=20,
        labels=0.02,
        own=0.02,
        shared=0.10,
        strategy=0.05,
        noise=0.85,
    ),
    "uneven": World(
        "R = 5 replicates that differ much",
        {SCRATCH: (0.75,), FULL: (0.80,)},
        replicates=5,
        labels=0.30,
        own=0.30,
    ),
    "rare": World(
        "R = 5, 20 positives among 200",
        {SCRATCH: (0.85,), FULL: (0.90,)},
        replicates=5,
        test=(20, 180),
    ),
    # The fewest of a class with which a band of identity has an interval.
    "few": World(
        "5 positives among 65",
        {SCRATCH: (0.80,), FULL: (0.85,)},
        test=(5, 60),
        asked={"difference": (0.93, 0.99)},  # too long; docs/truth.md says so
    ),
    "near-1": World("AUROC .98, 200 test examples", {SCRATCH: (0.96,), FULL: (0.98,)}),
    "near-1-small": World("AUROC .98, 60 test examples", {SCRATCH: (0.95,), FULL: (0.98,)}, test=(16, 44)),
    "near-1-even": World(
        "AUROC .98, 30 + 30 test examples", {SCRATCH: (0.95,), FULL: (0.98,)}, test=(30, 30)
    ),
    "metrics": World(
        "other metrics",
        {SCRATCH: (0.80,), FULL: (0.90,)},
        metrics=("auprc", "mcc", "log_loss"),
        data_set=667,  # of which a test fraction of .3 takes 200
        held_out=True,
        claims=("means", "difference"),
    ),
}
