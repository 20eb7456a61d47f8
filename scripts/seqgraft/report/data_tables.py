"""Tables of how the data were cleaned and split."""

import re
from collections.abc import Hashable
from typing import Any

import pandas as pd

from seqgraft.report import text
from seqgraft.report.inputs import ReportInputs
from seqgraft.report.tables import Cell, Row, Table, num
from seqgraft.report.task_words import type_of

#: Examples shown of each reason.
EXAMPLES = 3
#: More classes than this are not shown one by one.
MOST_CLASSES = 12
_PARTS = {"test": "test part", "pool": "pool"}


def files_table(inputs: ReportInputs, task: str) -> Table:
    """Show for each file how many sequences were read, accepted and rejected, and why.

    Parameters
    ----------
    inputs : ReportInputs
        The study.
    task : str
        Which task.

    Returns
    -------
    Table
    """
    files = inputs.data_summaries[task]["files"]
    sums = {key: sum(int(entry[key]) for entry in files) for key in ("read", "accepted")}
    entries = [*files, {"file": "together", "class": "", **sums}] if len(files) > 1 else files
    rows = []
    for entry in entries:
        read, accepted = int(entry["read"]), int(entry["accepted"])
        numbers = [num(text.count(n)) for n in (read, accepted, read - accepted)]
        cells = (Cell(entry["file"], kind="head"), Cell(entry["class"]), *numbers)
        rows.append(Row(cells, "" if entry["class"] else "strong"))
    heads = ("file", "class", "read", "accepted", "rejected")
    return Table("Sequences read and accepted", heads, tuple(rows), frozenset({2, 3, 4}))


def composition_table(inputs: ReportInputs, task: str) -> Table:
    """Show lengths and letters of each class: what a model could tell the classes apart by too easily.

    Parameters
    ----------
    inputs : ReportInputs
        The study.
    task : str
        Which task.

    Returns
    -------
    Table
    """
    classes: dict[str, dict[str, Any]] = inputs.data_summaries[task]["classes"]
    letters = list(dict.fromkeys(letter for entry in classes.values() for letter in entry["letters"]))
    shown = letters if len(letters) <= 6 else []
    has_gc = any(entry.get("gc") is not None for entry in classes.values())
    rows = []
    for name, entry in classes.items():
        cells = [Cell(name, kind="head"), num(text.count(entry["sequences"]))]
        if has_gc:
            cells.append(num(text.percent(entry["gc"])))
        cells += [num(text.percent(entry["letters"].get(letter, 0.0))) for letter in shown]
        rows.append(Row(tuple(cells)))
    heads = ("class", "sequences", *(["GC"] if has_gc else []), *shown)
    one = len(classes) == 1
    differ = (
        "" if one else " Where the classes differ in composition, a model can tell them apart by that alone."
    )
    return Table(
        "Accepted sequences" if one else "Accepted sequences by class",
        heads,
        tuple(rows),
        frozenset(range(1, len(heads))),
        (f"{_lengths(inputs.data_summaries[task]['length'])}{differ}",),
    )


def _lengths(lengths: dict[str, float]) -> str:
    """Say how long the sequences are."""
    if lengths["min"] == lengths["max"]:
        return f"All have {text.count(lengths['min'])} letters."
    span = text.span(lengths["min"], lengths["max"], 0)
    return f"They have {span} letters, with a median of {text.count(lengths['median'])}."


def split_table(inputs: ReportInputs, task: str) -> Table:
    """Show how many sequences of each class are in the test part and in the pool.

    Parameters
    ----------
    inputs : ReportInputs
        The study.
    task : str
        Which task.

    Returns
    -------
    Table
    """
    counts = inputs.split_counts[task]
    classes = inputs.config["tasks"][task]["classes"]
    if not type_of(inputs, task).binary or not classes:
        return _split_of(counts)
    found = {(row["part"], row["label"]): int(row["sequences"]) for row in counts.to_dict("records")}
    rows = []
    for part, words in _PARTS.items():
        own = [found.get((part, name), 0) for name in classes]
        share = own[0] / sum(own) if sum(own) else float("nan")
        cells = [Cell(words, kind="head"), *[num(text.count(n)) for n in own], num(text.count(sum(own)))]
        rows.append(Row((*cells, num(text.percent(share)))))
    return Table(
        "Test part and pool",
        ("part", *classes, "together", f"share of {classes[0]}"),
        tuple(rows),
        frozenset(range(1, len(classes) + 3)),
    )


def _split_of(counts: pd.DataFrame) -> Table:
    """Show the parts of a task that is not binary, by label where each sequence has one class."""
    labels = list(counts["label"].drop_duplicates())
    found = {(row["part"], row["label"]): int(row["sequences"]) for row in counts.to_dict("records")}
    many = len(labels) > MOST_CLASSES
    shown = labels if len(labels) > 1 and not many else []
    rows = []
    for part, words in _PARTS.items():
        own = [found.get((part, name), 0) for name in labels]
        cells = [Cell(words, kind="head"), *[num(text.count(found.get((part, name), 0))) for name in shown]]
        rows.append(Row((*cells, num(text.count(sum(own))))))
    heads = ("part", *map(str, shown), "together" if shown else "sequences")
    return Table("Test part and pool", heads, tuple(rows), frozenset(range(1, len(heads))))


def reasons_table(inputs: ReportInputs, task: str) -> Table | None:
    """Show each reason for which a sequence was rejected or changed, with a few examples.

    Parameters
    ----------
    inputs : ReportInputs
        The study.
    task : str
        Which task.

    Returns
    -------
    Table or None
        None where nothing was rejected or changed.
    """
    rejects = inputs.rejects[task]
    if rejects.empty:
        return None
    kinds = rejects["reason"].map(reason_kind)
    rows = []
    for kind, own in rejects.groupby(kinds, sort=False):
        examples = [_example(row, str(kind)) for row in own.head(EXAMPLES).to_dict("records")]
        rows.append(Row((Cell(str(kind), kind="head"), num(text.count(len(own))), Cell("; ".join(examples)))))
    return Table(
        "Rejected or changed, with the first examples",
        ("reason", "sequences", "examples"),
        tuple(rows),
        frozenset({1}),
        (f"{_kept(kinds)} sequences were kept. The whole list can be downloaded at the end of the page.",),
    )


def _kept(kinds: pd.Series) -> str:
    """Name what was kept though it is listed."""
    return "Renamed and changed" if kinds.str.startswith("changed").any() else "Renamed"


def _example(row: dict[Hashable, Any], kind: str) -> str:
    """Name one sequence, its place, and what stands in the reason where its kind has three dots."""
    words = f"{row['id'] or '(no id)'} ({row['file']}, line {row['line']})"
    rest = row["reason"][len(kind) - 1 :] if kind.endswith("…") else ""
    return f"{words} → {rest}" if rest else words


def reason_kind(reason: str) -> str:
    """Return a reason without the names in it, so that equal reasons can be counted.

    Parameters
    ----------
    reason : str
        As in ``rejects.tsv``.

    Returns
    -------
    str
        E.g. "duplicate of …" for "duplicate of seq12".
    """
    reason = re.sub(r"^(changed: [^:]+:) .*", r"\1 …", reason)
    return re.sub(r"\b(duplicate of|copy of|renamed to) .*", r"\1 …", reason)
