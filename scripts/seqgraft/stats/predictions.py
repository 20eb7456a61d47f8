"""Reading prediction files into arrays, and refusing those that do not belong together."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seqgraft.errors import SeqgraftError
from seqgraft.stats.settings import FitJob
from seqgraft.stats.task_types import TASK_TYPES, TaskType

COLUMNS = ["id", "train_size", "is_all", "replicate", "part"]
#: What tells the rows of one sequence apart, where they are its residues.
POSITION = "position"
REDO = "Delete the file and run the study again; if it returns, please report it."


class FitKey(NamedTuple):
    """What tells the fits of one strategy apart; sorts by train size."""

    train_size: int
    is_all: bool
    replicate: int


@dataclass(frozen=True)
class Fit:
    """Raw logits, or values, of one fit: of the test part in the target's order, and of its held-out examples.

    One row an example, or a residue, whose id is then that of its chain; several columns where there are several
    classes or outputs.
    """

    test_logits: NDArray[np.float64]
    held_ids: NDArray[np.object_]
    held_labels: NDArray[Any]
    held_logits: NDArray[np.float64]


@dataclass(frozen=True)
class TestPart:
    """The test examples of a target, N rows: ids, labels (bool for binary tasks), and positions of residues."""

    # pytest would otherwise take the name for a test class.
    __test__ = False

    ids: NDArray[np.object_]
    labels: NDArray[Any]
    positions: NDArray[np.integer]


def read_target(jobs: Sequence[FitJob]) -> tuple[TestPart, list[dict[FitKey, Fit]]]:
    """Read all predictions for one target.

    Parameters
    ----------
    jobs : sequence of FitJob
        At least one; all with the same target, whose type they name.

    Returns
    -------
    part : TestPart
        The examples that every fit predicted.
    fits : list of dict of FitKey to Fit
        One per job, sorted by key; empty for a strategy of which no fit was finished.

    Raises
    ------
    SeqgraftError
        When a file is missing, lacks a column, holds a prediction that is no number, or its test part
        differs from that of the first file, and when no file has predictions.
    """
    part: TestPart | None = None
    first = jobs[0]
    everything: list[dict[FitKey, Fit]] = []
    for job in jobs:
        table = _read(job)
        if table.empty:
            everything.append({})
            continue
        rows = _Rows.of(table, TASK_TYPES[first.type])
        if part is None:
            part, first = _test_part(rows, job), job
        everything.append(_fits(rows, part, job, first))
    if part is None:
        raise SeqgraftError(
            f"No fit of any strategy has predictions for target {first.target}.",
            where=str(first.predictions),
            remedy=REDO,
        )
    return part, everything


@dataclass(frozen=True)
class _Rows:
    """One file's rows as arrays, sorted by fit, part and id, and where each fit begins."""

    keys: list[FitKey]
    starts: list[int]
    names: NDArray[np.object_]
    ids: NDArray[np.intp]
    test: NDArray[np.bool_]
    held: NDArray[np.bool_]
    labels: NDArray[Any]
    logits: NDArray[np.float64]
    positions: NDArray[np.integer]

    @classmethod
    def of(cls, table: pd.DataFrame, kind: TaskType) -> "_Rows":
        """Sort a file's rows; ids are compared as numbers, because millions of texts are slow to sort."""
        ids, parts = table["id"].astype("category").cat, table["part"].astype("category").cat
        names = ids.categories.to_numpy(object)
        by_name = np.argsort(names, kind="stable")
        place = np.empty(len(names), np.intp)
        place[by_name] = np.arange(len(names))
        rank = place[ids.codes.to_numpy()]
        columns = [table[name].to_numpy() for name in ("train_size", "is_all", "replicate")]
        positions = table[POSITION].to_numpy() if kind.per_residue else np.zeros(len(table), np.int8)
        order = np.lexsort((positions, rank, parts.codes.to_numpy(), *columns[::-1]))
        labels, values = labels_and_values(table, kind)
        sizes, whole, replicates = (column[order] for column in columns)
        changed = (np.diff(sizes) != 0) | (whole[1:] != whole[:-1]) | (np.diff(replicates) != 0)
        starts = [0, *(np.flatnonzero(changed) + 1).tolist()]
        keys = [FitKey(int(sizes[k]), bool(whole[k]), int(replicates[k])) for k in starts]
        part = table["part"].to_numpy(object)[order]
        return cls(
            keys,
            [*starts, len(order)],
            names[by_name],
            rank[order],
            part == "test",
            part == "held-out",
            labels[order],
            values[order],
            positions[order],
        )


