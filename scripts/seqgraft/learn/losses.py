"""Losses of tensors by family of objectives: the mean over all labels that are there."""

from collections.abc import Callable

import torch
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, huber_loss, mse_loss

from seqgraft.learn.measures import HUBER, Measure


def loss(
    objective: Measure, logits: torch.Tensor, labels: torch.Tensor, weights: torch.Tensor | None = None
) -> torch.Tensor:
    """Return the mean loss of a batch; see `Objective.loss`.

    Parameters
    ----------
    objective : Measure
        What is learned.
    logits : torch.Tensor
        (B,), (B, K), (B, L) or (B, L, K).
    labels : torch.Tensor
        As of `Objective.targets`; of residues perhaps longer than a batch that was cut to its longest sequence.
    weights : torch.Tensor, optional
        (B,) weight of each example.

    Returns
    -------
    torch.Tensor
        A scalar.
    """
    if objective.type == "binary" and objective.weights is None and weights is None:
        return binary_cross_entropy_with_logits(logits, labels)
    if objective.per_residue:
        labels = labels[:, : logits.shape[1]]
    there = ~torch.isnan(labels) if objective.family == "numbers" else labels >= 0
    known = torch.where(there, labels, torch.zeros((), dtype=labels.dtype, device=labels.device))
    each = _LOSSES[objective.family](objective, logits, known) * there
    if weights is not None:
        each = each * weights.reshape(-1, *[1] * (each.ndim - 1))
    return each.sum() / there.sum().clamp(min=1)


def _softmax(objective: Measure, logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    own = None if objective.weights is None else logits.new_tensor(objective.weights)
    return cross_entropy(logits.movedim(-1, 1), labels, weight=own, reduction="none")


def _logistic(objective: Measure, logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    own = None
    if objective.weights is not None:
        no, yes = logits.new_tensor(objective.weights).unbind(1)
        own = torch.where(labels > 0, yes, no)
    return binary_cross_entropy_with_logits(logits, labels, weight=own, reduction="none")


def _numbers(objective: Measure, logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    if objective.huber:
        return huber_loss(logits, labels, reduction="none", delta=HUBER)
    return mse_loss(logits, labels, reduction="none")


_LOSSES: dict[str, Callable[[Measure, torch.Tensor, torch.Tensor], torch.Tensor]] = {
    "softmax": _softmax,
    "logistic": _logistic,
    "numbers": _numbers,
}
