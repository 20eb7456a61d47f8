"""Sequences that share a stretch without gaps, at any shift: windows that were cut from one place of a genome."""

from collections.abc import Iterator, Sequence

import numpy as np

from seqgraft.known_alphabets import AnyAlphabet

BLOCK = 1024  # sequences compared with all others at a time
_NEVER = 1e6  # no stretch of identical letters makes up for this


def overlapping(
    queries: Sequence[str],
    targets: Sequence[str],
    alphabet: AnyAlphabet,
    *,
    shared: int,
    identity: float,
    both: bool = False,
) -> tuple[np.ndarray, np.ndarray]:
    """Find every pair of sequences that share a stretch.

    Parameters
    ----------
    queries, targets : sequence of str
        Sequences of any lengths. Where they are one object, half of the work is enough: each pair is found once, in
        either order, and so is each sequence with itself.
    alphabet : Alphabet
        Of all of them; a letter that it does not know matches nothing.
    shared : int
        Least length of the stretch.
    identity : float
        Least share of identical letters in it.
    both : bool
        Whether the target's other strand counts, too.

    Returns
    -------
    query, target : numpy.ndarray
        (P,) int64 rows of each pair, each pair once, rising.

    Notes
    -----
    Exact. For each shift one product of one-hot matrices counts the identical letters of all pairs; a pair can have the
    stretch only where at least `identity` times `shared` are, and is then looked at letter by letter. The work grows
    with the product of the numbers of sequences and of their lengths.
    """
    own, others = padded(queries, alphabet), padded(targets, alphabet)
    # Of one set a shift to the right is another pair's shift to the left; on the other strand it is not.
    searches = [(others, 0 if queries is targets else shared - own.shape[1])]
    if both:
        other_strand = padded([alphabet.reverse_complement(s) for s in targets], alphabet)
        searches.append((other_strand, shared - own.shape[1]))
    found = [np.empty(0, dtype=np.int64)]
    for strand, first in searches:
        found += _by_shift(own, strand, first, len(alphabet.letters), shared, identity)
    return np.divmod(np.unique(np.concatenate(found)), max(len(others), 1))


def padded(sequences: Sequence[str], alphabet: AnyAlphabet) -> np.ndarray:
    """Return tokens (N, L), uint8; one more than the unknown one where a sequence has ended."""
    tokens = [alphabet.encode(sequence) for sequence in sequences]
    table = np.full((len(tokens), max(map(len, tokens), default=0)), alphabet.unknown + 1, dtype=np.uint8)
    for row, own in zip(table, tokens, strict=True):
        row[: len(own)] = own
    return table


def _by_shift(
    own: np.ndarray, others: np.ndarray, least_shift: int, letters: int, shared: int, identity: float
) -> Iterator[np.ndarray]:
    """Yield for each shift the pairs, as query times number of targets plus target."""
    least = int(np.ceil(identity * shared - 1e-9))
    alphabet = np.arange(letters, dtype=np.uint8)
    hot = (others[:, :, None] == alphabet).astype(np.float32)
    for start in range(0, len(own), BLOCK):
        block = own[start : start + BLOCK]
        asked = (block[:, :, None] == alphabet).astype(np.float32)
        for shift in range(least_shift, others.shape[1] - shared + 1):
            # A query's letter i lies on the target's letter i + shift.
            first, last = max(0, -shift), min(own.shape[1], others.shape[1] - shift)
            left = asked[:, first:last].reshape(len(block), -1)
            right = hot[:, first + shift : last + shift].reshape(len(others), -1)
            row, column = np.nonzero(left @ right.T >= least)
            one, other = block[row, first:last], others[column, first + shift : last + shift]
            ended = np.maximum(one, other) > letters
            kept = has_stretch((one == other) & (one < letters), shared, identity, ended)
            yield (row[kept] + start) * len(others) + column[kept]


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
