"""What a source model promises before anything is trained: estimates from its outputs on the target's labels.

Each is a pure function of arrays, and greater is better. They judge what a new head could make of the source, so none
of LEEP, LogME and H-score notices when the source calls the classes the other way round.
"""

import numpy as np
from scipy.optimize import minimize_scalar
from sklearn.covariance import ledoit_wolf

_RANGE = (-10.0, 10.0)  # decades searched for the prior's weight, around the features' largest variance
_GRID = 81


def leep(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """Return the log expected empirical prediction: how well source classes, recoded, predict the target's.

    Parameters
    ----------
    probabilities : numpy.ndarray
        (n, Z) the source model's probability of each of its classes; rows add up to 1.
    labels : numpy.ndarray
        (n,) target classes 0 … Y-1.

    Returns
    -------
    float
        Mean over examples of log sum_z P(y | z) p(z | x), in nats, at most 0; P(y | z) is the empirical share of
        target class y where the model sees source class z.

    References
    ----------
    Nguyen, Hassner, Seeger & Archambeau (2020) LEEP. ICML, arXiv:2002.12462.
    """
    probabilities = np.asarray(probabilities, dtype=np.float64)
    own = _one_hot(labels)
    joint = own.T @ probabilities / len(own)
    marginal = joint.sum(axis=0)
    given = joint / np.where(marginal > 0, marginal, 1.0)
    return float(np.log((probabilities @ given.T)[own.astype(bool)]).mean())


def logme(features: np.ndarray, labels: np.ndarray) -> float:
    """Return the log of maximum evidence: how probable the labels are under a Bayesian linear model of the features.

    Parameters
    ----------
    features : numpy.ndarray
        (n, F).
    labels : numpy.ndarray
        (n,) target classes 0 … Y-1; each class is a regression of 0 and 1.

    Returns
    -------
    float
        Log evidence per label, in nats, averaged over classes.

    Notes
    -----
    With weights ~ N(0, 1/alpha), noise ~ N(0, 1/beta) and r = alpha / beta, the labels are N(0, (I + F F' / r) / beta).
    The best beta is known for each r, so one number is left to search: a grid, then Brent's method. The published
    fixed-point iteration solves the same problem and may stop short of it.

    References
    ----------
    You, Liu, Wang & Long (2021) LogME. ICML, arXiv:2102.11005.
    """
    features = np.asarray(features, dtype=np.float64)
    own = _one_hot(labels)
    left, singular, _ = np.linalg.svd(features, full_matrices=False)
    variance = singular**2
    largest = variance.max(initial=0.0)
    if largest == 0.0:  # features that are all 0 leave noise alone
        return float(np.mean([_evidence(0.0, np.zeros(0), np.zeros(0), y @ y, len(y)) for y in own.T]))
    scale = np.log10(largest)
    grid = np.linspace(*_RANGE, _GRID) + scale
    values = []
    for y in own.T:
        projected = (left.T @ y) ** 2
        rest = max(float(y @ y - projected.sum()), 0.0)

        def loss(decade: float, projected: np.ndarray = projected, rest: float = rest) -> float:
            return -_evidence(10.0**decade, variance, projected, rest, len(own))

        best = min(grid, key=loss)
        step = grid[1] - grid[0]
        found = minimize_scalar(loss, bounds=(best - step, best + step), method="bounded")
        values.append(-min(float(found.fun), loss(best)))
    return float(np.mean(values))


def h_score(features: np.ndarray, labels: np.ndarray) -> float:
    """Return the H-score: how much of the features' variance lies between the classes.

    Parameters
    ----------
    features : numpy.ndarray
        (n, F).
    labels : numpy.ndarray
        (n,) target classes 0 … Y-1.

    Returns
    -------
    float
        Trace of inverse(C) (1 - s) B, from 0 to Y - 1: B is the covariance of the class means, C that of the features,
        shrunk by s towards a multiple of the identity. Without shrinkage C is singular or noise where features are as
        many as labels.

    References
    ----------
    Bao et al. (2019) ICIP, 2309-2313, for the score; Ibrahim, Ponomareva & Mazumder (2021), arXiv:2110.06893, for the
    shrinkage, by Ledoit & Wolf (2004) Journal of Multivariate Analysis 88:365-411.
    """
    features = np.asarray(features, dtype=np.float64)
    own = _one_hot(labels)
    centred = features - features.mean(axis=0)
    centred = centred[:, centred.std(axis=0) > 0]  # a dead feature says nothing
    if not centred.shape[1]:
        return 0.0
    means = (own.T @ centred) / own.sum(axis=0)[:, None]
    between = (means * own.mean(axis=0)[:, None]).T @ means
    covariance, shrinkage = ledoit_wolf(centred, assume_centered=True)
    return float((1 - shrinkage) * np.trace(np.linalg.solve(covariance, between)))


def _one_hot(labels: np.ndarray) -> np.ndarray:
    """Return labels as (n, Y) 0 and 1, one column per class that occurs."""
    labels = np.asarray(labels)
    return (labels[:, None] == np.unique(labels)[None, :]).astype(np.float64)


def _evidence(ratio: float, variance: np.ndarray, projected: np.ndarray, rest: float, count: int) -> float:
    """Return the log evidence per label at the best beta.

    `projected` are the squared parts of the labels along the features' axes, `rest` is what no feature can reach.
    """
    spread = 1.0 + variance / ratio if len(variance) else np.ones(0)
    misfit = rest + float((projected / spread).sum())
    return -0.5 * (np.log(2 * np.pi * misfit / count) + 1.0 + np.log(spread).sum() / count)
