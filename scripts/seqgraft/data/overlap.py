"""Sequences with a long stretch in common, as windows cut from one genome have: words first, then whole diagonals."""

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from seqgraft.data.splitting.overlap import has_stretch
from seqgraft.known_alphabets import AnyAlphabet

Rows = NDArray[np.intp]

#: Common words that are looked at before longer words are taken, and how many candidates are in memory at a time.
_MOST_HITS = 5e6
_AT_ONCE = 2_000_000
_ALIGNED = 4_000_000  # letters


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
    What a stretch is, is said by `seqgraft.data.splitting.overlap.has_stretch`, which splits use, too. One of L letters
    with m differences holds an identical run of ceil((L - m) / (m + 1)) letters; words of the shortest such run miss
    nothing. So the work grows with the number of sequences more than with that of pairs. Where chance gives more than
    `_MOST_HITS` common words of that length, longer ones are taken, as `word_length` says: then a stretch is missed
    whose longest identical run is shorter than a word.
    """
    near, far = _Letters.of(left, alphabet), _Letters.of(right, alphabet)
    k = word_length(near.tokens.size, far.tokens.size, len(alphabet.letters), letters, identity)
    step = max(1, _ALIGNED // max(int(near.lengths.max(initial=1)), 1))
    parts = [
        _aligned(near, far, candidates[start : start + step], letters, identity)
        for candidates in _candidates(near, far, len(alphabet.letters), k, letters)
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


def word_length(near: int, far: int, alphabet: int, letters: int, identity: float) -> int:
    """Return the length of the words by which stretches are found.

    Parameters
    ----------
    near, far : int
        Letters on either side.
    alphabet : int
        Letters of the alphabet.
    letters, identity
        As for `overlaps`.

    Returns
    -------
    int
        5 for 40 letters at 85 %, unless the two sides hold so much that chance alone gives too many common words.
    """
    certain = letters
    for long in range(letters, 4 * letters):  # runs of longer stretches are no shorter
        differences = math.floor(long * (1 - identity) + 1e-9)
        certain = min(certain, math.ceil((long - differences) / (differences + 1)))
    affordable = math.ceil(math.log(max(near * far / _MOST_HITS, 1), alphabet))
    return min(max(certain, affordable), letters, int(62 / math.log2(alphabet + 1)))


class _Letters(NamedTuple):
    """Sequences one after the other, each with an unknown letter behind it.

    Parameters
    ----------
    tokens : numpy.ndarray
        (T,) uint8.
    owner, place : numpy.ndarray
        (T,) the sequence to which each belongs, and its place in it.
    starts, lengths : numpy.ndarray
        (N,) of each sequence.
    unknown : int
        Token of letters that equal nothing.
    """

    tokens: NDArray[np.uint8]
    owner: Rows
    place: Rows
    starts: Rows
    lengths: Rows
    unknown: int

    @classmethod
    def of(cls, sequences: Sequence[str], alphabet: AnyAlphabet) -> "_Letters":
        """Put sequences together."""
        behind = np.full(1, alphabet.unknown, dtype=np.uint8)
        parts = [part for s in sequences for part in (alphabet.encode(s), behind)]
        lengths = np.array([len(s) for s in sequences], dtype=np.intp)
        starts = np.cumsum(lengths + 1) - (lengths + 1)
        owner = np.repeat(np.arange(len(sequences)), lengths + 1)
        tokens = np.concatenate(parts) if parts else behind[:0]
        return cls(tokens, owner, np.arange(len(tokens)) - starts[owner], starts, lengths, alphabet.unknown)

    def words(self, k: int, letters: int) -> tuple[NDArray[np.int64], Rows]:
        """Return the code of each word of `k` known letters, and where it begins."""
        if len(self.tokens) < k:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.intp)
        ends = len(self.tokens) - k + 1
        codes = np.zeros(ends, dtype=np.int64)
        known = np.ones(ends, dtype=bool)
        for step in range(k):
            letter = self.tokens[step : step + ends]
            codes = codes * letters + letter
            known &= letter < letters
        places = np.flatnonzero(known)
        return codes[places], places


def _candidates(near: _Letters, far: _Letters, alphabet: int, k: int, letters: int) -> Iterator[Rows]:
    """Yield rows of both sides and the shift between them, (M, 3), where they have a word in common."""
    codes, places = near.words(k, alphabet)
    known, others = far.words(k, alphabet)
    order = np.argsort(known, kind="stable")
    known, others = known[order], others[order]
    first = np.searchsorted(known, codes, side="left")
    many = np.searchsorted(known, codes, side="right") - first
    total = np.cumsum(many)
    # A sequence's words are kept together, so that a diagonal is a candidate once.
    ends = np.flatnonzero(np.diff(near.owner[places], append=-1))
    blocks = total[ends] // _AT_ONCE if len(ends) else ends
    cuts = ends[np.flatnonzero(np.diff(blocks))] + 1
    for part in np.split(np.arange(len(codes)), cuts):
        count = many[part]
        within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        a = np.repeat(places[part], count)
        b = others[np.repeat(first[part], count) + within]
        row, other, shift = near.owner[a], far.owner[b], far.place[b] - near.place[a]
        begin = np.maximum(0, -shift)
        room = np.minimum(near.lengths[row] - begin, far.lengths[other] - begin - shift)
        row, other, shift = (column[room >= letters] for column in (row, other, shift))
        # One number stands for a row, another and a shift: finding each once is then a sort of numbers.
        width = int(near.lengths.max() + far.lengths.max()) + 1
        key = np.unique((row * len(far.lengths) + other) * width + shift + int(near.lengths.max()))
        pair = key // width
        yield np.stack(
            [pair // len(far.lengths), pair % len(far.lengths), key % width - int(near.lengths.max())], axis=1
        )


def _aligned(
    near: _Letters, far: _Letters, candidates: Rows, letters: int, identity: float
) -> tuple[Rows, NDArray[np.float64]]:
    """Lay sequences over each other as the shifts say, and keep those with a good stretch."""
    row, other, shift = candidates.T
    begin = np.maximum(0, -shift)
    room = np.minimum(near.lengths[row] - begin, far.lengths[other] - begin - shift)
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
