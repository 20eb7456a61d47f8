"""Everything that is compared within one transfer, by strategy, metric and train size."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqgraft.errors import SeqgraftError
from seqgraft.stats.choose import best_baseline, choose
from seqgraft.stats.curves import curve_weights
from seqgraft.stats.intervals import Interval, two_way_difference, two_way_sum
from seqgraft.stats.metric_names import facts
from seqgraft.stats.predictions import FitKey
from seqgraft.stats.scoring import StrategyScores, TargetScores
from seqgraft.stats.settings import CHOSEN, HELD_OUT, SCRATCH, EvaluationSettings, TransferSettings
from seqgraft.stats.task_types import BINARY, TaskType

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Panel:
    """The scores of one transfer.

    Parameters
    ----------
    transfer : TransferSettings
        Its names.
    study : EvaluationSettings
        Its study.
    scores : dict of str to StrategyScores
        Strategies in the order of the config, then baselines, then "chosen" where there is one.
    sizes : list of (int, bool)
        Train size and whether it is the whole pool, ascending.
    replicates : int
        Replicates found at every size, R.
    n_test, units : int
        As in `TargetScores`.
    best_baseline : str or None
        The baseline with the best held-out primary metric.
    labels : ndarray, shape (N,) or (N, O)
        Of the test part's N rows: sequences, or residues of such.
    unfinished : tuple of str
        Strategies and baselines of which no fit was finished: they are in no comparison.
    type : TaskType
        How the target's predictions are judged.
    names, members, chains
        As in `TargetScores`.
    """

    transfer: TransferSettings
    study: EvaluationSettings
    scores: dict[str, StrategyScores]
    sizes: list[tuple[int, bool]]
    replicates: int
    n_test: int
    units: int
    best_baseline: str | None
    labels: NDArray[Any] = field(default_factory=lambda: np.zeros(0, dtype=bool))
    unfinished: tuple[str, ...] = ()
    type: TaskType = BINARY
    names: tuple[str, ...] = ()
    members: NDArray[np.intp] | None = None
    chains: NDArray[np.intp] | None = None

    @property
    def metrics(self) -> tuple[str, ...]:
        """Names of the metrics of its type of task, in the order of tables."""
        return self.type.metrics

    def at(self, strategy: str, metric: str, size: tuple[int, bool]) -> Floats:
        """Values of a strategy at a train size by replicate and draw, shape (R, B + 1)."""
        scores = self.scores[strategy]
        return scores.values[metric][scores.rows(self.keys(size))]

    def curve(self, strategy: str, metric: str) -> Floats:
        """Mean over the learning curve in log n by replicate and draw, shape (R, B + 1)."""
        weights = curve_weights([n for n, _ in self.sizes])
        return sum(w * self.at(strategy, metric, size) for w, size in zip(weights, self.sizes, strict=True))

    def keys(self, size: tuple[int, bool]) -> list[FitKey]:
        """Return the fits at a train size, one per replicate."""
        return [FitKey(*size, replicate) for replicate in range(1, self.replicates + 1)]

    def difference(
        self, strategy: str, reference: str, metric: str, size: tuple[int, bool] | None
    ) -> Interval:
        """Paired difference of two strategies at a train size, or over the curve where size is None."""
        first, second = (
            self.curve(name, metric) if size is None else self.at(name, metric, size)
            for name in (strategy, reference)
        )
        return two_way_difference(
            first,
            second,
            self.units,
            self.study.level,
            self.sources(strategy, reference),
            facts(metric).bounds,
        )

    def weighted(self, weights: Mapping[str, float], metric: str, size: tuple[int, bool] | None) -> Interval:
        """Paired sum of strategies, each with its weight, at a train size, or over the curve where size is None."""
        values = [
            self.curve(name, metric) if size is None else self.at(name, metric, size) for name in weights
        ]
        return two_way_sum(
            np.stack(values),
            np.array(list(weights.values())),
            self.units,
            self.study.level,
            self.sources(*weights),
            facts(metric).bounds,
        )

    def sources(self, *strategies: str) -> NDArray[np.intp] | None:
        """Source model of each replicate, shape (R,), if any of the strategies starts from one."""
        if not any(self.scores[name].uses_source for name in strategies):
            return None
        return np.arange(self.replicates) % self.study.source_models


def build_panel(transfer: TransferSettings, study: EvaluationSettings, target: TargetScores) -> Panel:
    """Collect the scores of a transfer, choose, and check that comparisons can be paired.

    Parameters
    ----------
    transfer : TransferSettings
        The transfer.
    study : EvaluationSettings
        Its study.
    target : TargetScores
        Scores of everything that predicted its target.

    Returns
    -------
    Panel

    Raises
    ------
    SeqgraftError
        When predictions are missing: of a strategy, or of a fit that scratch has.
    """
    scores: dict[str, StrategyScores] = {}
    unfinished = []
    for name in (*transfer.strategies, *study.baselines):
        found = target.strategies.get((transfer.name, name), target.strategies.get((None, name)))
        if found is None:
            raise SeqgraftError(
                f"There are no predictions of {name} for transfer {transfer.name}.",
                where=f"config key `strategies` or `baselines`, study {study.study}",
                remedy="Run the study again, so that the missing fits are made.",
            )
        if found.keys:
            scores[name] = found
        else:
            unfinished.append(name)
    keys = _keys(transfer, scores)
    _check_pairing(scores, keys)
    names = transfer.candidates if study.chosen == HELD_OUT else (study.chosen,)
    candidates = [scores[name] for name in names if name in scores]
    if candidates:
        scores[CHOSEN] = choose(candidates, keys)
    best = best_baseline([scores[name] for name in study.baselines if name in scores], study.primary_metric)
    return Panel(
        transfer,
        study,
        scores,
        sorted({(key.train_size, key.is_all) for key in keys}),
        max(key.replicate for key in keys),
        target.n_test,
        target.units,
        None if best is None else best.name,
        target.labels,
        tuple(unfinished),
        target.type,
        target.names,
        target.members,
        target.chains,
    )


def _keys(transfer: TransferSettings, scores: dict[str, StrategyScores]) -> list[FitKey]:
    """Return the fits that are compared: those of scratch, or of the first strategy that was finished."""
    if SCRATCH not in transfer.strategies:
        raise SeqgraftError(
            f"Transfer {transfer.name} does not train from scratch, so there is nothing to compare with.",
            where="config key `strategies`",
            remedy=f"Add {SCRATCH} to the strategies.",
        )
    learned = [found for found in scores.values() if not found.without_labels]
    if not learned:
        raise SeqgraftError(
            f"No fit that learns from labels of {transfer.target} was finished for transfer {transfer.name}.",
            where=f"predictions of {', '.join(transfer.strategies)}",
            remedy="Run the study again, so that the missing fits are made.",
        )
    return (scores[SCRATCH] if SCRATCH in scores else learned[0]).keys


def _check_pairing(scores: dict[str, StrategyScores], keys: list[FitKey]) -> None:
    """Refuse strategies that lack a fit which scratch has, and scratch itself when it has gaps."""
    sizes = {(key.train_size, key.is_all) for key in keys}
    whole = [FitKey(*size, r) for size in sizes for r in range(1, max(k.replicate for k in keys) + 1)]
    for name, strategy in scores.items():
        lacking = [] if strategy.without_labels else sorted(set(whole) - set(strategy.keys))
        if lacking:
            raise SeqgraftError(
                f"Strategy {name} lacks {len(lacking)} fit(s) that others have, the first at train size "
                f"{lacking[0].train_size}, replicate {lacking[0].replicate}: nothing to pair with.",
                where=f"predictions of {name}",
                remedy="Run the study again, so that the missing fits are made.",
            )
