"""The registry of objectives: what a network of each type of task learns by.

An objective is a type's measure with a loss of tensors. A new type is an entry in `measures.MEASURES`.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np
import torch

from seqgraft.learn.examples import Aim
from seqgraft.learn.losses import loss
from seqgraft.learn.measures import MEASURES, Measure, measure_of


@dataclass(frozen=True)
class Objective(Measure):
    """A measure that a network can learn by."""

    def loss(
        self, logits: torch.Tensor, labels: torch.Tensor, weights: torch.Tensor | None = None
    ) -> torch.Tensor:
        """Return the mean loss of a batch's labels.

        Parameters
        ----------
        logits : torch.Tensor
            (B,), (B, K), (B, L) or (B, L, K).
        labels : torch.Tensor
            As `targets` made them.
        weights : torch.Tensor, optional
            (B,) weight of each example.

        Returns
        -------
        torch.Tensor
            The sum over labels that are there, divided by their number; 0 where there is none.
        """
        return loss(self, logits, labels, weights)

    def targets(self, labels: np.ndarray) -> torch.Tensor:
        """Return labels as the tensor that `loss` takes: int64 of softmax, else float32."""
        return torch.from_numpy(labels.astype(np.int64 if self.family == "softmax" else np.float32))


def trained(measure: Measure) -> Objective:
    """Return the objective of a measure, its class weights and options included."""
    return Objective(**{field.name: getattr(measure, field.name) for field in fields(Measure)})


def objective_of(aim: Aim) -> Objective:
    """Return the objective of a task, without options and class weights."""
    return trained(measure_of(aim))


#: What learns exactly what binary tasks always learned.
BINARY = objective_of(Aim())

OBJECTIVES: dict[str, Callable[[Aim], Objective]] = dict.fromkeys(MEASURES, objective_of)
