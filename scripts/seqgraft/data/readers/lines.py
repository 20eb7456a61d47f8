"""One sequence per line, each file of one class."""

from collections.abc import Sequence

import pandas as pd

from seqgraft.data.readers.base import Raw, Source, Tell, nothing_left_out
from seqgraft.data.readers.text import text_lines
from seqgraft.data.readers.unpack import unpacked
from seqgraft.data.readers.wanted import joined, placed
from seqgraft.errors import SeqgraftError


def read_lines(sources: Sequence[Source], tell: Tell) -> Raw:
    """Read files with nothing but sequences.

    Parameters
    ----------
    sources : sequence of Source
        With their classes.
    tell : callable
        Told after each file.

    Returns
    -------
    Raw
        Each sequence is called by its file and line; empty lines mean nothing.

    Raises
    ------
    SeqgraftError
        If a line holds several words or looks like FASTA.
    """
    tables = []
    for source in sources:
        with unpacked(source) as path:
            found = [
                (n, line.strip()) for n, line in enumerate(text_lines(path, source), start=1) if line.strip()
            ]
        for number, sequence in found:
            if sequence.startswith(">") or len(sequence.split()) > 1:
                raise SeqgraftError(
                    f"the line is not one sequence: {sequence[:20]!r}",
                    where=f"{source.where}, line {number}",
                    remedy="give one sequence per line and nothing else, or the format that the file has",
                )
        table = pd.DataFrame(
            {
                "id": [f"{source.file}:{number}" for number, _ in found],
                "sequence": [sequence for _, sequence in found],
                "line": [number for number, _ in found],
            }
        ).assign(label=source.label)
        tables.append(placed(table, source))
        tell(f"{source.file} read, {len(table)} sequences")
    return joined(tables, [nothing_left_out()])
