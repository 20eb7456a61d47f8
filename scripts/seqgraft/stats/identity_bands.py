"""Scores by how alike test sequences are to those that were learned from.

Groups of test sequences are described, each with its interval, and none is tested: they were not drawn at random, are
small, and differ in more than their likeness.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seqgraft.errors import SeqgraftError
from seqgraft.running.side_by_side import each
from seqgraft.seeds import seed
from seqgraft.stats.intervals import UNDEFINED, Interval, two_way_interval, weight_blocks
from seqgraft.stats.metric_names import facts
from seqgraft.stats.metrics import Draws
from seqgraft.stats.panel import Panel, build_panel
from seqgraft.stats.predictions import Fit, TestPart, read_target
from seqgraft.stats.resampled import UnitDraws
from seqgraft.stats.scoring import StrategyScores, TargetScores
from seqgraft.stats.settings import CHOSEN, HELD_OUT, SCRATCH, EvaluationSettings, FitJob, TransferSettings
from seqgraft.stats.task_types import HELD_OUT_LOSS, TASK_TYPES, TaskType
from seqgraft.stats.thresholds import Calibration

Floats = NDArray[np.float64]
Rows = list[dict[str, Any]]

#: Edges of the bands in per cent of identity. A band holds its lower edge; the last one holds 100 as well.
EDGES = (0, 30, 50, 70, 90, 100)
#: With fewer sequences of a class than this a band has no interval: resampling so few says nothing.
#: docs/truth.md says how often intervals on five hold what was planted.
FEW = 5
#: Share of the shuffled sequences that stay below what is called chance.
CHANCE = 0.95
#: What test sequences are compared with: the labelled sequences of their own task, or those of the sources.
POOL, SOURCE = "pool", "source"
COLUMNS = [
    "transfer", "compared_with", "low", "high", "examples", "positives", "metric", "train_size", "is_all",
    "scratch", "scratch_low", "scratch_high", "chosen", "chosen_low", "chosen_high", "difference", "ci_low", "ci_high",
    "replicates", "chance", "note",
]  # fmt: skip
Members = NDArray[np.object_] | None  # the group of each test sequence, where there are groups


def identity_bands(
    jobs: Sequence[FitJob],
    study: EvaluationSettings,
    identities: Mapping[str, pd.DataFrame],
    groups: Mapping[str, Mapping[str, str]] | None = None,
    threads: int = 1,
    say: Callable[[str], None] = lambda _: None,
) -> pd.DataFrame:
    """Score scratch and the chosen strategy at the largest train size, by band of identity.

    Parameters
    ----------
    jobs : sequence of FitJob
        Predictions of scratch and of what may be chosen; others are not looked at.
    study : EvaluationSettings
        Names, order and counts.
    identities : mapping of str to pandas.DataFrame
        By target, as `seqgraft.data.identity.identity_table` makes them.
    groups : mapping of str to mapping of str to str, optional
        By target, the group of each test id; groups are drawn whole, as in `evaluate`.
    threads : int
        Targets, or fits of one, that are scored at the same time; changes no number.
    say : callable, optional
        Takes a line per target.

    Returns
    -------
    pandas.DataFrame
        Columns `COLUMNS`; per transfer and `compared_with` first all test sequences (0 to 100), then each band, those
        without sequences included. `low`, `high` and `chance` are in per cent. There are no p-values.

    Raises
    ------
    SeqgraftError
        When predictions are missing, do not belong together, or hold a test sequence of unknown identity.
    """
    targets = list(dict.fromkeys(transfer.target for transfer in study.transfers))
    inside = max(1, threads // len(targets))
    known = groups or {}
    found = each(
        lambda target: _of_target(target, jobs, study, identities[target], known.get(target), inside),
        targets,
        threads,
    )
    rows: dict[str, Rows] = {}
    for own, line in found:
        rows |= own
        say(line)
    return pd.DataFrame([row for transfer in study.transfers for row in rows[transfer.name]], columns=COLUMNS)


def _of_target(
    target: str,
    jobs: Sequence[FitJob],
    study: EvaluationSettings,
    identities: pd.DataFrame,
    groups: Mapping[str, str] | None,
    threads: int,
) -> tuple[dict[str, Rows], str]:
    """Return the rows of each transfer onto one target, and a line on what they were made from."""
    transfers = [transfer for transfer in study.transfers if transfer.target == target]
    wanted = {SCRATCH, *(name for transfer in transfers for name in _candidates(transfer, study))}
    found = [job for job in jobs if job.target == target and job.strategy in wanted]
    part, scores = _largest_size(found)
    members = None if groups is None else np.array([groups[name] for name in part.ids], dtype=object)
    if members is None and scores.chains is not None:
        members = part.ids
    rows = {}
    for transfer in transfers:
        own = replace(transfer, strategies=(SCRATCH, *_candidates(transfer, study)))
        panel = build_panel(own, replace(study, baselines=()), scores)
        rows[transfer.name] = _of_transfer(panel, part, identities, members, threads)
    return rows, f"target {target}: {len(found)} files of predictions, {len(part.ids)} test sequences"


def _candidates(transfer: TransferSettings, study: EvaluationSettings) -> tuple[str, ...]:
    """Name what may be the chosen strategy."""
    return transfer.candidates if study.chosen == HELD_OUT else (study.chosen,)


def _largest_size(jobs: Sequence[FitJob]) -> tuple[TestPart, TargetScores]:
    """Read one target's predictions and keep the fits of the largest train size, calibrated but not yet scored."""
    part, by_job = read_target(jobs)
    kind = TASK_TYPES[jobs[0].type]
    largest = max((key[:2] for fits in by_job for key in fits), default=(0, False))
    strategies = {}
    for job, fits in zip(jobs, by_job, strict=True):
        kept = {key: fit for key, fit in fits.items() if key[:2] == largest}
        calibrations = [kind.calibrate(fit.held_labels, fit.held_logits) for fit in kept.values()]
        losses = [_loss(kind, fit, used) for fit, used in zip(kept.values(), calibrations, strict=True)]
        strategies[job.transfer, job.strategy] = StrategyScores(
            job.strategy, job.kind, list(kept), {}, {HELD_OUT_LOSS: np.array(losses)}, calibrations,
            list(kept.values()), job.transfer is not None,
        )  # fmt: skip
    chains = np.unique(part.ids, return_inverse=True)[1] if kind.per_residue else None
    units = kind.units(part.labels, None)
    return part, TargetScores(
        strategies, len(part.ids), units, part.labels, kind, tuple(jobs[0].names), chains=chains
    )


