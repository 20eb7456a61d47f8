"""The checks through which a task's sequences go, one after the other; each lists whom it rejects or changes.

Each takes a table ``id, sequence, line, file, path, label`` and returns what goes on, together with the list
``file, line, id, reason, kind, renamed`` of what it rejected or changed.
"""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from seqgraft.alphabets import Alphabet, looks_like
from seqgraft.errors import SeqgraftError

REJECT_COLUMNS = ["file", "line", "id", "reason"]
# Ids that readers of tables (pandas, R) take for a missing value: such a sequence would silently lose its name.
MISSING_WORDS = frozenset(
    {"NA", "N/A", "<NA>", "#NA", "#N/A", "n/a", "NaN", "nan", "-NaN", "-nan", "NULL", "null", "None"}
    | {"-1.#IND", "-1.#QNAN", "1.#IND", "1.#QNAN"}
)
# A protein of more letters than this that are nearly all A, C, G, T or N is taken for DNA.
_ENOUGH_LETTERS = 100
_ALIGNED = "take the gaps out: sequences are read one by one, not aligned"
_REMEDIES = {"-": _ALIGNED, ".": _ALIGNED, "*": "take the stop signs out, which are not amino acids"}
_OTHER_FILE = "give the right file, or correct the task's `alphabet`"

Step = tuple[pd.DataFrame, pd.DataFrame]  # what goes on, and the list of what was rejected or changed


def unique_ids(table: pd.DataFrame) -> Step:
    """Give every sequence an id of its own: the header's where that will do, else ``<file>:<line>``.

    Parameters
    ----------
    table : pandas.DataFrame
        The sequences; no two rows have the same file and line.

    Returns
    -------
    table, renamed : pandas.DataFrame
        Nothing is rejected. Renamed are ids that are missing, repeated (all copies), read as a missing value, or
        like one that is made here.
    """
    ids = table["id"]
    made = table["file"] + ":" + table["line"].astype(str)
    why = pd.Series("", index=table.index)
    why[ids.isin(made) & (ids != made)] = "id in the form of another sequence's place"
    why[ids.isin(MISSING_WORDS)] = "id read as a missing value"
    why[ids.duplicated(keep=False)] = "id repeated"
    why[ids == ""] = "id missing"
    poor = why != ""
    renamed = _listed(table[poor], why[poor] + ", renamed to " + made[poor], why[poor], renamed=True)
    return table.assign(id=ids.where(~poor, made)), renamed


def check_letters(table: pd.DataFrame, letters: Alphabet, policy: str) -> Step:
    """Refuse foreign letters, and treat ambiguity codes as the policy says.

    Parameters
    ----------
    table : pandas.DataFrame
        The sequences.
    letters : Alphabet
        The task's alphabet.
    policy : {"drop", "error", "unknown"}
        What an ambiguity code means: the sequence is left out, an error, or nothing (the letter stays unknown).

    Returns
    -------
    table, dropped : pandas.DataFrame

    Raises
    ------
    SeqgraftError
        If a letter is not in the alphabet, if it is an ambiguity code and the policy is ``error``, or if a file of
        proteins holds nucleotides, which are letters of amino acids too.
    """
    if not letters.complements:
        _refuse_nucleotides(table, letters)
    legal = frozenset(letters.letters)
    known = legal | frozenset(letters.ambiguous)
    odd = {
        row: found
        for row, sequence in zip(table.index, table["sequence"], strict=True)
        if (found := set(sequence) - legal)
    }
    for row, found in odd.items():
        foreign = found - known
        if foreign or policy == "error":
            raise _illegal(table, row, letters, min(foreign or found))
    rows = [] if policy == "unknown" else list(odd)
    reasons = [f"ambiguous letter {', '.join(sorted(odd[row]))}: left out" for row in rows]
    return table.drop(index=rows), _listed(table.loc[rows], reasons, "ambiguous letter")