def labels_and_values(table: pd.DataFrame, kind: TaskType) -> tuple[NDArray[Any], NDArray[np.float64]]:
    """Return labels and predictions as `TaskType.score` takes them.

    Parameters
    ----------
    table : pandas.DataFrame
        Columns ``label`` and ``prediction``, or numbered ones where there are several outputs or classes.
    kind : TaskType
        The target's.

    Returns
    -------
    labels : ndarray, shape (N,) or (N, O)
        Bool for binary tasks, else float64.
    values : ndarray of float64, shape (N,) or (N, K)
    """
    labels, values = (_columns(table, name) for name in ("label", "prediction"))
    label = table[labels].to_numpy(np.float64)
    value = table[values].to_numpy(np.float64)
    label, value = (each[:, 0] if each.shape[1] == 1 else each for each in (label, value))
    if kind.binary:
        return label == 1, value
    if kind.whole_classes and value.ndim == 1:
        # One logit is that of the first class, and 1 is its label, as in binary tasks: here classes are counted.
        return 1 - label, value
    return label, value


def _columns(table: pd.DataFrame, name: str) -> list[str]:
    """Name the columns of labels or predictions: one, or numbered ones in the order of their numbers."""
    if name in table:
        return [name]
    numbered = [column for column in table.columns if column.startswith(f"{name}_")]
    return sorted(numbered, key=lambda column: int(column.removeprefix(f"{name}_")))


def _test_part(rows: _Rows, job: FitJob) -> TestPart:
    """Take the test part from the first fit of the first file."""
    own = slice(rows.starts[0], rows.starts[1])
    picked = rows.test[own]
    ids, positions = rows.names[rows.ids[own][picked]], rows.positions[own][picked]
    if len(set(zip(ids, positions, strict=True))) < len(ids) or not len(ids):
        key = rows.keys[0]
        raise SeqgraftError(
            "The test part is empty or holds an example twice.",
            where=f"{job.predictions}, train size {key.train_size}, replicate {key.replicate}",
            remedy=REDO,
        )
    return TestPart(ids, rows.labels[own][picked], positions)


def _fits(rows: _Rows, part: TestPart, job: FitJob, first: FitJob) -> dict[FitKey, Fit]:
    """Cut one file into fits and compare their test examples with those of the first file."""
    place = {name: position for position, name in enumerate(rows.names)}
    expected = np.array([place.get(name, -1) for name in part.ids], dtype=np.intp)
    fits: dict[FitKey, Fit] = {}
    for key, start, stop in zip(rows.keys, rows.starts, rows.starts[1:], strict=False):
        own = slice(start, stop)
        test, held = rows.test[own], rows.held[own]
        same = np.array_equal(rows.ids[own][test], expected)
        same = same and np.array_equal(rows.positions[own][test], part.positions)
        # A label that is missing is missing in both; bool arrays hold none.
        missing = part.labels.dtype != bool
        if not (same and np.array_equal(rows.labels[own][test], part.labels, equal_nan=missing)):
            raise SeqgraftError(
                f"The test examples differ from those of {first.predictions}.",
                where=f"{job.predictions}, train size {key.train_size}, replicate {key.replicate}",
                remedy=REDO,
            )
        fits[key] = Fit(
            rows.logits[own][test],
            rows.names[rows.ids[own][held]],
            rows.labels[own][held],
            rows.logits[own][held],
        )
    return dict(sorted(fits.items()))


def _read(job: FitJob) -> pd.DataFrame:
    """Read one file and check its columns and values."""
    try:
        table = pd.read_parquet(job.predictions, read_dictionary=["id", "part"])
    except (OSError, ValueError) as problem:  # missing, or no parquet
        raise SeqgraftError(
            f"The predictions cannot be read: {problem}", where=str(job.predictions), remedy=REDO
        ) from problem
    wanted = [*COLUMNS, *([POSITION] if TASK_TYPES[job.type].per_residue else [])]
    missing = [column for column in wanted if column not in table]
    missing += [name for name in ("label", "prediction") if not _columns(table, name)]
    if missing:
        raise SeqgraftError(
            f"The predictions lack the column(s) {', '.join(missing)}.",
            where=str(job.predictions),
            remedy=REDO,
        )
    values = _columns(table, "prediction")
    wrong = ~np.isfinite(table[values].to_numpy(np.float64)).all(axis=1)
    if wrong.any():
        row = table.loc[wrong].iloc[0]
        raise SeqgraftError(
            f"{int(wrong.sum())} prediction(s) are not finite numbers; the first is of {row['id']} "
            f"(train size {row['train_size']}, replicate {row['replicate']}).",
            where=str(job.predictions),
            remedy="Training diverged: lower the learning rate, or look at the fit's history.tsv.",
        )
    return table[[*wanted, *_columns(table, "label"), *values]]
