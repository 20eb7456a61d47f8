"""Numbers per residue as text: lines ``id: 1.5, 2, …``, or one file per sequence with one residue per line."""

import re
from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from seqgraft.data.readers.base import Raw, Source, Tell
from seqgraft.data.readers.by_id import of_role, row_of, sequences_by_id, without_labels
from seqgraft.data.readers.residue_cells import check_length
from seqgraft.data.readers.text import text_lines
from seqgraft.data.readers.unpack import unpacked
from seqgraft.data.readers.wanted import joined
from seqgraft.errors import SeqgraftError

_LINE = re.compile(r"(\S+?)\s*:\s+(.*)")


class Values(NamedTuple):
    """The numbers of one sequence: its id, the numbers as text, the letters where they are told, and the place."""

    id: str
    values: list[str]
    letters: str | None
    where: str


def read_residue_values(
    sources: Sequence[Source],
    tell: Tell,
    *,
    file_id: str = r"(.+?)(?:\.[^.]*)?",
    unlabelled: str = "error",
) -> Raw:
    """Read sequences, and numbers per residue.

    Parameters
    ----------
    sources : sequence of Source
        Files of the roles ``sequences``, and ``labels`` (lines) or ``rows`` (one file per sequence).
    tell : callable
        Told after each file.
    file_id : str
        Regular expression with one group: the id in the name of a file of the role ``rows``.
    unlabelled : {"error", "drop"}
        What a sequence without labels means.

    Returns
    -------
    Raw
        `label` holds a list of numbers as text.

    Raises
    ------
    SeqgraftError
        If there is another number of them than of residues, or a letter is another one.
    """
    sequences, rows_by_id = sequences_by_id(of_role(sources, "sequences"), tell)
    known = sequences["sequence"].tolist()
    places: dict[int, Values] = {}
    parts: dict[int, str] = {}
    for source in of_role(sources, "labels", "rows"):
        found = _lines(source) if source.role == "labels" else [_rows(source, file_id)]
        for own in found:
            row = row_of(own.id, rows_by_id, "file of numbers", own.where)
            if row in places:
                raise SeqgraftError(
                    f"'{own.id}' has numbers twice, here and in {places[row].where}",
                    where=own.where,
                    remedy="keep the right ones",
                )
            _check(own, known[row])
            places[row] = own
            if source.part is not None:
                parts[row] = source.part
        tell(f"{source.file} read, {len(found)} sequences' numbers")
    table = sequences.iloc[list(places)].reset_index(drop=True)
    table = table.assign(label=pd.Series([own.values for own in places.values()], dtype=object))
    if parts:
        table = table.assign(part=[parts.get(row, "") for row in places])
    return joined([table], [without_labels(sequences, {own.id for own in places.values()}, unlabelled)])


def _lines(source: Source) -> list[Values]:
    """Read one sequence's numbers from each line."""
    with unpacked(source) as path:
        lines = text_lines(path, source)
    found = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        where = f"{source.where}, line {number}"
        match = _LINE.match(line.strip())
        if match is None:
            raise SeqgraftError(
                f"the line is not an id, a colon, a blank and numbers: {line[:20]!r}",
                where=where,
                remedy="give one line per sequence, such as `P12345: 0.5, 1.25, 3`",
            )
        found.append(Values(match[1], [value.strip() for value in match[2].split(",")], None, where))
    return found


def _rows(source: Source, file_id: str) -> Values:
    """Read one sequence's numbers from a file, a residue per line: its letter first, its number last."""
    match = re.fullmatch(file_id, source.path.name if source.member is None else source.member.split("/")[-1])
    if match is None:
        raise SeqgraftError(
            f"no id is found by `{file_id}` in the file's name",
            where=source.where,
            remedy="correct `file_id` in the task's `read`; it must match the whole name",
        )
    with unpacked(source) as path:
        numbered = [
            (n, line.split()) for n, line in enumerate(text_lines(path, source), start=1) if line.strip()
        ]
    for number, row in numbered:
        if len(row) < 2 or len(row[0]) != 1 or not row[0].isalpha():
            raise SeqgraftError(
                f"the line is not a residue and its number: {' '.join(row)[:20]!r}",
                where=f"{source.where}, line {number}",
                remedy="give one line per residue: its letter, perhaps its position, its number",
            )
    rows = [row for _, row in numbered]
    return Values(match[1], [row[-1] for row in rows], "".join(row[0] for row in rows), source.where)


def _check(own: Values, sequence: str) -> None:
    """Refuse numbers that are none, or that do not go with the sequence."""
    check_length(len(own.values), len(sequence), f"numbers of '{own.id}'", own.where)
    if own.letters is not None and own.letters.upper() != sequence.upper():
        at = next(
            n for n, (a, b) in enumerate(zip(own.letters.upper(), sequence.upper(), strict=True)) if a != b
        )
        raise SeqgraftError(
            f"residue {at + 1} of '{own.id}' is {own.letters[at]} here and {sequence[at]} in its sequence",
            where=own.where,
            remedy="give numbers and sequence of the same protein",
        )
