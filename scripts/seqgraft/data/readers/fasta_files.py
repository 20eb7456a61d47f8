"""FASTA files, each of one class."""

from collections.abc import Sequence

import pandas as pd

from seqgraft.data.fasta import FastaRecord, read_fasta
from seqgraft.data.readers.base import Raw, Source, Tell, nothing_left_out


def read_class_files(sources: Sequence[Source], tell: Tell, *, ids: str = "header") -> Raw:
    """Read FASTA files that hold one class each.

    Parameters
    ----------
    sources : sequence of Source
        With their classes.
    tell : callable
        Told after each file.
    ids : {"header", "line"}
        Whether headers hold ids.

    Returns
    -------
    Raw
    """
    tables = []
    for source in sources:
        table = pd.DataFrame(read_fasta(source.path), columns=list(FastaRecord._fields))
        table = table.assign(file=source.file, path=source.where, label=source.label)
        tables.append(table)
        tell(f"{source.file} read, {len(table)} sequences")
    return Raw(pd.concat(tables, ignore_index=True), nothing_left_out())
