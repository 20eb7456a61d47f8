"""Shuffling that keeps how often each pair of neighbouring letters occurs."""

from itertools import pairwise

import numpy as np


def dinucleotide_shuffle(sequence: str, rng: np.random.Generator) -> str:
    """Return a random sequence with exactly the same counts of letters and of neighbouring pairs.

    A sequence is a walk on a graph whose nodes are letters and whose edges are its neighbouring pairs; every
    Eulerian walk over the same edges is a valid shuffle. The last edges out of each letter must form a tree
    that leads to the last letter; one is drawn by trial, the other edges are permuted.

    Parameters
    ----------
    sequence : str
        Any text. Its first and last letters stay where they are.
    rng : numpy.random.Generator
        Only its ``random`` method is used.

    Returns
    -------
    str
        The shuffled sequence, each Eulerian walk equally likely.

    References
    ----------
    Altschul & Erickson (1985) Molecular Biology and Evolution 2:526-538.
    """
    if len(sequence) < 4:
        return sequence  # its ends are fixed, and so is what may stand between them
    edges: dict[str, list[str]] = {}
    for here, there in pairwise(sequence):
        edges.setdefault(here, []).append(there)
    end = sequence[-1]
    last = _last_edges(edges, end, rng)
    walks: dict[str, list[str]] = {}
    for here, onward in edges.items():
        rest = list(onward)
        if here in last:
            rest.remove(last[here])
        order = np.argsort(rng.random(len(rest)), kind="stable")
        # Reversed, because edges are taken from the end of the list: the tree's edge comes last.
        walks[here] = ([last[here]] if here in last else []) + [rest[i] for i in order]
    letters = [sequence[0]]
    while walks.get(letters[-1]):
        letters.append(walks[letters[-1]].pop())
    return "".join(letters)


def _last_edges(edges: dict[str, list[str]], end: str, rng: np.random.Generator) -> dict[str, str]:
    """Draw a last edge for every letter but the end, again and again until all of them lead to the end."""
    while True:
        drawn = {here: there[int(rng.random() * len(there))] for here, there in edges.items() if here != end}
        if all(_reaches(here, drawn, end) for here in drawn):
            return drawn


def _reaches(here: str, drawn: dict[str, str], end: str) -> bool:
    """Tell whether following the drawn edges from a letter comes to the end."""
    for _ in range(len(drawn)):
        here = drawn[here]
        if here == end:
            return True
    return False
