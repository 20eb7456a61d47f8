"""A linear probe first, then all layers from there (LP-FT; Kumar et al. 2022, arXiv:2202.10054).

The head of a probe does not pull at the backbone as a random one does, whose first steps distort good features.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
import torch

from seqgraft.learn.gradient import fit_all
from seqgraft.learn.jobs import FitPlan
from seqgraft.learn.model import Model
from seqgraft.learn.probe import probed
from seqgraft.learn.start import Start
from seqgraft.learn.strategies.recipe import Changes, Recipe, Trial


def changes(start: Start, plan: FitPlan, trial: Trial) -> Callable[[int, Model], Changes]:
    """Give each member the head of its own linear probe, which has not seen what the member holds out."""
    probe, _ = probed(start, plan, start.lesson(plan))

    @torch.no_grad()
    def of(place: int, model: Model) -> Changes:
        own = min(place, len(probe.intercepts) - 1)  # members that learn from the same labels share one probe
        head = np.asarray(probe.coefficients[own], dtype=np.float32)
        model.head.weight.copy_(torch.from_numpy(head).reshape(model.head.weight.shape))
        bias = np.reshape(np.asarray(probe.intercepts[own], dtype=np.float32), -1)
        model.head.bias.copy_(torch.from_numpy(bias))
        return Changes()

    return of


fit = partial(fit_all, recipe=Recipe(changes))
