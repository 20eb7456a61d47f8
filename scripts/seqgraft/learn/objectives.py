"""The registry of objectives: for each type of task the logits it needs, its loss, and what a draw is balanced over."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from seqgraft.learn.choosing import log_loss


@dataclass(frozen=True)
class Objective:
    """What is learned of a task's labels.

    Parameters
    ----------
    outputs : int
        Logits per sequence.
    per_residue : bool
        Whether each residue has a label.
    loss : callable
        From logits (B,) or (B, O) and labels to the mean loss, a tensor.
    held_out_loss : callable
        The same of numpy arrays, a float.
    strata : callable
        From labels (N,) to the stratum of each, from 0 on.
    """

    outputs: int
    per_residue: bool
    loss: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
    held_out_loss: Callable[[np.ndarray, np.ndarray], float]
    strata: Callable[[np.ndarray], np.ndarray]


BINARY = Objective(
    outputs=1,
    per_residue=False,
    loss=binary_cross_entropy_with_logits,
    held_out_loss=log_loss,
    strata=lambda labels: np.asarray(labels, dtype=np.int64),
)
OBJECTIVES: dict[str, Objective] = {"binary": BINARY}