def resolve_conflicts(table: pd.DataFrame, policy: str, by: str = "sequence") -> Step:
    """Leave out every copy of a sequence that is found with several classes.

    Parameters
    ----------
    table : pandas.DataFrame
        The sequences.
    policy : {"drop", "error"}
        Whether such a sequence is left out or an error.
    by : str
        The column in which equal sequences are equal.

    Returns
    -------
    table, dropped : pandas.DataFrame

    Raises
    ------
    SeqgraftError
        If there is one and the policy is ``error``.
    """
    conflict = table.groupby(by, sort=False)["label"].transform("nunique") > 1
    copies = table[conflict]
    classes = copies.groupby(by, sort=False)["label"].agg(lambda own: list(dict.fromkeys(own)))
    others = [
        ", ".join(other for other in classes[sequence] if other != label)
        for sequence, label in zip(copies[by], copies["label"], strict=True)
    ]
    if others and policy == "error":
        first = copies.iloc[0]
        raise SeqgraftError(
            f"the sequence of '{first['id']}' is labelled {first['label']} here and {others[0]} elsewhere",
            where=f"{first['path']}, record at line {first['line']}",
            remedy="remove the wrong copy, or set the task's `conflicts` to drop",
        )
    reasons = [f"same sequence also labelled {other}: all copies left out" for other in others]
    return table[~conflict], _listed(copies, reasons, "conflicting labels")


def first_copies(table: pd.DataFrame, by: str = "sequence") -> Step:
    """Keep the first of equal sequences.

    Parameters
    ----------
    table : pandas.DataFrame
        The sequences, with unique ids.
    by : str
        The column in which equal sequences are equal.

    Returns
    -------
    table, dropped : pandas.DataFrame
    """
    first = table.groupby(by, sort=False)["id"].transform("first")
    copy = first != table["id"]
    return table[~copy], _listed(table[copy], "duplicate of " + first[copy], "duplicate")


def other_alphabet(text: str, letters: Alphabet) -> str:
    """Return a hint for a message if sequences look like those of another alphabet, else an empty text.

    Parameters
    ----------
    text : str
        Sequences in upper case, one after the other.
    letters : Alphabet
        The alphabet they should have.

    Returns
    -------
    str
        E.g. ``"; this looks like rna"``.
    """
    other = looks_like(text)
    return f"; this looks like {other}" if other not in (letters.name, None) else ""


def _listed(
    table: pd.DataFrame, reasons: Sequence[str] | pd.Series, kind: str | pd.Series, *, renamed: bool = False
) -> pd.DataFrame:
    """List rows of the table with a reason; columns keep their types in a list without rows."""
    listed = table[["file", "line", "id"]].assign(reason=reasons, kind=kind, renamed=renamed)
    return listed.astype({"reason": object, "kind": object, "renamed": bool})


def _refuse_nucleotides(table: pd.DataFrame, letters: Alphabet) -> None:
    """Refuse files of DNA or RNA where each of their letters is legal, but means something else."""
    for path, own in table.groupby("path", sort=False)["sequence"]:
        text = "".join(own)
        hint = other_alphabet(text, letters)
        if hint and len(text) > _ENOUGH_LETTERS:
            raise SeqgraftError(
                f"nearly all letters of the file are nucleotides{hint}, not {letters.name}",
                where=str(path),
                remedy=_OTHER_FILE,
            )


def _illegal(table: pd.DataFrame, row: Any, letters: Alphabet, letter: str) -> SeqgraftError:
    """Describe a letter that may not be there."""
    record: Any = table.loc[row]
    path = record["path"]
    hint = other_alphabet("".join(table.loc[table["path"] == path, "sequence"]), letters)
    kind, remedy = "not a letter", _REMEDIES.get(letter, _OTHER_FILE)
    if letter in letters.ambiguous:
        kind = "an ambiguity code"
        remedy = "set the task's `ambiguous` to drop or unknown, or clean the file"
    return SeqgraftError(
        f"{letter!r} is {kind} of the {letters.name} alphabet{hint}",
        where=f"{path}, record at line {record['line']}",
        remedy=remedy,
    )
