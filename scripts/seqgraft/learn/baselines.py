"""The registry of baselines: predictors without a network, searched as hard as any strategy."""

from collections.abc import Callable

import numpy as np

from seqgraft.config.learning import TrainingSettings
from seqgraft.data.words import words
from seqgraft.learn.choosing import log_loss, pooled
from seqgraft.learn.examples import Examples, Reading
from seqgraft.learn.jobs import FitPlan
from seqgraft.learn.lesson import lesson_of
from seqgraft.learn.linear import search
from seqgraft.learn.neighbours import search as search_neighbours
from seqgraft.learn.store import FitResult

MOST_KMERS = 600  # of one length: protein 3-mers would be 8,000, mostly never seen

Fit = Callable[[FitPlan], FitResult]


def constant(examples: Examples, reading: Reading, training: TrainingSettings, test: np.ndarray) -> Fit:
    """Predict the same for all: the log-odds of the positive class among the labels, or what other types have for it.

    See `Measure.constant`.
    """
    if examples.aim.type != "binary":
        return _constant(examples, training, test)

    def fit(plan: FitPlan) -> FitResult:
        labels = examples.labels[plan.rows]
        share = np.array([labels[part.fit].mean() for part in plan.members])
        odds = np.log(share) - np.log1p(-share)
        logits = [np.full(len(part.held_out), odds[k]) for k, part in enumerate(plan.members)]
        rows, held_out = pooled(plan.members, logits)
        history = {"members": len(odds), "held_out_loss": log_loss(held_out, labels[rows])}
        return FitResult(np.full(len(test), odds.mean()), rows, held_out, history)

    return fit


def _constant(examples: Examples, training: TrainingSettings, test: np.ndarray) -> Fit:
    """Return the baseline for all types but binary."""

    def fit(plan: FitPlan) -> FitResult:
        lesson = lesson_of(examples.aim, examples.labels[plan.rows], training)
        objective = lesson.objective
        best = np.array([objective.constant(lesson.labels[part.fit]) for part in plan.members])

        def everywhere(answer: np.ndarray, labels: np.ndarray) -> np.ndarray:
            shape = (*labels.shape[: 1 + objective.per_residue], objective.outputs)
            values = np.broadcast_to(answer, shape)
            return values[..., 0] if objective.outputs == 1 else values

        own = [everywhere(best[k], lesson.labels[part.held_out]) for k, part in enumerate(plan.members)]
        rows, held_out = pooled(plan.members, own)
        history = {"members": len(best), "held_out_loss": lesson.loss(held_out, rows)}
        labels = examples.labels
        return FitResult(
            lesson.told(everywhere(best.mean(axis=0), labels[test]), labels[test]),
            rows,
            lesson.told(held_out, labels[plan.rows[rows]]),
            history,
        )

    return fit


def kmer_linear(examples: Examples, reading: Reading, training: TrainingSettings, test: np.ndarray) -> Fit:
    """Fit a linear model (logistic; of numbers ridge) to the letter at each position and the counts of k-mers.

    Of pairs to those of both sequences; where they may change places to sum and absolute difference.
    """
    parts = [
        kmer_features(tokens, part, training.kmer)
        for tokens, part in zip(reading.cut(examples.tokens), reading.parts, strict=True)
    ]
    if reading.symmetric:
        parts = [parts[0] + parts[1], np.abs(parts[0] - parts[1])]
    features = parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)

    def fit(plan: FitPlan) -> FitResult:
        lesson = lesson_of(examples.aim, examples.labels[plan.rows], training)
        own = search(features[plan.rows], lesson.labels, plan.members, training.penalties, lesson.objective)
        history = {
            "members": len(own.intercepts),
            "penalty_c": own.penalty_c,
            "held_out_loss": own.held_out_loss,
        }
        return FitResult(
            lesson.undone(own.predict(features[test])),
            own.held_out_rows,
            lesson.undone(own.held_out),
            history,
        )

    return fit


def nearest_neighbour(
    examples: Examples, reading: Reading, training: TrainingSettings, test: np.ndarray
) -> Fit:
    """Let the labelled sequences that share most words with a sequence vote on it."""
    sets = words(np.minimum(examples.tokens, len(reading.letters)), len(reading.letters), reading.complement)

    def fit(plan: FitPlan) -> FitResult:
        lesson = lesson_of(examples.aim, examples.labels[plan.rows], training)
        own = search_neighbours(sets[plan.rows], lesson.labels, plan.members, sets[test], lesson.objective)
        history = {
            "members": len(plan.members),
            "held_out_loss": own.held_out_loss,
            "note": f"neighbours {own.neighbours}, prior {own.prior:g}",
        }
        return FitResult(lesson.undone(own.test), own.held_out_rows, lesson.undone(own.held_out), history)

    return fit


BASELINES: dict[str, Callable[[Examples, Reading, TrainingSettings, np.ndarray], Fit]] = {
    "constant": constant,
    "kmer-logistic": kmer_linear,
    "kmer-ridge": kmer_linear,
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
        count = len(reading.letters)
        complement = np.array([*reading.complement, count, count + 1], dtype=np.uint8)
        features = (features + _one_strand(complement[tokens][:, ::-1], len(reading.letters), longest)) / 2
    return features


def _one_strand(tokens: np.ndarray, letters: int, longest: int) -> np.ndarray:
    """Return the features of one strand."""
    count, length = tokens.shape
    blocks = [np.eye(letters + 2)[tokens][:, :, :letters].reshape(count, -1)]
    code = np.zeros((count, length + 1), dtype=np.int64)  # of the words at each position, longer each turn
    for k in range(1, longest + 1):
        words = letters**k
        if k > 1 and (words > MOST_KMERS or k > length):
            break
        letter = tokens[:, k - 1 :].astype(np.int64)
        code = code[:, : letter.shape[1]] * letters + letter
        code[letter >= letters] = -1  # an unknown letter: no longer word that starts here counts either
        code[code < 0] = -1
        row, place = np.nonzero(code >= 0)
        counts = np.bincount(row * words + code[row, place], minlength=count * words)
        blocks.append(counts.reshape(count, words).astype(np.float64))
    return np.concatenate(blocks, axis=1)
