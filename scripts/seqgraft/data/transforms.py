"""What is done to numbers before a model learns them: fitted on training examples alone, and undone in predictions.

A transform's state is plain JSON, so that a bundle can hold it. Missing values (not-a-number) stay missing and do not
move a fit. A chain applies several, one after the other; each is fitted to what the one before it gives.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from seqgraft.errors import SeqgraftError

State = Mapping[str, Any]


class Transform(NamedTuple):
    """One step.

    Parameters
    ----------
    fit : callable
        From the training values without missing ones, (N,) float64, to the state.
    apply, undo : callable
        From values and state to values.
    """

    fit: Callable[[np.ndarray], dict[str, Any]]
    apply: Callable[[np.ndarray, State], np.ndarray]
    undo: Callable[[np.ndarray, State], np.ndarray]


def _nothing(values: np.ndarray) -> dict[str, Any]:
    return {}


def _span(values: np.ndarray) -> dict[str, Any]:
    """Least and greatest value, which become 0 and 1."""
    low, high = float(values.min()), float(values.max())
    if not high > low:
        raise _constant("min-max", low)
    return {"min": low, "max": high}


def _moments(values: np.ndarray) -> dict[str, Any]:
    """Mean and standard deviation (divided by N, not N - 1), which become 0 and 1."""
    mean, sd = float(values.mean()), float(values.std())
    # Rounding leaves equal values a standard deviation of about one unit in their last place.
    if not sd > 1e-12 * max(abs(mean), 1.0):
        raise _constant("z-score", mean)
    return {"mean": mean, "sd": sd}


def _ranks(values: np.ndarray) -> dict[str, Any]:
    """Each distinct training value and the share of training values below it, equal ones counted half."""
    distinct, counts = np.unique(values, return_counts=True)
    if len(distinct) < 2:
        raise _constant("rank", float(distinct[0]))
    below = np.cumsum(counts) - counts / 2
    return {"values": distinct.tolist(), "ranks": (below / len(values)).tolist()}


def _log(values: np.ndarray, state: State) -> np.ndarray:
    return np.log(_above(values, 0.0, "log"))


def _log1p(values: np.ndarray, state: State) -> np.ndarray:
    return np.log1p(_above(values, -1.0, "log1p"))


def _above(values: np.ndarray, least: float, name: str) -> np.ndarray:
    """Refuse values that have no logarithm."""
    wrong = values[values <= least]
    if len(wrong):
        raise SeqgraftError(
            f"the label {wrong[0]:g} has no {name}: it must be above {least:g}",
            where="config key labels.transforms",
            remedy="choose another transform, or correct the labels",
        )
    return values


def _constant(name: str, value: float) -> SeqgraftError:
    """Describe labels that are all the same."""
    return SeqgraftError(
        f"all training labels are {value:g}, so that {name} has nothing to scale by",
        where="config key labels.transforms",
        remedy="see whether the right column is read; there is nothing to learn from equal labels",
    )


#: `rank` maps into (0, 1), straight between neighbouring training values. What lies beyond the training values becomes
#: the first or last of them, and so is the only thing that `undo` cannot give back.
TRANSFORMS: dict[str, Transform] = {
    "log": Transform(_nothing, _log, lambda y, state: np.exp(y)),
    "log1p": Transform(_nothing, _log1p, lambda y, state: np.expm1(y)),
    "rank": Transform(
        _ranks,
        lambda x, state: np.interp(x, state["values"], state["ranks"]),
        lambda y, state: np.interp(y, state["ranks"], state["values"]),
    ),
    "min-max": Transform(
        _span,
        lambda x, state: (x - state["min"]) / (state["max"] - state["min"]),
        lambda y, state: y * (state["max"] - state["min"]) + state["min"],
    ),
    "z-score": Transform(
        _moments,
        lambda x, state: (x - state["mean"]) / state["sd"],
        lambda y, state: y * state["sd"] + state["mean"],
    ),
    "sign": Transform(_nothing, lambda x, state: -x, lambda y, state: -y),
}


def fit(names: Sequence[str], training: np.ndarray) -> list[dict[str, Any]]:
    """Fit a chain of transforms to training labels.

    Parameters
    ----------
    names : sequence of str
        In the order of application, from `TRANSFORMS`.
    training : numpy.ndarray
        (N,) float64 labels of training examples, never of others; not-a-number where missing.

    Returns
    -------
    list of dict
        One step each: ``name`` and ``state``, which JSON can hold.

    Raises
    ------
    SeqgraftError
        If a label has no logarithm, or all are equal where something is divided by their spread.
    """
    values = np.asarray(training, dtype=np.float64)
    values = values[~np.isnan(values)]
    if not len(values) and names:
        raise SeqgraftError(
            "there is no label to fit a transform to",
            where="config key labels.transforms",
            remedy="see whether all labels are missing",
        )
    chain: list[dict[str, Any]] = []
    for name in names:
        chain.append({"name": name, "state": TRANSFORMS[name].fit(values)})
        values = TRANSFORMS[name].apply(values, chain[-1]["state"])
    return chain


def apply(chain: Sequence[Mapping[str, Any]], values: np.ndarray) -> np.ndarray:
    """Transform labels by a fitted chain.

    Parameters
    ----------
    chain : sequence of mapping
        Of `fit`, perhaps read back from JSON.
    values : numpy.ndarray
        Labels, float64, any shape.

    Returns
    -------
    numpy.ndarray
        The same shape.

    Raises
    ------
    SeqgraftError
        If one has no logarithm.
    """
    for step in chain:
        values = TRANSFORMS[step["name"]].apply(values, step["state"])
    return values


def undo(chain: Sequence[Mapping[str, Any]], values: np.ndarray) -> np.ndarray:
    """Bring predictions back to the labels' own scale.

    Parameters
    ----------
    chain : sequence of mapping
        Of `fit`.
    values : numpy.ndarray
        Predictions, float64, any shape.

    Returns
    -------
    numpy.ndarray
        The same shape.
    """
    for step in reversed(chain):
        values = TRANSFORMS[step["name"]].undo(values, step["state"])
    return values
