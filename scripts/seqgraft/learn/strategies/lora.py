"""LoRA: the source's layers stay, and each gets a correction of low rank (Hu et al. 2021, arXiv:2106.09685)."""

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import torch
from torch import nn
from torch.nn.utils import parametrize

from seqgraft.learn.gradient import fit_all
from seqgraft.learn.jobs import FitPlan
from seqgraft.learn.model import Model
from seqgraft.learn.start import Start
from seqgraft.learn.strategies.recipe import Changes, Recipe, State, Trial
from seqgraft.seeds import seed

#: By kind of layer, the tensors that get a correction. The output layer of attention is a linear one.
ADAPTED: dict[type[nn.Module], tuple[str, ...]] = {
    nn.Conv1d: ("weight",),
    nn.Linear: ("weight",),
    nn.MultiheadAttention: ("in_proj_weight", "q_proj_weight", "k_proj_weight", "v_proj_weight"),
}
_MARK = ".parametrizations."


class LowRank(nn.Module):
    """A tensor plus a trained correction of low rank, which is zero at first.

    Parameters
    ----------
    weight : torch.Tensor
        (O, ...) what is corrected, read as a matrix with O rows.
    rank : int
        Largest rank of the correction.
    scale : float
        What the correction is multiplied by.
    """

    def __init__(self, weight: torch.Tensor, rank: int, scale: float) -> None:
        super().__init__()
        rows, columns = weight.shape[0], weight[0].numel()
        rank = min(rank, rows, columns)
        self.scale = scale
        # Drawn on the CPU: the same numbers for every device.
        down = torch.randn(rank, columns) / math.sqrt(columns)
        self.down = nn.Parameter(down.to(weight.device, weight.dtype))
        self.up = nn.Parameter(torch.zeros(rows, rank, device=weight.device, dtype=weight.dtype))

    def forward(self, weight: torch.Tensor) -> torch.Tensor:
        """Return the corrected tensor."""
        return weight + self.scale * (self.up @ self.down).reshape(weight.shape)


def adapt(model: Model, rank: int, alpha: float, seed_value: int) -> None:
    """Put a correction on every convolution, linear and attention layer of a model's backbone, in place.

    Parameters
    ----------
    model : Model
        What is adapted.
    rank : int
        Largest rank of a correction.
    alpha : float
        Corrections are scaled by alpha / rank.
    seed_value : int
        Seed of the corrections' first factors.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed_value)
        for module in list(model.backbone.modules()):
            for kind, names in ADAPTED.items():
                for name in names if isinstance(module, kind) else ():
                    weight = getattr(module, name)
                    if weight is not None:
                        parametrize.register_parametrization(
                            module, name, LowRank(weight, rank, alpha / rank)
                        )


def merged(state: State, options: Mapping[str, Any]) -> State:
    """Add the corrections to the weights that they correct.

    Parameters
    ----------
    state : dict of torch.Tensor
        Weights of an adapted model.
    options : mapping
        ``rank`` and ``alpha``.

    Returns
    -------
    dict of torch.Tensor
        Weights of a plain model.
    """
    scale = options["alpha"] / options["rank"]
    plain = {}
    for name, value in state.items():
        if _MARK not in name:
            plain[name] = value
        elif name.endswith(".original"):
            own = name.removesuffix(".original")
            change = scale * (state[f"{own}.0.up"] @ state[f"{own}.0.down"]).reshape(value.shape)
            plain[own.replace(_MARK, ".")] = value + change
    return plain


def rates(model: Model) -> dict[str, float]:
    """Return 1 for corrections and head, 0 for all that the source gave."""
    return {
        name: float(not name.startswith("backbone.") or (_MARK in name and not name.endswith(".original")))
        for name, _ in model.named_parameters()
    }


def changes(start: Start, plan: FitPlan, trial: Trial) -> Callable[[int, Model], Changes]:
    """Adapt each member's model; nothing but corrections and head is trained."""

    def of(place: int, model: Model) -> Changes:
        words = (*plan.seed_words, "member", plan.members[place].number, "low rank")
        adapt(model, trial.options["rank"], trial.options["alpha"], seed(*words))
        own = rates(model)
        return Changes(rates=lambda epoch: own)

    return of


fit = partial(fit_all, recipe=Recipe(changes, merged))
