"""The registry of learning-rate schedules: by which factor the learning rate is multiplied at each step.

A schedule that falls must know its last step before the first one. Half of a run that falls over 54 epochs is no run
of 27, so such schedules are run anew for each number of epochs that is to be chosen from; only the constant rate lets
checkpoints of one run stand for runs of different lengths.
"""

import math
from collections.abc import Callable

WARM = 0.1  # share of the steps in which `linear-warmup` rises
RISE = 0.3  # share of the steps in which `one-cycle` rises, from a 25th of the learning rate
LOWEST = 1 / 25


def cosine(step: int, steps: int) -> float:
    """Fall from 1 to nothing along half a cosine (Loshchilov & Hutter 2017, ICLR; arXiv 1608.03983, eq. 5).

    Parameters
    ----------
    step : int
        The step to come, counted from 0.
    steps : int
        Steps of the whole run.

    Returns
    -------
    float
        Factor of the learning rate.
    """
    return (1 + math.cos(math.pi * step / steps)) / 2


def linear_warmup(step: int, steps: int) -> float:
    """Rise to 1 over the first tenth of the steps and fall to nothing, both linearly (Devlin et al. 2019, NAACL).

    Parameters and result as for `cosine`.
    """
    warm = max(1, round(WARM * steps))
    return (step + 1) / warm if step < warm else (steps - step) / (steps - warm + 1)


def one_cycle(step: int, steps: int) -> float:
    """Rise over 30 % of the steps from a 25th to 1 and fall to nothing, along cosines (Smith & Topin 2018, 1708.07120).

    Parameters and result as for `cosine`.
    """
    top = RISE * (steps - 1)
    if step < top:
        return LOWEST + (1 - LOWEST) * (1 - math.cos(math.pi * step / top)) / 2
    return (1 + math.cos(math.pi * (step - top) / (steps - top))) / 2


#: Schedules that fall, by name; `constant` has no entry, because nothing is multiplied.
SCHEDULES: dict[str, Callable[[int, int], float]] = {
    "cosine": cosine,
    "one-cycle": one_cycle,
    "linear-warmup": linear_warmup,
}
