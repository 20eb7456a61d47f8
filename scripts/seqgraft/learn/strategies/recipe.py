"""What a strategy may change of the runs of a fit that trains all layers."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import torch

from seqgraft.learn.jobs import FitPlan
from seqgraft.learn.loop import Run
from seqgraft.learn.model import Model
from seqgraft.learn.objectives import Objective
from seqgraft.learn.start import Start

State = dict[str, torch.Tensor]


@dataclass(frozen=True)
class Trial:
    """One of the settings among which the held-out loss chooses.

    Parameters
    ----------
    learning_rate, weight_decay : float
        Of the optimiser.
    options : mapping
        The strategy's options, each with one value.
    searched : str
        Those of them that were chosen among several, in words; empty where none were.
    decays : bool
        Whether the weight decay is chosen among several, too.
    """

    learning_rate: float
    weight_decay: float = 0.0
    options: Mapping[str, Any] = field(default_factory=dict)
    searched: str = ""
    decays: bool = False

    @property
    def text(self) -> str:
        """The trial in words."""
        rate = f"learning rate {self.learning_rate:g}"
        if self.decays:
            rate += f" and weight decay {self.weight_decay:g}"
        return f"{self.searched}, {rate}" if self.searched else rate


@dataclass(frozen=True)
class Changes:
    """What a strategy changes of one run; see ``loop.Run`` for the first three.

    Parameters
    ----------
    rates : callable, optional
        Multipliers of the learning rate by parameter, from the epoch.
    penalty : callable, optional
        Added to the loss, from the model.
    before_step : callable, optional
        Called before each step with the run.
    objective : callable, optional
        Makes the objective of the run from that of the target's labels.
    weight_decay : float, optional
        In place of the study's.
    """

    rates: Callable[[int], Mapping[str, float]] | None = None
    penalty: Callable[[Model], torch.Tensor] | None = None
    before_step: Callable[[Run], None] | None = None
    objective: Callable[[Objective], Objective] | None = None
    weight_decay: float | None = None

    def of_run(self, objective: Objective) -> dict[str, Any]:
        """Return the keywords of ``Run``."""
        return {
            "rates": self.rates,
            "penalty": self.penalty,
            "before_step": self.before_step,
            "objective": self.objective(objective) if self.objective else objective,
        }


def nothing(start: Start, plan: FitPlan, trial: Trial) -> Callable[[int, Model], Changes]:
    """Change nothing."""
    return lambda place, model: Changes()


@dataclass(frozen=True)
class Recipe:
    """A strategy that trains all layers, as its difference from ``full``.

    Parameters
    ----------
    changes : callable
        From ``(start, plan, trial)`` to a function of a member's place in ``plan.members`` and its model, which it may
        change in place, to the changes of its run.
    plain : callable
        From the weights of a changed model and the options to those of a plain one, for prediction and bundles.
    """

    changes: Callable[[Start, FitPlan, Trial], Callable[[int, Model], Changes]] = nothing
    plain: Callable[[State, Mapping[str, Any]], State] = lambda state, options: state


PLAIN = Recipe()


def trials(start: Start) -> Iterator[Trial]:
    """Yield every combination of the options that are searched with every place of the grid.

    Parameters
    ----------
    start : Start
        Its strategy names the options, its training the learning rates and weight decays.

    Yields
    ------
    Trial
        The first one wins where losses are equal.
    """
    names = start.strategy.searches
    for values in product(*(start.options[name] for name in names)):
        chosen = dict(zip(names, values, strict=True))
        words = ", ".join(f"{name} {value:g}" for name, value in chosen.items())
        for rate, decay in start.training.grid:
            yield Trial(rate, decay, {**start.options, **chosen}, words, bool(start.training.weight_decays))
