"""The metrics of several classes of which one is right, of sequences or of residues."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from seqgraft.stats.answers import Answers, Function
from seqgraft.stats.resampled import UnitDraws
from seqgraft.stats.value_metrics import mean_defined

Floats = NDArray[np.float64]


def class_logits(values: Floats) -> Floats:
    """Return one logit a class; a single column is the log odds of the first of two classes.

    Parameters
    ----------
    values : ndarray of float64, shape (N,) or (N, K)

    Returns
    -------
    ndarray of float64, shape (N, K)
    """
    if values.ndim == 2 and values.shape[1] > 1:
        return values
    first = values.reshape(len(values))
    return np.stack([first, np.zeros(len(first))], axis=1)


def class_losses(labels: Floats, logits: Floats) -> Floats:
    """Negative log likelihood of each label in nats.

    Parameters
    ----------
    labels : ndarray, shape (N,)
        Class indices.
    logits : ndarray of float64, shape (N, K)

    Returns
    -------
    ndarray of float64, shape (N,)
    """
    right = logits[np.arange(len(labels)), labels.astype(np.intp)]
    return logsumexp(logits, axis=1) - right


def _sums(answers: Answers, draws: UnitDraws) -> tuple[Floats, Floats, Floats, Floats]:
    """Return by class the weight of right calls, of labels and of calls, each (K, B), and of the losses, (B,).

    K are the classes that occur.
    """
    logits = class_logits(answers.values)
    labels, calls = answers.labels.astype(np.intp), logits.argmax(axis=1)
    kinds = np.unique(np.concatenate([labels, calls]))[:, None]
    truth, called = labels == kinds, calls == kinds
    losses = class_losses(answers.labels, logits)[None]
    found = draws.sums(np.concatenate([truth & called, truth, called, losses], axis=0, dtype=np.float64))
    k = len(kinds)
    return found[:k], found[k : 2 * k], found[2 * k : 3 * k], found[-1]


def recalls(labels: Floats, values: Floats) -> Floats:
    """Share of each class's examples that are called so.

    Parameters
    ----------
    labels : ndarray, shape (N,)
        Class indices.
    values : ndarray of float64, shape (N, K) or (N,)
        Logits.

    Returns
    -------
    ndarray of float64, shape (K,)
        NaN for a class without examples.
    """
    logits, truth = class_logits(values), labels.astype(np.intp)
    right = truth[logits.argmax(axis=1) == truth]
    known, found = (np.bincount(each, minlength=logits.shape[1]) for each in (truth, right))
    return _ratio(found.astype(np.float64), known.astype(np.float64))


def _accuracy(answers: Answers, draws: UnitDraws) -> Floats:
    """Share of right calls."""
    right, labels, _, _ = answers.once(draws, _sums)
    return _ratio(right.sum(axis=0), labels.sum(axis=0))


def _balanced_accuracy(answers: Answers, draws: UnitDraws) -> Floats:
    """Mean recall over the classes that have examples."""
    right, labels, _, _ = answers.once(draws, _sums)
    return mean_defined(_ratio(right, labels))


def _macro_f1(answers: Answers, draws: UnitDraws) -> Floats:
    """Mean F1 over the classes that occur among labels or calls."""
    right, labels, calls, _ = answers.once(draws, _sums)
    return mean_defined(_ratio(2 * right, labels + calls))


def _mcc(answers: Answers, draws: UnitDraws) -> Floats:
    """Correlation of labels and calls, both as class indicators; 0 when all calls are alike.

    The R_K of Gorodkin (2004, Computational Biology and Chemistry 28:367); for two classes the MCC.
    """
    right, labels, calls, _ = answers.once(draws, _sums)
    total = labels.sum(axis=0)
    both = right.sum(axis=0) * total - (labels * calls).sum(axis=0)
    spread = total**2 - (labels**2).sum(axis=0)
    value = _ratio(both, np.sqrt(np.maximum(spread * (total**2 - (calls**2).sum(axis=0)), 0.0)))
    return np.where((spread > 0) & np.isnan(value), 0.0, value)


def _log_loss(answers: Answers, draws: UnitDraws) -> Floats:
    """Mean negative log likelihood of the labels, in nats."""
    _, labels, _, losses = answers.once(draws, _sums)
    return _ratio(losses, labels.sum(axis=0))


def _ratio(above: Floats, below: Floats) -> Floats:
    """Divide, with NaN where the divisor is zero."""
    return np.divide(above, below, out=np.full(np.shape(above), np.nan), where=below > 0)


CLASS_METRICS: dict[str, Function] = {
    "accuracy": _accuracy,
    "balanced_accuracy": _balanced_accuracy,
    "macro_f1": _macro_f1,
    "mcc": _mcc,
    "log_loss": _log_loss,
}


def confusion(labels: Floats, values: Floats, classes: int) -> Floats:
    """Count the examples of each class by what they are called.

    Parameters
    ----------
    labels : ndarray, shape (N,)
        Class indices.
    values : ndarray of float64, shape (N, K) or (N,)
        Logits.
    classes : int
        K.

    Returns
    -------
    ndarray of float64, shape (K, K)
        Rows are labels, columns calls.
    """
    cells = labels.astype(np.intp) * classes + class_logits(values).argmax(axis=1)
    return np.bincount(cells, minlength=classes * classes).reshape(classes, classes).astype(np.float64)
