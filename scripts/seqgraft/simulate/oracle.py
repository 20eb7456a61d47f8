"""The best score that any model could give to a simulated sequence, from the model that made it."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from seqgraft.errors import SeqgraftError
from seqgraft.simulate.layouts import LENGTH, UPSTREAM
from seqgraft.simulate.model import Model, model_of
from seqgraft.simulate.promoters import DECOY_FRACTION, STRENGTH
from seqgraft.simulate.species import LETTERS, species_named

_CHUNK = 512  # sequences scored at once: 512 x 81 x a few hundred layouts stays small


def log_odds(
    sequences: Sequence[str], species: str, *, strength: float = STRENGTH, decoys: float = DECOY_FRACTION
) -> NDArray[np.float64]:
    """Return the log-likelihood ratio of promoter against background under the generating model.

    All possible places of the boxes are summed over. Shuffled backgrounds are taken as independent letters of
    the composition that shuffling gives them, which is the only approximation. By the lemma of Neyman and
    Pearson no other score ranks simulated sequences better, up to that approximation: its AUROC is the
    ceiling.

    Parameters
    ----------
    sequences : sequence of str
        Windows of 81 letters A, C, G, T, upper case.
    species, strength, decoys
        As given to `seqgraft.simulate.promoters.generate`.

    Returns
    -------
    numpy.ndarray
        One natural logarithm per sequence, float64; above 0 speaks for a promoter.

    Raises
    ------
    SeqgraftError
        If a sequence is not 81 letters A, C, G, T, or the species is unknown.
    """
    model = model_of(species_named(species), strength)
    codes = _codes(sequences)
    shuffled = _shuffled_letters(model)
    positive = _log_likelihood(codes, [(x.probability, model.letters(x)) for x in model.promoters])
    negative = [(1 - decoys, shuffled)] + [(decoys * x.probability, model.letters(x)) for x in model.decoys]
    return positive - _log_likelihood(codes, [(p, table) for p, table in negative if p > 0])


def _codes(sequences: Sequence[str]) -> NDArray[np.int64]:
    """Turn sequences into letter indices, shape (N, 81)."""
    for sequence in sequences:
        if len(sequence) != LENGTH or set(sequence) - set(LETTERS):
            raise SeqgraftError(f"Not {LENGTH} letters {LETTERS}: '{sequence[:20]}…'.")
    lookup = np.zeros(128, dtype=np.int64)
    lookup[[ord(letter) for letter in LETTERS]] = range(len(LETTERS))
    text = np.frombuffer("".join(sequences).encode("ascii"), dtype=np.uint8)
    return np.asarray(lookup[text].reshape(len(sequences), LENGTH))


def _shuffled_letters(model: Model) -> NDArray[np.float64]:
    """Average the letters of promoters over each part of the window: what a shuffle leaves."""
    mean = np.zeros((LENGTH, len(LETTERS)))
    for layout in model.promoters:
        mean += layout.probability * model.letters(layout)
    for part in (slice(0, UPSTREAM), slice(UPSTREAM, LENGTH)):
        mean[part] = mean[part].mean(axis=0)
    return mean


def _log_likelihood(
    codes: NDArray[np.int64], mixture: Sequence[tuple[float, NDArray[np.float64]]]
) -> NDArray[np.float64]:
    """Log probability of each sequence under a mixture of tables of independent letters, shape (N,)."""
    with np.errstate(divide="ignore"):  # a planted TG makes other letters impossible: log 0 is meant
        tables = np.log(np.stack([table for _, table in mixture]))
    weights = np.log([weight for weight, _ in mixture])
    result = np.empty(len(codes))
    for start in range(0, len(codes), _CHUNK):
        chunk = codes[start : start + _CHUNK]
        terms = np.tile(weights, (len(chunk), 1))
        for position in range(LENGTH):
            terms += tables[:, position, chunk[:, position]].T
        peak = terms.max(axis=1, keepdims=True)
        result[start : start + _CHUNK] = peak[:, 0] + np.log(np.exp(terms - peak).sum(axis=1))
    return result
