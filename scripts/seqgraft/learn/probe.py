"""The linear probe: a frozen backbone and a new head, solved exactly."""

import numpy as np

from seqgraft.learn.entries import spread, spread_members
from seqgraft.learn.jobs import FitPlan
from seqgraft.learn.lesson import Lesson
from seqgraft.learn.linear import LinearEnsemble, search
from seqgraft.learn.logistic import LogisticEnsemble
from seqgraft.learn.start import Start
from seqgraft.learn.store import FitResult


def fit_head(start: Start, plan: FitPlan) -> FitResult:
    """Fit a linear model to the frozen features of the labels: logistic regressions of classes, ridge of numbers.

    Parameters
    ----------
    start : Start
        Target and source models; without any, the backbone is an untrained one.
    plan : FitPlan
        The labels and how they are divided.

    Returns
    -------
    FitResult
        Its weights are the frozen backbone and the averaged head, which together are one plain model.
    """
    features, lesson = start.features(plan), start.lesson(plan)
    own, counts = probed(start, plan, lesson)
    test = start.test if counts is None else spread(counts, start.test)
    history = {
        "members": len(own.intercepts),
        "penalty_c": own.penalty_c,
        "held_out_loss": own.held_out_loss,
    }
    weights = {
        f"0.{name}": value.cpu().numpy()
        for name, value in start.frozen(plan).state_dict().items()
        if not name.startswith("head.")
    }
    held_out_rows = own.held_out_rows
    if counts is not None:  # from residues back to their sequences
        held_out_rows = np.unique(np.concatenate([part.held_out for part in plan.members]))
    return FitResult(
        lesson.undone(own.predict(features[test])),
        held_out_rows,
        lesson.undone(own.held_out),
        history,
        weights | _head(own),
        lesson.chains,
    )


def probed(
    start: Start, plan: FitPlan, lesson: Lesson
) -> tuple[LinearEnsemble | LogisticEnsemble, np.ndarray | None]:
    """Solve a linear model on the frozen features of the labels for each member.

    Parameters
    ----------
    start, plan
        As for `fit_head`.
    lesson : Lesson
        What the fit learns.

    Returns
    -------
    own : LinearEnsemble or LogisticEnsemble
        The members' models.
    counts : numpy.ndarray, optional
        (N,) residues with a label of each example; None where a label is of a whole sequence.
    """
    labels, parts, rows, counts = lesson.labels, plan.members, plan.rows, None
    if lesson.objective.per_residue:
        there = lesson.objective.labelled(start.examples.labels)
        counts = there.sum(axis=1)
        labels, parts = labels[there[rows]], spread_members(counts[rows], parts)
        rows = spread(counts, rows)
    features = start.features(plan)[rows]
    return search(features, labels, parts, start.training.penalties, lesson.objective), counts


def _head(own: LinearEnsemble | LogisticEnsemble) -> dict[str, np.ndarray]:
    """Write the averaged head as the weights of a linear layer."""
    coefficients = own.coefficients.mean(axis=0)
    return {
        "0.head.weight": coefficients.reshape(-1, coefficients.shape[-1]).astype(np.float32),
        "0.head.bias": np.reshape(own.intercepts.mean(axis=0), -1).astype(np.float32),
    }
