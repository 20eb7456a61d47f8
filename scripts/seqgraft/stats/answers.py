"""One fit's answers on one part of a task that is not binary, and how they are scored under many sets of weights."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from seqgraft.stats.metric_names import CHAIN
from seqgraft.stats.resampled import UnitDraws, mean_over

Floats = NDArray[np.float64]
T = TypeVar("T")
#: From answers and sets of weights to one metric's values, shape (B,).
Function = Callable[["Answers", UnitDraws], Floats]


@dataclass(frozen=True)
class Answers:
    """What was asked and answered.

    Parameters
    ----------
    labels : ndarray, shape (N,) or (N, O)
        Class indices, numbers, or 0 and 1 by output; NaN where missing.
    values : ndarray of float64, shape (N,), (N, K) or (N, O)
        Logits, or numbers in the labels' units.
    chains : ndarray of int, shape (N,), optional
        The chain of each row, counted from 0, where rows are residues.
    """

    labels: NDArray[np.float64]
    values: NDArray[np.float64]
    chains: NDArray[np.intp] | None = None
    _kept: dict[object, object] = field(default_factory=dict, repr=False, compare=False)

    def once(self, draws: UnitDraws, make: Callable[["Answers", UnitDraws], T]) -> T:
        """Compute what several metrics share under the same sets of weights only once.

        Parameters
        ----------
        draws : UnitDraws
            The sets; they must outlive these answers.
        make : callable
            One and the same function for all metrics of a type.
        """
        key = id(draws), make
        if key not in self._kept:
            self._kept[key] = make(self, draws)
        return self._kept[key]  # type: ignore[return-value]

    @property
    def by_output(self) -> tuple[Floats, Floats]:
        """Labels and values with one column an output, shape (N, O)."""
        labels, values = (each if each.ndim == 2 else each[:, None] for each in (self.labels, self.values))
        return labels, values


def score(
    answers: Answers, draws: UnitDraws, names: Sequence[str], functions: Mapping[str, Function]
) -> dict[str, Floats]:
    """Compute metrics under every set of weights.

    Parameters
    ----------
    answers : Answers
        Of one fit.
    draws : UnitDraws
        Weights of their rows.
    names : sequence of str
        Metrics; those that begin with ``chain_`` are computed in each chain alone and averaged over chains.
    functions : mapping of str to callable
        How each is computed.

    Returns
    -------
    dict of str to ndarray of float64, shape (B,)
    """
    found = {}
    for name in names:
        if name.startswith(CHAIN):
            found[name] = _by_chain(answers, draws, functions[name.removeprefix(CHAIN)])
        else:
            found[name] = functions[name](answers, draws)
    return found


def _by_chain(answers: Answers, draws: UnitDraws, function: Function) -> Floats:
    """Average a metric of single chains over the chains, each as often as its unit is drawn."""
    assert answers.chains is not None
    assert draws.units is not None
    count = int(answers.chains.max(initial=-1)) + 1
    key = ("chains", count)
    if key not in draws.kept:
        first = np.full(count, len(answers.chains), dtype=np.intp)
        np.minimum.at(first, answers.chains, np.arange(len(answers.chains)))
        draws.kept[key] = draws.units[draws.member[first]], UnitDraws(None, answers.chains, count)
    weights, alone = cast(tuple[Floats, UnitDraws], draws.kept[key])
    return mean_over(weights, function(answers, alone))
