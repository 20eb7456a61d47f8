"""From the predictions for one target to every metric of every fit under every bootstrap draw."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property, partial

import numpy as np
from numpy.typing import ArrayLike, NDArray

from seqgraft.errors import SeqgraftError
from seqgraft.stats.adapted import Adapted, adapt, score_adapted
from seqgraft.stats.intervals import weight_blocks
from seqgraft.stats.metrics import METRICS, Draws, Scored, compute
from seqgraft.stats.predictions import Fit, FitKey, read_target
from seqgraft.stats.settings import FitJob
from seqgraft.stats.thresholds import Calibration, calibrate

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class StrategyScores:
    """All metrics of all F fits of one strategy.

    Parameters
    ----------
    name : str
        Name of the strategy.
    kind : str
        "strategy", "baseline" or "chosen".
    keys : list of FitKey
        The fits, ascending.
    values : dict of str to ndarray of float64, shape (F, B + 1)
        By metric; column 0 is the test part as it is, the others are bootstrap draws.
    held : dict of str to ndarray of float64, shape (F,)
        By metric, on the held-out examples.
    calibrations : list of Calibration
        Temperature and threshold of each fit.
    fits : list of Fit
        The predictions themselves.
    uses_source : bool
        Whether its fits start from source models.
    picks : list of str
        For the virtual chosen strategy, the strategy taken for each fit.
    adapted : Adapted or None
        Zero-shot with its probabilities adapted to the target's share of positives.
    """

    name: str
    kind: str
    keys: list[FitKey]
    values: dict[str, Floats]
    held: dict[str, Floats]
    calibrations: list[Calibration]
    fits: list[Fit]
    uses_source: bool = False
    picks: list[str] = field(default_factory=list)
    adapted: Adapted | None = None

    @property
    def without_labels(self) -> bool:
        """Whether this is zero-shot: one row per source model instead of one per replicate."""
        return _without_labels(self.keys)

    def rows(self, keys: Sequence[FitKey]) -> NDArray[np.intp]:
        """Row of each key; replicate r of zero-shot is source model (r - 1) mod K.

        Raises
        ------
        KeyError
            When a fit is missing.
        """
        if self.without_labels:
            return np.array([(key.replicate - 1) % len(self.keys) for key in keys], dtype=np.intp)
        return np.array([self._position[key] for key in keys], dtype=np.intp)

    @cached_property
    def _position(self) -> dict[FitKey, int]:
        """Row of each fit."""
        return {key: row for row, key in enumerate(self.keys)}


@dataclass(frozen=True)
class TargetScores:
    """Scores of everything that predicted one target's test part.

    Parameters
    ----------
    strategies : dict of (str or None, str) to StrategyScores
        By transfer (None: needs no source) and strategy.
    n_test : int
        Test examples.
    units : int
        Independent test units (examples, or groups) that hold the rarer class.
    labels : ndarray of bool, shape (n_test,)
        Of the test part.
    """

    strategies: dict[tuple[str | None, str], StrategyScores]
    n_test: int
    units: int
    labels: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, dtype=bool))


def score_target(
    jobs: Sequence[FitJob],
    draws: int,
    seed: int,
    groups: dict[str, str] | None = None,
    threads: int = 1,
) -> TargetScores:
    """Read and score all predictions for one target.

    Parameters
    ----------
    jobs : sequence of FitJob
        All with the same target.
    draws : int
        Bootstrap draws of the test examples; the same ones for every fit.
    seed : int
        Of the draws.
    groups : dict of str to str, optional
        Group of each test id; groups are drawn whole.
    threads : int
        Fits that are scored at the same time; changes no number.

    Returns
    -------
    TargetScores

    Raises
    ------
    SeqgraftError
        When the files do not belong together.
    """
    part, by_job = read_target(jobs)
    members = None if groups is None else _members(part.ids, groups)
    calibrations = [[calibrate(f.held_labels, f.held_logits) for f in fits.values()] for fits in by_job]
    values = [{m: np.empty((len(fits), draws + 1)) for m in METRICS} for fits in by_job]
    adapted = [
        adapt(part.labels, list(fits.values()), calibration, draws) if _without_labels(list(fits)) else None
        for fits, calibration in zip(by_job, calibrations, strict=True)
    ]
    todo = [
        (own, row, fit, used)
        for fits, calibration, own in zip(by_job, calibrations, values, strict=True)
        for row, (fit, used) in enumerate(zip(fits.values(), calibration, strict=True))
    ]
    first = 0
    # Draws outside, fits inside: the weights of a block are made once and stay in the cache.
    with ThreadPoolExecutor(threads) as pool:
        for weights in weight_blocks(len(part.ids), draws, seed, members):
            block, columns = Draws(weights), slice(first, first + weights.shape[1])
            for second in adapted:
                if second is not None:
                    score_adapted(second, block, columns)
            list(pool.map(partial(_fill, part.labels, block, columns), todo))
            first = columns.stop
    strategies = {}
    for job, fits, calibration, own, second in zip(jobs, by_job, calibrations, values, adapted, strict=True):
        held = [
            compute(_scored(f.held_labels, f.held_logits, c))
            for f, c in zip(fits.values(), calibration, strict=True)
        ]
        strategies[job.transfer, job.strategy] = StrategyScores(
            job.strategy,
            job.kind,
            list(fits),
            own,
            {m: np.array([float(found[m][0]) for found in held]) for m in METRICS},
            calibration,
            list(fits.values()),
            job.transfer is not None,
            adapted=second,
        )
    units = smaller_class_units(part.labels, members)
    return TargetScores(strategies, len(part.ids), units, part.labels)


def _fill(
    labels: NDArray[np.bool_],
    block: Draws,
    columns: slice,
    task: tuple[dict[str, Floats], int, Fit, Calibration],
) -> None:
    """Score one fit under one block of draws."""
    values, row, fit, used = task
    for metric, found in compute(_scored(labels, fit.test_logits, used), block).items():
        values[metric][row, columns] = found


def _without_labels(keys: Sequence[FitKey]) -> bool:
    """Tell whether these fits, of which there are some, saw no target label."""
    return bool(keys) and all(key.train_size == 0 for key in keys)


def smaller_class_units(labels: NDArray[np.bool_], groups: ArrayLike | None = None) -> int:
    """Count the independent units that hold the rarer class: what the interval over examples rests on.

    Parameters
    ----------
    labels : ndarray of bool, shape (N,)
        True for the positive class.
    groups : array-like, shape (N,), optional
        Group of each example.

    Returns
    -------
    int
    """
    members = (
        np.arange(len(labels)) if groups is None else np.unique(np.asarray(groups), return_inverse=True)[1]
    )
    return int(min(len(np.unique(members[labels])), len(np.unique(members[~labels]))))


def _members(ids: NDArray[np.object_], groups: dict[str, str]) -> NDArray[np.object_]:
    """Look up the group of every test example."""
    lacking = [name for name in ids if name not in groups]
    if lacking:
        raise SeqgraftError(
            f"{len(lacking)} test example(s) have no group, the first is {lacking[0]}.",
            where="groups of the target",
            remedy="Give every example a group, or none.",
        )
    return np.array([groups[name] for name in ids], dtype=object)


def _scored(labels: NDArray[np.bool_], logits: Floats, calibration: Calibration) -> Scored:
    """Bring labels, logits and calibration together."""
    return Scored(labels, logits, calibration.temperature, calibration.threshold)
