"""Adapting a source model's probabilities to the target's share of positives without a single target label.

Only the inputs of the test part take part, through the model's own predictions for them; their labels do not.
Nothing that the verdict rests on is adapted in this way.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit

Floats = NDArray[np.float64]

#: The iteration ends when the estimated share moves by less, or after so many steps.
TOLERANCE, STEPS = 1e-7, 2000


@dataclass(frozen=True)
class PriorShift:
    """Share of positives before and after adaptation.

    Parameters
    ----------
    before : float
        Share of positives for which the probabilities were made.
    after : float
        Share estimated from the unlabelled predictions.
    """

    before: float
    after: float

    @property
    def bias(self) -> float:
        """What is added to every logit."""
        return float(logit(self.after) - logit(self.before))


def estimate_prior(logits: ArrayLike, before: float) -> PriorShift:
    """Estimate the share of positives among examples without labels.

    Parameters
    ----------
    logits : array-like of float, shape (N,)
        Calibrated log odds of the positive class, right where the share of positives is `before`.
    before : float
        That share, above 0 and below 1.

    Returns
    -------
    PriorShift
        Kept half an example away from 0 and 1, where the log odds would be infinite.

    Raises
    ------
    ValueError
        When `before` is not inside (0, 1) or there are no examples.

    Notes
    -----
    The EM iteration of Saerens, Latinne & Decaestecker (2002), Neural Computation 14:21: probabilities are
    recomputed with the present estimate of the share, and their mean is the next one. It finds the maximum of the
    likelihood of the predictions, on the assumption that the sequences of each class look alike in source and
    target (label shift). Between related species that holds roughly, and nothing checks it here.
    """
    odds = np.asarray(logits, dtype=np.float64)
    if not 0 < before < 1 or not len(odds):
        raise ValueError("the share must be inside (0, 1) and there must be examples")
    least = 0.5 / len(odds)
    start = logit(before)
    share = before
    for _ in range(STEPS):
        bounded = min(max(share, least), 1 - least)
        share = float(expit(odds + logit(bounded) - start).mean())
        if abs(share - bounded) < TOLERANCE:
            break
    return PriorShift(before, min(max(share, least), 1 - least))


def expected_threshold(logits: ArrayLike) -> float:
    """Logit that separates calls with the highest expected MCC, if the probabilities are right.

    Parameters
    ----------
    logits : array-like of float, shape (N,)
        Calibrated log odds.

    Returns
    -------
    float
        Half-way between two neighbouring logits; 0 where all are equal.

    Notes
    -----
    The rule of `seqgraft.stats.thresholds.fit_threshold`, with probabilities that need no labels.
    """
    ranked = np.sort(np.asarray(logits, dtype=np.float64))[::-1]
    cuts = np.flatnonzero(np.diff(ranked) < 0)
    if not len(cuts):
        return 0.0
    yes = expit(ranked)
    tp, fp = np.cumsum(yes)[cuts], np.cumsum(1 - yes)[cuts]
    called = np.sqrt((tp + fp) * (len(yes) - tp - fp))
    best = cuts[int(np.argmax((tp * (1 - yes).sum() - fp * yes.sum()) / called))]
    return float(ranked[best] + ranked[best + 1]) / 2
