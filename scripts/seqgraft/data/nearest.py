"""The training sequence that is most like a test sequence: candidates by common words, then local alignments.

Identity is the number of identical positions in the best local alignment (Smith & Waterman 1981, Journal of Molecular
Biology 147:195), divided by the length of the test sequence. A global alignment would give unrelated DNA half of its
letters, and hide a copy that is shifted by half its length; a local one ends where likeness ends. Divided by the test
sequence's own length it says how much of what is asked was seen before, whatever the length of the other.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from Bio.Align import PairwiseAligner, substitution_matrices

from seqgraft.alphabets import Alphabet
from seqgraft.data.scoring import SCORINGS
from seqgraft.data.words import blocks, similarity, words


def nearest(
    test: Sequence[str],
    training: Sequence[str],
    alphabet: Alphabet,
    *,
    both: bool,
    candidates: int | None = None,
    step: Callable[[int], None] = lambda _: None,
) -> list[tuple[int, float]]:
    """Find the nearest training sequence of each test sequence.

    Parameters
    ----------
    test, training : sequence of str
        Sequences of any lengths.
    alphabet : Alphabet
        Of all of them. Letters that it does not know are identical to nothing.
    both : bool
        Whether the other strand counts, too.
    candidates : int, optional
        How many training sequences are aligned: those with the largest share of common words, ties in their order. By
        default as many as `seqgraft.data.scoring.SCORINGS` says.
    step : callable, optional
        Is told of every test sequence that is done.

    Returns
    -------
    list of (int, float)
        Row of the training sequence with the best alignment (of equal scores the one with the higher identity, then
        the first) and its identity; (-1, 0) where nothing aligns.
    """
    if not training:
        return [(-1, 0.0)] * len(test)
    aligner = aligner_for(alphabet)
    own, others = ([alphabet.encode(s) for s in group] for group in (test, training))
    number = candidates or SCORINGS[alphabet.name].candidates
    near = _candidates(own, others, alphabet, number, both=both)
    # Unknown letters of test and training sequences are different tokens, so that no two are the same.
    strands = [[_readable(tokens, alphabet, alphabet.unknown + 1) for tokens in others]]
    if both:
        strands.append(
            [_readable(_other_strand(tokens, alphabet), alphabet, alphabet.unknown + 1) for tokens in others]
        )
    found = []
    for tokens, rows in zip(own, near, strict=True):
        found.append(_best(aligner, _readable(tokens, alphabet, alphabet.unknown), rows, strands))
        step(1)
    return found


def identity(first: str, second: str, alphabet: Alphabet, *, both: bool = False) -> float:
    """Return the share of the first sequence that is identical in its best local alignment with the second.

    Parameters
    ----------
    first, second : str
        Two sequences.
    alphabet : Alphabet
        Of both.
    both : bool
        Whether the second one's other strand counts, too.

    Returns
    -------
    float
        From 0 to 1.
    """
    return nearest([first], [second], alphabet, both=both)[0][1]


def aligner_for(alphabet: Alphabet) -> PairwiseAligner:
    """Return the aligner of an alphabet; it takes arrays of int32 tokens.

    Parameters
    ----------
    alphabet : Alphabet
        Two tokens beyond its letters stand for unknown ones, of either sequence: a mismatch with everything.

    Returns
    -------
    Bio.Align.PairwiseAligner
    """
    scoring = SCORINGS[alphabet.name]
    letters = len(alphabet.letters)
    scores = np.full((letters + 2, letters + 2), scoring.different, dtype=np.float64)
    scores[range(letters), range(letters)] = scoring.same
    if scoring.matrix:
        table = substitution_matrices.load(scoring.matrix)
        names = [*alphabet.letters, "X", "X"]
        scores = np.array([[table[a, b] for b in names] for a in names], dtype=np.float64)
    return PairwiseAligner(
        mode="local",
        substitution_matrix=scores,
        open_gap_score=scoring.open_gap,
        extend_gap_score=scoring.extend_gap,
    )


def _best(
    aligner: PairwiseAligner, query: np.ndarray, rows: np.ndarray, strands: Sequence[Sequence[np.ndarray]]
) -> tuple[int, float]:
    """Align one sequence with its candidates, and count identities of the best alignment."""
    pairs = [(int(row), strand[row]) for row in rows for strand in strands]
    scores = [aligner.score(query, other) if len(query) and len(other) else 0.0 for _, other in pairs]
    top = max(scores)
    if top <= 0:
        return -1, 0.0
    ties = [
        (_identical(aligner, query, other), -row)
        for score, (row, other) in zip(scores, pairs, strict=True)
        if score == top
    ]
    same, row = max(ties)
    return -row, same / len(query)


def _identical(aligner: PairwiseAligner, query: np.ndarray, other: np.ndarray) -> int:
    """Count the identical positions of the first of the best alignments."""
    places = aligner.align(query, other)[0].coordinates
    count = 0
    for (a, b), (a_end, b_end) in zip(places.T, places.T[1:], strict=False):
        if a_end > a and b_end > b:  # no gap
            count += int((query[a:a_end] == other[b:b_end]).sum())
    return count


def _candidates(
    own: list[np.ndarray], others: list[np.ndarray], alphabet: Alphabet, number: int, *, both: bool
) -> Iterator[np.ndarray]:
    """Yield for each sequence the rows of the others that share most words with it, rising."""
    if number >= len(others):
        yield from (np.arange(len(others)) for _ in own)
        return
    sets = words(
        _padded([*own, *others], alphabet.unknown), alphabet.unknown, alphabet.complement if both else None
    )
    asked, known = sets[: len(own)], sets[len(own) :]
    # Of equal shares the first ones win, whatever order a partition leaves them in; two shares differ by more.
    order = np.arange(len(others)) * (1e-9 / len(others))
    for block in blocks(asked, len(others)):
        near = similarity(block, known) - order
        yield from np.sort(np.argpartition(-near, number - 1, axis=1)[:, :number], axis=1)


def _padded(tokens: list[np.ndarray], unknown: int) -> np.ndarray:
    """Put sequences into one array (N, L), unknown where one has ended."""
    table = np.full((len(tokens), max(map(len, tokens))), unknown, dtype=np.uint8)
    for row, own in zip(table, tokens, strict=True):
        row[: len(own)] = own
    return table


def _readable(tokens: np.ndarray, alphabet: Alphabet, unknown: int) -> np.ndarray:
    """Return tokens as the aligner reads them, with a token of their own for unknown letters."""
    return np.where(tokens == alphabet.unknown, unknown, tokens).astype(np.int32)


def _other_strand(tokens: np.ndarray, alphabet: Alphabet) -> np.ndarray:
    """Return the reverse complement."""
    assert alphabet.complement is not None
    return np.array([*alphabet.complement, alphabet.unknown], dtype=np.uint8)[tokens][::-1]
