"""Sequences looked up by id."""

from collections.abc import Container, Mapping, Sequence

import pandas as pd

from seqgraft.data.readers.base import Source, Tell, left_out, nothing_left_out
from seqgraft.data.readers.fasta_files import fasta_table
from seqgraft.data.readers.wanted import joined, placed
from seqgraft.errors import SeqgraftError

_OWN = "give every one an id of its own, as they are looked up by it"


def sequences_by_id(sources: Sequence[Source], tell: Tell) -> tuple[pd.DataFrame, dict[str, int]]:
    """Read FASTA files whose sequences are looked up by id.

    Parameters
    ----------
    sources : sequence of Source
        The files.
    tell : callable
        Told after each file.

    Returns
    -------
    sequences : pandas.DataFrame
        ``id, sequence, line, file, path``, and ``part`` where a file tells it.
    rows : dict of int
        Positions by id.
    """
    tables = []
    for source in sources:
        table = placed(fasta_table(source), source)
        tables.append(table)
        tell(f"{source.file} read, {len(table)} sequences")
    sequences = joined(tables, [nothing_left_out()]).table
    return sequences, unique_rows(sequences)


def unique_rows(table: pd.DataFrame) -> dict[str, int]:
    """Find the row of each id.

    Parameters
    ----------
    table : pandas.DataFrame
        ``id, sequence, line, path``.

    Returns
    -------
    dict of int
        Positions by id, the first of each.

    Raises
    ------
    SeqgraftError
        If an id is missing, or stands twice with different content.
    """
    rows: dict[str, int] = {}
    contents = table["sequence"].tolist()
    for row, (id, line, path) in enumerate(zip(table["id"], table["line"], table["path"], strict=True)):
        if id == "":
            raise SeqgraftError("a sequence has no id", where=f"{path}, line {line}", remedy=_OWN)
        if contents[rows.setdefault(id, row)] != contents[row]:
            raise SeqgraftError(
                f"another sequence has the id '{id}' as well", where=f"{path}, line {line}", remedy=_OWN
            )
    return rows


def row_of(id: str, rows: Mapping[str, int], what: str, where: str) -> int:
    """Look up an id.

    Parameters
    ----------
    id : str
        The id.
    rows : mapping of int
        Positions by id.
    what : str
        What asks for it, for the message.
    where : str
        Its place.

    Returns
    -------
    int

    Raises
    ------
    SeqgraftError
        If there is none of this id.
    """
    if id not in rows:
        raise SeqgraftError(
            f"the {what} names '{id}', and no sequence has this id",
            where=where,
            remedy="give the file that holds this sequence, or remove the line; ids are compared letter by letter",
        )
    return rows[id]


def of_role(sources: Sequence[Source], *roles: str) -> list[Source]:
    """Return the files of these roles."""
    return [source for source in sources if source.role in roles]


def without_labels(sequences: pd.DataFrame, labelled: Container[str], policy: str) -> pd.DataFrame:
    """List the sequences that have no label, or refuse them.

    Parameters
    ----------
    sequences : pandas.DataFrame
        ``id, line, file, path``.
    labelled : container of str
        The ids that have one.
    policy : {"error", "drop"}
        What a missing label means.

    Returns
    -------
    pandas.DataFrame
        As `left_out` makes it.

    Raises
    ------
    SeqgraftError
        If there is one and the policy is ``error``.
    """
    out = sequences[[id not in labelled for id in sequences["id"]]]
    if len(out) and policy == "error":
        first = out.iloc[0]
        raise SeqgraftError(
            f"{len(out)} of {len(sequences)} sequences have no label, the first is '{first['id']}'",
            where=f"{first['path']}, line {first['line']}",
            remedy="complete the labels, or set the task's `read.unlabelled` to drop",
        )
    return left_out(
        out["file"].tolist(), out["line"].tolist(), out["id"].tolist(), "no label: left out", "no label"
    )
