"""Sequences that lie inside longer ones, found by rolling hashes (Karp & Rabin 1987) instead of pair by pair."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]
Rows = NDArray[np.intp]

#: Lengths of the words by which a sequence is looked up: the longest one that it holds.
LADDER = (1, 2, 3, 4, 6, 8, 11, 16, 22, 32, 45, 64, 90, 128, 181, 256, 512, 1024, 4096)
#: Odd, so that it has an inverse modulo 2**64; values of letters are drawn once and for all.
_BASE = np.uint64(0x9E3779B97F4A7C15)
_INVERSE = np.uint64(pow(int(_BASE), -1, 2**64))
_LETTERS = np.random.default_rng(8_128).integers(1, 2**63, size=256, dtype=np.uint64)
_FILTER_BITS = 22
_AT_ONCE = 4_000_000  # candidates in memory


def contained_in(short: Sequence[str], long: Sequence[str], shortest: int = 1) -> tuple[Rows, Rows]:
    """Find every sequence that lies inside a longer one.

    Parameters
    ----------
    short, long : sequence of str
        ASCII letters, each sequence once.
    shortest : int
        Sequences with fewer letters are not looked for.

    Returns
    -------
    (numpy.ndarray, numpy.ndarray)
        (M,) rows of `short` and of `long`, each pair once, in the order of both. Equal sequences are no pair.
    """
    lengths = np.array([len(s) for s in short], dtype=np.intp)
    longest = max((len(s) for s in long), default=0)
    asked = np.flatnonzero((lengths >= max(shortest, 1)) & (lengths < longest))
    if not len(asked):
        return np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.intp)
    text = _Text.of(long)
    own = _Text.of([short[int(row)] for row in asked])
    steps = np.searchsorted(LADDER, own.lengths, side="right") - 1
    found = [
        pairs
        for step in np.unique(steps)
        for pairs in _looked_up(own, np.flatnonzero(steps == step), text, LADDER[step])
    ]
    pairs = np.unique(np.concatenate(found), axis=0) if found else np.zeros((0, 2), dtype=np.intp)
    pairs[:, 0] = asked[pairs[:, 0]]
    # Two stretches with one hash are so rare that none was ever seen; they would leave out a sequence for nothing.
    sure = [row for row, (a, b) in enumerate(pairs.tolist()) if short[a] in long[b]]
    return pairs[sure, 0], pairs[sure, 1]


class _Text(NamedTuple):
    """Sequences one after the other, with the sums that give the hash of any stretch of them.

    Parameters
    ----------
    starts, lengths : numpy.ndarray
        (N,) of each sequence.
    owner : numpy.ndarray
        (T,) the sequence to which each letter belongs.
    sums : numpy.ndarray
        (T + 1,) uint64, of the letters' values times the powers of the base.
    undo : numpy.ndarray
        (T,) uint64, the powers of the base's inverse.
    """

    starts: Rows
    lengths: Rows
    owner: Rows
    sums: Words
    undo: Words

    @classmethod
    def of(cls, sequences: Sequence[str]) -> "_Text":
        """Put sequences together."""
        letters = np.frombuffer("".join(sequences).encode("ascii"), dtype=np.uint8)
        lengths = np.array([len(s) for s in sequences], dtype=np.intp)
        # Arithmetic of unsigned integers wraps around, which is the modulus wanted here.
        powers, undo = (_powers(base, len(letters)) for base in (_BASE, _INVERSE))
        sums = np.concatenate([np.zeros(1, dtype=np.uint64), np.cumsum(_LETTERS[letters] * powers)])
        return cls(
            np.cumsum(lengths) - lengths, lengths, np.repeat(np.arange(len(sequences)), lengths), sums, undo
        )

    def hashes(self, places: Rows, lengths: Rows | int) -> Words:
        """Return the hash of the stretch at each place."""
        return (self.sums[places + lengths] - self.sums[places]) * self.undo[places]

    def room(self, places: Rows) -> Rows:
        """Count the letters from each place to the end of its sequence."""
        owner = self.owner[places]
        return self.starts[owner] + self.lengths[owner] - places


def _powers(base: np.uint64, number: int) -> Words:
    """Return the powers of a number from 0 on."""
    steps = np.full(number, base, dtype=np.uint64)
    steps[:1] = 1
    return np.cumprod(steps, dtype=np.uint64)


def _looked_up(own: _Text, rows: Rows, text: _Text, k: int) -> Iterator[Rows]:
    """Yield pairs of those short sequences that have words of `k` letters, as arrays (M, 2)."""
    words, member = np.unique(own.hashes(own.starts[rows], k), return_inverse=True)
    order = np.argsort(member, kind="stable")
    first = np.concatenate([[0], np.cumsum(np.bincount(member))])
    mask = np.uint64((1 << _FILTER_BITS) - 1)
    some = np.zeros(1 << _FILTER_BITS, dtype=bool)
    some[words & mask] = True
    ends = len(text.owner) - k + 1
    for start in range(0, ends, _AT_ONCE):
        places = np.arange(start, min(start + _AT_ONCE, ends))
        found = text.hashes(places, k)
        likely = some[found & mask]
        places, found = places[likely], found[likely]
        slot = np.minimum(np.searchsorted(words, found), len(words) - 1)
        hit = words[slot] == found
        yield from _verified(own, rows, text, places[hit], slot[hit], order, first)


def _verified(
    own: _Text, rows: Rows, text: _Text, places: Rows, slot: Rows, order: Rows, first: Rows
) -> Iterator[Rows]:
    """Yield the pairs behind hits whose whole short sequence is there, in a sequence that is longer."""
    many = first[slot + 1] - first[slot]
    cuts = np.searchsorted(np.cumsum(many), np.arange(_AT_ONCE, many.sum() + _AT_ONCE, _AT_ONCE)) + 1
    for part in np.split(np.arange(len(places)), cuts):
        count = many[part]
        at = np.repeat(places[part], count)
        within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        short = rows[order[np.repeat(first[slot[part]], count) + within]]
        length = own.lengths[short]
        fits = (length <= text.room(at)) & (length < text.lengths[text.owner[at]])
        at, short, length = at[fits], short[fits], length[fits]
        same = text.hashes(at, length) == own.hashes(own.starts[short], length)
        yield np.unique(np.stack([short[same], text.owner[at[same]]], axis=1), axis=0)
