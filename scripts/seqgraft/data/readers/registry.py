"""All formats by name. A further one is an entry here and a member of `seqgraft.config.reading.AnyReading`."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

from seqgraft.data.readers.base import Raw, Reader, Source, Tell, sources_of
from seqgraft.data.readers.fasta_files import read_class_files, read_headers
from seqgraft.data.readers.fasta_labels import read_labelled
from seqgraft.data.readers.intervals import read_intervals
from seqgraft.data.readers.lines import read_lines
from seqgraft.data.readers.pairs import read_pairs
from seqgraft.data.readers.residue_values import read_residue_values
from seqgraft.data.readers.residues import read_residues
from seqgraft.data.readers.table import read_table
from seqgraft.errors import SeqgraftError

READERS: dict[str, Reader] = {
    "fasta": read_class_files,
    "fasta-header": read_headers,
    "fasta-table": read_labelled,
    "csv": partial(read_table, kind="csv"),
    "tsv": partial(read_table, kind="tsv"),
    "parquet": partial(read_table, kind="parquet"),
    "lines": read_lines,
    "residues": read_residues,
    "residue-values": read_residue_values,
    "pairs": read_pairs,
    "intervals": read_intervals,
}
# What is read where a task does not say: FASTA, one class per file.
FASTA: Mapping[str, Any] = MappingProxyType({"format": "fasta"})


def read_task(
    paths: Sequence[Path], contents: Sequence[Mapping[str, Any] | str], reading: Mapping[str, Any], tell: Tell
) -> Raw:
    """Read all files of a task.

    Parameters
    ----------
    paths : sequence of pathlib.Path
        The files.
    contents : sequence of mapping or str
        What each holds: ``class, role, part, member`` as far as given; a text is the class.
    reading : mapping
        The task's `read`: its ``format`` and the keys of that format.
    tell : callable
        Told once per file.

    Returns
    -------
    Raw

    Raises
    ------
    SeqgraftError
        If a file is not what the format says, or two files have one name.
    """
    sources: list[Source] = sources_of(paths, contents)
    names = [source.file for source in sources]
    for source in sources:
        if names.count(source.file) > 1:
            raise SeqgraftError(
                f"two files of the task are called '{source.file}'",
                where=source.where,
                remedy="rename one of them",
            )
    settings = dict(reading)
    return READERS[settings.pop("format")](sources, tell, **settings)
