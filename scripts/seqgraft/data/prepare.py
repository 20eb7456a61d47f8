"""From a task's files to accepted records and a list of every rejected or changed one."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from seqgraft.alphabets import ALPHABETS, Alphabet
from seqgraft.data.checks import (
    REJECT_COLUMNS,
    check_letters,
    first_copies,
    other_alphabet,
    resolve_conflicts,
    unique_ids,
)
from seqgraft.data.readers.base import Raw, Source, sources_of
from seqgraft.data.readers.registry import FASTA, read_task
from seqgraft.errors import SeqgraftError
from seqgraft.learn.progress import Progress

RECORD_COLUMNS = ["id", "sequence", "label", "file", "line"]
# What records carry besides, where the task asks for it.
FURTHER_COLUMNS = ["mask", "group", "chromosome", "part"]


class Prepared(NamedTuple):
    """What a task's files turned into.

    Parameters
    ----------
    records : pandas.DataFrame
        Accepted sequences: ``id, sequence, label, file, line``.
    rejects : pandas.DataFrame
        Rejected or renamed ones: ``file, line, id, reason``.
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
    alphabet: str,
    classes: Sequence[str],
    ambiguous: str = "drop",
    conflicts: str = "drop",
    strand: str = "single",
    reading: Mapping[str, Any] = FASTA,
    progress: Progress | None = None,
) -> Prepared:
    """Check the sequences of one task.

    Parameters
    ----------
    files : sequence of pathlib.Path
        The files.
    contents : sequence of mapping or str
        What each file holds: ``class, role, part, member`` as far as given; a text is the class.
    alphabet : str
        A name in `seqgraft.alphabets.ALPHABETS`.
    classes : sequence of str
        The task's classes in order.
    ambiguous : {"drop", "error", "unknown"}
        What happens to a sequence with an ambiguity code.
    conflicts : {"drop", "error"}
        What happens to a sequence that is found with several classes.
    strand : {"single", "both"}
        With ``both`` a sequence and its reverse complement are the same.
    reading : mapping
        The format and its settings, as under `read` in the config; FASTA with one class per file by default.
    progress : Progress, optional
        Told after each of `stages_of` stages.

    Returns
    -------
    Prepared

    Raises
    ------
    SeqgraftError
        If a letter is not in the alphabet at all, a file given as protein looks like DNA or RNA, a policy says so,
        or a class is left without a sequence.

    Notes
    -----
    A policy that drops never drops silently: each sequence is listed with its reason. An id that is missing,
    repeated, or could be taken for another or for a missing value is replaced by ``<file>:<line>``.
    """
    letters = ALPHABETS[alphabet]
    tell = progress.step if progress else _silent
    raw = _read(files, contents, reading, tell)
    table, renamed = unique_ids(raw.table)
    tell("ids checked")
    table, illegal = check_letters(table, letters, ambiguous)
    tell("letters checked")
    table = table.assign(same=_same(table["sequence"], letters, strand))
    table, contradicting = resolve_conflicts(table, conflicts, by="same")
    table, copies = first_copies(table, by="same")
    tell("copies found")
    listed = pd.concat([raw.left_out, renamed, illegal, contradicting, copies], ignore_index=True)
    listed = listed.sort_values(["file", "line"], kind="stable")
    for name in classes:
        if not (table["label"] == name).any():
            raise _nothing_left(name, raw.table, listed, letters)
    further = [column for column in FURTHER_COLUMNS if column in table]
    records = table[RECORD_COLUMNS + further].reset_index(drop=True)
    summary = _summary(records, listed, sources_of(files, contents), letters)
    tell("letters counted")
    return Prepared(records, listed[REJECT_COLUMNS].reset_index(drop=True), summary)


def _same(sequences: pd.Series, letters: Alphabet, strand: str) -> pd.Series:
    """Return what makes two sequences the same: their letters, on either strand where both mean the same."""
    if strand == "single":
        return sequences
    other = sequences.map(letters.reverse_complement)
    return sequences.where(sequences <= other, other)


def stages_of(files: Sequence[Path]) -> int:
    """Return how often `prepare` tells its progress: once a file and four times after that."""
    return len(files) + 4


def _silent(note: str) -> None:
    """Tell nothing."""


def _read(
    files: Sequence[Path],
    contents: Sequence[Mapping[str, Any] | str],
    reading: Mapping[str, Any],
    tell: Callable[[str], None],
) -> Raw:
    """Read all files into one table, letters in upper case."""
    raw = read_task(files, contents, reading, tell)
    # Outside ASCII, upper case may be another number of letters, and legal ones at that: ß becomes SS.
    upper = [s.upper() if s.isascii() else s for s in raw.table["sequence"]]
    return raw._replace(table=raw.table.assign(sequence=upper))


def _nothing_left(label: str, raw: pd.DataFrame, listed: pd.DataFrame, letters: Alphabet) -> SeqgraftError:
    """Describe a class of which no sequence was accepted, with the reasons, as no list of them will be left."""
    own = raw[raw["label"] == label]
    out = listed[listed["file"].isin(own["file"]) & ~listed["renamed"]]
    reasons = ", ".join(f"{n} {kind}" for kind, n in out["kind"].value_counts(sort=False).items())
    hint = other_alphabet("".join(own["sequence"]), letters)
    return SeqgraftError(
        f"no sequence of class '{label}' is left after checking ({reasons or 'none was read'}){hint}",
        where=", ".join(own["path"].unique()) or ", ".join(raw["path"].unique()),
        remedy="give the right file, or change the task's `alphabet`, `ambiguous` or `conflicts`",
    )


def _summary(
    records: pd.DataFrame,
    listed: pd.DataFrame,
    sources: Sequence[Source],
    letters: Alphabet,
) -> dict[str, Any]:
    """Count what was read, accepted and rejected, and describe what is left."""
    out = listed[~listed["renamed"]]
    lengths = records["sequence"].str.len()
    per_class = {}
    for label, own in records.groupby("label", sort=False)["sequence"]:
        counts = Counter("".join(own))
        total = sum(counts.values())
        per_class[str(label)] = {
            "sequences": len(own),
            "letters": {letter: round(counts[letter] / total, 4) for letter in letters.letters},
        }
        if letters.complements:
            per_class[str(label)]["gc"] = round((counts["G"] + counts["C"]) / total, 4)
    return {
        "files": [
            {
                "file": source.file,
                "class": source.label or "",
                "read": int((records["file"] == source.file).sum() + (out["file"] == source.file).sum()),
                "accepted": int((records["file"] == source.file).sum()),
            }
            for source in sources
        ],
        "rejected": {str(kind): int(n) for kind, n in out["kind"].value_counts(sort=False).items()},
        "renamed": int(listed["renamed"].sum()),
        "length": {"min": int(lengths.min()), "median": float(lengths.median()), "max": int(lengths.max())},
        "classes": per_class,
    }


def summary_of(mapping: Mapping[str, Any]) -> str:
    """Put a summary into one line for the log."""
    read = sum(f["read"] for f in mapping["files"])
    accepted = sum(f["accepted"] for f in mapping["files"])
    reasons = ", ".join(f"{n} {kind}" for kind, n in mapping["rejected"].items()) or "none left out"
    return f"{read} sequences read, {accepted} accepted ({reasons}), {mapping['renamed']} renamed"
