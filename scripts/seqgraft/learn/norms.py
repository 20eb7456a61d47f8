"""Layers that normalise activations without a look at padding, and what is done with a BatchNorm's statistics."""

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import nn

BATCH = 1024  # sequences per pass where statistics are estimated
MOST = 8192  # sequences that they are estimated from


class BatchNorm(nn.BatchNorm1d):
    """Normalise by the mean and variance of a batch, over letters alone (Ioffe & Szegedy 2015, arXiv:1502.03167).

    Parameters
    ----------
    width : int
        Filters.

    Attributes
    ----------
    fixed : bool
        Whether its statistics stay as they are, also in training.
    """

    fixed = False

    def __init__(self, width: int) -> None:
        super().__init__(width)
        self.num_batches_tracked = None  # counts nothing that is used here, and a scalar is no weight

    def train(self, mode: bool = True) -> "BatchNorm":
        """Go into training mode, unless the statistics are fixed."""
        return super().train(mode and not self.fixed)

    def forward(self, cells: torch.Tensor, mask: torch.Tensor | None = None) -> torch.Tensor:
        """Return cells (B, C, L) normalised."""
        if mask is None or not self.training:
            return super().forward(cells)
        rows = cells.transpose(1, 2)
        result = torch.zeros_like(rows)
        result[mask] = super().forward(rows[mask])
        return result.transpose(1, 2)

    def _load_from_state_dict(self, *args: Any) -> None:
        """Load what is there; torch's own would ask for the count of batches."""
        nn.Module._load_from_state_dict(self, *args)


class GroupNorm(nn.GroupNorm):
    """Normalise groups of filters of each sequence (Wu & He 2018, arXiv:1803.08494), over letters alone.

    Parameters
    ----------
    width : int
        Filters, cut into eight groups, or as many as divide them.
    """

    def __init__(self, width: int) -> None:
        super().__init__(math.gcd(width, 8), width)

    def forward(self, cells: torch.Tensor, mask: torch.Tensor | None = None) -> torch.Tensor:
        """Return cells (B, C, L) normalised."""
        if mask is None:
            return super().forward(cells)
        count, width, length = cells.shape
        groups = cells.reshape(count, self.num_groups, -1, length)
        there = mask[:, None, None, :].to(cells.dtype)
        number = there.sum(dim=3, keepdim=True).clamp_min(1) * groups.shape[2]
        mean = (groups * there).sum(dim=(2, 3), keepdim=True) / number
        variance = ((groups - mean) ** 2 * there).sum(dim=(2, 3), keepdim=True) / number
        normal = ((groups - mean) * torch.rsqrt(variance + self.eps)).reshape(count, width, length)
        return normal * self.weight[:, None] + self.bias[:, None]


class LayerNorm(nn.LayerNorm):
    """Normalise each position by itself (Ba, Kiros & Hinton 2016, arXiv:1607.06450).

    Parameters
    ----------
    width : int
        Filters.
    """

    def __init__(self, width: int) -> None:
        super().__init__(width)

    def forward(self, cells: torch.Tensor, mask: torch.Tensor | None = None) -> torch.Tensor:
        """Return cells (B, C, L) normalised."""
        return super().forward(cells.transpose(1, 2)).transpose(1, 2)


NORMS: dict[str, Callable[[int], nn.Module]] = {"batch": BatchNorm, "group": GroupNorm, "layer": LayerNorm}


def batch_norms(model: nn.Module) -> list[BatchNorm]:
    """Return the layers of a model that keep statistics of batches."""
    return [module for module in model.modules() if isinstance(module, BatchNorm)]


def fix(model: nn.Module) -> None:
    """Let no statistic of a model move from now on, whatever mode it is put into."""
    for norm in batch_norms(model):
        norm.fixed = True
        norm.train(False)


def adapt(model: Any, tokens: torch.Tensor) -> None:
    """Compute all statistics of a model once from sequences (Li et al. 2017, arXiv:1603.04779), then fix them."""
    estimate(model, batch_norms(model), tokens)
    fix(model)


# What is done with the statistics of a source model before a target is learned, by the config's word.
POLICIES: dict[str, Callable[[Any, torch.Tensor], None]] = {
    "train": lambda model, tokens: None,
    "frozen": lambda model, tokens: fix(model),
    "adapt": adapt,
}


def statistics(model: nn.Module) -> dict[str, torch.Tensor]:
    """Return a copy of what a model's state holds beside its parameters, by name."""
    parameters = {name for name, _ in model.named_parameters()}
    return {name: value.clone() for name, value in model.state_dict().items() if name not in parameters}


@torch.no_grad()
def estimate(model: Any, norms: list[BatchNorm], tokens: torch.Tensor) -> None:
    """Set the statistics of some layers to those of sequences under the weights as they are.

    Parameters
    ----------
    model : seqgraft.learn.model.Model
        Left in evaluation mode.
    norms : list of BatchNorm
        Those of its layers whose statistics are set.
    tokens : torch.Tensor
        (N, L) uint8, on the model's device; of more than `MOST`, so many at even distances. No random number is drawn.

    Notes
    -----
    Statistics are averaged over passes of equal size, each layer seeing what the layers before it give under the
    statistics of the same pass (as Izmailov et al. 2018, arXiv:1803.05407, do for averaged weights).
    """
    if not norms:
        return
    model.eval()
    count = min(len(tokens), MOST)
    rows = torch.linspace(0, len(tokens) - 1, count, dtype=torch.float64, device=tokens.device).round().long()
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.training = True
    for number, part in enumerate(tokens[rows].tensor_split(math.ceil(count / BATCH)), start=1):
        for norm in norms:
            norm.momentum = 1 / number
        both = [part] if model.reading.complement is None else [part, model.reverse_complement(part)]
        model(torch.cat([one.to(part.dtype) for one in both]))
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.training, norm.momentum = False, momentum
