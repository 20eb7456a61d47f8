"""L2-penalised logistic regression, its penalty chosen on the members' held-out examples.

Shared by the linear probe (on a frozen backbone's features) and the kmer-logistic baseline. The problem is
convex: for a given penalty there is one answer, whatever the seed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from seqgraft.learn.choosing import Member, log_loss, pooled


@dataclass(frozen=True)
class LogisticEnsemble:
    """One logistic regression per member, with the penalty that they share.

    Parameters
    ----------
    penalty_c : float
        Inverse penalty C, as scikit-learn defines it.
    held_out_loss : float
        Log loss of the held-out examples, in nats.
    held_out_rows : numpy.ndarray
        (H,) positions held out.
    held_out : numpy.ndarray
        (H,) logits.
    coefficients : numpy.ndarray
        (M, F) per member, for features as given (the standardisation is folded in).
    intercepts : numpy.ndarray
        (M,).
    """

    penalty_c: float
    held_out_loss: float
    held_out_rows: np.ndarray
    held_out: np.ndarray
    coefficients: np.ndarray
    intercepts: np.ndarray

    def predict(self, features: np.ndarray) -> np.ndarray:
        """Return the members' averaged logits (N,) of features (N, F)."""
        return features @ self.coefficients.mean(axis=0) + self.intercepts.mean()


def solve(features: np.ndarray, labels: np.ndarray, penalty_c: float) -> tuple[np.ndarray, float]:
    """Solve one logistic regression on standardised features.

    Parameters
    ----------
    features : numpy.ndarray
        (n, F).
    labels : numpy.ndarray
        (n,) 0 or 1.
    penalty_c : float
        Inverse penalty C on the standardised features.

    Returns
    -------
    coefficients : numpy.ndarray
        (F,) for the features as given.
    intercept : float
    """
    from sklearn.linear_model import (
        LogisticRegression,
    )  # here: it doubles the start of a job that solves none

    mean, scale = features.mean(axis=0), features.std(axis=0)
    scale[scale < 1e-7] = 1.0  # a feature that never changes gets no weight anyway
    machine = LogisticRegression(C=penalty_c, tol=1e-6, max_iter=2000)
    machine.fit((features - mean) / scale, labels)
    coefficients = machine.coef_[0] / scale
    return coefficients, float(machine.intercept_[0] - coefficients @ mean)


def search(
    features: np.ndarray, labels: np.ndarray, parts: Sequence[Member], penalties: Sequence[float]
) -> LogisticEnsemble:
    """Fit every member under every penalty and keep the penalty with the lowest held-out loss.

    Parameters
    ----------
    features : numpy.ndarray
        (n, F) of the fit's labels.
    labels : numpy.ndarray
        (n,) 0 or 1.
    parts : sequence of Member
        The members. Members that learn from the same examples get the same answer.
    penalties : sequence of float
        Inverse penalties C; of equal losses the first wins.

    Returns
    -------
    LogisticEnsemble
    """
    features = np.asarray(features, dtype=np.float64)
    best: LogisticEnsemble | None = None
    distinct = [part for k, part in enumerate(parts) if k == 0 or not np.array_equal(part.fit, parts[0].fit)]
    for penalty_c in penalties:
        solved = [solve(features[part.fit], labels[part.fit], penalty_c) for part in distinct]
        coefficients = np.stack([coefficient for coefficient, _ in solved])
        intercepts = np.array([intercept for _, intercept in solved])
        logits = [
            features[part.held_out] @ coefficients[k] + intercepts[k] for k, part in enumerate(distinct)
        ]
        rows, held_out = pooled(distinct, logits)
        loss = log_loss(held_out, labels[rows])
        if best is None or loss < best.held_out_loss:
            best = LogisticEnsemble(penalty_c, loss, rows, held_out, coefficients, intercepts)
    if best is None:
        raise ValueError("no penalty to choose from")
    return best
