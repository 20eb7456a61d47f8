"""Labels per residue as FASTA: under each sequence's id one letter or digit per residue, and perhaps a mask."""

from collections.abc import Mapping, Sequence

from seqgraft.data.readers.base import Raw, Source, Tell
from seqgraft.data.readers.by_id import of_role, row_of, sequences_by_id, without_labels
from seqgraft.data.readers.choosing import parts_named
from seqgraft.data.readers.fasta_files import headers_of, matched
from seqgraft.data.readers.residue_cells import check_length, zeros_and_ones
from seqgraft.data.readers.wanted import PARTS, joined


def read_residues(
    sources: Sequence[Source],
    tell: Tell,
    *,
    part: str | None = None,
    parts: Mapping[str, str] = PARTS,
    unlabelled: str = "error",
) -> Raw:
    """Read sequences, labels and masks, and join them by id.

    Parameters
    ----------
    sources : sequence of Source
        Files of the roles ``sequences``, ``labels`` and perhaps ``mask``.
    tell : callable
        Told after each file.
    part : str or None
        Regular expression with one group: the part in a label's header.
    parts : mapping
        What the values of `part` stand for.
    unlabelled : {"error", "drop"}
        What a sequence without labels means.

    Returns
    -------
    Raw
        In the order of the labels; file and line are those of the sequence.

    Raises
    ------
    SeqgraftError
        If labels or a mask have another length than their sequence, or an id is repeated or missing.
    """
    sequences, rows_by_id = sequences_by_id(of_role(sources, "sequences"), tell)
    masks = of_role(sources, "mask")
    mask_by_id = _masks(masks, tell) if masks else {}
    tables = []
    told: set[str] = set()
    for source in of_role(sources, "labels"):
        labels, by_id = sequences_by_id([source], tell)
        labels = labels.iloc[list(by_id.values())].reset_index(drop=True)
        wheres = [f"{source.where}, line {line}" for line in labels["line"]]
        places = [
            row_of(id, rows_by_id, "file of labels", where)
            for id, where in zip(labels["id"], wheres, strict=True)
        ]
        table = sequences.iloc[places].reset_index(drop=True).assign(label=labels["sequence"])
        for label, sequence, where in zip(table["label"], table["sequence"], wheres, strict=True):
            check_length(len(label), len(sequence), "labels", where)
        if masks:
            table = table.assign(
                mask=[
                    _mask_for(id, s, mask_by_id) for id, s in zip(table["id"], table["sequence"], strict=True)
                ]
            )
        if part is not None:
            lines = labels["line"].tolist()
            found = matched(headers_of(source, lines), part, "part", lines, source)
            table = table.assign(part=parts_named(found, parts, lines, source))
        elif source.part is not None:
            table = table.assign(part=source.part)
        tables.append(table)
        told |= set(table["id"])
    return joined(tables, [without_labels(sequences, told, unlabelled)])


def _masks(sources: Sequence[Source], tell: Tell) -> dict[str, tuple[str, str]]:
    """Return each id's mask and where it stands."""
    table, rows = sequences_by_id(sources, tell)
    found = {}
    values = table["sequence"].tolist()
    for id, row in rows.items():
        where = f"{table['path'].iat[row]}, line {table['line'].iat[row]}"
        found[id] = (zeros_and_ones(values[row], where), where)
    return found


def _mask_for(id: str, sequence: str, masks: Mapping[str, tuple[str, str]]) -> str:
    """Return a sequence's mask; all residues count where it has none of its own."""
    mask, where = masks.get(id, ("1" * len(sequence), ""))
    check_length(len(mask), len(sequence), "values of a mask", where)
    return mask
