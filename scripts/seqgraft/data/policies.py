"""What happens to sequences that cannot be taken as they stand: one function a policy, each with its list.

Each takes a table of sequences, the column that holds them, the alphabet and what the task says, and returns what goes
on and the list of what it left out or changed. What the policy ``error`` refuses and is a foreign letter anyhow is left
to `seqgraft.data.checks.check_letters`, which knows how to tell it.
"""

from collections.abc import Callable
from string import ascii_lowercase
from typing import Any

import pandas as pd

from seqgraft.data.checks import check_letters
from seqgraft.data.lengths import fit_length
from seqgraft.data.listing import Step, changed, listed, place, replaced
from seqgraft.errors import SeqgraftError
from seqgraft.known_alphabets import AnyAlphabet

_OTHER = str.maketrans("TU", "UT")
_LOWER = ascii_lowercase.encode()


def fold_case(table: pd.DataFrame, column: str, letters: AnyAlphabet, policy: str) -> Step:
    """Read lower-case letters as upper case, unless they mean something of their own.

    Parameters
    ----------
    table, column, letters
        As everywhere here.
    policy : {"upper", "error"}

    Returns
    -------
    table, changed : pandas.DataFrame

    Raises
    ------
    SeqgraftError
        If there is one and the policy is ``error``.

    Notes
    -----
    Outside ASCII, upper case may be another number of letters, and legal ones at that: ß becomes SS. So it is left
    alone, and found to be foreign.
    """
    if letters.cased:
        return _as_it_is(table)
    text = "".join(table[column])
    if text.isascii() and text == text.upper():
        return _as_it_is(table)
    lower = [s.isascii() and s != s.upper() for s in table[column]]
    if any(lower) and policy == "error":
        record = table[lower].iloc[0]
        letter = next(c for c in record[column] if c.islower())
        raise SeqgraftError(
            f"{letter!r} is a lower-case letter",
            where=place(record),
            remedy="set the task's `case` to upper, if case means nothing here, or mend the file",
        )
    if not any(lower):
        return _as_it_is(table)
    counts = [len(s) - len(s.encode().translate(None, _LOWER)) for s in table.loc[lower, column]]
    upper = [s.upper() if low else s for s, low in zip(table[column], lower, strict=True)]
    return replaced(table, column, upper), changed(table[lower], "lower case read as upper case", counts)


def read_ut(table: pd.DataFrame, column: str, letters: AnyAlphabet, policy: str) -> Step:
    """Read U in DNA as T, and T in RNA as U, where the task asks for it.

    Parameters
    ----------
    table, column, letters
        As everywhere here.
    policy : {"error", "read"}

    Returns
    -------
    table, changed : pandas.DataFrame
    """
    own = next((letter for letter in "TU" if letter in letters.letters), "")
    if policy == "error" or not own:
        return _as_it_is(table)
    other = own.translate(_OTHER)
    found = table[column].str.contains(other, regex=False)
    counts = [s.count(other) for s in table.loc[found, column]]
    read = [s.replace(other, own) for s in table[column]]
    return replaced(table, column, read), changed(table[found], f"{other} read as {own}", counts)


def treat_gaps(table: pd.DataFrame, column: str, letters: AnyAlphabet, policy: str) -> Step:
    """Take the gaps of an alignment out, or leave sequences with gaps out.

    Parameters
    ----------
    table, column, letters
        As everywhere here; a mark that is a letter of the alphabet is no gap.
    policy : {"error", "remove", "drop"}

    Returns
    -------
    table, listed : pandas.DataFrame
    """
    marks = "".join(mark for mark in "-." if mark not in letters.letters and mark not in letters.ambiguous)
    if policy == "error" or not marks or _without_any(table[column], marks):
        return _as_it_is(table)
    without = str.maketrans("", "", marks)
    shorter = [s.translate(without) for s in table[column]]
    found = pd.Series(
        [len(a) != len(b) for a, b in zip(shorter, table[column], strict=True)], table.index, bool
    )
    if policy == "drop":
        return table[~found], listed(table[found], ["gaps: left out"] * int(found.sum()), "gaps")
    return _without_empty(replaced(table, column, shorter), table[found], column, "gaps taken out")


def treat_stops(table: pd.DataFrame, column: str, letters: AnyAlphabet, policy: str) -> Step:
    """Take the stop sign at the end of a translated sequence away, or leave sequences with stop signs out.

    Parameters
    ----------
    table, column, letters
        As everywhere here.
    policy : {"error", "remove", "drop"}
        With ``remove`` a stop sign that is not at the end stays, and is a foreign letter.

    Returns
    -------
    table, listed : pandas.DataFrame
    """
    if policy == "error" or "*" in letters.letters or _without_any(table[column], "*"):
        return _as_it_is(table)
    found = table[column].str.contains("*", regex=False)
    if policy == "drop":
        return table[~found], listed(table[found], ["stop sign: left out"] * int(found.sum()), "stop sign")
    shorter = [s.rstrip("*") for s in table[column]]
    ended = pd.Series(
        [len(a) != len(b) for a, b in zip(shorter, table[column], strict=True)], table.index, bool
    )
    return _without_empty(
        replaced(table, column, shorter), table[ended], column, "stop signs at the end taken away"
    )


def treat_ambiguous(table: pd.DataFrame, column: str, letters: AnyAlphabet, policy: str) -> Step:
    """Refuse foreign letters, and treat ambiguity codes as the policy says; see `check_letters`."""
    return check_letters(table, letters, policy, column)


#: In the order in which they are applied; the key is that of the task.
POLICIES: dict[str, Callable[[pd.DataFrame, str, AnyAlphabet, Any], Step]] = {
    "case": fold_case,
    "gaps": treat_gaps,
    "stops": treat_stops,
    "ut": read_ut,
    "ambiguous": treat_ambiguous,
    "length": fit_length,
}


def _as_it_is(table: pd.DataFrame) -> Step:
    """Return the table and an empty list."""
    return table, listed(table.head(0), [], "")


def _without_any(sequences: pd.Series, marks: str) -> bool:
    """Tell whether no sequence holds any of the marks, and none is empty."""
    text = "".join(sequences)
    return not any(mark in text for mark in marks) and all(sequences)


def _without_empty(new: pd.DataFrame, touched: pd.DataFrame, column: str, kind: str) -> Step:
    """Leave out what has no letter left, and list the others among the rows that were made shorter."""
    letters = new[column].str.len()
    empty = letters == 0
    out = listed(new[empty], [f"no letter left after {kind}: left out"] * int(empty.sum()), "no letter left")
    kept = touched[~empty.loc[touched.index]]
    counts = kept[column].str.len() - letters.loc[kept.index]
    return new[~empty], pd.concat([changed(kept, kind, counts.tolist()), out])
