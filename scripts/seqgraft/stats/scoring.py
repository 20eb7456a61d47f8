"""From the predictions for one target to every metric of every fit under every bootstrap draw."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqgraft.errors import SeqgraftError
from seqgraft.stats.adapted import Adapted, adapt, score_adapted
from seqgraft.stats.intervals import weight_blocks
from seqgraft.stats.metrics import Draws
from seqgraft.stats.predictions import Fit, FitKey, read_target
from seqgraft.stats.resampled import UnitDraws
from seqgraft.stats.settings import FitJob
from seqgraft.stats.task_types import BINARY, HELD_OUT_LOSS, TASK_TYPES, TaskType
from seqgraft.stats.thresholds import Calibration

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
    details : dict of str to ndarray of float64, shape (F,)
        Numbers of single outputs or classes on the test part as it is, by ``<metric>:<output>``.
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
    details: dict[str, Floats] = field(default_factory=dict)

    @property
    def losses(self) -> Floats:
        """What strategies are chosen by, of each fit's held-out examples, shape (F,)."""
        return self.held[HELD_OUT_LOSS if HELD_OUT_LOSS in self.held else "log_loss"]

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
        Test examples; of residues, the chains.
    units : int
        Independent test units (examples, groups or chains), of binary tasks those that hold the rarer class.
    labels : ndarray, shape (N,) or (N, O)
        Of the test part's N rows; bool for binary tasks.
    type : TaskType
        How its predictions are judged.
    names : tuple of str
        Its classes or outputs.
    members : ndarray of int, shape (N,), or None
        The resampled unit of each row; None where each row is one.
    chains : ndarray of int, shape (N,), or None
        The chain of each row, of residues.
    """

    strategies: dict[tuple[str | None, str], StrategyScores]
    n_test: int
    units: int
    labels: NDArray[Any] = field(default_factory=lambda: np.zeros(0, dtype=bool))
    type: TaskType = BINARY
    names: tuple[str, ...] = ()
    members: NDArray[np.intp] | None = None
    chains: NDArray[np.intp] | None = None


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
    kind, names = TASK_TYPES[jobs[0].type], tuple(jobs[0].names)
    members: NDArray[Any] | None = None if groups is None else _members(part.ids, groups)
    chains = np.unique(part.ids, return_inverse=True)[1] if kind.per_residue else None
    if members is None and chains is not None:
        members = chains
    units_of_rows = None if members is None else np.unique(members, return_inverse=True)[1]
    calibrations = [[kind.calibrate(f.held_labels, f.held_logits) for f in fits.values()] for fits in by_job]
    values = [{m: np.empty((len(fits), draws + 1)) for m in kind.metrics} for fits in by_job]
    adapted = [
        adapt(part.labels, list(fits.values()), calibration, draws)
        if kind.binary and _without_labels(list(fits))
        else None
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
            block, columns = kind.draws(weights, units_of_rows), slice(first, first + weights.shape[1])
            for second in adapted:
                if second is not None and isinstance(block, Draws):
                    score_adapted(second, block, columns)
            list(pool.map(partial(_fill, kind, part.labels, chains, block, columns), todo))
            first = columns.stop
    strategies = {}
    for job, fits, calibration, own, second in zip(jobs, by_job, calibrations, values, adapted, strict=True):
        held = [_held(kind, f, c) for f, c in zip(fits.values(), calibration, strict=True)]
        details = [kind.details(part.labels, f.test_logits, names) for f in fits.values()]
        strategies[job.transfer, job.strategy] = StrategyScores(
            job.strategy,
            job.kind,
            list(fits),
            own,
            {m: np.array([found[m] for found in held]) for m in (*kind.metrics, HELD_OUT_LOSS)},
            calibration,
            list(fits.values()),
            job.transfer is not None,
            adapted=second,
            details={m: np.array([found[m] for found in details]) for m in (details[0] if details else ())},
        )
    return TargetScores(
        strategies,
        len(part.ids) if chains is None else int(chains.max()) + 1,
        kind.units(part.labels, units_of_rows),
        part.labels,
        kind,
        names,
        units_of_rows,
        chains,
    )


def _held(kind: TaskType, fit: Fit, used: Calibration) -> dict[str, float]:
    """Return the metrics of a fit's held-out examples and what strategies are chosen by."""
    chains = np.unique(fit.held_ids, return_inverse=True)[1] if kind.per_residue else None
    found = kind.score(fit.held_labels, fit.held_logits, used, chains=chains)
    loss = kind.held_out_loss(fit.held_labels, fit.held_logits, found)
    return {**{name: float(values[0]) for name, values in found.items()}, HELD_OUT_LOSS: loss}


def _fill(
    kind: TaskType,
    labels: NDArray[Any],
    chains: NDArray[np.intp] | None,
    block: Draws | UnitDraws,
    columns: slice,
    task: tuple[dict[str, Floats], int, Fit, Calibration],
) -> None:
    """Score one fit under one block of draws."""
    values, row, fit, used = task
    for metric, found in kind.score(labels, fit.test_logits, used, block, chains=chains).items():
        values[metric][row, columns] = found


def _without_labels(keys: Sequence[FitKey]) -> bool:
    """Tell whether these fits, of which there are some, saw no target label."""
    return bool(keys) and all(key.train_size == 0 for key in keys)


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
