"""Zero-shot with its probabilities adapted to the target's share of positives: a second reading of the same logits."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from seqgraft.stats.metric_names import facts
from seqgraft.stats.metrics import METRICS, Draws, Scored, compute
from seqgraft.stats.predictions import Fit
from seqgraft.stats.prior import PriorShift, estimate_prior, expected_threshold
from seqgraft.stats.thresholds import Calibration

Floats = NDArray[np.float64]

#: Metrics that adaptation moves; a ranking stays as it is.
MOVED = tuple(name for name in METRICS if facts(name).needs != "ranking")


@dataclass(frozen=True)
class Adapted:
    """The F fits of zero-shot after adaptation.

    Parameters
    ----------
    shifts : list of PriorShift or None
        By fit; None where the source's share of positives is unknown.
    answers : list of Scored or None
        Adapted log odds on the test part, temperature 1, and the threshold with the highest expected MCC.
    values : dict of str to ndarray of float64, shape (F, B + 1)
        By metric of `MOVED`; NaN for fits that cannot be adapted.
    """

    shifts: list[PriorShift | None]
    answers: list[Scored | None]
    values: dict[str, Floats] = field(default_factory=dict)


def adapt(
    labels: NDArray[np.bool_], fits: Sequence[Fit], calibrations: Sequence[Calibration], draws: int
) -> Adapted:
    """Adapt each fit to the unlabelled test part.

    Parameters
    ----------
    labels : ndarray of bool, shape (N,)
        Of the test part: kept for scoring, not looked at here.
    fits : sequence of Fit
        Of zero-shot; what they hold out belongs to the source and tells its share of positives.
    calibrations : sequence of Calibration
        Their temperatures, from the same held-out examples.
    draws : int
        Bootstrap draws B, for which room is made in `values`.

    Returns
    -------
    Adapted
    """
    shifts: list[PriorShift | None] = []
    answers: list[Scored | None] = []
    for fit, used in zip(fits, calibrations, strict=True):
        share = float(fit.held_labels.mean()) if len(fit.held_labels) else float("nan")
        if not 0 < share < 1:
            shifts.append(None)
            answers.append(None)
            continue
        odds = fit.test_logits / used.temperature
        shift = estimate_prior(odds, share)
        adapted = odds + shift.bias
        shifts.append(shift)
        answers.append(Scored(labels, adapted, 1.0, expected_threshold(adapted)))
    values = {metric: np.full((len(fits), draws + 1), np.nan) for metric in MOVED}
    return Adapted(shifts, answers, values)


def score_adapted(adapted: Adapted, block: Draws, columns: slice) -> None:
    """Fill the columns of one block of bootstrap draws.

    Parameters
    ----------
    adapted : Adapted
        Its `values` are written to.
    block : Draws
        Weights of the test examples.
    columns : slice
        Where they belong among all draws.
    """
    for row, answer in enumerate(adapted.answers):
        if answer is not None:
            for metric, found in compute(answer, block, MOVED).items():
                adapted.values[metric][row, columns] = found
