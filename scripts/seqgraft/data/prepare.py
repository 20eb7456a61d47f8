"""From FASTA files with one class each to accepted records and a list of every rejected or changed one."""

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
from seqgraft.data.fasta import FastaRecord, read_fasta
from seqgraft.errors import SeqgraftError
from seqgraft.learn.progress import Progress

RECORD_COLUMNS = ["id", "sequence", "label", "file", "line"]


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
    labels: Sequence[str],
    *,
    alphabet: str,
    classes: Sequence[str],
    ambiguous: str = "drop",
    conflicts: str = "drop",
    strand: str = "single",
    progress: Progress | None = None,
) -> Prepared:
    """Check the sequences of one task.

    Parameters
    ----------
    files : sequence of pathlib.Path
        FASTA files.
    labels : sequence of str
        The class of each file.
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
    table, renamed = unique_ids(_read(files, labels, tell))
    tell("ids checked")
    table, illegal = check_letters(table, letters, ambiguous)
    tell("letters checked")
    table = table.assign(same=_same(table["sequence"], letters, strand))
    table, contradicting = resolve_conflicts(table, conflicts, by="same")
    table, copies = first_copies(table, by="same")
    tell("copies found")
    listed = pd.concat([renamed, illegal, contradicting, copies], ignore_index=True)
    listed = listed.sort_values(["file", "line"], kind="stable")
    for name in classes:
        if not (table["label"] == name).any():
            own = [path for path, label in zip(files, labels, strict=True) if label == name]
            raise _nothing_left(name, own, listed, letters)
    records = table[RECORD_COLUMNS].reset_index(drop=True)
    summary = _summary(records, listed, files, labels, letters)
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


def _read(files: Sequence[Path], labels: Sequence[str], tell: Callable[[str], None]) -> pd.DataFrame:
    """Read all files into one table, letters in upper case."""
    tables = []
    for path, label in zip(files, labels, strict=True):
        table = pd.DataFrame(read_fasta(path), columns=list(FastaRecord._fields))
        # Outside ASCII, upper case may be another number of letters, and legal ones at that: ß becomes SS.
        table["sequence"] = [s.upper() if s.isascii() else s for s in table["sequence"]]
        tables.append(table.assign(file=path.name, path=str(path), label=label))
        tell(f"{path.name} read, {len(table)} sequences")
    names = [path.name for path in files]
    for path in files:
        if names.count(path.name) > 1:
            raise SeqgraftError(
                f"two files of the task are called '{path.name}'",
                where=str(path),
                remedy="rename one of them",
            )
    return pd.concat(tables, ignore_index=True)


def _nothing_left(label: str, own: list[Path], listed: pd.DataFrame, letters: Alphabet) -> SeqgraftError:
    """Describe a class of which no sequence was accepted, with the reasons, as no list of them will be left."""
    out = listed[listed["file"].isin([path.name for path in own]) & ~listed["renamed"]]
    reasons = ", ".join(f"{n} {kind}" for kind, n in out["kind"].value_counts(sort=False).items())
    hint = other_alphabet(
        "".join(record.sequence.upper() for path in own for record in read_fasta(path)), letters
    )
    return SeqgraftError(
        f"no sequence of class '{label}' is left after checking ({reasons}){hint}",
        where=", ".join(map(str, own)),
        remedy="give the right file, or change the task's `alphabet`, `ambiguous` or `conflicts`",
    )


def _summary(
    records: pd.DataFrame,
    listed: pd.DataFrame,
    files: Sequence[Path],
    labels: Sequence[str],
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
                "file": path.name,
                "class": label,
                "read": int((records["file"] == path.name).sum() + (out["file"] == path.name).sum()),
                "accepted": int((records["file"] == path.name).sum()),
            }
            for path, label in zip(files, labels, strict=True)
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
