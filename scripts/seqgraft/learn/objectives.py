"""The registry of objectives: what a network of each task type is trained to do."""

from dataclasses import dataclass

import numpy as np
import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from seqgraft.learn.choosing import log_loss


@dataclass(frozen=True)
class Objective:
    """Two classes, one logit: the logistic loss.

    Parameters
    ----------
    outputs : int
        Numbers that the head gives per example.
    per_residue : bool
        Whether it gives them for every position.
    """

    outputs: int = 1
    per_residue: bool = False

    def loss(
        self, logits: torch.Tensor, labels: torch.Tensor, weights: torch.Tensor | None = None
    ) -> torch.Tensor:
        """Return the mean loss of a batch."""
        return binary_cross_entropy_with_logits(logits, labels, weights)

    def held_out_loss(self, values: np.ndarray, labels: np.ndarray) -> float:
        """Return the mean loss of held-out predictions."""
        return log_loss(values, labels)

    def strata(self, labels: np.ndarray) -> np.ndarray:
        """Return the class of each example, by which parts are stratified."""
        return np.asarray(labels, dtype=np.int64)


BINARY = Objective()
