"""What was read, accepted, left out and changed, counted for the report; and what to say where nothing is left."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from seqgraft.alphabets import letter_counts
from seqgraft.data.checks import other_alphabet
from seqgraft.data.clean import Cleaning
from seqgraft.data.label_types import TYPES, describe_labels
from seqgraft.data.listing import CHANGED, LEFT_OUT, RENAMED
from seqgraft.data.readers.base import Raw, Source
from seqgraft.errors import SeqgraftError

#: The entry of `classes` for tasks whose sequences do not have one class each.
EVERYTHING = "all sequences"


def files_of(raw: Raw, records: pd.DataFrame, sources: Sequence[Source]) -> list[dict[str, Any]]:
    """Count the sequences that each file held, and those that were accepted of it.

    Parameters
    ----------
    raw : Raw
        As read.
    records : pandas.DataFrame
        As accepted.
    sources : sequence of Source
        The files.

    Returns
    -------
    list of dict
    """
    read = pd.concat([raw.table["file"], raw.left_out["file"]]).value_counts()
    accepted = records["file"].value_counts()
    return [
        {
            "file": source.file,
            "class": source.label or "",
            "read": int(read.get(source.file, 0)),
            "accepted": int(accepted.get(source.file, 0)),
        }
        for source in sources
    ]


def summarise(records: pd.DataFrame, listed: pd.DataFrame, how: Cleaning) -> dict[str, Any]:
    """Count what was left out and changed, and describe what is left.

    Parameters
    ----------
    records, listed : pandas.DataFrame
        Of `seqgraft.data.clean.clean`.
    how : Cleaning
        What the task says.

    Returns
    -------
    dict
        ``rejected`` and ``changed`` by kind, ``renamed``, ``length``, ``classes`` with letters, ``labels``.
    """
    counts = {effect: _counts(listed, effect) for effect in (LEFT_OUT, CHANGED)}
    lengths = np.array([len(how.letters.tokens(s)) for name in how.sequences for s in records[name]])
    by_class = records["label"] if TYPES[how.labels.type].by_class else pd.Series(EVERYTHING, records.index)
    per_class = {}
    for name, own in records.groupby(by_class, sort=False):
        per_class[str(name)] = {"sequences": len(own), **_letters(own, how)}
    return {
        "rejected": counts[LEFT_OUT],
        "renamed": int((listed["effect"] == RENAMED).sum()),
        **({"changed": counts[CHANGED]} if counts[CHANGED] else {}),
        "length": {"min": int(lengths.min()), "median": float(np.median(lengths)), "max": int(lengths.max())},
        "classes": per_class,
        "labels": describe_labels(records, how.labels),
    }


def _counts(listed: pd.DataFrame, effect: str) -> dict[str, int]:
    """Count the kinds of one effect."""
    own = listed.loc[listed["effect"] == effect, "kind"]
    return {str(kind): int(n) for kind, n in own.value_counts(sort=False).items()}


def _letters(own: pd.DataFrame, how: Cleaning) -> dict[str, Any]:
    """Return the share of each letter, of molecules of each token that occurs."""
    counts = Counter[str]()
    for name in how.sequences:
        if how.letters.divisible:
            counts.update(letter_counts("".join(own[name])))
        else:
            for sequence in own[name]:
                counts.update(how.letters.tokens(sequence))
    total = sum(counts.values())
    shown = how.letters.letters if how.letters.divisible else [t for t in how.letters.letters if counts[t]]
    found: dict[str, Any] = {"letters": {letter: round(counts[letter] / total, 4) for letter in shown}}
    if {"G", "C"} <= set(how.letters.complements):
        found["gc"] = round((counts["G"] + counts["C"]) / total, 4)
    return found


def nothing_left(name: str | None, raw: pd.DataFrame, listed: pd.DataFrame, how: Cleaning) -> SeqgraftError:
    """Describe a class of which no sequence was accepted, with the reasons, as no list of them will be left.

    Parameters
    ----------
    name : str or None
        The class; None for tasks whose sequences do not have one class each.
    raw, listed : pandas.DataFrame
        What was read, and what became of it.
    how : Cleaning
        What the task says.

    Returns
    -------
    SeqgraftError
    """
    codes = how.labels.codes
    of_class = [
        name is None or codes.get(str(text)) == codes.get(name) for text in raw.get("label", raw["id"])
    ]
    own = raw[of_class] if any(of_class) else raw
    out = listed[listed["file"].isin(own["file"]) & (listed["effect"] == LEFT_OUT)]
    reasons = ", ".join(f"{n} {kind}" for kind, n in out["kind"].value_counts(sort=False).items())
    hint = other_alphabet("".join(text.upper() for text in own[how.sequences[0]]), how.letters)
    of = "" if name is None else f" of class '{name}'"
    return SeqgraftError(
        f"no sequence{of} is left after checking ({reasons or 'none was read'}){hint}",
        where=", ".join(dict.fromkeys(own["path"])),
        remedy="give the right file, or change the task's `alphabet`, `ambiguous` or `conflicts`",
    )
