"""Lessons from files: what a shared backbone learns of each source, or of a target's sequences without labels."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from seqgraft.config.masking import MaskingSettings
from seqgraft.data.tokens import TokenStore
from seqgraft.known_alphabets import alphabet_of
from seqgraft.learn.examples import Examples, Reading, groups_of_rows
from seqgraft.learn.inputs import TaskInputs, read_task, token_matrices
from seqgraft.learn.lessons import Lesson
from seqgraft.learn.objectives import objective_of
from seqgraft.tables import read_parquet


def read_sequences(task: Mapping[str, Any], files: Any, *, roles: Collection[str]) -> TaskInputs:
    """Read one task's files without its labels.

    Parameters
    ----------
    task : mapping
        ``alphabet`` and ``strand`` of the config.
    files : mapping or snakemake.io.InputFiles
        Paths of the task's files by the names in `inputs.TASK_FILES`.
    roles : collection of {"source", "pool"}
        Which leaks count.

    Returns
    -------
    TaskInputs
        All labels are 0.
    """
    ids = read_parquet(files["records"], columns=["id"])["id"].to_numpy(object)
    alphabet = alphabet_of(task["alphabet"])
    store = TokenStore(files["tokens"], files["offsets"])
    (matrix,), (ragged,) = token_matrices(store, [len(alphabet.letters)], [task["alphabet"]])
    complement = alphabet.complement if task["strand"] == "both" else None
    left_out = pd.read_csv(files["excluded"], sep="\t", dtype=str, keep_default_na=False)
    return TaskInputs(
        Examples(ids, matrix, np.zeros(len(ids), dtype=np.int8)),
        Reading(alphabet.letters, matrix.shape[1], complement, ragged=ragged),
        read_parquet(files["splits"]),
        set(left_out.loc[left_out["role"].isin(roles), "id"]),
    )


def shared_reading(readings: Sequence[Reading]) -> Reading:
    """Return how one network reads several sources: as long as the longest, the others filled up."""
    lengths = {own.length for own in readings}
    ragged = len(lengths) > 1 or any(own.ragged for own in readings)
    return replace(readings[0], length=max(lengths), ragged=ragged)


def source_lesson(
    name: str,
    task: Mapping[str, Any],
    files: Any,
    *,
    masked: bool,
    masking: MaskingSettings,
    roles: Collection[str] = ("source", "pool"),
) -> tuple[Lesson, Reading]:
    """Read a source as a shared backbone learns it: from its pool, without what leaks into a target.

    Parameters
    ----------
    name : str
        The source's name.
    task : mapping
        ``alphabet, classes, strand, type`` of the config.
    files : mapping
        Paths of its files.
    masked : bool
        Whether it is learned by masked letters, whatever labels it has.
    masking : MaskingSettings
        Which letters are masked.
    roles : collection of {"source", "pool"}
        Which leaks are left out.

    Returns
    -------
    lesson : Lesson
    reading : Reading
    """
    found = (read_sequences if masked else read_task)(task, files, roles=roles)
    pool, test = rows_of_parts(found)
    lesson = Lesson(
        name,
        found.examples,
        pool,
        test,
        None if masked else objective_of(found.examples.aim),
        masking,
        groups_of_rows(found.examples, found.splits),
        () if masked else tuple(task["classes"]),
    )
    return lesson, found.reading


def target_lesson(
    name: str, task: Mapping[str, Any], files: Any, *, masking: MaskingSettings, transductive: bool
) -> tuple[Lesson, Reading]:
    """Read a target's sequences, never their labels, for a second stage.

    Parameters
    ----------
    name : str
        The target's name.
    task, files, masking
        As for `source_lesson`.
    transductive : bool
        Whether the test part's sequences are learned from, too.

    Returns
    -------
    lesson : Lesson
        Without a test part of its own: what is not learned from is left to the evaluation. Copies of test sequences
        in the pool are left out unless test sequences are learned from anyway.
    reading : Reading
    """
    found = read_sequences(task, files, roles=[] if transductive else ["pool"])
    pool, test = rows_of_parts(found)
    rows = np.sort(np.concatenate([pool, test])) if transductive else pool
    none = np.empty(0, dtype=np.int64)
    groups = groups_of_rows(found.examples, found.splits)
    return Lesson(name, found.examples, rows, none, None, masking, groups), found.reading


def rows_of_parts(task: TaskInputs) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows of a task's pool, without those left out, and of its test part; both rising."""
    splits = task.splits
    index = pd.Index(task.examples.ids)
    pool = splits.loc[(splits["part"] == "pool") & ~splits["id"].isin(task.excluded), "id"].unique()
    test = splits.loc[splits["part"] == "test", "id"]
    found = [np.sort(index.get_indexer(wanted)).astype(np.int64) for wanted in (pool, test)]
    return found[0], found[1]
