"""What all fit jobs share: the plan of fits, the walk through them with the resume store, and the tables."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from seqgraft.config.learning import TrainingSettings
from seqgraft.errors import SeqgraftError
from seqgraft.learn.choosing import Member, members
from seqgraft.learn.examples import Examples, groups_of_rows, pool_rows
from seqgraft.learn.progress import Progress
from seqgraft.learn.store import FitResult, Store, key_of
from seqgraft.record.software import computed_with

TrainSize = int | Literal["all"]
PREDICTION_COLUMNS = ["id", "train_size", "is_all", "replicate", "part", "label", "prediction"]
HISTORY_COLUMNS = [
    "train_size", "is_all", "replicate", "members", "epochs", "learning_rate", "penalty_c",
    "held_out_loss", "seconds", "device", "examples_per_second", "software", "note", "options", "candidates",
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
    """

    predictions: pd.DataFrame
    history: pd.DataFrame
    trained: int
    reused: int
    weights: dict[str, np.ndarray]


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
                examples.labels[rows],
                folds=training.folds,
                large_members=training.members,
                seed_words=words,
                groups=own,
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

    Returns
    -------
    JobResult
    """
    largest = max(plan.train_size for plan in plans)
    predictions, history, keys = [], [], []
    weights: dict[str, np.ndarray] = {}
    trained = 0
    for plan in plans:
        wanted = keep_weights and not weights and plan.replicate == 1 and plan.train_size == largest
        # Whether weights are wanted is no part of the key: a larger train size, added later, takes that honour from
        # a fit that is finished and stays as good as it was.
        key = key_of(_fit_parts(plan, examples, test) | dict(key_parts(plan)) | {"versions": dict(versions)})
        keys.append(key)
        result = store.get(key)
        if wanted and result is not None and not result.weights:
            result = None  # the largest size was taken away: weights of the next one were never kept
        reused = result is not None
        if result is None:
            started = time.perf_counter()
            result = fit(plan)
            seconds = time.perf_counter() - started
            result.history.update(seconds=seconds, device=device, software=computed_with())
            if not wanted:
                result = FitResult(result.test, result.held_out_rows, result.held_out, result.history)
            store.put(key, result)
            trained += 1
        weights = result.weights if wanted else weights
        predictions.append(prediction_rows(plan, result, examples, test))
        named = {"train_size": plan.train_size, "is_all": plan.is_all, "replicate": plan.replicate}
        history.append(named | result.history)
        if progress is not None:
            progress.step(reused=reused)
    if prune:
        store.prune(keys)
    table = pd.DataFrame(history).reindex(columns=HISTORY_COLUMNS)
    rows = sort_predictions(predictions, examples.ids)
    return JobResult(rows, table, trained, len(plans) - trained, weights)


def prediction_rows(plan: FitPlan, result: FitResult, examples: Examples, test: np.ndarray) -> pd.DataFrame:
    """Return a fit's rows of ``predictions.parquet``."""
    rows = np.concatenate([test, plan.rows[result.held_out_rows]])
    return pd.DataFrame(
        {
            "id": examples.ids[rows],
            "train_size": plan.train_size,
            "is_all": plan.is_all,
            "replicate": plan.replicate,
            "part": ["test"] * len(test) + ["held-out"] * len(result.held_out_rows),
            "label": examples.labels[rows].astype(np.int8),
            "prediction": np.concatenate([result.test, result.held_out]).astype(np.float64),
        }
    )


def sort_predictions(tables: Sequence[pd.DataFrame], ids: np.ndarray) -> pd.DataFrame:
    """Put tables of predictions together: by size, replicate, part, and the order of the records."""
    table = as_predictions(tables)
    table["order"] = pd.Index(ids).get_indexer(table["id"])
    table = table.sort_values(["is_all", "train_size", "replicate", "part", "order"], kind="stable")
    return table.drop(columns="order").reset_index(drop=True)


def as_predictions(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Put tables of predictions together as they come, with the columns and types of the contract."""
    table = pd.concat(tables, ignore_index=True)[PREDICTION_COLUMNS]
    return table.astype({"train_size": np.int64, "replicate": np.int64, "label": np.int8, "is_all": bool})


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