def _loss(kind: TaskType, fit: Fit, used: Calibration) -> float:
    """Return what the strategy is chosen by."""
    known = (
        kind.score(fit.held_labels, fit.held_logits, used, names=["log_loss"]) if kind.loss is None else {}
    )
    return kind.held_out_loss(fit.held_labels, fit.held_logits, known)


def _of_transfer(
    panel: Panel, part: TestPart, identities: pd.DataFrame, members: Members, threads: int
) -> Rows:
    """Return one transfer's rows."""
    rows: Rows = []
    bands = [(EDGES[0], EDGES[-1]), *pairwise(EDGES)]
    for compared_with, tasks in ((POOL, (panel.transfer.target,)), (SOURCE, panel.transfer.sources)):
        percent, chance = percentages(identities, tasks, part.ids)
        for low, high in bands:
            inside = (percent >= low) & ((percent < high) | (high == EDGES[-1]))
            head = {
                "transfer": panel.transfer.name,
                "compared_with": compared_with,
                "low": low,
                "high": high,
                "chance": chance,
            }
            rows.append(head | _scores(panel, inside, members, threads))
    return rows


def percentages(
    identities: pd.DataFrame, tasks: Sequence[str], ids: NDArray[np.object_]
) -> tuple[Floats, float]:
    """Look up the identity of each test sequence to its nearest sequence of some tasks, and what chance gives.

    Parameters
    ----------
    identities : pandas.DataFrame
        As `seqgraft.data.identity.identity_table` makes them.
    tasks : sequence of str
        Of several, the nearest counts.
    ids : ndarray of str, shape (N,)
        The test sequences.

    Returns
    -------
    percent : ndarray of float64, shape (N,)
        From 0 to 100.
    chance : float
        The percentile `CHANCE` of the shuffled sequences.

    Raises
    ------
    SeqgraftError
        When a test sequence is not in the table.
    """
    own = identities[identities["task"].isin(list(tasks))]
    best = own.groupby(["shuffled", "id"], sort=False)["identity"].max() * 100
    shuffled = best.index.get_level_values("shuffled").to_numpy(bool)
    table = best[~shuffled].droplevel("shuffled")
    lacking = sorted(set(ids) - set(table.index))
    if lacking:
        raise SeqgraftError(
            f"{len(lacking)} test sequence(s) were compared with no training sequence, the first is {lacking[0]}.",
            where="identity.parquet of the target",
            remedy="Delete the file and run the study again; if it returns, please report it.",
        )
    # A share such as 0.7 of 10 letters must not fall below its own edge by the last bit.
    percent = np.round(table.loc[list(ids)].to_numpy(np.float64), 9)
    drawn = best[shuffled].to_numpy(np.float64)
    return percent, float(np.quantile(drawn, CHANCE)) if len(drawn) else float("nan")


