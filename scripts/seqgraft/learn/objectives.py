"""What training makes small, by the type of labels."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch.nn.functional import binary_cross_entropy_with_logits


@dataclass(frozen=True)
class Objective:
    """What one type of labels asks of a network.

    Parameters
    ----------
    outputs : int
        Logits per sequence.
    loss : callable
        From logits and labels of a batch to the mean loss.
    """

    outputs: int
    loss: Callable[..., torch.Tensor]


BINARY = Objective(1, binary_cross_entropy_with_logits)
