"""Permutations of which every prefix is balanced, and such that keep groups together."""

import numpy as np


def stratified_order(labels: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Return a permutation of which every prefix is stratified.

    Parameters
    ----------
    labels : numpy.ndarray
        (N,) classes.
    generator : numpy.random.Generator
        Draws it.

    Returns
    -------
    numpy.ndarray
        (N,) int64 positions.
    """
    place = np.empty(len(labels))
    for label in sorted(set(labels)):
        rows = generator.permutation(np.flatnonzero(labels == label))
        place[rows] = (np.arange(len(rows)) + generator.random()) / len(rows)
    return np.argsort(place, kind="stable")


def order_of_groups(order: np.ndarray, groups: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Bring a permutation into one of the same kind in which members of a group follow each other.

    Parameters
    ----------
    order : numpy.ndarray
        (N,) int64 permutation of positions.
    groups : numpy.ndarray
        (N,) group of each position.
    generator : numpy.random.Generator
        Draws the member of each group whose place the group takes; the first one's would favour large groups.

    Returns
    -------
    numpy.ndarray
        (N,) int64: members of one group in the order that they had.
    """
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    _, member = np.unique(np.asarray(groups, dtype=str), return_inverse=True)
    mixed = generator.permutation(len(order))
    place = np.empty(member.max() + 1, dtype=np.int64)
    place[member[mixed]] = rank[mixed]  # the last one written is the one drawn
    return np.lexsort((rank, place[member]))
