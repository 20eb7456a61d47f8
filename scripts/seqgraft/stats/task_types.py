"""How the predictions of each type of task are judged: one entry a type."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from seqgraft.stats.answers import Answers, Function, score
from seqgraft.stats.class_metrics import CLASS_METRICS, recalls
from seqgraft.stats.metric_names import METRIC_NAMES
from seqgraft.stats.metrics import Draws, Scored, compute
from seqgraft.stats.resampled import UnitDraws, plain
from seqgraft.stats.set_metrics import SET_METRICS, areas, f1
from seqgraft.stats.thresholds import Calibration, calibrate
from seqgraft.stats.value_metrics import OF_OUTPUT, VALUE_METRICS, of_outputs, relative_error

Floats = NDArray[np.float64]
#: The name under which what is chosen by stands beside the metrics of held-out examples.
HELD_OUT_LOSS = "held-out loss"
#: From answers and sets of weights to a number for each output, shape (O, B).
ByOutput = Callable[[Answers, UnitDraws], Floats]


def smaller_class_units(labels: NDArray[np.bool_], groups: ArrayLike | None = None) -> int:
    """Count the independent units that hold the rarer class: what the interval over examples rests on.

    Parameters
    ----------
    labels : ndarray of bool, shape (N,)
        True for the positive class.
    groups : array-like, shape (N,), optional
        Group of each example.

    Returns
    -------
    int
    """
    members = (
        np.arange(len(labels)) if groups is None else np.unique(np.asarray(groups), return_inverse=True)[1]
    )
    return int(min(len(np.unique(members[labels])), len(np.unique(members[~labels]))))


def all_units(labels: NDArray, members: NDArray[np.intp] | None = None) -> int:
    """Count the independent units; arguments as of `smaller_class_units`."""
    return len(labels) if members is None else len(np.unique(members))


def usual_units(labels: NDArray, members: NDArray[np.intp] | None = None) -> int:
    """Count the units that hold the rarer kind of label, median over classes; arguments as of `smaller_class_units`.

    Labels have shape (N, O) and may be missing.
    """
    found = []
    for column in labels.T:
        known = ~np.isnan(column)
        found.append(smaller_class_units(column[known] == 1, None if members is None else members[known]))
    return int(np.median(found)) if found else 0


@dataclass(frozen=True)
class TaskType:
    """How predictions of one type are judged.

    Parameters
    ----------
    name : str
        As in the config.
    functions : mapping of str to callable
        How each metric is computed; empty for binary tasks, which have their own way (`seqgraft.stats.metrics`).
    loss : callable or None
        What strategies are chosen by; None: the log loss among the metrics.
    loss_words : str
        What it is called.
    by_output : mapping of str to callable
        Numbers that each output or class has of its own.
    units : callable
        From the labels of a test part and the unit of each row (or None) to the number of units that an interval
        rests on.
    guess : (str, float)
        A metric and its value by guessing.
    whole_classes : bool
        Whether labels are class indices, of which one is right.
    numbers : bool
        Whether labels are numbers.
    """

    name: str
    functions: Mapping[str, Function] = field(default_factory=dict)
    loss: Function | None = None
    loss_words: str = "log loss"
    by_output: Mapping[str, ByOutput] = field(default_factory=dict)
    units: Callable[..., int] = all_units
    guess: tuple[str, float] = ("auroc", 0.5)
    whole_classes: bool = False
    numbers: bool = False

    @property
    def binary(self) -> bool:
        """Whether there are positives, thresholds and temperatures."""
        return not self.functions

    @property
    def per_residue(self) -> bool:
        """Whether rows are residues, and what is independent are chains."""
        return self.name.startswith("residue-")

    @property
    def metrics(self) -> tuple[str, ...]:
        """Its metrics, in the order of tables."""
        return METRIC_NAMES[self.name]

    def calibrate(self, labels: NDArray, values: Floats) -> Calibration:
        """Fit temperature and threshold where there are such; else the default one."""
        return calibrate(labels, values) if self.binary else Calibration()

    def draws(self, weights: Floats, member: NDArray[np.intp] | None) -> Draws | UnitDraws:
        """Make sets of weights of one block.

        Parameters
        ----------
        weights : ndarray of float64, shape (N, B)
            Of the rows.
        member : ndarray of int, shape (N,), or None
            Unit of each row, counted from 0; None: each row is one.
        """
        if self.binary:
            return Draws(weights)
        if member is None:
            return UnitDraws(weights, np.arange(len(weights)))
        first = np.unique(member, return_index=True)[1]
        return UnitDraws(weights[first], member, rows=weights)

    def score(
        self,
        labels: NDArray,
        values: Floats,
        calibration: Calibration,
        draws: Draws | UnitDraws | None = None,
        names: Sequence[str] | None = None,
        chains: NDArray[np.intp] | None = None,
    ) -> dict[str, Floats]:
        """Compute metrics of one fit.

        Parameters
        ----------
        labels : ndarray, shape (N,) or (N, O)
            Bool for binary tasks.
        values : ndarray of float64, shape (N,) or (N, K)
            Logits or numbers.
        calibration : Calibration
            Of this fit.
        draws : Draws or UnitDraws, optional
            From `draws`; by default the rows as they are.
        names : sequence of str, optional
            By default all.
        chains : ndarray of int, shape (N,), optional
            Chain of each row.

        Returns
        -------
        dict of str to ndarray of float64, shape (B,)
        """
        wanted = self.metrics if names is None else names
        if self.binary:
            assert not isinstance(draws, UnitDraws)
            scored = Scored(labels, values, calibration.temperature, calibration.threshold)
            return compute(scored, draws, wanted)
        own = plain(len(labels)) if draws is None else draws
        assert isinstance(own, UnitDraws)
        return score(Answers(labels, values, chains), own, wanted, self.functions)

    def held_out_loss(self, labels: NDArray, values: Floats, known: Mapping[str, Floats]) -> float:
        """Return what strategies are chosen by; NaN without held-out examples.

        Parameters
        ----------
        labels, values
            Of the held-out examples.
        known : mapping of str to ndarray
            Their metrics.
        """
        if self.loss is None:
            return float(known["log_loss"][0])
        return float(self.loss(Answers(labels, values), plain(len(labels)))[0])

    def details(self, labels: NDArray, values: Floats, names: Sequence[str]) -> dict[str, float]:
        """Return the numbers of single outputs or classes, by ``<metric>:<output>``; empty where there is one output.

        Parameters
        ----------
        labels, values
            Of the test part.
        names : sequence of str
            Names of the outputs or classes, in order.
        """
        if len(names) < 2:
            return {}
        answers, draws = Answers(labels, values), plain(len(labels))
        found = {metric: function(answers, draws) for metric, function in self.by_output.items()}
        return {
            f"{metric}:{name}": float(rows[place, 0])
            for metric, rows in found.items()
            for place, name in enumerate(names)
        }


def _output(name: str) -> ByOutput:
    """Make the numbers of each output of a metric of one."""
    return lambda answers, draws: of_outputs(answers, draws, OF_OUTPUT[name])


_OF_VALUES = {name: _output(name) for name in OF_OUTPUT}
_OF_SETS: dict[str, ByOutput] = {
    "auroc": lambda answers, draws: areas(answers, draws)[:, 0],
    "auprc": lambda answers, draws: areas(answers, draws)[:, 1],
    "f1": f1,
}
_OF_CLASSES: dict[str, ByOutput] = {
    "recall": lambda answers, draws: recalls(answers.labels, answers.values)[:, None]
}
_ERROR = "mean squared error"

_CORRELATED, _AGREED, _RANKED = ("spearman", 0.0), ("mcc", 0.0), ("macro_auroc", 0.5)
BINARY = TaskType("binary", units=smaller_class_units)
TASK_TYPES: dict[str, TaskType] = {
    entry.name: entry
    for entry in (
        BINARY,
        TaskType("multiclass", CLASS_METRICS, by_output=_OF_CLASSES, guess=_AGREED, whole_classes=True),
        TaskType("multilabel", SET_METRICS, by_output=_OF_SETS, units=usual_units, guess=_RANKED),
        TaskType(
            "regression", VALUE_METRICS, relative_error, _ERROR, _OF_VALUES, guess=_CORRELATED, numbers=True
        ),
        TaskType("residue-classes", CLASS_METRICS, by_output=_OF_CLASSES, guess=_AGREED, whole_classes=True),
        TaskType("residue-values", VALUE_METRICS, relative_error, _ERROR, guess=_CORRELATED, numbers=True),
        TaskType("residue-multilabel", SET_METRICS, by_output=_OF_SETS, units=usual_units, guess=_RANKED),
    )
}
