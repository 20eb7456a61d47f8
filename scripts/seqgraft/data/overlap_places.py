"""Where sequences may have a stretch in common: pairs of rows and the shift between them, found in two ways.

By shift all pairs are counted at each shift, which misses nothing and whose work grows with the product of both sides.
By words only pairs with a word in common are looked at.
"""

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from seqgraft.known_alphabets import AnyAlphabet

Rows = NDArray[np.intp]

BLOCK = 1024  # sequences compared with all others at a time
#: Common words that are looked at before longer words are taken, and how many candidates are in memory at a time.
_MOST_HITS = 5e6
_AT_ONCE = 2_000_000


class Letters(NamedTuple):
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
    def of(cls, sequences: Sequence[str], alphabet: AnyAlphabet) -> "Letters":
        """Put sequences together."""
        behind = np.full(1, alphabet.unknown, dtype=np.uint8)
        parts = [part for s in sequences for part in (alphabet.encode(s), behind)]
        lengths = np.array([len(s) for s in sequences], dtype=np.intp)
        starts = np.cumsum(lengths + 1) - (lengths + 1)
        owner = np.repeat(np.arange(len(sequences)), lengths + 1)
        tokens = np.concatenate(parts) if parts else behind[:0]
        return cls(tokens, owner, np.arange(len(tokens)) - starts[owner], starts, lengths, alphabet.unknown)

    def rectangle(self) -> NDArray[np.uint8]:
        """Return the tokens as a table (N, L), with the unknown token where a sequence has ended."""
        table = np.full((len(self.lengths), int(self.lengths.max(initial=0))), self.unknown, dtype=np.uint8)
        inside = self.place < self.lengths[self.owner]
        table[self.owner[inside], self.place[inside]] = self.tokens[inside]
        return table

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


def by_shift(near: Letters, far: Letters, alphabet: int, letters: int, identity: float) -> Iterator[Rows]:
    """Yield rows of both sides and the shift between them, (M, 3), where enough letters are identical in all.

    Parameters
    ----------
    near, far : Letters
        The two sides.
    alphabet : int
        Letters of the alphabet.
    letters, identity
        Least length of the stretch, and least share of identical letters in it.

    Notes
    -----
    For each shift one product of one-hot matrices counts the identical letters of all pairs.
    """
    least = math.ceil(identity * letters - 1e-9)
    own, others = near.rectangle(), far.rectangle()
    tokens = np.arange(alphabet, dtype=np.uint8)
    hot = (others[:, :, None] == tokens).astype(np.float32)
    for start in range(0, len(own), BLOCK):
        asked = (own[start : start + BLOCK, :, None] == tokens).astype(np.float32)
        for shift in range(letters - own.shape[1], others.shape[1] - letters + 1):
            # Letter i of the near side lies on letter i + shift of the far one.
            first, last = max(0, -shift), min(own.shape[1], others.shape[1] - shift)
            left = asked[:, first:last].reshape(len(asked), -1)
            right = hot[:, first + shift : last + shift].reshape(len(others), -1)
            row, other = np.nonzero(left @ right.T >= least)
            yield np.stack([row + start, other, np.full(len(row), shift)], axis=1)


def by_words(near: Letters, far: Letters, alphabet: int, letters: int, identity: float) -> Iterator[Rows]:
    """Yield rows of both sides and the shift between them, (M, 3), where they have a word in common.

    Parameters
    ----------
    near, far, alphabet, letters, identity
        As for `by_shift`.
    """
    k = word_length(near.tokens.size, far.tokens.size, alphabet, letters, identity)
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
