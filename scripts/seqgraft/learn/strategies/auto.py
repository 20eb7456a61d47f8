"""The labels choose the strategy, and the source where there are several.

Candidates are compared by the loss of held-out labels, in rounds of successive halving (Jamieson & Talwalkar 2016,
arXiv:1502.07943): all are trained for a share of the epochs, the better half for twice as many, until two are left,
which are trained for all. The choice is cross-fitted. A label's held-out prediction is that of the candidate that the
other folds' labels choose, all rounds through, so that no prediction comes from a choice that its own label was
counted in. The predictor is the candidate that all labels choose.
"""

import json
import math
import time
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, field

import numpy as np

from seqgraft.data.splitting.assign import deal_groups
from seqgraft.learn.choosing import log_loss
from seqgraft.learn.diverged import DivergedError
from seqgraft.learn.jobs import FitPlan
from seqgraft.learn.names import STRATEGY_FACTS
from seqgraft.learn.start import Start
from seqgraft.learn.store import FitResult
from seqgraft.seeds import seed


@dataclass
class Candidate:
    """One source with one strategy, and what became of it.

    Parameters
    ----------
    sources : str
        The sources' names joined by ``+``; empty for a strategy that needs none.
    start : Start
        Where its fits start from.
    epochs : int
        Epochs that its runs may have had so far.
    round : int
        The last round that it was in, counted from 1.
    seconds : float
        Spent on it.
    result : FitResult, optional
        Its last fit; None where its loss was never finite.
    """

    sources: str
    start: Start
    epochs: int = -1
    round: int = 1
    seconds: float = 0.0
    result: FitResult | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        """The candidate in words."""
        return f"{self.start.strategy.name} from {self.sources}" if self.sources else self.start.strategy.name

    def train(self, plan: FitPlan, most: int) -> None:
        """Fit it with no more than so many epochs, unless more would give the same again."""
        training = self.start.training
        allowed = tuple(epoch for epoch in training.epochs if epoch <= most)
        if self.epochs >= 0 and (self.start.strategy.trainable != "all" or self._ended(allowed)):
            return
        from seqgraft.learn.strategies.registry import fitter_of  # here: the registry knows this module

        start = copy(self.start)
        start.training = training.model_copy(update={"epochs": allowed})
        began = time.perf_counter()
        try:
            self.result = fitter_of(start.strategy)(start, plan)
        except DivergedError:
            self.result = None
        self.seconds += time.perf_counter() - began
        self.epochs = most

    def _ended(self, allowed: Sequence[int]) -> bool:
        """Tell whether the last fit had all these epochs, or stopped of itself: then more would change nothing."""
        training, result = self.start.training, self.result
        had = [epoch for epoch in training.epochs if epoch <= self.epochs]
        if result is None or len(had) == len(allowed):
            return True
        single = len(training.learning_rates) == 1
        single &= all(len(self.start.options[name]) == 1 for name in self.start.strategy.searches)
        return single and had.index(result.history["epochs"]) + training.patience < len(had)

    def losses(self, labels: np.ndarray, kept: Sequence[np.ndarray]) -> list[float]:
        """Return the held-out loss of each of several choices of the held-out labels."""
        if self.result is None:
            return [math.inf] * len(kept)
        values, own = self.result.held_out, labels[self.result.held_out_rows]
        return [log_loss(values[rows], own[rows]) for rows in kept]


def rounds(count: int, epochs: Sequence[int]) -> list[int]:
    """Return how many epochs each round of halving allows.

    Parameters
    ----------
    count : int
        Candidates.
    epochs : sequence of int
        The checkpoints of a run.

    Returns
    -------
    list of int
        One number a round, rising to the last checkpoint; one round for two candidates, three for five to eight.
    """
    number = max(1, math.ceil(math.log2(count)))
    least = min(epoch for epoch in epochs if epoch > 0)
    return [max(least, int(max(epochs) / 2**left)) for left in reversed(range(number))]


def views(plan: FitPlan, rows: np.ndarray, labels: np.ndarray, folds: int) -> np.ndarray:
    """Give each held-out label the fold that its choice does without.

    Parameters
    ----------
    plan : FitPlan
        The labels and how they are divided.
    rows : numpy.ndarray
        (H,) positions held out.
    labels : numpy.ndarray
        (H,) their labels.
    folds : int
        Folds where all members hold out the same labels.

    Returns
    -------
    numpy.ndarray
        (H,) int64: where each member holds out labels of its own, its place; else stratified folds, groups whole.
    """
    place = np.full(int(plan.rows.size), -1)
    for number, part in enumerate(plan.members):
        if (place[part.held_out] >= 0).any():
            break
        place[part.held_out] = number
    else:
        if len(plan.members) > 1:
            return place[rows]
    generator = np.random.default_rng(seed(*plan.seed_words, "auto"))
    groups = np.arange(len(rows)) if plan.groups is None else np.asarray(plan.groups)[rows]
    return deal_groups(groups, np.asarray(labels, dtype=np.int64), np.full(folds, 1 / folds), generator)


