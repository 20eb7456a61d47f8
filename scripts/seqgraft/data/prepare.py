"""From a task's files to accepted records and a list of every rejected or changed one."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from seqgraft.data.checks import REJECT_COLUMNS
from seqgraft.data.clean import Cleaning, clean
from seqgraft.data.label_types import TYPES
from seqgraft.data.readers.base import sources_of
from seqgraft.data.readers.registry import FASTA, read_task
from seqgraft.data.summary import files_of, nothing_left, summarise
from seqgraft.learn.progress import Progress


class Prepared(NamedTuple):
    """What a task's files turned into.

    Parameters
    ----------
    records : pandas.DataFrame
        Accepted sequences: ``id, sequence, label, file, line``; ``sequence_1, sequence_2`` of pairs, ``label_<name>``
        of several classes or outputs, and ``group, chromosome, part, id_1, id_2`` where there are any.
    rejects : pandas.DataFrame
        Rejected, renamed or changed ones: ``file, line, id, reason``.
    summary : dict
        Counts for the report.
    """

    records: pd.DataFrame
    rejects: pd.DataFrame
    summary: dict[str, Any]


def prepare(
    files: Sequence[Path],
    contents: Sequence[Mapping[str, Any] | str],
    *,
    reading: Mapping[str, Any] = FASTA,
    progress: Progress | None = None,
    **task: Any,
) -> Prepared:
    """Check the sequences of one task.

    Parameters
    ----------
    files : sequence of pathlib.Path
        The files.
    contents : sequence of mapping or str
        What each file holds: ``class, role, part, member`` as far as given; a text is the class.
    reading : mapping
        The format and its settings, as under `read` in the config; FASTA with one class per file by default.
    progress : Progress, optional
        Told after each of `stages_of` stages.
    **task
        The task's keys that decide what is accepted, as in the config: ``alphabet``, ``classes``, ``type``, ``strand``,
        ``ambiguous``, ``conflicts`` and so on; see `seqgraft.data.clean.Cleaning`.

    Returns
    -------
    Prepared

    Raises
    ------
    SeqgraftError
        If a letter is not in the alphabet at all, a file given as protein looks like DNA or RNA, a label is none of the
        task's, a policy says so, or a class is left without a sequence.

    Notes
    -----
    A policy that drops or changes never does so silently: each sequence is listed with its reason. An id that is
    missing, repeated, or could be taken for another or for a missing value is replaced by ``<file>:<line>``.
    """
    how = Cleaning.of(task)
    tell = progress.step if progress else _silent
    raw = read_task(files, contents, reading, tell)
    table, listed = clean(raw.table, how, tell, raw.left_out)
    for name in how.labels.classes if TYPES[how.labels.type].by_class else [None]:
        if not (len(table) if name is None else (table["label"] == name).any()):
            raise nothing_left(name, raw.table, listed, how)
    summary = {
        "files": files_of(raw, table, sources_of(files, contents)),
        **summarise(table, listed, how),
    }
    tell("letters counted")
    rejects = listed[REJECT_COLUMNS].reset_index(drop=True)
    return Prepared(table.drop(columns="path"), rejects, summary)


def stages_of(files: Sequence[Path]) -> int:
    """Return how often `prepare` tells its progress: once a file and four times after that."""
    return len(files) + 4


def _silent(note: str) -> None:
    """Tell nothing."""


def summary_of(mapping: Mapping[str, Any]) -> str:
    """Put a summary into one line for the log."""
    read = sum(f["read"] for f in mapping["files"])
    accepted = sum(f["accepted"] for f in mapping["files"])
    reasons = ", ".join(f"{n} {kind}" for kind, n in mapping["rejected"].items()) or "none left out"
    changes = "".join(f", {n} with {kind}" for kind, n in mapping.get("changed", {}).items())
    return f"{read} sequences read, {accepted} accepted ({reasons}), {mapping['renamed']} renamed{changes}"
