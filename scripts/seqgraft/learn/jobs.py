"""What all fit jobs share: the plan of fits, the walk through them with the resume store, and the tables."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from seqgraft.config.learning import TrainingSettings
from seqgraft.errors import SeqgraftError
from seqgraft.learn.answers import answer_columns, answers
from seqgraft.learn.choosing import Member, members
from seqgraft.learn.diverged import DivergedError
from seqgraft.learn.examples import BINARY_AIM, Aim, Examples, groups_of_rows, pool_rows
from seqgraft.learn.measures import measure_of
from seqgraft.learn.progress import Progress
from seqgraft.learn.store import FitResult, Store, key_of
from seqgraft.record.software import computed_with

TrainSize = int | Literal["all"]
KEY_COLUMNS = ["id", "train_size", "is_all", "replicate", "part"]
PREDICTION_COLUMNS = [
    *KEY_COLUMNS,
    "label",
    "prediction",
]  # of the types with one value; see `answer_columns`
HISTORY_COLUMNS = [
    "train_size", "is_all", "replicate", "members", "epochs", "learning_rate", "weight_decay", "penalty_c",
    "held_out_loss", "seconds", "device", "examples_per_second", "peak_mib", "software", "note",
    "options", "candidates",
]  # fmt: skip


@dataclass(frozen=True)
class FitPlan:
    """One fit: which labels it may see and how they are divided.

    Parameters
    ----------
    train_size : int
        Labels.
    is_all : bool
        Whether it is the whole pool.
    replicate : int
        1, 2, …
    rows : numpy.ndarray
        (n,) int64 rows of the task's examples, in the replicate's order.
    members : list of Member
        Who learns from what.
    seed_words : tuple
        Name the fit; the same for all strategies and baselines, which therefore share folds and seeds.
    groups : numpy.ndarray, optional
        (n,) group of each label, where folds keep groups together.
    """

    train_size: int
    is_all: bool
    replicate: int
    rows: np.ndarray
    members: list[Member]
    seed_words: tuple
    groups: np.ndarray | None = None


@dataclass(frozen=True)
class JobResult:
    """What a job hands to its script.

    Parameters
    ----------
    predictions : pandas.DataFrame
        As in ``predictions.parquet``.
    history : pandas.DataFrame
        As in ``history.tsv``.
    trained, reused : int
        Fits trained now and fits found in the resume store.
    weights : dict of numpy.ndarray
        Final weights of the largest train size of replicate 1; empty where none are kept.
    transforms : list, optional
        Of numbers the transforms of each output that were fitted to the labels of that fit.
    layers : pandas.DataFrame, optional
        What the fits of replicate 1 started from, as of ``loading.load_into``; None without a source.
    """

    predictions: pd.DataFrame
    history: pd.DataFrame
    trained: int
    reused: int
    weights: dict[str, np.ndarray]
    transforms: list[Any] | None = None
    layers: pd.DataFrame | None = None


def plan_fits(
    examples: Examples,
    splits: pd.DataFrame,
    excluded: Collection[str],
    train_sizes: Sequence[TrainSize],
    replicates: int,
    training: TrainingSettings,
    seed_words: tuple,
) -> list[FitPlan]:
    """List the fits of one strategy or baseline, smallest first.

    Parameters
    ----------
    examples : Examples
        The target.
    splits : pandas.DataFrame
        Columns ``id, part, replicate, rank``.
    excluded : collection of str
        Ids left out of the pool.
    train_sizes : sequence of int or "all"
        Numbers of labels.
    replicates : int
        Replicates, counted from 1.
    training : TrainingSettings
        Folds and members.
    seed_words : tuple
        Name study and target.

    Returns
    -------
    list of FitPlan

    Raises
    ------
    SeqgraftError
        When a train size is larger than the pool, or a class is too rare to choose on.
    """
    groups = groups_of_rows(examples, splits)
    objective = measure_of(examples.aim)
    plans = []
    for size in train_sizes:
        for replicate in range(1, replicates + 1):
            pool = pool_rows(examples, splits, replicate, excluded)
            if size != "all" and size > len(pool):
                raise SeqgraftError(
                    f"Train size {size} is more than the {len(pool)} sequences of the pool.",
                    where="train_sizes",
                    remedy="use smaller sizes and `all` for the whole pool",
                )
            rows = pool if size == "all" else pool[:size]
            words = (*seed_words, size, replicate)
            own = None if groups is None else groups[rows]
            parts = members(
                objective.strata(examples.labels[rows]),
                folds=training.folds,
                large_members=training.members,
                seed_words=words,
                groups=own,
                every=objective.every_stratum,
            )
            plans.append(FitPlan(len(rows), size == "all", replicate, rows, parts, words, own))
    return plans


def run_fits(
    plans: Sequence[FitPlan],
    fit: Callable[[FitPlan], FitResult],
    key_parts: Callable[[FitPlan], Mapping[str, Any]],
    examples: Examples,
    test: np.ndarray,
    *,
    store: Store,
    progress: Progress | None,
    device: str,
    versions: Mapping[str, str],
    keep_weights: bool = False,
    prune: bool = True,
    around: Callable[[str], AbstractContextManager[Any]] = nullcontext,
    share: tuple[int, int] | None = None,
) -> JobResult:
    """Make or find every fit of a job and put their predictions into one table.

    Parameters
    ----------
    plans : sequence of FitPlan
        The fits.
    fit : callable
        Makes one fit.
    key_parts : callable
        Gives what changes a fit beside its examples, as JSON values or arrays: settings, code digest, source
        weights.
    examples : Examples
        The target.
    test : numpy.ndarray
        Rows of the test part.
    store : Store
        Where finished fits are kept.
    progress : Progress, optional
        Told after every fit.
    device : str
        For the history.
    versions : mapping of str to str
        Version of each package on which the numbers depend: part of the key.
    keep_weights : bool
        Whether to keep the weights of the largest train size of replicate 1.
    prune : bool
        Whether to remove fits from the store that this job does not want; False where several jobs share it.
    around : callable
        Takes the key of a fit and returns a context in which it is made.
    share : (int, int), optional
        Make only part k (1, 2, …) of so many for the store, and leave tables and weights to the job that finds all of
        them there.

    Returns
    -------
    JobResult
        Of a share without predictions. A fit whose loss was not finite has a row with a note in the history, and no
        prediction.

    Raises
    ------
    DivergedError
        When no fit of the job has a finite loss.
    """
    largest = max(plan.train_size for plan in plans)
    predictions, history, keys = [], [], []
    failures: list[list[str] | None] = []
    weights: dict[str, np.ndarray] = {}
    trained = 0
    transforms: list[Any] | None = None
    if share is not None:
        # In turn, because the plans are in the order of their sizes: the parts take about as long.
        plans = plans[share[0] - 1 :: share[1]]
    for plan in plans:
        wanted = keep_weights and not weights and plan.replicate == 1 and plan.train_size == largest
        # Whether weights are wanted is no part of the key: a larger train size, added later, takes that honour from
        # a fit that is finished and stays as good as it was.
        key = key_of(_fit_parts(plan, examples, test) | dict(key_parts(plan)) | {"versions": dict(versions)})
        keys.append(key)
        result = store.get(key)
        if wanted and result is not None and not result.weights and _failure(result) is None:
            result = None  # the largest size was taken away: weights of the next one were never kept
        reused = result is not None
        if result is None:
            started = time.perf_counter()
            with around(key):
                result = _made(fit, plan)
            result.history.setdefault("seconds", time.perf_counter() - started)
            result.history.update(device=device, software=computed_with())
            if not wanted:
                result = replace(result, weights={}, transforms=None)
            store.put(key, result)
            trained += 1
        if wanted:
            weights, transforms = result.weights, result.transforms
        if _failure(result) is None:
            predictions.append(prediction_rows(plan, result, examples, test))
        named = {"train_size": plan.train_size, "is_all": plan.is_all, "replicate": plan.replicate}
        history.append(named | result.history)
        failures.append(_failure(result))
        if progress is not None:
            progress.step(reused=reused)
    if share is not None:
        nothing = pd.DataFrame(columns=PREDICTION_COLUMNS)
        return JobResult(nothing, pd.DataFrame(history), trained, len(plans) - trained, {})
    if not predictions and failures[-1] is not None:
        what, where, remedy = failures[-1]
        raise DivergedError(what, where=where, remedy=remedy)
    if keep_weights and not weights:
        weights, transforms = _weights_of_another(plans, failures, fit)
    if prune:
        store.prune(keys)
    table = pd.DataFrame(history).reindex(columns=HISTORY_COLUMNS)
    rows = sort_predictions(predictions, examples.ids, examples.aim)
    return JobResult(rows, table, trained, len(plans) - trained, weights, transforms)


def _made(fit: Callable[[FitPlan], FitResult], plan: FitPlan) -> FitResult:
    """Make a fit, or what is kept of one that diverged: one bad fit is no reason to lose the others."""
    try:
        return fit(plan)
    except DivergedError as error:
        nothing, told = np.empty(0), [error.what, error.where, error.remedy]
        history = {"note": f"no predictions: {error.what}", "diverged": told}
        return FitResult(nothing, np.empty(0, dtype=np.int64), nothing, history)


def _failure(result: FitResult) -> list[str] | None:
    """Return what, where and remedy of a fit that diverged, None of any other."""
    return result.history.get("diverged")


def _weights_of_another(
    plans: Sequence[FitPlan], failures: Sequence[list[str] | None], fit: Callable[[FitPlan], FitResult]
) -> tuple[dict[str, np.ndarray], list[Any] | None]:
    """Make the largest fit that did not diverge again, for its weights: that of replicate 1 diverged."""
    left = [plan for plan, failure in zip(plans, failures, strict=True) if failure is None]
    found = fit(min(left, key=lambda plan: (-plan.train_size, plan.replicate)))
    return found.weights, found.transforms


def prediction_rows(plan: FitPlan, result: FitResult, examples: Examples, test: np.ndarray) -> pd.DataFrame:
    """Return a fit's rows of ``predictions.parquet``."""
    named = {"train_size": plan.train_size, "is_all": plan.is_all, "replicate": plan.replicate}
    parts = (("test", test, result.test), ("held-out", plan.rows[result.held_out_rows], result.held_out))
    tables = [
        answers(examples.ids[rows], examples.labels[rows], values, examples.aim).assign(**named, part=part)
        for part, rows, values in parts
    ]
    return pd.concat(tables, ignore_index=True)


