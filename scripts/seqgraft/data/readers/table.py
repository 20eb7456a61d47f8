"""Tables with the sequences, or pairs of sequences, in columns: CSV, TSV and parquet."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from seqgraft.data.readers.base import Raw, Source, Tell
from seqgraft.data.readers.columns import Columns, read_columns
from seqgraft.data.readers.cut import parse_cut
from seqgraft.data.readers.residue_cells import cells_as_labels, mask_of
from seqgraft.data.readers.wanted import Wanted, joined, placed
from seqgraft.errors import SeqgraftError


def read_table(
    sources: Sequence[Source],
    tell: Tell,
    *,
    kind: str,
    id: str | None = None,
    sequence: str | None = None,
    sequence_1: str | None = None,
    sequence_2: str | None = None,
    mask: str | None = None,
    residues: str | None = None,
    **further: Any,
) -> Raw:
    """Read tables that hold sequences.

    Parameters
    ----------
    sources : sequence of Source
        The files; all have the same columns.
    tell : callable
        Told after each file.
    kind : {"csv", "tsv", "parquet"}
        What the files are.
    id, sequence, sequence_1, sequence_2, mask, residues
        As in `seqgraft.config.reading.TableReading`.
    **further
        What `Wanted` takes.

    Returns
    -------
    Raw

    Raises
    ------
    SeqgraftError
        If a column, a label or a stretch of a sequence is missing, or a label per residue has another length.
    """
    wanted = Wanted(**further)
    texts = {"sequence": sequence, "sequence_1": sequence_1, "sequence_2": sequence_2}
    cuts = {name: parse_cut(text) or [] for name, text in texts.items() if text is not None}
    cut_columns = [cut.column for own in cuts.values() for cut in own]
    tables, left = [], []
    for source in sources:
        read = read_columns(source, kind, [id, mask, *cut_columns, *wanted.columns], header=wanted.header)
        rows, ids, out = wanted.chosen(read, id)
        table = pd.DataFrame({"id": ids, "line": rows.lines})
        for name, text in texts.items():
            if text is not None:
                table[name] = cut_out(rows, text, blanks=residues == "blanks")
        table = table.assign(**wanted.described(rows, plain_labels=residues is None))
        if residues is not None:
            for output, column in wanted.outputs.items():
                table[output] = cells_as_labels(rows, column, table["sequence"].tolist(), residues)
        if mask is not None:
            table["mask"] = mask_of(rows, mask, table["sequence"].tolist(), str(residues))
        tables.append(placed(table, source))
        left.append(out)
        tell(f"{source.file} read, {len(table)} rows")
    return joined(tables, left)


def cut_out(columns: Columns, expression: str, *, blanks: bool = False) -> list[str]:
    """Cut each row's sequence out of its cells.

    Parameters
    ----------
    columns : Columns
        The rows.
    expression : str
        See `seqgraft.data.readers.cut`.
    blanks : bool
        Whether blanks stand between the letters.

    Returns
    -------
    list of str

    Raises
    ------
    SeqgraftError
        If a cell is too short for the cut, or nothing is left.
    """
    cuts = parse_cut(expression) or []
    found = []
    for row in range(len(columns.lines)):
        parts = []
        for cut in cuts:
            text = columns.cells[cut.column][row]
            text = "".join(text.split()) if blanks else text
            part = cut.of(text)
            if part is None:
                raise SeqgraftError(
                    f"the sequence in column '{cut.column}' has {len(text)} letters: too few for the cut "
                    f"`{expression}`",
                    where=columns.where(row),
                    remedy="correct the cut in the task's `read`, or leave the row out by `only`",
                )
            parts.append(part)
        if not any(parts):
            raise SeqgraftError(
                f"the sequence is missing: `{expression}` is empty",
                where=columns.where(row),
                remedy="complete the table, or leave the row out by `only`",
            )
        found.append("".join(parts))
    return found
