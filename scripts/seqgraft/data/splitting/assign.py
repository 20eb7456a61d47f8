"""Whole groups dealt out to parts such that each part gets its share of every stratum, as nearly as groups allow."""

import numpy as np


def deal_groups(
    groups: np.ndarray, strata: np.ndarray, shares: np.ndarray, generator: np.random.Generator
) -> np.ndarray:
    """Give every group to one part.

    Parameters
    ----------
    groups : numpy.ndarray
        (N,) group of each sequence.
    strata : numpy.ndarray
        (N,) int64 stratum of each sequence, from 0 on.
    shares : numpy.ndarray
        (P,) share of the sequences that each part is to have; their sum is 1.
    generator : numpy.random.Generator
        Decides which of groups of one size comes first.

    Returns
    -------
    numpy.ndarray
        (N,) int64 part of each sequence.

    Notes
    -----
    Greedy: largest groups first, each to the part where it leaves the smallest sum, over parts and strata, of squared
    departures from the wanted count divided by that count (Pearson's chi-square). Small groups, which come last, even
    out what large ones left.
    """
    _, member = np.unique(np.asarray(groups, dtype=str), return_inverse=True)
    counts = np.zeros((member.max() + 1, strata.max() + 1))
    np.add.at(counts, (member, strata), 1)
    counts = counts[:, counts.sum(axis=0) > 0]
    wanted = np.outer(shares, counts.sum(axis=0))
    filled = np.zeros_like(wanted)
    part = np.empty(len(counts), dtype=np.int64)
    order = generator.permutation(len(counts))
    for group in order[np.argsort(-counts[order].sum(axis=1), kind="stable")]:
        own = counts[group]
        change = ((2 * (filled - wanted) + own) * own / wanted).sum(axis=1)
        best = int(np.argmin(change))
        part[group] = best
        filled[best] += own
    return part[member]
