"""The linear probe: a frozen backbone and a new head, solved exactly."""

import numpy as np

from seqgraft.learn.jobs import FitPlan
from seqgraft.learn.logistic import LogisticEnsemble, search
from seqgraft.learn.start import Start
from seqgraft.learn.store import FitResult


def fit_head(start: Start, plan: FitPlan) -> FitResult:
    """Fit a logistic regression to the frozen features of the labels.

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
    features = start.features(plan)
    labels = start.examples.labels[plan.rows]
    own = search(features[plan.rows], labels, plan.members, start.training.penalties)
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
    test = own.predict(features[start.test])
    return FitResult(test, own.held_out_rows, own.held_out, history, weights | _head(own))


def _head(own: LogisticEnsemble) -> dict[str, np.ndarray]:
    """Write the averaged head as the weights of a linear layer."""
    return {
        "0.head.weight": own.coefficients.mean(axis=0, keepdims=True).astype(np.float32),
        "0.head.bias": own.intercepts.mean(keepdims=True).astype(np.float32),
    }
