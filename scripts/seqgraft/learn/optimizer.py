"""The registry of optimisers: torch's own updates without what torch loads to build its optimiser objects.

The steps are torch's functional forms in their fused kernels, and give the bytes of its classes. A class makes its
first object only after loading torch's compiler, which took 1.8 CPU seconds of every training process, more than many
a small fit.
"""

from collections.abc import Sequence

import torch
from torch.optim.adam import adam
from torch.optim.adamw import adamw
from torch.optim.sgd import sgd


class Optimizer:
    """Base of all optimisers.

    Parameters
    ----------
    parameters : sequence of torch.Tensor
        What is updated in place, all of one device and of floating point.
    learning_rate, weight_decay : float
        Its two settings.
    momentum : float
        Of those that have one to set.

    Attributes
    ----------
    slots : dict of list of torch.Tensor
        What the optimiser remembers of each parameter, by name.
    """

    MOMENTS: tuple[str, ...] = ("mean", "square")
    COUNTS = True  # whether each parameter has a count of its steps

    def __init__(
        self,
        parameters: Sequence[torch.Tensor],
        *,
        learning_rate: float,
        weight_decay: float,
        momentum: float = 0.9,
    ) -> None:
        self.parameters = list(parameters)
        self.learning_rate, self.weight_decay, self.momentum = learning_rate, weight_decay, momentum
        self.slots = {
            name: [torch.zeros_like(p, memory_format=torch.preserve_format) for p in self.parameters]
            for name in self.MOMENTS
        }
        if self.COUNTS:
            self.slots["steps"] = [
                torch.zeros((), dtype=torch.float32, device=p.device) for p in self.parameters
            ]

    def zero_grad(self) -> None:
        """Forget all gradients."""
        for parameter in self.parameters:
            parameter.grad = None

    @torch.no_grad()
    def step(self, factor: float = 1.0, multipliers: Sequence[float] | None = None) -> None:
        """Update every parameter that has a gradient.

        Parameters
        ----------
        factor : float
            Of the learning rate of all parameters.
        multipliers : sequence of float, optional
            Of the learning rate of each parameter, beside `factor`; 0 leaves it as it is, its weight decay included.
        """
        alike: dict[float, list[int]] = {}
        for row, parameter in enumerate(self.parameters):
            own = 1.0 if multipliers is None else multipliers[row]
            if parameter.grad is not None and own:
                alike.setdefault(own, []).append(row)
        for own, rows in alike.items():
            self._update(rows, self.learning_rate * factor * own)

    def tensors(self) -> dict[str, torch.Tensor]:
        """Return what it remembers, by name: no copies."""
        return {f"{name}.{row}": value for name, own in self.slots.items() for row, value in enumerate(own)}

    def _update(self, rows: list[int], learning_rate: float) -> None:
        """Update these parameters with one learning rate."""
        raise NotImplementedError

    def _chosen(self, name: str, rows: list[int]) -> list[torch.Tensor]:
        """Return what is remembered of these parameters."""
        return [self.slots[name][row] for row in rows]

    def _gradients(self, rows: list[int]) -> list[torch.Tensor]:
        """Return these parameters' gradients, all of which exist."""
        return [gradient for row in rows if (gradient := self.parameters[row].grad) is not None]


class AdamW(Optimizer):
    """Adam with decoupled weight decay (Loshchilov & Hutter 2019, ICLR; arXiv 1711.05101).

    Parameters as for `Optimizer`; momenta and epsilon are those of the paper (.9, .999, 1e-8).
    """

    def _update(self, rows: list[int], learning_rate: float) -> None:
        self._adam(adamw, rows, learning_rate)

    def _adam(self, function, rows: list[int], learning_rate: float) -> None:  # type: ignore[no-untyped-def]
        """Take the step of Adam or AdamW, which differ in what they do with the weight decay."""
        function(
            [self.parameters[row] for row in rows],
            self._gradients(rows),
            self._chosen("mean", rows),
            self._chosen("square", rows),
            [],
            self._chosen("steps", rows),
            fused=True,
            amsgrad=False,
            beta1=0.9,
            beta2=0.999,
            lr=learning_rate,
            weight_decay=self.weight_decay,
            eps=1e-8,
            maximize=False,
        )


class Adam(AdamW):
    """Adam (Kingma & Ba 2015, ICLR; arXiv 1412.6980); weight decay is added to the gradient.

    Parameters as for `Optimizer`; momenta and epsilon are those of the paper (.9, .999, 1e-8).
    """

    def _update(self, rows: list[int], learning_rate: float) -> None:
        self._adam(adam, rows, learning_rate)


class Sgd(Optimizer):
    """Gradient descent with heavy-ball momentum (Polyak 1964); weight decay is added to the gradient.

    Parameters as for `Optimizer`.
    """

    MOMENTS = ("velocity",)
    COUNTS = False

    def _update(self, rows: list[int], learning_rate: float) -> None:
        # Velocities begin as zeros: the first step then gives the gradient, as torch's own first step does.
        sgd(
            [self.parameters[row] for row in rows],
            self._gradients(rows),
            list(self._chosen("velocity", rows)),
            fused=True,
            weight_decay=self.weight_decay,
            momentum=self.momentum,
            lr=learning_rate,
            dampening=0.0,
            nesterov=False,
            maximize=False,
        )


OPTIMIZERS: dict[str, type[Optimizer]] = {"adamw": AdamW, "adam": Adam, "sgd": Sgd}
