"""Fits that train all layers.

Every member, learning rate and option of the strategy is one run with checkpoints; the lowest pooled held-out loss
chooses option, learning rate and epochs, for all members together.
"""

import math
import time
from dataclasses import dataclass, replace

import numpy as np
import torch

from seqgraft.config.learning import TrainingSettings
from seqgraft.learn.choosing import log_loss, pooled
from seqgraft.learn.jobs import FitPlan
from seqgraft.learn.loop import DivergedError, LoopSettings, Run
from seqgraft.learn.model import predict
from seqgraft.learn.objectives import BINARY
from seqgraft.learn.start import Start
from seqgraft.learn.store import FitResult
from seqgraft.learn.strategies.recipe import PLAIN, Recipe, State, Trial, trials
from seqgraft.seeds import seed


@dataclass
class Choice:
    """A trial and a number of epochs, with the members as they were then."""

    loss: float
    trial: Trial
    epochs: int
    held_out_rows: np.ndarray
    held_out: np.ndarray
    states: list[State]


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
    examples = 0
    for trial in trials(start):
        runs = _runs(start, plan, trial, recipe)
        try:
            found = _walk(start, plan, runs, trial)
        except DivergedError as error:
            failure = error
            notes.append(f"{trial.text} diverged in epoch {runs[0].epoch}")
            continue
        finally:
            examples += sum(run.examples for run in runs)
        if best is None or found.loss < best.loss:
            best = found
    if best is None:
        assert failure is not None
        raise failure
    states = [recipe.plain(state, best.trial.options) for state in best.states]
    model = start.model(start.source_of(plan.replicate), seed_value=0)
    test = start.tokens[torch.from_numpy(start.test).to(start.device)]
    logits = []
    for state in states:
        model.load_state_dict(state)
        logits.append(predict(model, test).double().cpu().numpy())
    history = {
        "members": len(states),
        "epochs": best.epochs,
        "learning_rate": best.trial.learning_rate,
        "options": best.trial.searched,
        "held_out_loss": best.loss,
        "examples_per_second": examples / (time.perf_counter() - began),
        "note": "; ".join(notes),
    }
    weights = {
        f"{member}.{name}": value.cpu().numpy()
        for member, state in enumerate(states)
        for name, value in state.items()
    }
    return FitResult(np.mean(logits, axis=0), best.held_out_rows, best.held_out, history, weights)


def loop_settings(training: TrainingSettings, learning_rate: float) -> LoopSettings:
    """Return what a run needs of the settings."""
    return LoopSettings(
        learning_rate=learning_rate,
        weight_decay=training.weight_decay,
        batch_size=training.batch_size,
        token_dropout=training.token_dropout,
        shift=training.shift,
    )


def _runs(start: Start, plan: FitPlan, trial: Trial, recipe: Recipe) -> list[Run]:
    """Start one run per member; its seeds do not depend on strategy, options or learning rate."""
    source = start.source_of(plan.replicate)
    changes_of = recipe.changes(start, plan, trial)
    runs = []
    for place, part in enumerate(plan.members):
        words = (*plan.seed_words, "member", part.number)
        rows = torch.from_numpy(plan.rows[part.fit]).to(start.device)
        model = start.model(source, seed_value=seed(*words, "weights"))
        changes = changes_of(place, model)
        settings = loop_settings(start.training, trial.learning_rate)
        if changes.weight_decay is not None:
            settings = replace(settings, weight_decay=changes.weight_decay)
        runs.append(
            Run(model, start.tokens[rows], start.labels[rows], settings, words, **changes.of_run(BINARY))
        )
    return runs


def _walk(start: Start, plan: FitPlan, runs: list[Run], trial: Trial) -> Choice:
    """Take all members from checkpoint to checkpoint, in step, until the held-out loss stops falling."""
    labels = start.examples.labels[plan.rows]
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
        loss = log_loss(values, labels[rows])
        if not math.isfinite(loss):
            raise DivergedError(
                f"the held-out loss became {loss} after {epochs} epochs at {trial.text}",
                where="config key training.learning_rates",
                remedy="use a smaller learning rate",
            )
        if best is None or loss < best.loss:
            best = Choice(loss, trial, epochs, rows, values, [run.state() for run in runs])
            waited = 0
        else:
            waited += 1
            if waited >= start.training.patience:
                break
    assert best is not None  # at least one checkpoint is configured
    return best
