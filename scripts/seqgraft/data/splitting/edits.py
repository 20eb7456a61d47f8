"""Sequences that few edits turn into each other, as the guides of one site in two libraries."""

from collections.abc import Sequence

import numpy as np
from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cdist

BLOCK = 2_000_000  # distances held in memory at a time


def close_pairs(sequences: Sequence[str], distance: int) -> tuple[np.ndarray, np.ndarray]:
    """Find every pair within a Levenshtein distance.

    Parameters
    ----------
    sequences : sequence of str
        (N,) sequences of any lengths.
    distance : int
        Most substitutions, insertions and deletions, one letter each.

    Returns
    -------
    left, right : numpy.ndarray
        (P,) int64 rows of each pair, left before right.

    Notes
    -----
    Every pair is measured; the bit-parallel algorithm of Myers (1999, Journal of the ACM 46:395), as rapidfuzz has it,
    does so for many pairs at a time.
    """
    pairs = []
    step = max(1, BLOCK // max(len(sequences), 1))
    for start in range(0, len(sequences), step):
        block = sequences[start : start + step]
        found = cdist(
            block, sequences[start:], scorer=Levenshtein.distance, score_cutoff=distance, dtype=np.uint16
        )
        left, right = np.nonzero(found <= distance)
        kept = left < right
        pairs.append((left[kept] + start, right[kept] + start))
    if not pairs:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    left, right = (np.concatenate(side) for side in zip(*pairs, strict=True))
    return left.astype(np.int64), right.astype(np.int64)
