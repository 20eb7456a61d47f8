"""All generators of simulated sequences, and the way from a config to a FASTA file."""

import os
from collections.abc import Callable, Iterable, Sequence

from seqgraft.config.simulation import Simulation
from seqgraft.files import write_text
from seqgraft.simulate.promoters import Record, generate

GENERATORS: dict[str, Callable[..., dict[str, list[Record]]]] = {"promoters": generate}


def simulate(settings: Simulation, classes: Sequence[str]) -> dict[str, list[Record]]:
    """Run the generator that a task's config names.

    Parameters
    ----------
    settings : Simulation
        The task's `simulate` part.
    classes : sequence of str
        The task's classes, the positive one first.

    Returns
    -------
    dict of str to list of (str, str)
        FASTA headers (without ``>``) and sequences of each class. Every id begins with ``simulated_``.

    Raises
    ------
    SeqgraftError
        If the generator cannot make these classes.
    """
    options = settings.model_dump(exclude={"generator"})
    return GENERATORS[settings.generator](classes=classes, **options)


def write_fasta(records: Iterable[Record], path: str | os.PathLike[str]) -> None:
    """Write headers and sequences as FASTA, one line per sequence, atomically.

    Parameters
    ----------
    records : iterable of (str, str)
        Headers without ``>``, and sequences.
    path : path-like
        The file; equal records give equal bytes.
    """
    write_text(path, "".join(f">{header}\n{sequence}\n" for header, sequence in records))
