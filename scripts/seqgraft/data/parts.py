"""A task's sequences by part: what may be learned from, and what must stay unseen."""

from typing import NamedTuple

import pandas as pd

from seqgraft.errors import SeqgraftError

SINGLE = "sequence"
PARTNERS = ("sequence_1", "sequence_2")


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


def parts_of(task: str, records: pd.DataFrame, splits: pd.DataFrame, column: str = SINGLE) -> Parts:
    """Divide a task's records into test part and pool.

    Parameters
    ----------
    task : str
        The task's name.
    records, splits : pandas.DataFrame
        As in ``records.parquet`` and ``splits.parquet``.
    column : str
        Which sequences: `SINGLE`, or one of `PARTNERS` of a pair task.

    Returns
    -------
    Parts
    """
    sequences = records.set_index("id")[column]
    test = splits.loc[splits["part"] == "test", "id"]
    in_test = sequences.index.isin(set(test))
    return Parts(task, sequences[in_test], sequences[~in_test])


def written_in(parts: Parts, alphabet: object) -> Parts:
    """Write a task's nucleotides in the letters of another, so that one sequence is found in DNA and RNA.

    Parameters
    ----------
    parts : Parts
        The task.
    alphabet : str or mapping
        In which letters, as in the config; nothing is changed unless they are ``dna`` or ``rna``.

    Returns
    -------
    Parts
    """
    change = {"dna": ("U", "T"), "rna": ("T", "U")}.get(alphabet) if isinstance(alphabet, str) else None
    if change is None:
        return parts
    test, pool = (own.str.replace(*change, regex=False) for own in (parts.test, parts.pool))
    return Parts(parts.task, test, pool)


def check_lengths(own: Parts, targets: list[Parts], *, across: bool = False) -> None:
    """Refuse a source and a target that one network cannot read, before any network is trained.

    Parameters
    ----------
    own : Parts
        The task.
    targets : list of Parts
        The targets for which it is a source; may be empty.
    across : bool
        Whether another length of a target is borne, because the network's weights do not stand for places.

    Raises
    ------
    SeqgraftError
        If the sequences do not all have one length.
    """
    ranges = {}
    for task in (own, *targets):
        lengths = pd.concat([task.test, task.pool]).str.len()
        ranges[task.task] = (int(lengths.min()), int(lengths.max()))
    several = [len(set(pair)) > 1 for pair in ranges.values()]
    if any(several) or (len(set(ranges.values())) > 1 and not across):
        told = ", ".join(
            f"'{task}' {low}" if low == high else f"'{task}' {low} to {high}"
            for task, (low, high) in ranges.items()
        )
        raise SeqgraftError(
            f"the sequences differ in length (letters: {told}), and one network reads them all",
            where=f"config keys {', '.join(f'tasks.{task}' for task in ranges)}",
            remedy="give the tasks one `length` (pad or crop), or cut the sequences, so that all have the same length",
        )