def fit(start: Start, plan: FitPlan) -> FitResult:
    """Choose among candidates inside the labels of one fit.

    Parameters
    ----------
    start : Start
        Its options name the sources and the candidates; its source models are those of all these sources in turn.
    plan : FitPlan
        The labels and how they are divided.

    Returns
    -------
    FitResult

    Raises
    ------
    DivergedError
        When no candidate had a finite loss.
    """
    candidates = _candidates(start)
    labels = start.examples.labels[plan.rows]
    budgets = rounds(len(candidates), start.training.epochs)
    fold: np.ndarray | None = None
    kept: list[np.ndarray] = []
    alive: list[list[int]] = []
    for number, most in enumerate(budgets):
        for place in sorted({place for own in alive for place in own}) if alive else range(len(candidates)):
            candidates[place].round = number + 1
            candidates[place].train(plan, most)
        if fold is None:
            rows = next((c.result.held_out_rows for c in candidates if c.result is not None), None)
            if rows is None:
                break
            fold = views(plan, rows, labels[rows], start.training.folds)
            kept = [fold != value for value in np.unique(fold)] + [np.ones(len(rows), dtype=bool)]
            alive = [list(range(len(candidates)))] * len(kept)
        last = number == len(budgets) - 1
        loss = np.array([candidate.losses(labels, kept) for candidate in candidates])
        alive = [_better(own, loss[:, view], last) for view, own in enumerate(alive)]
    chosen = candidates[alive[-1][0]] if alive else None
    if fold is None or chosen is None or chosen.result is None:
        raise DivergedError(
            "the loss of every candidate of `auto` became infinite or no number",
            where="config keys training.learning_rates and strategy_options.auto.candidates",
            remedy="use a smaller learning rate",
        )
    held_out = np.full(len(fold), np.nan)
    for value, (place,) in zip(np.unique(fold), alive[:-1], strict=True):
        own = candidates[place].result
        assert own is not None  # its loss was finite
        held_out[fold == value] = own.held_out[fold == value]
    result = chosen.result
    history = {
        "members": result.history["members"],
        "epochs": result.history.get("epochs"),
        "learning_rate": result.history.get("learning_rate"),
        "penalty_c": result.history.get("penalty_c"),
        "held_out_loss": log_loss(held_out, labels[result.held_out_rows]),
        "options": ", ".join(filter(None, [chosen.name, result.history.get("options")])),
        "candidates": json.dumps([_account(candidate, labels, len(budgets)) for candidate in candidates]),
    }
    return FitResult(result.test, result.held_out_rows, held_out, history, result.weights)


def _better(places: Sequence[int], loss: np.ndarray, last: bool) -> list[int]:
    """Return the better half of some candidates, the best one in the last round; of equal ones the first."""
    finite = [place for place in places if np.isfinite(loss[place])] or [
        place for place in range(len(loss)) if np.isfinite(loss[place])
    ]
    ranked = sorted(finite or places, key=lambda place: loss[place])
    return ranked[: 1 if last else -(-len(ranked) // 2)]


def _candidates(start: Start) -> list[Candidate]:
    """Make the candidates that the options name; they share the target on the device and frozen features."""
    names, found = start.options["sources"], []
    models = len(start.sources) // len(names)
    for sources, strategy, options in start.options["candidates"]:
        own = copy(start)
        own.strategy, own.options = STRATEGY_FACTS[strategy], options
        first = names.index(sources) * models if sources else 0
        own.sources = start.sources[first : first + models] if sources else []
        found.append(Candidate(sources, own))
    return found


def _account(candidate: Candidate, labels: np.ndarray, rounds: int) -> dict[str, object]:
    """Return what there is to say of a candidate: how well it did, how far it got, what it cost."""
    result = candidate.result
    loss = None if result is None else log_loss(result.held_out, labels[result.held_out_rows])
    return {
        "candidate": candidate.name,
        "loss": None if loss is None else round(loss, 6),
        "round": candidate.round,
        "rounds": rounds,
        "seconds": round(candidate.seconds, 3),
    }
