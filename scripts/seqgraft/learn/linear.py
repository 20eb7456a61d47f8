"""Linear models by family of objectives, their penalty chosen on the members' held-out examples.

For the binary type this is `logistic.search`. Multinomial and one-vs-rest logistic regressions and ridge regressions
are convex problems, too: for a given penalty there is one answer, whatever the seed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from seqgraft.learn import logistic
from seqgraft.learn.choosing import Member, pooled
from seqgraft.learn.measures import Measure

Solution = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class LinearEnsemble:
    """One linear model per member, with the penalty that they share.

    Parameters
    ----------
    penalty_c : float
        Inverse penalty C.
    held_out_loss : float
        By the objective.
    held_out_rows : numpy.ndarray
        (H,) positions held out.
    held_out : numpy.ndarray
        (H,) or (H, K) values.
    coefficients : numpy.ndarray
        (M, K, F) per member, for features as given.
    intercepts : numpy.ndarray
        (M, K).
    """

    penalty_c: float
    held_out_loss: float
    held_out_rows: np.ndarray
    held_out: np.ndarray
    coefficients: np.ndarray
    intercepts: np.ndarray

    def predict(self, features: np.ndarray) -> np.ndarray:
        """Return the members' averaged values (N,) or (N, K) of features (N, F)."""
        return _values(features, self.coefficients.mean(axis=0), self.intercepts.mean(axis=0))


def search(
    features: np.ndarray,
    labels: np.ndarray,
    parts: Sequence[Member],
    penalties: Sequence[float],
    objective: Measure,
) -> LinearEnsemble | logistic.LogisticEnsemble:
    """Fit every member under every penalty and keep the penalty with the lowest held-out loss.

    Parameters
    ----------
    features : numpy.ndarray
        (n, F) of the fit's labels.
    labels : numpy.ndarray
        (n,) or (n, K), as they are learned.
    parts : sequence of Member
        The members. Members that learn from the same examples get the same answer.
    penalties : sequence of float
        Inverse penalties C, of which ridge regression uses 1 / C; of equal losses the first wins.
    objective : Measure
        What is learned.

    Returns
    -------
    LinearEnsemble or LogisticEnsemble
    """
    if objective.type == "binary" and objective.weights is None:
        return logistic.search(features, labels, parts, penalties)
    features = np.asarray(features, dtype=np.float64)
    distinct = [part for k, part in enumerate(parts) if k == 0 or not np.array_equal(part.fit, parts[0].fit)]
    best: LinearEnsemble | None = None
    for penalty_c in penalties:
        solved = [solve(features[part.fit], labels[part.fit], penalty_c, objective) for part in distinct]
        values = [_values(features[part.held_out], *own) for part, own in zip(distinct, solved, strict=True)]
        rows, held_out = pooled(distinct, values)
        loss = objective.held_out_loss(held_out, labels[rows])
        if best is None or loss < best.held_out_loss:
            coefficients, intercepts = (np.stack(each) for each in zip(*solved, strict=True))
            best = LinearEnsemble(penalty_c, loss, rows, held_out, coefficients, intercepts)
    if best is None:
        raise ValueError("no penalty to choose from")
    return best


def solve(features: np.ndarray, labels: np.ndarray, penalty_c: float, objective: Measure) -> Solution:
    """Solve one linear model on standardised features.

    Parameters
    ----------
    features : numpy.ndarray
        (n, F) float64.
    labels : numpy.ndarray
        (n,) or (n, K); missing ones of an output are left out for that output.
    penalty_c : float
        Inverse penalty C on the standardised features.
    objective : Measure
        What is learned.

    Returns
    -------
    coefficients, intercepts : numpy.ndarray
        (K, F) and (K,), for the features as given.
    """
    mean, scale = features.mean(axis=0), features.std(axis=0)
    scale[scale < 1e-7] = 1.0  # a feature that never changes gets no weight anyway
    coefficients, intercepts = _SOLVERS[objective.family](
        (features - mean) / scale, labels, penalty_c, objective
    )
    coefficients = coefficients / scale
    return coefficients, intercepts - coefficients @ mean


def _values(features: np.ndarray, coefficients: np.ndarray, intercepts: np.ndarray) -> np.ndarray:
    """Return values (n,) of one output, (n, K) else."""
    values = features @ coefficients.T + intercepts
    return values[:, 0] if values.shape[1] == 1 else values


def _machine(penalty_c: float):  # type: ignore[no-untyped-def]
    from sklearn.linear_model import (
        LogisticRegression,
    )  # here: it doubles the start of a job that solves none

    return LogisticRegression(C=penalty_c, tol=1e-6, max_iter=2000)


def _softmax(x: np.ndarray, labels: np.ndarray, penalty_c: float, objective: Measure) -> Solution:
    """Solve a multinomial logistic regression; a class without labels stays as rare as `Measure.constant` says."""
    odds = objective.constant(labels)
    present = np.unique(labels)
    coefficients, intercepts = np.zeros((objective.outputs, x.shape[1])), odds.copy()
    if len(present) > 1:
        own = None if objective.weights is None else objective.weights[labels]
        machine = _machine(penalty_c).fit(x, labels, sample_weight=own)
        # Of two classes scikit-learn gives their difference.
        pair = len(present) == 2
        coefficients[present] = np.outer([-0.5, 0.5], machine.coef_[0]) if pair else machine.coef_
        found = np.array([-0.5, 0.5]) * machine.intercept_[0] if pair else machine.intercept_
        intercepts[present] = found - found.mean() + odds[present].mean()
    return coefficients, intercepts


def _logistic(x: np.ndarray, labels: np.ndarray, penalty_c: float, objective: Measure) -> Solution:
    """Solve one logistic regression per output; an output without both answers stays constant."""
    columns = labels.reshape(len(labels), -1).T
    coefficients, intercepts = np.zeros((len(columns), x.shape[1])), objective.constant(labels)
    for k, column in enumerate(columns):
        there = column >= 0
        known = column[there].astype(np.int64)
        if len(np.unique(known)) == 2:
            own = None if objective.weights is None else objective.weights[k, known]
            machine = _machine(penalty_c).fit(x[there], known, sample_weight=own)
            coefficients[k], intercepts[k] = machine.coef_[0], machine.intercept_[0]
    return coefficients, intercepts


def _numbers(x: np.ndarray, labels: np.ndarray, penalty_c: float, objective: Measure) -> Solution:
    """Solve one ridge regression per output; squared errors also where a network would learn by Huber's loss."""
    from sklearn.linear_model import Ridge

    columns = labels.reshape(len(labels), -1).astype(np.float64).T
    coefficients, intercepts = np.zeros((len(columns), x.shape[1])), np.zeros(len(columns))
    for k, column in enumerate(columns):
        there = ~np.isnan(column)
        machine = Ridge(alpha=1 / penalty_c).fit(x[there], column[there])
        coefficients[k], intercepts[k] = machine.coef_, machine.intercept_
    return coefficients, intercepts


_SOLVERS: dict[str, Callable[[np.ndarray, np.ndarray, float, Measure], Solution]] = {
    "softmax": _softmax,
    "logistic": _logistic,
    "numbers": _numbers,
}
