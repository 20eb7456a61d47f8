"""What a linear model takes as its rows: sequences, or the residues of sequences that have a label."""

import numpy as np

from seqgraft.learn.choosing import Member


def spread(counts: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Return the entries of sequences, one sequence after the other.

    Parameters
    ----------
    counts : numpy.ndarray
        (N,) entries of every sequence of a task, which lie in the sequences' order.
    rows : numpy.ndarray
        (n,) int64 sequences.

    Returns
    -------
    numpy.ndarray
        int64 positions among all entries.
    """
    begins = np.cumsum(counts) - counts
    own = counts[rows]
    within = np.arange(own.sum()) - np.repeat(np.cumsum(own) - own, own)
    return np.repeat(begins[rows], own) + within


def spread_members(counts: np.ndarray, parts: list[Member]) -> list[Member]:
    """Return members as positions among the entries of the fit's sequences, of which `counts` (n,) tells each's."""
    return [Member(part.number, spread(counts, part.fit), spread(counts, part.held_out)) for part in parts]
