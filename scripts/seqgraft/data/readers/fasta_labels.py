"""FASTA files, and labels by id in a table."""

from collections.abc import Sequence
from typing import Any

from seqgraft.data.readers.base import Raw, Source, Tell
from seqgraft.data.readers.by_id import of_role, row_of, sequences_by_id, without_labels
from seqgraft.data.readers.columns import read_columns
from seqgraft.data.readers.wanted import Wanted, joined
from seqgraft.errors import SeqgraftError


def read_labelled(
    sources: Sequence[Source],
    tell: Tell,
    *,
    id: str,
    separator: str = "tab",
    unlabelled: str = "error",
    **further: Any,
) -> Raw:
    """Read sequences from FASTA files and their labels from tables.

    Parameters
    ----------
    sources : sequence of Source
        Files of the roles ``sequences`` and ``labels``.
    tell : callable
        Told after each file.
    id : str
        The column of the ids that the headers hold.
    separator : {"comma", "tab"}
        What separates the table's columns.
    unlabelled : {"error", "drop"}
        What a sequence means that is not in the table.
    **further
        What `Wanted` takes.

    Returns
    -------
    Raw
        In the order of the table; file and line are those of the sequence.

    Raises
    ------
    SeqgraftError
        If an id is repeated or has no sequence, or a sequence has no label and `unlabelled` is ``error``.
    """
    wanted = Wanted(**further)
    sequences, rows_by_id = sequences_by_id(of_role(sources, "sequences"), tell)
    tables, left = [], []
    told: dict[str, str] = {}
    for source in of_role(sources, "labels"):
        read = read_columns(source, separator, [id, *wanted.columns], header=wanted.header)
        for row, name in enumerate(read.cells[id]):
            if name in told:
                raise SeqgraftError(
                    f"'{name}' is labelled twice, here and in {told[name]}",
                    where=read.where(row),
                    remedy="keep the right line",
                )
            told[name] = read.where(row)
        rows, ids, out = wanted.chosen(read, id)
        places = [
            row_of(name, rows_by_id, "table of labels", rows.where(row)) for row, name in enumerate(ids)
        ]
        table = sequences.iloc[places].reset_index(drop=True).assign(**wanted.described(rows))
        if source.part is not None and "part" not in table:
            table = table.assign(part=source.part)
        tables.append(table)
        left.append(out)
        tell(f"{source.file} read, {len(table)} labels")
    left.append(without_labels(sequences, told, unlabelled))
    return joined(tables, left)
