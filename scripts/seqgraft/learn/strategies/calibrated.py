"""The source model with a new temperature and threshold: the labels are spent on two numbers."""

import numpy as np
import torch

from seqgraft.learn.choosing import log_loss, pooled
from seqgraft.learn.jobs import FitPlan
from seqgraft.learn.model import predict
from seqgraft.learn.start import Start
from seqgraft.learn.store import FitResult

LEAST_SLOPE = 1e-3  # the ranking of the source model is kept, however little the labels think of it
STEPS = 100  # of Newton's method, which needs a dozen


def fit_line(logits: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    """Fit slope and shift of logits by maximum likelihood against smoothed labels (Platt 1999).

    Parameters
    ----------
    logits : numpy.ndarray
        (n,) log-odds.
    labels : numpy.ndarray
        (n,) 0 or 1. A positive one counts as (P + 1) / (P + 2), another one as 1 / (N + 2), so that labels which the
        logits separate do not ask for an infinite slope.

    Returns
    -------
    slope : float
        The inverse of the temperature; at least 0.001.
    shift : float
        Added after that; minus the slope times the old logit at the new threshold.
    """
    positives = int((labels == 1).sum())
    wanted = np.where(labels == 1, (positives + 1) / (positives + 2), 1 / (len(labels) - positives + 2))
    spread = float(np.std(logits)) or 1.0
    scaled = np.asarray(logits, dtype=np.float64) / spread
    slope, shift = _newton(np.stack([scaled, np.ones_like(scaled)], axis=1), wanted)
    if slope / spread >= LEAST_SLOPE:
        return slope / spread, shift
    (shift,) = _newton(np.ones((len(scaled), 1)), wanted, LEAST_SLOPE * scaled * spread)
    return LEAST_SLOPE, shift


def _newton(design: np.ndarray, wanted: np.ndarray, offset: np.ndarray | float = 0.0) -> list[float]:
    """Maximise the likelihood of a logistic model; steps that overshoot are halved."""
    weights = np.zeros(design.shape[1])

    def loss(at: np.ndarray) -> float:
        return log_loss(design @ at + offset, wanted)

    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-(design @ weights + offset)))
        gradient = design.T @ (chance - wanted) / len(wanted)
        curvature = (design * (chance * (1 - chance))[:, None]).T @ design / len(wanted)
        step = np.linalg.solve(curvature + 1e-12 * np.eye(len(weights)), gradient)
        while loss(weights - step) > loss(weights) and np.abs(step).max() > 1e-12:
            step = step / 2
        weights = weights - step
        if np.abs(step).max() < 1e-10:
            break
    return [float(value) for value in weights]


def fit(start: Start, plan: FitPlan) -> FitResult:
    """Refit temperature and threshold of the source model on the labels.

    Parameters
    ----------
    start : Start
        Target and source models.
    plan : FitPlan
        The labels and how they are divided.

    Returns
    -------
    FitResult
        Each member's line is fitted to what it learns from, so that what it holds out stays unseen. The predictor is
        the mean of these lines, written into the source's head: one plain model.
    """
    source = start.source_of(plan.replicate)
    model = start.model(source, seed_value=0)
    rows = np.concatenate([plan.rows, start.test])
    tokens = start.tokens[torch.from_numpy(rows).to(start.device)]
    logits = predict(model, tokens).double().cpu().numpy()
    own, test = logits[: len(plan.rows)], logits[len(plan.rows) :]
    labels = start.examples.labels[plan.rows]
    lines = [fit_line(own[part.fit], labels[part.fit]) for part in plan.members]
    held_out_rows, held_out = pooled(
        plan.members,
        [
            slope * own[part.held_out] + shift
            for (slope, shift), part in zip(lines, plan.members, strict=True)
        ],
    )
    slope, shift = (float(np.mean(values)) for values in zip(*lines, strict=True))
    weights = {f"0.{name}": value.cpu().numpy() for name, value in model.state_dict().items()}
    weights["0.head.weight"] = weights["0.head.weight"] * np.float32(slope)
    weights["0.head.bias"] = weights["0.head.bias"] * np.float32(slope) + np.float32(shift)
    history = {
        "members": len(lines),
        "held_out_loss": log_loss(held_out, labels[held_out_rows]),
        "options": f"temperature {1 / slope:.3g}, shift {shift:.3g}",
    }
    return FitResult(slope * test + shift, held_out_rows, held_out, history, weights)
