"""Pairs of ids in a table, and the sequences of these ids in one or two sets of files."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from seqgraft.data.readers.base import Raw, Source, Tell, nothing_left_out
from seqgraft.data.readers.by_id import of_role, row_of, sequences_by_id, unique_rows
from seqgraft.data.readers.columns import read_columns
from seqgraft.data.readers.wanted import Wanted, joined, placed


def read_pairs(
    sources: Sequence[Source],
    tell: Tell,
    *,
    first: str,
    second: str,
    separator: str = "tab",
    sequence_files: str = "fasta",
    **further: Any,
) -> Raw:
    """Read pairs.

    Parameters
    ----------
    sources : sequence of Source
        Files of the role ``pairs``, and ``sequences`` (of both partners) or ``first`` and ``second``.
    tell : callable
        Told after each file.
    first, second : str
        The columns of the partners' ids.
    separator : {"comma", "tab"}
        What separates the columns of tables.
    sequence_files : {"fasta", "table"}
        How sequences are given; a table has the id in its first column and the sequence in its second.
    **further
        What `Wanted` takes.

    Returns
    -------
    Raw
        File and line are those of the pair.

    Raises
    ------
    SeqgraftError
        If an id of a pair has no sequence.
    """
    wanted = Wanted(**further)
    roles = ("sequences",) if of_role(sources, "sequences") else ("first", "second")
    partners = [_sequences(of_role(sources, role), tell, sequence_files, separator) for role in roles]
    tables, left = [], []
    for source in of_role(sources, "pairs"):
        read = read_columns(source, separator, [first, second, *wanted.columns], header=wanted.header)
        rows, ids, out = wanted.chosen(read, None)
        table = pd.DataFrame({"id": ids, "line": rows.lines})
        for number, (column, (sequences, by_id)) in enumerate(
            zip((first, second), 2 * partners, strict=False), start=1
        ):
            names = rows.cells[column]
            table[f"id_{number}"] = names
            table[f"sequence_{number}"] = [
                sequences[row_of(name, by_id, "table of pairs", rows.where(row))]
                for row, name in enumerate(names)
            ]
        tables.append(placed(table.assign(**wanted.described(rows)), source))
        left.append(out)
        tell(f"{source.file} read, {len(table)} pairs")
    return joined(tables, left)


def _sequences(
    sources: Sequence[Source], tell: Tell, written: str, separator: str
) -> tuple[list[str], dict[str, int]]:
    """Read sequences by id."""
    if written == "fasta":
        table, rows = sequences_by_id(sources, tell)
        return table["sequence"].tolist(), rows
    tables = []
    for source in sources:
        read = read_columns(source, separator, ["1", "2"], header=False)
        own = pd.DataFrame({"id": read.cells["1"], "sequence": read.cells["2"], "line": read.lines})
        tables.append(placed(own, source))
        tell(f"{source.file} read, {len(own)} sequences")
    table = joined(tables, [nothing_left_out()]).table
    return table["sequence"].tolist(), unique_rows(table)