def _scores(panel: Panel, inside: NDArray[np.bool_], members: Members, threads: int) -> dict[str, Any]:
    """Return means, intervals and the paired difference among some of the test sequences."""
    labels, name, size = panel.labels[inside], panel.study.primary_metric, panel.sizes[-1]
    own = None if members is None else members[inside]
    metric, kind = facts(name), panel.type
    chains = None if panel.chains is None else np.unique(panel.chains[inside], return_inverse=True)[1]
    examples = len(labels) if chains is None else int(chains.max(initial=-1)) + 1
    fewest = int(min(labels.sum(), (~labels).sum())) if kind.binary else examples
    row: dict[str, Any] = {
        "examples": examples,
        "positives": int(labels.sum()) if kind.binary else np.nan,
        "metric": name,
        "train_size": size[0],
        "is_all": size[1],
        "replicates": panel.replicates,
        "note": _note(examples, int(labels.sum())) if kind.binary else _few(examples),
    }
    shown = {} if not len(labels) else {k: panel.scores[k] for k in (SCRATCH, CHOSEN) if k in panel.scores}
    if len(shown) < 2 and len(labels):
        row["note"] = "; ".join(note for note in (row["note"], "no finished fit") if note)
    draws = panel.study.draws if fewest >= FEW else 0
    small = replace(
        panel,
        scores={
            k: replace(s, values={name: _values(panel, s, inside, own, draws, threads)})
            for k, s in shown.items()
        },
        n_test=examples,
        units=kind.units(labels, own) if len(labels) else 0,
        labels=labels,
        chains=chains,
    )
    for strategy in (SCRATCH, CHOSEN):
        interval = _mean(small, strategy, size) if strategy in shown else UNDEFINED
        row[strategy] = interval.mean
        row[f"{strategy}_low"] = np.maximum(interval.low, metric.low)
        row[f"{strategy}_high"] = np.minimum(interval.high, metric.high)
    paired = small.difference(CHOSEN, SCRATCH, name, size) if len(shown) == 2 else UNDEFINED
    return row | {"difference": paired.mean, "ci_low": paired.low, "ci_high": paired.high}


def _note(examples: int, positives: int) -> str:
    """Say why a band has no score, or a score without interval."""
    if not examples:
        return "no sequence"
    if positives in (0, examples):
        return f"one class: all {'positive' if positives else 'negative'}"
    few = min(positives, examples - positives)
    return f"no interval: only {few} of a class" if few < FEW else ""


def _few(examples: int) -> str:
    """Say why a band of a task without positives has no score, or one without interval."""
    if not examples:
        return "no sequence"
    return f"no interval: only {examples}" if examples < FEW else ""


def _mean(panel: Panel, strategy: str, size: tuple[int, bool]) -> Interval:
    """Return a strategy's mean over replicates with its interval."""
    name = panel.study.primary_metric
    values = panel.at(strategy, name, size)
    return two_way_interval(
        values, panel.units, panel.study.level, panel.sources(strategy), facts(name).bounds
    )


def _values(
    panel: Panel,
    scores: StrategyScores,
    inside: NDArray[np.bool_],
    members: Members,
    draws: int,
    threads: int,
) -> Floats:
    """Score every fit on some test sequences, as they are and under bootstrap draws; shape (F, B + 1)."""
    # The seed of `evaluate`: over all test sequences the numbers are those of summary.tsv.
    own = seed(panel.study.study, panel.transfer.target, "bootstrap", panel.study.seed)
    labels = panel.labels[inside]
    chains = None if panel.chains is None else np.unique(panel.chains[inside], return_inverse=True)[1]
    units = None if members is None else np.unique(members, return_inverse=True)[1]
    columns = []
    with ThreadPoolExecutor(threads) as pool:
        for weights in weight_blocks(len(labels), draws, own, members):
            score = partial(_score, panel, labels, inside, chains, panel.type.draws(weights, units))
            columns.append(np.array(list(pool.map(score, scores.fits, scores.calibrations))))
    return np.concatenate(columns, axis=1)


def _score(
    panel: Panel,
    labels: NDArray[Any],
    inside: NDArray[np.bool_],
    chains: NDArray[np.intp] | None,
    draws: Draws | UnitDraws,
    fit: Fit,
    used: Calibration,
) -> Floats:
    """Score one fit under one block of draws."""
    name = panel.study.primary_metric
    return panel.type.score(labels, fit.test_logits[inside], used, draws, [name], chains)[name]