def sort_predictions(tables: Sequence[pd.DataFrame], ids: np.ndarray, aim: Aim = BINARY_AIM) -> pd.DataFrame:
    """Put tables of predictions together: by size, replicate, part, and the order of the records."""
    table = as_predictions(tables, aim)
    table["order"] = pd.Index(ids).get_indexer(table["id"])
    table = table.sort_values(["is_all", "train_size", "replicate", "part", "order"], kind="stable")
    return table.drop(columns="order").reset_index(drop=True)


def as_predictions(tables: Sequence[pd.DataFrame], aim: Aim = BINARY_AIM) -> pd.DataFrame:
    """Put tables of predictions together as they come, with the columns and types of the contract."""
    table = pd.concat(tables, ignore_index=True)[[*KEY_COLUMNS, *answer_columns(aim)]]
    return table.astype({"train_size": np.int64, "replicate": np.int64, "is_all": bool})


def _fit_parts(plan: FitPlan, examples: Examples, test: np.ndarray) -> dict[str, Any]:
    """Return what distinguishes one fit from the others of its job, for its key."""
    grouped = {} if plan.groups is None else {"groups": plan.groups}
    return grouped | {
        "seed_words": [str(word) for word in plan.seed_words],
        "train_ids": examples.ids[plan.rows],
        "train_tokens": examples.tokens[plan.rows],
        "train_labels": examples.labels[plan.rows],
        "test_ids": examples.ids[test],
        "test_tokens": examples.tokens[test],
    }
