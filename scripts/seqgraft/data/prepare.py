"""From FASTA files with one class each to accepted records and a list of every rejected or changed one."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from seqgraft.alphabets import ALPHABETS, Alphabet, looks_like
from seqgraft.data.fasta import FastaRecord, read_fasta
from seqgraft.errors import SeqgraftError

RECORD_COLUMNS = ["id", "sequence", "label", "file", "line"]
REJECT_COLUMNS = ["file", "line", "id", "reason"]


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

    Returns
    -------
    Prepared

    Raises
    ------
    SeqgraftError
        If a letter is not in the alphabet at all, a policy says so, or a class is left without a sequence.
    """
    table = _read(files, labels)
    rejects: list[pd.DataFrame] = []
    table["id"], renamed = _unique_ids(table)
    rejects.append(renamed)
    letters = ALPHABETS[alphabet]
    table, dropped = _check_letters(table, letters, ambiguous)
    rejects.append(dropped)
    table, dropped = _resolve_conflicts(table, conflicts)
    rejects.append(dropped)
    table, dropped = _first_copies(table)
    rejects.append(dropped)
    for name in classes:
        if not (table["label"] == name).any():
            raise SeqgraftError(
                f"no sequence of class '{name}' is left after checking",
                where=", ".join(str(f) for f, label in zip(files, labels, strict=True) if label == name),
                remedy="look at the reasons in the log of this rule; check alphabet and policies",
            )
    listed = pd.concat(rejects, ignore_index=True).sort_values(["file", "line"], kind="stable")
    records = table[RECORD_COLUMNS].reset_index(drop=True)
    summary = _summary(records, listed, files, labels, letters)
    return Prepared(records, listed[REJECT_COLUMNS].reset_index(drop=True), summary)


def _read(files: Sequence[Path], labels: Sequence[str]) -> pd.DataFrame:
    """Read all files into one table, letters in upper case."""
    tables = []
    for path, label in zip(files, labels, strict=True):
        table = pd.DataFrame(read_fasta(path), columns=list(FastaRecord._fields))
        table["sequence"] = table["sequence"].str.upper()
        tables.append(table.assign(file=path.name, path=str(path), label=label))
    return pd.concat(tables, ignore_index=True)


def _unique_ids(table: pd.DataFrame) -> tuple[pd.Series, pd.DataFrame]:
    """Give every sequence an id of its own: its header's where that is unique, else file and line."""
    ids = table["id"]
    poor = (ids == "") | ids.duplicated(keep=False)
    made = table["file"] + ":" + table["line"].astype(str)
    unique = ids.where(~poor, made)
    changed = table.loc[poor, ["file", "line", "id"]]
    why = ids[poor].map(lambda name: "id missing" if name == "" else "id repeated")
    changed["reason"] = why + ", renamed to " + made[poor]
    return unique, changed.assign(kind=why)


def _check_letters(table: pd.DataFrame, letters: Alphabet, policy: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Refuse foreign letters, and treat ambiguity codes as the policy says."""
    legal = frozenset(letters.letters)
    known = legal | frozenset(letters.ambiguous)
    odd = [
        (row, found)
        for row, sequence in zip(table.index, table["sequence"], strict=True)
        if (found := set(sequence) - legal)
    ]
    for row, found in odd:
        foreign = found - known
        if foreign or policy == "error":
            _refuse(table.loc[row], letters, sorted(foreign or found)[0])
    if not odd or policy == "unknown":
        return table, _no_rejects()
    rows = [row for row, _ in odd]
    dropped = table.loc[rows, ["file", "line", "id"]]
    dropped["reason"] = [f"ambiguous letter {', '.join(sorted(found))}: left out" for _, found in odd]
    return table.drop(index=rows), dropped.assign(kind="ambiguous letter")


def _refuse(row: pd.Series, letters: Alphabet, letter: str) -> None:
    """Raise the error for a letter that may not be there."""
    other = looks_like(set(row["sequence"]))
    hint = f"; this looks like {other}" if other and other != letters.name else ""
    kind = "an ambiguity code" if letter in letters.ambiguous else "not a letter"
    raise SeqgraftError(
        f"'{letter}' is {kind} of the {letters.name} alphabet{hint}",
        where=f"{row['path']}, record at line {row['line']}",
        remedy="give the right file, or correct the task's `alphabet`"
        if letter not in letters.ambiguous
        else "set the task's `ambiguous` to drop or unknown, or clean the file",
    )


def _resolve_conflicts(table: pd.DataFrame, policy: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Leave out every copy of a sequence that is found with several classes."""
    classes = table.groupby("sequence", sort=False)["label"].transform("nunique")
    conflict = classes > 1
    if not conflict.any():
        return table, _no_rejects()
    if policy == "error":
        first = table.loc[conflict].iloc[0]
        raise SeqgraftError(
            f"the sequence of '{first['id']}' is found with several classes",
            where=f"{first['path']}, record at line {first['line']}",
            remedy="remove one of the copies, or set the task's `conflicts` to drop",
        )
    dropped = table.loc[conflict, ["file", "line", "id", "label"]]
    dropped["reason"] = "same sequence with another class too: all copies left out"
    return table.loc[~conflict], dropped.assign(kind="conflicting labels")


def _first_copies(table: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Keep the first of equal sequences."""
    first = table.groupby("sequence", sort=False)["id"].transform("first")
    copy = first != table["id"]
    dropped = table.loc[copy, ["file", "line", "id"]]
    dropped["reason"] = "duplicate of " + first[copy]
    return table.loc[~copy], dropped.assign(kind="duplicate")


def _no_rejects() -> pd.DataFrame:
    return pd.DataFrame(columns=[*REJECT_COLUMNS, "kind"])


def _summary(
    records: pd.DataFrame,
    listed: pd.DataFrame,
    files: Sequence[Path],
    labels: Sequence[str],
    letters: Alphabet,
) -> dict[str, Any]:
    """Count what was read, accepted and rejected, and describe what is left."""
    renamed = listed["kind"].isin(["id missing", "id repeated"])
    out = listed[~renamed]
    lengths = records["sequence"].str.len()
    per_class = {}
    for label, own in records.groupby("label", sort=False)["sequence"]:
        counts = Counter("".join(own))
        total = sum(counts.values())
        per_class[str(label)] = {
            "sequences": len(own),
            "letters": {letter: round(counts[letter] / total, 4) for letter in letters.letters},
        }
        if letters.pairs:
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
        "renamed": int(renamed.sum()),
        "length": {"min": int(lengths.min()), "median": float(lengths.median()), "max": int(lengths.max())},
        "classes": per_class,
    }


def summary_of(mapping: Mapping[str, Any]) -> str:
    """Put a summary into one line for the log."""
    read = sum(f["read"] for f in mapping["files"])
    accepted = sum(f["accepted"] for f in mapping["files"])
    reasons = ", ".join(f"{n} {kind}" for kind, n in mapping["rejected"].items()) or "none left out"
    return f"{read} sequences read, {accepted} accepted ({reasons}), {mapping['renamed']} renamed"
