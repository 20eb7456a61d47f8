"""Sequences with a stretch in common, without gaps and at any shift, as windows cut from one place of a genome have."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from seqgraft.data.overlap_places import Letters, Rows, by_shift, by_words
from seqgraft.known_alphabets import AnyAlphabet

_ALIGNED = 4_000_000  # letters laid over each other at a time
_NEVER = 1e6  # no stretch of identical letters makes up for this
#: Up to so many pairs of letters, for an alphabet of four, every pair is looked at: half a minute.
_ALL_PAIRS = 5e11


class Overlaps(NamedTuple):
    """Pairs of sequences with a stretch in common.

    Parameters
    ----------
    left, right : numpy.ndarray
        (M,) rows, each pair once.
    identity : numpy.ndarray
        (M,) greatest share of identical letters in as many letters as the stretch needs.
    """

    left: Rows
    right: Rows
    identity: NDArray[np.float64]


def overlaps(
    left: Sequence[str], right: Sequence[str], alphabet: AnyAlphabet, *, letters: int, identity: float
) -> Overlaps:
    """Find the pairs that agree in a stretch of so many letters, without gaps and at any shift.

    Parameters
    ----------
    left, right : sequence of str
        Sequences of any lengths; those shorter than the stretch have none in common.
    alphabet : Alphabet
        Of all of them. A letter that it does not know is identical to nothing.
    letters : int
        Least length of the stretch, S.
    identity : float
        Least share of identical letters in it.

    Returns
    -------
    Overlaps
        In the order of left and right.

    Notes
    -----
    What a stretch is, is said by `has_stretch`. Where the product of both sides is not too large, `by_shift` looks at
    every pair, and the answer is exact. Beyond that, `by_words` needs a word in common: a stretch of L letters with m
    differences holds an identical run of ceil((L - m) / (m + 1)) letters, and words of the shortest such run miss
    nothing; but where chance gives too many common words of that length, longer ones are taken, as `word_length`
    says, and a stretch is missed whose longest identical run is shorter than a word.
    """
    near, far = Letters.of(left, alphabet), Letters.of(right, alphabet)
    count = len(alphabet.letters)
    all_pairs = near.tokens.size * far.tokens.size * count / 4 <= _ALL_PAIRS
    candidates_of = by_shift if all_pairs else by_words
    step = max(1, _ALIGNED // max(int(near.lengths.max(initial=1)), 1))
    parts = [
        _aligned(near, far, candidates[start : start + step], letters, identity)
        for candidates in candidates_of(near, far, count, letters, identity)
        for start in range(0, len(candidates), step)
    ]
    if not parts:
        return Overlaps(np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.intp), np.zeros(0))
    rows, shares = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((-shares, rows[:, 1], rows[:, 0]))
    rows, shares = rows[order], shares[order]
    first = np.ones(len(rows), dtype=bool)
    first[1:] = (rows[1:] != rows[:-1]).any(axis=1)
    return Overlaps(rows[first, 0], rows[first, 1], shares[first])


def _aligned(
    near: Letters, far: Letters, candidates: Rows, letters: int, identity: float
) -> tuple[Rows, NDArray[np.float64]]:
    """Lay sequences over each other as the shifts say, and keep those with a good stretch."""
    row, other, shift = candidates.T
    begin = np.maximum(0, -shift)
    room = np.minimum(near.lengths[row] - begin, far.lengths[other] - begin - shift)
    enough = room >= letters
    candidates, begin, room = candidates[enough], begin[enough], room[enough]
    if not len(candidates):
        return candidates[:, :2], np.zeros(0)
    row, other, shift = candidates.T
    step = np.arange(room.max())
    inside = step < room[:, None]
    a, b = (
        np.where(inside, np.minimum(side.starts[own] + from_, len(side.tokens) - 1)[:, None] + step, 0)
        for side, own, from_ in ((near, row, begin), (far, other, begin + shift))
    )
    one, two = near.tokens[a], far.tokens[b]
    same = (one == two) & (one != near.unknown) & inside
    # Nearly all candidates are there by chance: too few letters are the same for any stretch.
    some = same.sum(axis=1) >= math.ceil(identity * letters - 1e-9)
    candidates, same, inside, row = candidates[some], same[some], inside[some], row[some]
    if not len(row):
        return candidates[:, :2], np.zeros(0)
    sums = np.zeros((len(row), len(step) + 1), dtype=np.int32)
    np.cumsum(same, axis=1, out=sums[:, 1:])
    best = (sums[:, letters:] - sums[:, :-letters]).max(axis=1) / letters
    good = has_stretch(same, letters, identity, ~inside)
    return candidates[good, :2], best[good]


def has_stretch(
    same: np.ndarray, shared: int, identity: float, ended: np.ndarray | None = None
) -> np.ndarray:
    """Tell whether letters are identical in some stretch that is long enough.

    Parameters
    ----------
    same : numpy.ndarray
        (P, L) bool: whether two sequences agree at each place.
    shared : int
        Least length.
    identity : float
        Least share of identical letters, over the whole stretch.
    ended : numpy.ndarray, optional
        (P, L) bool: places behind the end of one of the two, rightmost in their rows.

    Returns
    -------
    numpy.ndarray
        (P,) bool.

    Notes
    -----
    With 1 - identity for a letter that agrees and -identity for one that does not, a stretch will do if its sum is not
    negative: its end's running total is not below the lowest one that lies at least `shared` letters before.
    """
    if same.shape[1] < shared:
        return np.zeros(len(same), dtype=bool)
    total = np.zeros((len(same), same.shape[1] + 1))
    np.cumsum(
        same - identity if ended is None else same - identity - _NEVER * ended, axis=1, out=total[:, 1:]
    )
    lowest = np.minimum.accumulate(total[:, : total.shape[1] - shared], axis=1)
    return np.any(total[:, shared:] - lowest >= -1e-9, axis=1)
