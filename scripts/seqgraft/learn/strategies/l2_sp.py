"""L2-SP: weights are drawn towards those of the source model, not towards zero (Li et al. 2018, arXiv:1802.01483)."""

from collections.abc import Callable, Mapping
from functools import partial

import torch

from seqgraft.learn.gradient import fit_all
from seqgraft.learn.jobs import FitPlan
from seqgraft.learn.model import Model
from seqgraft.learn.start import Start
from seqgraft.learn.strategies.recipe import Changes, Recipe, Trial


def distance_penalty(
    model: Model, origin: Mapping[str, torch.Tensor], strength: float, head_strength: float
) -> torch.Tensor:
    """Return the penalty of Li et al. (2018), equation 2: alpha/2 |w - w0|^2 + beta/2 |v|^2.

    Parameters
    ----------
    model : Model
        As it is now.
    origin : mapping of torch.Tensor
        w0: the backbone's weights of the source model, by name.
    strength : float
        alpha, of the backbone's weights w.
    head_strength : float
        beta, of the weights v that the source does not have.

    Returns
    -------
    torch.Tensor
        A scalar.
    """
    terms = [
        strength / 2 * (value - origin[name]).square().sum()
        if name in origin
        else head_strength / 2 * value.square().sum()
        for name, value in model.named_parameters()
    ]
    return torch.stack(terms).sum()


def changes(start: Start, plan: FitPlan, trial: Trial) -> Callable[[int, Model], Changes]:
    """Add the penalty to each run; it takes the place of weight decay, which would draw towards zero."""
    strength, head_strength = trial.options["strength"], trial.options["head_strength"]

    def of(place: int, model: Model) -> Changes:
        origin = {
            name: value.detach().clone()
            for name, value in model.named_parameters()
            if name.startswith("backbone.")
        }
        return Changes(
            penalty=lambda now: distance_penalty(now, origin, strength, head_strength), weight_decay=0.0
        )

    return of


fit = partial(fit_all, recipe=Recipe(changes))
