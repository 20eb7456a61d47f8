"""Strategies that go on learning from the source's sequences, with a head for them beside the target's."""

from collections.abc import Callable, Mapping
from copy import copy
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import nn

from seqgraft.learn.augment import augmented
from seqgraft.learn.gradient import fit_all
from seqgraft.learn.jobs import FitPlan
from seqgraft.learn.loop import Run
from seqgraft.learn.model import Model
from seqgraft.learn.objectives import BINARY, Objective
from seqgraft.learn.start import Start
from seqgraft.learn.strategies.recipe import Changes, Recipe, State, Trial

SOURCE_HEAD = "source_head"


class SourceBatches:
    """The source's sequences on the device, and what a model with a head for them loses on a random batch.

    Parameters
    ----------
    start : Start
        Holds the source's examples and the size of a batch.
    objective : Objective
        Of the source's labels.
    """

    def __init__(self, start: Start, objective: Objective = BINARY) -> None:
        own = start.source_examples
        if own is None:
            raise ValueError(f"strategy {start.strategy.name} needs the source's examples")
        self.tokens = torch.from_numpy(np.ascontiguousarray(own.tokens)).to(start.device)
        self.labels = torch.from_numpy(own.labels.astype(np.float32)).to(start.device)
        self.objective, self.size = objective, min(start.training.batch_size, len(own.labels))

    def loss(self, model: Model) -> torch.Tensor:
        """Draw a batch, of either strand where both mean the same, and return its loss.

        Drawn with replacement from torch's own generator, which each epoch seeds anew: a run that stops and goes on
        sees the same batches.
        """
        rows = torch.randint(len(self.labels), (self.size,)).to(self.labels.device)
        tokens, labels = augmented(model, self.tokens[rows], self.labels[rows])
        head = getattr(model, SOURCE_HEAD)
        return self.objective.loss(head(model.features(tokens)).squeeze(1), labels)


def add_source_head(start: Start, plan: FitPlan, model: Model) -> None:
    """Give a model the source's head beside its own, in place."""
    source = start.source_of(plan.replicate)
    assert source is not None
    weight, bias = source.weights["head.weight"], source.weights["head.bias"]
    head = nn.Linear(weight.shape[1], weight.shape[0])
    head.load_state_dict({"weight": weight, "bias": bias})
    model.add_module(SOURCE_HEAD, head.to(start.device))


def without_source_head(state: State, options: Mapping[str, Any]) -> State:
    """Return the weights of the target's model alone."""
    return {name: value for name, value in state.items() if not name.startswith(f"{SOURCE_HEAD}.")}


def joint(start: Start, plan: FitPlan, trial: Trial) -> Callable[[int, Model], Changes]:
    """Let each step lower (source loss + λ target loss) / (1 + λ), each on a batch of its own."""
    weight, batches = trial.options["weight"], SourceBatches(start)

    def of(place: int, model: Model) -> Changes:
        add_source_head(start, plan, model)
        return Changes(
            penalty=lambda now: batches.loss(now) / (1 + weight),
            objective=lambda own: weighed(own, weight / (1 + weight)),
        )

    return of


def weighed(objective: Objective, weight: float) -> Objective:
    """Return a copy of an objective whose loss is multiplied by a number.

    Parameters
    ----------
    objective : Objective
        What is weighed.
    weight : float
        The number.
    """
    own, loss = copy(objective), objective.loss
    # Past the attributes' own rules, because objectives may be frozen.
    object.__setattr__(own, "loss", lambda *given, **named: weight * loss(*given, **named))
    return own


def alternating(start: Start, plan: FitPlan, trial: Trial) -> Callable[[int, Model], Changes]:
    """Put steps on source batches before each step on a target batch, with the optimiser of the run."""
    batches, count = SourceBatches(start), trial.options["source_batches"]

    def learn_source(run: Run) -> None:
        for _ in range(count):
            run.optimizer.zero_grad()
            batches.loss(run.model).backward()
            run.optimizer.step()

    def of(place: int, model: Model) -> Changes:
        add_source_head(start, plan, model)
        return Changes(before_step=learn_source)

    return of


fit_joint = partial(fit_all, recipe=Recipe(joint, without_source_head))
fit_alternating = partial(fit_all, recipe=Recipe(alternating, without_source_head))
