"""Fits that train all layers.

Every member and learning rate is one run with checkpoints; the lowest pooled held-out loss chooses the
learning rate and the epochs, for all members together.
"""

import math
import time
from dataclasses import dataclass

import numpy as np
import torch

from seqgraft.config.learning import TrainingSettings
from seqgraft.learn.choosing import pooled
from seqgraft.learn.jobs import FitPlan
from seqgraft.learn.lesson import Lesson
from seqgraft.learn.loop import DivergedError, LoopSettings, Run
from seqgraft.learn.model import predict
from seqgraft.learn.objectives import trained
from seqgraft.learn.start import Start
from seqgraft.learn.store import FitResult
from seqgraft.seeds import seed

State = dict[str, torch.Tensor]


@dataclass
class Choice:
    """A learning rate and a number of epochs, with the members as they were then."""

    loss: float
    learning_rate: float
    epochs: int
    held_out_rows: np.ndarray
    held_out: np.ndarray
    states: list[State]


def fit_all(start: Start, plan: FitPlan) -> FitResult:
    """Train all layers on the labels of one fit.

    Parameters
    ----------
    start : Start
        Target and source models.
    plan : FitPlan
        The labels and how they are divided.

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
    examples = 0
    lesson = start.lesson(plan)
    for learning_rate in start.training.learning_rates:
        runs = _runs(start, plan, lesson, learning_rate)
        try:
            found = _walk(start, plan, lesson, runs, learning_rate)
        except DivergedError as error:
            failure = error
            notes.append(f"learning rate {learning_rate:g} diverged in epoch {runs[0].epoch}")
            continue
        finally:
            examples += sum(run.examples for run in runs)
        if best is None or found.loss < best.loss:
            best = found
    if best is None:
        assert failure is not None
        raise failure
    model = runs[0].model
    test = start.tokens[torch.from_numpy(start.test).to(start.device)]
    logits = []
    for state in best.states:
        model.load_state_dict(state)
        logits.append(predict(model, test).double().cpu().numpy())
    history = {
        "members": len(best.states),
        "epochs": best.epochs,
        "learning_rate": best.learning_rate,
        "held_out_loss": best.loss,
        "examples_per_second": examples / (time.perf_counter() - began),
        "note": "; ".join(notes),
    }
    weights = {
        f"{member}.{name}": value.cpu().numpy()
        for member, state in enumerate(best.states)
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


def loop_settings(training: TrainingSettings, learning_rate: float) -> LoopSettings:
    """Return what a run needs of the settings."""
    return LoopSettings(
        learning_rate=learning_rate,
        weight_decay=training.weight_decay,
        batch_size=training.batch_size,
        token_dropout=training.token_dropout,
        shift=training.shift,
    )


def _runs(start: Start, plan: FitPlan, lesson: Lesson, learning_rate: float) -> list[Run]:
    """Start one run per member; its seeds do not depend on strategy or learning rate."""
    source = start.source_of(plan.replicate)
    settings = loop_settings(start.training, learning_rate)
    objective = trained(lesson.objective)
    targets = objective.targets(lesson.labels).to(start.device)
    runs = []
    for part in plan.members:
        words = (*plan.seed_words, "member", part.number)
        rows = torch.from_numpy(plan.rows[part.fit]).to(start.device)
        model = start.model(source, seed(*words, "weights"), plan.rows[part.fit])
        own = targets[torch.from_numpy(part.fit).to(start.device)]
        runs.append(Run(model, start.tokens[rows], own, settings, words, objective=objective))
    return runs


def _walk(start: Start, plan: FitPlan, lesson: Lesson, runs: list[Run], learning_rate: float) -> Choice:
    """Take all members from checkpoint to checkpoint, in step, until the held-out loss stops falling."""
    held_out = [torch.from_numpy(plan.rows[part.held_out]).to(start.device) for part in plan.members]
    best: Choice | None = None
    waited = 0
    for epochs in start.training.epochs:
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
                f"the held-out loss became {loss} after {epochs} epochs at learning rate {learning_rate:g}",
                where="config key training.learning_rates",
                remedy="use a smaller learning rate",
            )
        if best is None or loss < best.loss:
            best = Choice(loss, learning_rate, epochs, rows, values, [run.state() for run in runs])
            waited = 0
        else:
            waited += 1
            if waited >= start.training.patience:
                break
    assert best is not None  # at least one checkpoint is configured
    return best
