"""The checks through which a task's sequences go, one after the other; each lists whom it rejects or changes.

Each takes a table ``id, sequence, line, file, path, label`` and returns what goes on, together with the list
``file, line, id, reason, kind, effect`` of what it rejected or changed.
"""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seqgraft.alphabets import ALPHABETS, looks_like
from seqgraft.data.listing import RENAMED, Step, listed, place
from seqgraft.errors import SeqgraftError
from seqgraft.known_alphabets import AnyAlphabet

REJECT_COLUMNS = ["file", "line", "id", "reason"]
# Ids that readers of tables (pandas, R) take for a missing value: such a sequence would silently lose its name.
MISSING_WORDS = frozenset(
    {"NA", "N/A", "<NA>", "#NA", "#N/A", "n/a", "NaN", "nan", "-NaN", "-nan", "NULL", "null", "None"}
    | {"-1.#IND", "-1.#QNAN", "1.#IND", "1.#QNAN"}
)
# A protein of more letters than this that are nearly all A, C, G, T or N is taken for DNA.
_ENOUGH_LETTERS = 100
_ALIGNED = "set the task's `gaps` to remove or drop, or take the gaps out: sequences are read one by one, not aligned"
_STOP = "set the task's `stops` to remove (at the end) or drop, or take the stop signs out, which are not amino acids"
_REMEDIES = {"-": _ALIGNED, ".": _ALIGNED, "*": _STOP}
_OTHER_FILE = "give the right file, or correct the task's `alphabet`"


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
    renamed = listed(table[poor], why[poor] + ", renamed to " + made[poor], why[poor], RENAMED)
    return table.assign(id=ids.where(~poor, made)), renamed


def check_letters(table: pd.DataFrame, letters: AnyAlphabet, policy: str, column: str = "sequence") -> Step:
    """Refuse foreign letters, and treat ambiguity codes as the policy says.

    Parameters
    ----------
    table : pandas.DataFrame
        The sequences.
    letters : Alphabet or Smiles
        The task's alphabet.
    policy : {"drop", "error", "unknown"}
        What an ambiguity code means: the sequence is left out, an error, or nothing (the letter stays unknown).
    column : str
        Where the sequences are; of a pair in two columns.

    Returns
    -------
    table, dropped : pandas.DataFrame

    Raises
    ------
    SeqgraftError
        If a letter is not in the alphabet, if it is an ambiguity code and the policy is ``error``, or if a file of
        proteins holds nucleotides, which are letters of amino acids too.
    """
    if letters.holds_nucleotides:
        _refuse_nucleotides(table, letters, column)
    suspects = table[column].iloc[_suspects(table[column], letters)]
    odd = {
        row: found
        for row, sequence in zip(suspects.index, suspects, strict=True)
        if (found := letters.odd(sequence))
    }
    for row, found in odd.items():
        foreign = {letter for letter in found if not letters.doubtful(letter)}
        if foreign or policy == "error":
            wanted = foreign or found
            # Of molecules the first one: what follows an open bracket looks foreign too.
            first = min(wanted) if letters.divisible else min(wanted, key=table.loc[row, column].index)
            raise _illegal(table, row, letters, first, column)
    rows = [] if policy == "unknown" else list(odd)
    reasons = [f"{letters.doubt} {', '.join(sorted(odd[row]))}: left out" for row in rows]
    return table.drop(index=rows), listed(table.loc[rows], reasons, letters.doubt)


def other_alphabet(text: str, letters: AnyAlphabet) -> str:
    """Return a hint for a message if sequences look like those of another alphabet, else an empty text.

    Parameters
    ----------
    text : str
        Sequences in upper case, one after the other.
    letters : Alphabet or Smiles
        The alphabet they should have.

    Returns
    -------
    str
        E.g. ``"; this looks like rna"``.
    """
    other = looks_like(text) if letters.name in ALPHABETS else None
    return f"; this looks like {other}" if other not in (letters.name, None) else ""


def _suspects(sequences: pd.Series, letters: AnyAlphabet) -> NDArray[np.intp]:
    """Return the places of all sequences that may hold something odd, found by looking at all letters at once."""
    text = "".join(sequences) if letters.divisible else ""
    if not letters.divisible or not text.isascii():
        return np.arange(len(sequences))
    places = np.flatnonzero(letters.encode(text) == letters.unknown)
    return np.unique(np.searchsorted(np.cumsum([len(s) for s in sequences]), places, side="right"))


def _refuse_nucleotides(table: pd.DataFrame, letters: AnyAlphabet, column: str) -> None:
    """Refuse files of DNA or RNA where each of their letters is legal, but means something else."""
    for path, own in table.groupby("path", sort=False)[column]:
        text = "".join(own)
        hint = other_alphabet(text, letters)
        if hint and len(text) > _ENOUGH_LETTERS:
            raise SeqgraftError(
                f"nearly all letters of the file are nucleotides{hint}, not {letters.name}",
                where=str(path),
                remedy=_OTHER_FILE,
            )


def _illegal(table: pd.DataFrame, row: Any, letters: AnyAlphabet, letter: str, column: str) -> SeqgraftError:
    """Describe a letter that may not be there."""
    record: Any = table.loc[row]
    hint = other_alphabet("".join(table.loc[table["path"] == record["path"], column]), letters)
    kind, remedy = "not a letter", _REMEDIES.get(letter, _OTHER_FILE)
    if letters.doubtful(letter):
        kind = "an ambiguity code" if letters.divisible else "outside the vocabulary"
        remedy = "set the task's `ambiguous` to drop or unknown, or clean the file"
    return SeqgraftError(
        f"{letter!r} is {kind} of the {letters.name} alphabet{hint}", where=place(record), remedy=remedy
    )
