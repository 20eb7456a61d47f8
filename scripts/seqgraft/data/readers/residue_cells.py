"""Labels per residue in the cells of a table."""

from collections.abc import Sequence

from seqgraft.data.readers.columns import Columns
from seqgraft.errors import SeqgraftError

Labels = str | list[str]


def cells_as_labels(columns: Columns, name: str, sequences: Sequence[str], written: str) -> list[Labels]:
    """Read labels, one per residue.

    Parameters
    ----------
    columns : Columns
        The rows.
    name : str
        The column of the labels.
    sequences : sequence of str
        Each row's sequence.
    written : {"blanks", "letters"}
        Whether values stand with blanks between them, or one letter per residue.

    Returns
    -------
    list of (str or list of str)
        Per row a text of one letter per residue, or a list of values.

    Raises
    ------
    SeqgraftError
        If a row has another number of labels than residues.
    """
    found: list[Labels] = []
    for row, (cell, sequence) in enumerate(zip(columns.cells[name], sequences, strict=True)):
        values: Labels = cell.split() if written == "blanks" else cell
        check_length(len(values), len(sequence), f"labels in column '{name}'", columns.where(row))
        found.append("".join(values) if all(len(value) == 1 for value in values) else values)
    return found


def mask_of(columns: Columns, name: str, sequences: Sequence[str], written: str) -> list[str]:
    """Read which residues count.

    Parameters
    ----------
    columns, name, sequences, written
        As for `cells_as_labels`.

    Returns
    -------
    list of str
        Per row a text of 0 and 1.

    Raises
    ------
    SeqgraftError
        If a row has another number of values than residues, or a value is neither 0 nor 1.
    """
    found = []
    for row, values in enumerate(cells_as_labels(columns, name, sequences, written)):
        found.append(zeros_and_ones(values, columns.where(row)))
    return found


def zeros_and_ones(values: Labels, where: str) -> str:
    """Return a mask as 0 and 1; ``1.0`` is 1.

    Parameters
    ----------
    values : str or list of str
        As they stand.
    where : str
        What messages call their place.

    Returns
    -------
    str

    Raises
    ------
    SeqgraftError
        If a value is something else.
    """
    known = {"0": "0", "1": "1", "0.0": "0", "1.0": "1"}
    for value in values:
        if value not in known:
            raise SeqgraftError(
                f"the mask holds '{value}', and may only hold 1 (the residue counts) and 0 (it does not)",
                where=where,
                remedy="mend the mask, or leave it out",
            )
    return "".join(known[value] for value in values)


def check_length(found: int, residues: int, what: str, where: str) -> None:
    """Refuse labels or a mask that do not go with their sequence.

    Parameters
    ----------
    found : int
        How many there are.
    residues : int
        The sequence's length.
    what : str
        What there is a number of.
    where : str
        What messages call their place.

    Raises
    ------
    SeqgraftError
        If the two differ.
    """
    if found != residues:
        raise SeqgraftError(
            f"{found} {what}, but the sequence has {residues} residues",
            where=where,
            remedy="give one per residue, for the same sequence",
        )
