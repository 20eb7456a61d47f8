"""The registry of baselines: predictors without a network, searched as hard as any strategy."""

from collections.abc import Callable

import numpy as np

from seqgraft.config.learning import TrainingSettings
from seqgraft.data.words import words
from seqgraft.learn.choosing import log_loss, pooled
from seqgraft.learn.examples import Examples, Reading
from seqgraft.learn.jobs import FitPlan
from seqgraft.learn.logistic import search
from seqgraft.learn.neighbours import search as search_neighbours
from seqgraft.learn.store import FitResult

MOST_KMERS = 600  # of one length: protein 3-mers would be 8,000, mostly never seen

Fit = Callable[[FitPlan], FitResult]


def constant(examples: Examples, reading: Reading, training: TrainingSettings, test: np.ndarray) -> Fit:
    """Predict the log-odds of the positive class among the labels, for every sequence alike."""

    def fit(plan: FitPlan) -> FitResult:
        labels = examples.labels[plan.rows]
        share = np.array([labels[part.fit].mean() for part in plan.members])
        odds = np.log(share) - np.log1p(-share)
        logits = [np.full(len(part.held_out), odds[k]) for k, part in enumerate(plan.members)]
        rows, held_out = pooled(plan.members, logits)
        history = {"members": len(odds), "held_out_loss": log_loss(held_out, labels[rows])}
        return FitResult(np.full(len(test), odds.mean()), rows, held_out, history)

    return fit


def kmer_logistic(examples: Examples, reading: Reading, training: TrainingSettings, test: np.ndarray) -> Fit:
    """Fit a logistic regression to the letter at each position and the counts of k-mers."""
    features = kmer_features(examples.tokens, reading, training.kmer)

    def fit(plan: FitPlan) -> FitResult:
        own = search(features[plan.rows], examples.labels[plan.rows], plan.members, training.penalties)
        history = {
            "members": len(own.intercepts),
            "penalty_c": own.penalty_c,
            "held_out_loss": own.held_out_loss,
        }
        return FitResult(own.predict(features[test]), own.held_out_rows, own.held_out, history)

    return fit


def nearest_neighbour(
    examples: Examples, reading: Reading, training: TrainingSettings, test: np.ndarray
) -> Fit:
    """Let the labelled sequences that share most words with a sequence vote on it."""
    sets = words(examples.tokens, len(reading.letters), reading.complement)

    def fit(plan: FitPlan) -> FitResult:
        own = search_neighbours(sets[plan.rows], examples.labels[plan.rows], plan.members, sets[test])
        history = {
            "members": len(plan.members),
            "held_out_loss": own.held_out_loss,
            "note": f"neighbours {own.neighbours}, prior {own.prior:g}",
        }
        return FitResult(own.test, own.held_out_rows, own.held_out, history)

    return fit


BASELINES: dict[str, Callable[[Examples, Reading, TrainingSettings, np.ndarray], Fit]] = {
    "constant": constant,
    "kmer-logistic": kmer_logistic,
    "nearest-neighbour": nearest_neighbour,
}


def kmer_features(tokens: np.ndarray, reading: Reading, longest: int) -> np.ndarray:
    """Return the letter at each position as 0 and 1, beside the counts of all k-mers up to a length.

    Parameters
    ----------
    tokens : numpy.ndarray
        (N, L) uint8.
    reading : Reading
        Alphabet and strands. Where both strands mean the same, both strands' features are averaged.
    longest : int
        Longest k-mer; shorter where the alphabet has more than 600 k-mers of that length.

    Returns
    -------
    numpy.ndarray
        (N, F) float64. A k-mer with an unknown letter is not counted.
    """
    features = _one_strand(tokens, len(reading.letters), longest)
    if reading.complement is not None:
        complement = np.array([*reading.complement, len(reading.letters)], dtype=np.uint8)
        features = (features + _one_strand(complement[tokens][:, ::-1], len(reading.letters), longest)) / 2
    return features


def _one_strand(tokens: np.ndarray, letters: int, longest: int) -> np.ndarray:
    """Return the features of one strand."""
    count, length = tokens.shape
    blocks = [np.eye(letters + 1)[tokens][:, :, :letters].reshape(count, -1)]
    code = np.zeros((count, length + 1), dtype=np.int64)  # of the words at each position, longer each turn
    for k in range(1, longest + 1):
        words = letters**k
        if k > 1 and (words > MOST_KMERS or k > length):
            break
        letter = tokens[:, k - 1 :].astype(np.int64)
        code = code[:, : letter.shape[1]] * letters + letter
        code[letter == letters] = -1  # an unknown letter: no longer word that starts here counts either
        code[code < 0] = -1
        row, place = np.nonzero(code >= 0)
        counts = np.bincount(row * words + code[row, place], minlength=count * words)
        blocks.append(counts.reshape(count, words).astype(np.float64))
    return np.concatenate(blocks, axis=1)
