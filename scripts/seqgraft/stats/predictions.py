"""Reading prediction files into arrays, and refusing those that do not belong together."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seqgraft.errors import SeqgraftError
from seqgraft.stats.settings import FitJob

COLUMNS = ["id", "train_size", "is_all", "replicate", "part", "label", "prediction"]
REDO = "Delete the file and run the study again; if it returns, please report it."


class FitKey(NamedTuple):
    """What tells the fits of one strategy apart; sorts by train size."""

    train_size: int
    is_all: bool
    replicate: int


@dataclass(frozen=True)
class Fit:
    """Raw logits of one fit: of the test part in the target's order, and of its held-out examples."""

    test_logits: NDArray[np.float64]
    held_ids: NDArray[np.object_]
    held_labels: NDArray[np.bool_]
    held_logits: NDArray[np.float64]


@dataclass(frozen=True)
class TestPart:
    """The test examples of a target: ids and labels (True for the positive class), shape (N,)."""

    # pytest would otherwise take the name for a test class.
    __test__ = False

    ids: NDArray[np.object_]
    labels: NDArray[np.bool_]


def read_target(jobs: Sequence[FitJob]) -> tuple[TestPart, list[dict[FitKey, Fit]]]:
    """Read all predictions for one target.

    Parameters
    ----------
    jobs : sequence of FitJob
        At least one; all with the same target.

    Returns
    -------
    part : TestPart
        The examples that every fit predicted.
    fits : list of dict of FitKey to Fit
        One per job, sorted by key.

    Raises
    ------
    SeqgraftError
        When a file is missing, lacks a column, holds a prediction that is no number, or its test part
        differs from that of the first file.
    """
    part: TestPart | None = None
    everything = []
    for job in jobs:
        table = _read(job)
        fits: dict[FitKey, Fit] = {}
        for words, rows in table.groupby(["train_size", "is_all", "replicate"], sort=True):
            n, is_all, replicate = cast(tuple[int, bool, int], words)
            test = rows[rows["part"] == "test"].sort_values("id", kind="stable")
            ids, labels = test["id"].to_numpy(object), test["label"].to_numpy() == 1
            if part is None:
                part = TestPart(ids, labels)
                if len(set(ids)) < len(ids) or not len(ids):
                    raise SeqgraftError(
                        "The test part is empty or holds an example twice.",
                        where=f"{job.predictions}, train size {n}, replicate {replicate}",
                        remedy=REDO,
                    )
            if not (np.array_equal(ids, part.ids) and np.array_equal(labels, part.labels)):
                raise SeqgraftError(
                    f"The test examples differ from those of {jobs[0].predictions}.",
                    where=f"{job.predictions}, train size {n}, replicate {replicate}",
                    remedy=REDO,
                )
            held = rows[rows["part"] == "held-out"].sort_values("id", kind="stable")
            fits[FitKey(int(n), bool(is_all), int(replicate))] = Fit(
                test["prediction"].to_numpy(np.float64),
                held["id"].to_numpy(object),
                held["label"].to_numpy() == 1,
                held["prediction"].to_numpy(np.float64),
            )
        everything.append(dict(sorted(fits.items())))
    assert part is not None
    return part, everything


def _read(job: FitJob) -> pd.DataFrame:
    """Read one file and check its columns and values."""
    try:
        table = pd.read_parquet(job.predictions)
    except (OSError, ValueError) as problem:  # missing, or no parquet
        raise SeqgraftError(
            f"The predictions cannot be read: {problem}", where=str(job.predictions), remedy=REDO
        ) from problem
    missing = [column for column in COLUMNS if column not in table]
    if missing:
        raise SeqgraftError(
            f"The predictions lack the column(s) {', '.join(missing)}.",
            where=str(job.predictions),
            remedy=REDO,
        )
    if table.empty:
        raise SeqgraftError("There are no predictions.", where=str(job.predictions), remedy=REDO)
    wrong = ~np.isfinite(table["prediction"].to_numpy(np.float64))
    if wrong.any():
        row = table.loc[wrong].iloc[0]
        raise SeqgraftError(
            f"{int(wrong.sum())} prediction(s) are not finite numbers; the first is of {row['id']} "
            f"(train size {row['train_size']}, replicate {row['replicate']}).",
            where=str(job.predictions),
            remedy="Training diverged: lower the learning rate, or look at the fit's history.tsv.",
        )
    return table[COLUMNS]
