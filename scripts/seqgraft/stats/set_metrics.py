"""The metrics of several classes of which any number may be right, of sequences or of residues."""

import numpy as np
from numpy.typing import NDArray

from seqgraft.stats.answers import Answers, Function
from seqgraft.stats.auc import auprc, auroc
from seqgraft.stats.count_areas import areas_of_counts
from seqgraft.stats.resampled import UnitDraws
from seqgraft.stats.value_metrics import mean_defined, of_outputs

Floats = NDArray[np.float64]


def areas(answers: Answers, draws: UnitDraws) -> Floats:
    """AUROC and AUPRC of each class among the rows that have its label.

    Parameters
    ----------
    answers : Answers
        Of one fit; O classes.
    draws : UnitDraws
        Weights of their rows.

    Returns
    -------
    ndarray of float64, shape (O, 2, B)
        NaN where one kind of label has no weight.
    """
    return of_outputs(answers, draws, _areas)


def _areas(y: Floats, x: Floats, draws: UnitDraws, output: int) -> Floats:
    """Both areas of one class, shape (2, B)."""
    if draws.counts is not None and len(y):
        return np.stack(areas_of_counts(y, x, draws.counts))
    return np.stack([auroc(y, x, draws.rows), auprc(y, x, draws.rows)])


def counts(answers: Answers, draws: UnitDraws) -> Floats:
    """Weights of right positive calls, positives, positive calls, losses and labels of each class.

    Parameters
    ----------
    answers : Answers
        Of one fit. A class is called where its probability is at least one half.
    draws : UnitDraws
        Weights of their rows.

    Returns
    -------
    ndarray of float64, shape (O, 5, B)
    """

    def own(y: Floats, x: Floats, part: UnitDraws, output: int) -> Floats:
        yes, called = y == 1, x >= 0
        losses = np.logaddexp(0.0, np.where(yes, -x, x))
        return part.sums(np.stack([yes & called, yes, called, losses, np.ones(len(y))]))

    return of_outputs(answers, draws, own)


def f1(answers: Answers, draws: UnitDraws) -> Floats:
    """Harmonic mean of precision and recall of each class, shape (O, B); NaN for a class without positives."""
    right, yes, called = answers.once(draws, counts).swapaxes(0, 1)[:3]
    return np.where(yes > 0, _ratio(2 * right, yes + called), np.nan)


def _micro_f1(answers: Answers, draws: UnitDraws) -> Floats:
    """F1 of the calls of all classes together."""
    right, yes, called = answers.once(draws, counts).sum(axis=0)[:3]
    return np.where(yes > 0, _ratio(2 * right, yes + called), np.nan)


def _macro_f1(answers: Answers, draws: UnitDraws) -> Floats:
    """Mean F1 over the classes that have positives."""
    return mean_defined(f1(answers, draws))


def _log_loss(answers: Answers, draws: UnitDraws) -> Floats:
    """Mean negative log likelihood over all labels of all classes, in nats."""
    losses, labels = answers.once(draws, counts).sum(axis=0)[3:]
    return _ratio(losses, labels)


def _ratio(above: Floats, below: Floats) -> Floats:
    """Divide, with NaN where the divisor is zero."""
    return np.divide(above, below, out=np.full(np.shape(above), np.nan), where=below > 0)


SET_METRICS: dict[str, Function] = {
    "macro_auroc": lambda answers, draws: mean_defined(answers.once(draws, areas)[:, 0]),
    "macro_auprc": lambda answers, draws: mean_defined(answers.once(draws, areas)[:, 1]),
    "micro_f1": _micro_f1,
    "macro_f1": _macro_f1,
    "log_loss": _log_loss,
}
