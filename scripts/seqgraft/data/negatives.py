"""Sequences made for a class that nobody observed: shuffles of the other class, or windows of a genome like them.

What such a class teaches is the difference between observed sequences and this way of making others, which need not be
the difference that biology makes. Windows of a genome may also be unknown members of the observed class.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from seqgraft.errors import SeqgraftError
from seqgraft.simulate.shuffle import dinucleotide_shuffle

TRIES = 100  # shuffles of a sequence before it is taken for one that has no other
ROUNDS = 50  # draws of windows for what is still without one
_DRAWN = 2000  # windows in a draw


def shuffled_negatives(
    sequences: Sequence[str], number: int, generator: np.random.Generator
) -> list[tuple[str, str]]:
    """Shuffle observed sequences such that letters and neighbouring pairs keep their counts.

    Parameters
    ----------
    sequences : sequence of str
        (N,) observed ones.
    number : int
        How many to make: the first N from each of them in turn, and so on.
    generator : numpy.random.Generator
        Draws the shuffles.

    Returns
    -------
    list of (str, str)
        Names and sequences, none of which was observed or is there twice. Fewer than `number` where a sequence has no
        other arrangement, such as a run of one letter.

    References
    ----------
    Altschul & Erickson (1985) Molecular Biology and Evolution 2:526-538.
    """
    known, made = set(sequences), []
    for place in range(number):
        row, copy = place % len(sequences), place // len(sequences) + 1
        for _ in range(TRIES):
            found = dinucleotide_shuffle(sequences[row], generator)
            if found not in known:
                known.add(found)
                made.append((f"shuffle-{row + 1}-{copy}", found))
                break
    return made


def genome_negatives(
    sequences: Sequence[str],
    number: int,
    genome: Sequence[tuple[str, str]],
    tolerance: float,
    generator: np.random.Generator,
    where: str,
) -> list[tuple[str, str]]:
    """Cut windows out of a genome, each with the length and about the GC content of an observed sequence.

    Parameters
    ----------
    sequences : sequence of str
        (N,) observed ones, of DNA.
    number : int
        How many to make, from the observed ones in turn.
    genome : sequence of (str, str)
        Names and sequences of its records, in upper case.
    tolerance : float
        Largest difference in GC content.
    generator : numpy.random.Generator
        Draws the places.
    where : str
        The genome's file, for messages.

    Returns
    -------
    list of (str, str)
        Names, ``record:start-end`` counted from 1, and sequences. No two windows are one place, none holds an
        ambiguous letter, and none is an observed sequence.

    Raises
    ------
    SeqgraftError
        If the genome has no such window for one of them.
    """
    known, made = set(sequences), []
    wanted = [sequences[place % len(sequences)] for place in range(number)]
    for length in sorted({len(s) for s in wanted}):
        open_ = [s for s in wanted if len(s) == length]
        asked = np.array([gc_content(s) for s in open_])
        waiting = np.arange(len(open_))
        draws = _windows(genome, length, generator)
        for _ in range(ROUNDS):
            for name, window in next(draws, []):
                content = gc_content(window)
                near = np.abs(asked[waiting] - content) <= tolerance + 1e-12
                if near.any() and window not in known:
                    best = waiting[near][0]
                    waiting = waiting[waiting != best]
                    known.add(window)
                    made.append((name, window))
            if not len(waiting):
                break
        if len(waiting):
            raise SeqgraftError(
                f"the genome has no further window of {length} letters without ambiguous ones whose GC content is "
                f"within {tolerance:g} of {asked[waiting[0]]:.3f}",
                where=where,
                remedy="give the whole genome, a larger `negatives.tolerance`, or a smaller `negatives.ratio`",
            )
    return made


def gc_content(sequence: str) -> float:
    """Return the share of G and C among a sequence's letters."""
    return (sequence.count("G") + sequence.count("C")) / max(len(sequence), 1)


def _windows(
    genome: Sequence[tuple[str, str]], length: int, generator: np.random.Generator
) -> Iterator[list[tuple[str, str]]]:
    """Yield draws of windows of one length, every place of the genome with the same chance; no place twice."""
    places = np.array([max(0, len(s) - length + 1) for _, s in genome])
    ends = np.cumsum(places)
    seen: set[int] = set()
    while len(ends) and ends[-1]:
        drawn = []
        for place in generator.integers(0, ends[-1], _DRAWN).tolist():
            record = int(np.searchsorted(ends, place, side="right"))
            name, letters = genome[record]
            start = place - int(ends[record] - places[record])
            window = letters[start : start + length]
            if place not in seen and not window.strip("ACGT"):
                drawn.append((f"{name}:{start + 1}-{start + length}", window))
            seen.add(place)
        yield drawn
