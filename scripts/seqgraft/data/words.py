"""How alike sequences are by the words that they share.

The share of common k-letter words needs no alignment, is exact, takes sequences of unequal length, and finds a
homologous stretch wherever it lies (Edgar 2004, Nucleic Acids Research 32:1792, uses it to guess identity).
"""

from collections.abc import Iterator

import numpy as np
import scipy.sparse as sp

CHANCE = 1 / 16  # how often a word may be found in an unrelated sequence of the same length
BLOCK = 4_000_000  # similarities held in memory at a time


def word_length(letters: int, length: int) -> int:
    """Return the shortest word that an unrelated sequence of this length holds in at most 1 of 16 cases.

    Parameters
    ----------
    letters : int
        Letters of the alphabet.
    length : int
        Letters per sequence.

    Returns
    -------
    int
        6 for 81 letters of DNA, 3 for 300 residues of protein; never longer than the sequence.
    """
    k = 1
    while k < length and length / letters**k > CHANCE:
        k += 1
    return k


def words(tokens: np.ndarray, letters: int, complement: tuple[int, ...] | None = None) -> sp.csr_matrix:
    """Return which words each sequence holds.

    Parameters
    ----------
    tokens : numpy.ndarray
        (N, L) uint8; `letters` where a letter is unknown or the sequence has ended.
    letters : int
        Letters of the alphabet.
    complement : tuple of int, optional
        Token of the complement of each letter, where both strands mean the same: the words of both count.

    Returns
    -------
    scipy.sparse.csr_matrix
        (N, W) float32, 1 where a sequence holds a word; only words that occur have a column. A word with an unknown
        letter is left out.
    """
    k = word_length(letters, tokens.shape[1])
    codes = _codes(tokens, letters, k)
    if complement is not None:
        partner = np.array([*complement, letters], dtype=np.uint8)
        codes = np.concatenate([codes, _codes(partner[tokens][:, ::-1], letters, k)], axis=1)
    codes = np.sort(codes, axis=1)
    first = np.ones(codes.shape, dtype=bool)
    first[:, 1:] = codes[:, 1:] != codes[:, :-1]
    row, place = np.nonzero(first & (codes >= 0))
    _, column = np.unique(codes[row, place], return_inverse=True)
    ones = np.ones(len(row), dtype=np.float32)
    return sp.csr_matrix((ones, (row, column)), shape=(len(tokens), column.max(initial=0) + 1))


def similarity(left: sp.csr_matrix, right: sp.csr_matrix) -> np.ndarray:
    """Return the share of common words of every pair.

    Parameters
    ----------
    left, right : scipy.sparse.csr_matrix
        (A, W) and (B, W) rows of `words`.

    Returns
    -------
    numpy.ndarray
        (A, B) float64 from 0 to 1: distinct words that both hold, divided by those of the one that holds fewer; 0 where
        one holds none.
    """
    common = np.asarray((left @ right.T).todense(), dtype=np.float64)
    fewer = np.minimum(_count(left)[:, None], _count(right)[None, :])
    return common / np.maximum(fewer, 1)


def blocks(sets: sp.csr_matrix, columns: int) -> Iterator[sp.csr_matrix]:
    """Cut rows into blocks whose similarities to other sequences fit into memory.

    Parameters
    ----------
    sets : scipy.sparse.csr_matrix
        (N, W) rows of `words`.
    columns : int
        How many other sequences there are.

    Yields
    ------
    scipy.sparse.csr_matrix
        Rows in their order, at least one: as many as have at most `BLOCK` similarities.
    """
    step = max(1, BLOCK // max(columns, 1))
    for start in range(0, sets.shape[0], step):
        yield sets[start : start + step]


def _codes(tokens: np.ndarray, letters: int, k: int) -> np.ndarray:
    """Return the number of the word at each place (N, L - k + 1), -1 where a letter is unknown."""
    places = tokens.shape[1] - k + 1
    code = np.zeros((len(tokens), places), dtype=np.int64)
    known = np.ones((len(tokens), places), dtype=bool)
    for step in range(k):
        letter = tokens[:, step : step + places]
        code = code * letters + letter
        known &= letter < letters
    return np.where(known, code, -1)


def _count(sets: sp.csr_matrix) -> np.ndarray:
    """Count each sequence's words."""
    return np.diff(sets.indptr)
