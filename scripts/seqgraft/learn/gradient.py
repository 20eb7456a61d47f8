"""Fits that train all layers.

Every member at every place of the grid (learning rate, weight decay) is one run with checkpoints; the lowest pooled
held-out loss chooses place and epochs, for all members together. Where the learning rate falls, checkpoints of one run
are no runs of different lengths, and each number of epochs is a run of its own.
"""

import math
import time
from dataclasses import dataclass, replace

import numpy as np
import torch

from seqgraft.learn.choosing import pooled
from seqgraft.learn.diverged import DivergedError
from seqgraft.learn.jobs import FitPlan
from seqgraft.learn.lesson import Lesson
from seqgraft.learn.loop import PREDICTED, Run
from seqgraft.learn.loop_settings import loop_settings
from seqgraft.learn.memory import halving
from seqgraft.learn.model import predict
from seqgraft.learn.objectives import trained
from seqgraft.learn.schedules import SCHEDULES
from seqgraft.learn.start import Start
from seqgraft.learn.store import FitResult
from seqgraft.learn.strategies.recipe import PLAIN, Recipe, State, Trial, trials
from seqgraft.seeds import seed


@dataclass
class Choice:
    """A place of the grid and a number of epochs, with the members as they were then."""

    loss: float
    trial: Trial
    epochs: int
    held_out_rows: np.ndarray
    held_out: np.ndarray
    states: list[State]


@dataclass
class Tally:
    """What all runs of a fit came to, the given up ones among them."""

    examples: int = 0
    halved: int = (
        0  # least sequences that went through the network at once, where memory did not suffice for all
    )

    def count(self, runs: list[Run]) -> None:
        """Add runs that nobody advances any more."""
        for run in runs:
            self.examples += run.examples
            if run.most < run.settings.batch_size:
                self.halved = min(self.halved or run.most, run.most)


def fit_all(start: Start, plan: FitPlan, recipe: Recipe = PLAIN) -> FitResult:
    """Train all layers on the labels of one fit.

    Parameters
    ----------
    start : Start
        Target and source models.
    plan : FitPlan
        The labels and how they are divided.
    recipe : Recipe
        What the strategy changes of the runs.

    Returns
    -------
    FitResult

    Raises
    ------
    DivergedError
        When the loss was not finite at every learning rate.
    """
    began = time.perf_counter()
    best: Choice | None = None
    notes: list[str] = []
    failure: DivergedError | None = None
    tally = Tally()
    lesson = start.lesson(plan)
    for trial in trials(start):
        try:
            found = _walk(start, plan, lesson, trial, recipe, tally)
        except DivergedError as error:
            failure = error
            notes.append(f"{trial.text} diverged: {error.what}")
            continue
        if best is None or found.loss < best.loss:
            best = found
    if best is None:
        assert failure is not None
        raise failure
    if tally.halved:
        notes.append(f"memory sufficed for {tally.halved} sequences at once, their gradients were added up")
    states = [recipe.plain(state, best.trial.options) for state in best.states]
    model = start.model(start.source_of(plan.replicate), seed_value=0)
    test = start.tokens[torch.from_numpy(start.test).to(start.device)]
    logits = []
    for state in states:
        model.load_state_dict(state)
        values = halving(lambda size: predict(model, test, size), PREDICTED)
        logits.append(values.double().cpu().numpy())
    history = {
        "members": len(states),
        "epochs": best.epochs,
        "learning_rate": best.trial.learning_rate,
        "weight_decay": best.trial.weight_decay,
        "options": best.trial.searched,
        "held_out_loss": best.loss,
        "examples_per_second": tally.examples / (time.perf_counter() - began),
        "note": "; ".join(notes),
    }
    weights = {
        f"{member}.{name}": value.cpu().numpy()
        for member, state in enumerate(states)
        for name, value in state.items()
    }
    labels = start.examples.labels
    return FitResult(
        lesson.told(np.mean(logits, axis=0), labels[start.test]),
        best.held_out_rows,
        lesson.told(best.held_out, labels[plan.rows[best.held_out_rows]]),
        history,
        weights,
        lesson.chains,
    )


def _runs(
    start: Start, plan: FitPlan, lesson: Lesson, trial: Trial, recipe: Recipe, epochs: int
) -> list[Run]:
    """Start one run per member; its seeds depend neither on the strategy nor on the place of the grid."""
    source = start.source_of(plan.replicate)
    objective = trained(lesson.objective)
    targets = objective.targets(lesson.labels).to(start.device)
    changes_of = recipe.changes(start, plan, trial)
    runs = []
    for place, part in enumerate(plan.members):
        words = (*plan.seed_words, "member", part.number)
        rows = torch.from_numpy(plan.rows[part.fit]).to(start.device)
        model = start.model(source, seed(*words, "weights"), plan.rows[part.fit])
        changes = changes_of(place, model)
        decay = trial.weight_decay if changes.weight_decay is None else changes.weight_decay
        settings = replace(loop_settings(start.training, trial.learning_rate, decay), epochs=epochs)
        own = targets[torch.from_numpy(part.fit).to(start.device)]
        runs.append(Run(model, start.tokens[rows], own, settings, words, **changes.of_run(objective)))
    return runs


def _walk(start: Start, plan: FitPlan, lesson: Lesson, trial: Trial, recipe: Recipe, tally: Tally) -> Choice:
    """Take all members from checkpoint to checkpoint, in step, until the held-out loss stops falling."""
    held_out = [torch.from_numpy(plan.rows[part.held_out]).to(start.device) for part in plan.members]
    best: Choice | None = None
    waited = 0
    runs: list[Run] = []
    try:
        for epochs in start.training.epochs:
            if not runs or start.training.schedule in SCHEDULES:
                tally.count(runs)
                runs = _runs(start, plan, lesson, trial, recipe, epochs)
            for run in runs:
                run.advance(epochs)
            logits = [
                run.predict(start.tokens[rows]).double().cpu().numpy()
                for run, rows in zip(runs, held_out, strict=True)
            ]
            rows, values = pooled(plan.members, logits)
            loss = lesson.loss(values, rows)
            if not math.isfinite(loss):
                raise DivergedError(
                    f"the held-out loss became {loss} after {epochs} epochs at {trial.text}",
                    where="config key training.learning_rates",
                    remedy="use a smaller learning rate",
                )
            if best is None or loss < best.loss:
                states = [run.state() for run in runs]
                best = Choice(loss, trial, epochs, rows, values, states)
                waited = 0
            else:
                waited += 1
                if waited >= start.training.patience:
                    break
    finally:
        tally.count(runs)
    assert best is not None  # at least one checkpoint is configured
    return best
