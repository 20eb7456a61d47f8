"""What source models learned from, for strategies that go on learning from it."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from seqgraft.learn.examples import Examples
from seqgraft.learn.inputs import TASK_FILES, read_task


def read_source_examples(
    tasks: Sequence[Mapping[str, Any]], files: Any, *, roles: Collection[str]
) -> Examples | None:
    """Read the pools of source tasks, without what leaks into a target.

    Parameters
    ----------
    tasks : sequence of mapping
        ``alphabet``, ``classes`` and ``strand`` of each.
    files : mapping or snakemake.io.InputFiles
        Lists of the tasks' files: the names in `TASK_FILES` with ``source_`` before them.
    roles : collection of {"source", "pool"}
        Which leaks count: ``source`` for copies of a target's sequences, ``pool`` for copies of the source's own test
        part. A source model is trained without both.

    Returns
    -------
    Examples or None
        In the order of tasks and records, ``<task's place>/`` before each id; None without tasks.
    """
    parts = []
    for place, task in enumerate(tasks):
        own = read_task(task, {name: files[f"source_{name}"][place] for name in TASK_FILES}, roles=roles)
        pool = own.splits.loc[own.splits["part"] == "pool", "id"]
        rows = np.flatnonzero(np.isin(own.examples.ids.astype(str), sorted(set(pool) - own.excluded)))
        ids = np.array([f"{place}/{name}" for name in own.examples.ids[rows]], dtype=object)
        parts.append(Examples(ids, own.examples.tokens[rows], own.examples.labels[rows]))
    if not parts:
        return None
    return Examples(
        np.concatenate([part.ids for part in parts]),
        np.concatenate([part.tokens for part in parts]),
        np.concatenate([part.labels for part in parts]),
    )
