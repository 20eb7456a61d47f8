"""Bring sequences to one length: fill up, cut, or cut into windows, as the task says."""

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from seqgraft.data.listing import Step, changed, listed, place, replaced
from seqgraft.errors import SeqgraftError
from seqgraft.known_alphabets import AnyAlphabet

DEFAULT: Mapping[str, Any] = {"policy": "error"}


def spare_before(spare: int, keep: str) -> int:
    """Return how many of the spare letters are before the sequence (in padding) or before what is kept (in cutting).

    Parameters
    ----------
    spare : int
        Letters to add or to cut, 0 or more.
    keep : {"left", "centre", "right"}
        Of an odd number the centre leaves the larger half behind.

    Returns
    -------
    int
    """
    return {"left": 0, "centre": spare // 2, "right": spare}[keep]


def fit_length(table: pd.DataFrame, column: str, letters: AnyAlphabet, policy: Mapping[str, Any]) -> Step:
    """Bring the sequences to the length that the task wants.

    Parameters
    ----------
    table : pandas.DataFrame
        The sequences.
    column : str
        Where they are.
    letters : Alphabet or Smiles
        The alphabet; its tokens are what is counted.
    policy : mapping
        ``policy, letters, keep, step, misfit`` as in `seqgraft.config.policies.LengthSettings`.

    Returns
    -------
    table, listed : pandas.DataFrame
        ``window`` makes several rows of one, with a column ``group`` that says which belong together.

    Raises
    ------
    SeqgraftError
        If a sequence cannot be brought to the length, and ``misfit`` is ``error``.
    """
    wanted, name = policy.get("letters"), policy.get("policy", "error")
    if wanted is None:
        return table, listed(table.head(0), [], "")
    lengths = pd.Series([len(letters.tokens(s)) for s in table[column]], table.index, "int64")
    trouble = _MISFIT[name](lengths, wanted)
    misfits = table[trouble != ""]
    if len(misfits) and policy.get("misfit", "error") == "error":
        row = misfits.index[0]
        raise SeqgraftError(
            f"the sequence of '{table.loc[row, 'id']}' has {lengths[row]} letters, {trouble[row]}",
            where=place(table.loc[row]),
            remedy="set the task's `length.misfit` to drop, or change `length`",
        )
    reasons = [f"{lengths[row]} letters, {trouble[row]}: left out" for row in misfits.index]
    out = listed(misfits, reasons, "length")
    table = table[trouble == ""]
    kept, done = _FIT[name](table, column, lengths[table.index], letters, policy)
    return kept, pd.concat([done, out])


def _pad(
    table: pd.DataFrame, column: str, lengths: pd.Series, letters: AnyAlphabet, policy: Mapping[str, Any]
) -> Step:
    """Fill shorter sequences up with the letter of an unknown residue."""
    wanted, keep = policy["letters"], policy.get("keep", "centre")
    longer = []
    for sequence, length in zip(table[column], lengths, strict=True):
        before = spare_before(wanted - length, keep)
        longer.append(letters.padding * before + sequence + letters.padding * (wanted - length - before))
    short = lengths < wanted
    added = (wanted - lengths[short]).tolist()
    return replaced(table, column, longer), changed(table[short], f"filled up with {letters.padding}", added)


def _crop(
    table: pd.DataFrame, column: str, lengths: pd.Series, letters: AnyAlphabet, policy: Mapping[str, Any]
) -> Step:
    """Cut longer sequences."""
    wanted, keep = policy["letters"], policy.get("keep", "centre")
    starts = [spare_before(length - wanted, keep) for length in lengths]
    cut = [s[start : start + wanted] for s, start in zip(table[column], starts, strict=True)]
    long = lengths > wanted
    details = [
        f"letters {start + 1} to {start + wanted} of {length}"
        for start, length in zip(starts, lengths, strict=True)
        if length > wanted
    ]
    return replaced(table, column, cut), changed(table[long], "cut", details)


def _window(
    table: pd.DataFrame, column: str, lengths: pd.Series, letters: AnyAlphabet, policy: Mapping[str, Any]
) -> Step:
    """Cut longer sequences into windows, each a row of its own; what is left over at the end is listed."""
    wanted = policy["letters"]
    step = policy.get("step") or wanted
    starts = [list(range(0, length - wanted + 1, step)) for length in lengths]
    if "group" not in table:
        table = table.assign(group=table["id"])
    long = lengths > wanted
    details = [
        f"{len(own)} of {wanted} letters, {length - own[-1] - wanted} left over at the end"
        for own, length in zip(starts, lengths, strict=True)
        if length > wanted
    ]
    done = changed(table[long], "cut into windows", details)
    rows = table.assign(start=pd.Series(starts, table.index, dtype=object)).explode(
        "start", ignore_index=True
    )
    long = rows[column].str.len() > wanted
    ends = rows["start"] + wanted
    names = rows["id"] + ":" + (rows["start"] + 1).astype(str) + "-" + ends.astype(str)
    cut = [s[a:b] for s, a, b in zip(rows[column], rows["start"], ends, strict=True)]
    rows = replaced(rows.assign(id=rows["id"].where(~long, names)), column, cut)
    twice = rows["id"].duplicated()
    if twice.any():
        record = rows[twice].iloc[0]
        raise SeqgraftError(
            f"a window is called '{record['id']}', which is also the id of another sequence",
            where=place(record),
            remedy="rename that sequence",
        )
    return rows.drop(columns="start"), done


def _unlike(lengths: pd.Series, wanted: int) -> pd.Series:
    return (lengths == wanted).map({True: "", False: f"where {wanted} are wanted"})


def _too_long(lengths: pd.Series, wanted: int) -> pd.Series:
    return (lengths <= wanted).map({True: "", False: f"too many to fill up to {wanted}"})


def _too_short(lengths: pd.Series, wanted: int) -> pd.Series:
    return (lengths >= wanted).map({True: "", False: f"too few to cut to {wanted}"})


def _leave(
    table: pd.DataFrame, column: str, lengths: pd.Series, letters: AnyAlphabet, policy: Mapping[str, Any]
) -> Step:
    """Change nothing."""
    return table, listed(table.head(0), [], "")


_MISFIT: dict[str, Callable[[pd.Series, int], pd.Series]] = {
    "error": _unlike,
    "pad": _too_long,
    "crop": _too_short,
    "window": _too_short,
}
_FIT: dict[str, Callable[[pd.DataFrame, str, pd.Series, AnyAlphabet, Mapping[str, Any]], Step]] = {
    "error": _leave,
    "pad": _pad,
    "crop": _crop,
    "window": _window,
}
