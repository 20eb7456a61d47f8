"""The optimiser: AdamW's update as torch computes it, without what torch loads to build its optimiser object."""

from collections.abc import Sequence

import torch
from torch.optim.adamw import adamw


class AdamW:
    """Adam with decoupled weight decay (Loshchilov & Hutter 2019, ICLR; arXiv 1711.05101).

    Parameters
    ----------
    parameters : sequence of torch.Tensor
        What is updated in place, all of one device and of floating point.
    learning_rate, weight_decay : float
        Its two settings; momenta and epsilon are those of the paper (.9, .999, 1e-8).

    Notes
    -----
    The step is torch's own functional form in its fused kernel, and gives the bytes of its class ``AdamW``.
    That class makes its first object only after loading torch's compiler, which took 1.8 CPU seconds of every
    training process, more than many a small fit.
    """

    def __init__(
        self, parameters: Sequence[torch.Tensor], *, learning_rate: float, weight_decay: float
    ) -> None:
        self.parameters = list(parameters)
        self.learning_rate, self.weight_decay = learning_rate, weight_decay
        self.rates = [1.0] * len(
            self.parameters
        )  # multipliers of the learning rate; 0 leaves a parameter alone
        self.means = [torch.zeros_like(p, memory_format=torch.preserve_format) for p in self.parameters]
        self.squares = [torch.zeros_like(p, memory_format=torch.preserve_format) for p in self.parameters]
        self.steps = [torch.zeros((), dtype=torch.float32, device=p.device) for p in self.parameters]

    def zero_grad(self) -> None:
        """Forget all gradients."""
        for parameter in self.parameters:
            parameter.grad = None

    @torch.no_grad()
    def step(self) -> None:
        """Update every parameter that has a gradient."""
        gradients = {k: p.grad for k, p in enumerate(self.parameters) if p.grad is not None}
        for rate in sorted({self.rates[k] for k in gradients} - {0.0}):
            self._update(rate, {k: g for k, g in gradients.items() if self.rates[k] == rate})

    def _update(self, rate: float, gradients: dict[int, torch.Tensor]) -> None:
        """Update the parameters that share one multiplier of the learning rate."""
        rows = list(gradients)
        adamw(
            [self.parameters[k] for k in rows],
            list(gradients.values()),
            [self.means[k] for k in rows],
            [self.squares[k] for k in rows],
            [],
            [self.steps[k] for k in rows],
            fused=True,
            amsgrad=False,
            beta1=0.9,
            beta2=0.999,
            lr=self.learning_rate * rate,
            weight_decay=self.weight_decay,
            eps=1e-8,
            maximize=False,
        )
