"""Find the same sequence on both sides of a line that it must not cross."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import pandas as pd

from seqgraft.errors import SeqgraftError
from seqgraft.known_alphabets import AnyAlphabet, alphabet_of

LEAKAGE_COLUMNS = ["from_task", "from_part", "to_task", "to_part", "kind", "sequences", "fraction", "action"]
EXCLUDED_COLUMNS = ["id", "role", "kind", "match_task", "match_part", "match_id"]
NONE_FOUND = "none found"


class Parts(NamedTuple):
    """A task's sequences by part.

    Parameters
    ----------
    task : str
        The task's name.
    test, pool : pandas.Series
        Sequences, indexed by id.
    """

    task: str
    test: pd.Series
    pool: pd.Series


class Leaks(NamedTuple):
    """What was compared and what must be left out.

    Parameters
    ----------
    leakage : pandas.DataFrame
        One row per pair of parts and kind of match, those without a match included.
    excluded : pandas.DataFrame
        One row per sequence to leave out and role: ``source`` or ``pool``.
    """

    leakage: pd.DataFrame
    excluded: pd.DataFrame


def parts_of(task: str, records: pd.DataFrame, splits: pd.DataFrame) -> Parts:
    """Divide a task's records into test part and pool."""
    sequences = records.set_index("id")["sequence"]
    test = splits.loc[splits["part"] == "test", "id"]
    in_test = sequences.index.isin(set(test))
    return Parts(task, sequences[in_test], sequences[~in_test])


def check_lengths(own: Parts, targets: list[Parts]) -> None:
    """Refuse a source and a target that one network cannot read, before any network is trained.

    Parameters
    ----------
    own : Parts
        The task.
    targets : list of Parts
        The targets for which it is a source; may be empty.

    Raises
    ------
    SeqgraftError
        If the sequences do not all have one length.
    """
    ranges = {}
    for task in (own, *targets):
        lengths = pd.concat([task.test, task.pool]).str.len()
        ranges[task.task] = (int(lengths.min()), int(lengths.max()))
    if len({length for pair in ranges.values() for length in pair}) > 1:
        told = ", ".join(
            f"'{task}' {low}" if low == high else f"'{task}' {low} to {high}"
            for task, (low, high) in ranges.items()
        )
        raise SeqgraftError(
            f"the sequences differ in length (letters: {told}), and one network reads them all",
            where=f"config keys {', '.join(f'tasks.{task}' for task in ranges)}",
            remedy="cut the sequences, or choose among them, so that all have the same length",
        )


def find_leaks(
    own: Parts, targets: list[Parts], *, alphabet: str | Mapping[str, Any], strands: Mapping[str, str]
) -> Leaks:
    """Compare a task with itself, and as a source with each target onto which it is grafted.

    Parameters
    ----------
    own : Parts
        The task.
    targets : list of Parts
        The targets for which it is a source; may be empty.
    alphabet : str
        Name of the alphabet, the same for all of them.
    strands : mapping of str to str
        ``single`` or ``both`` of each task: with ``both`` the reverse complement counts as the same sequence.

    Returns
    -------
    Leaks
        A copy in the task's own pool of a test sequence is left out of the pool; a sequence of the source's pool
        that matches a target's test part or pool (from which its validation examples come) is left out of source
        training.
    """
    letters = alphabet_of(alphabet)
    rows, excluded = [], []
    pairs = [("pool", own.pool, own.task, "test", own.test)]
    for target in targets:
        pairs.append(("source", own.pool, target.task, "test", target.test))
        pairs.append(("source", own.pool, target.task, "pool", target.pool))
    for role, sequences, task, part, others in pairs:
        both = "both" in (strands[own.task], strands[task])
        for kind in ("exact", "reverse-complement") if both else ("exact",):
            found = _matches(sequences, others, letters if kind != "exact" else None)
            action = "left out of source training" if role == "source" else "pool copy left out"
            rows.append(
                (own.task, "pool", task, part, kind, len(found), len(found) / max(len(sequences), 1),
                 action if len(found) else NONE_FOUND)
            )  # fmt: skip
            excluded += [(name, role, kind, task, part, match) for name, match in found.items()]
    table = pd.DataFrame(excluded, columns=EXCLUDED_COLUMNS)
    return Leaks(pd.DataFrame(rows, columns=LEAKAGE_COLUMNS), table.drop_duplicates(["id", "role"]))


def _matches(sequences: pd.Series, others: pd.Series, letters: AnyAlphabet | None) -> pd.Series:
    """Map the id of each sequence found among the others to the id found, on the other strand if `letters`."""
    by_sequence = pd.Series(others.index, index=others.to_numpy())
    by_sequence = by_sequence[~by_sequence.index.duplicated()]
    wanted = sequences if letters is None else sequences.map(letters.reverse_complement)
    return wanted.map(by_sequence).dropna()
