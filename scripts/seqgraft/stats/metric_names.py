"""What every metric is called, its range and direction, and which metrics each type of task has.

Light on purpose: the config checks `primary_metric` by it before anything heavy is loaded. How a metric is computed
stands in the module of its type (`seqgraft.stats.task_types`).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import inf

#: What stands before the name of a metric that is computed in each chain and averaged over chains.
CHAIN = "chain_"


@dataclass(frozen=True)
class Facts:
    """What is to be known of a metric without computing it.

    Parameters
    ----------
    title : str
        As written in text.
    low, high : float
        The range of its values.
    greater_is_better : bool
        The direction of improvement.
    decimals : bool
        Whether three decimals say enough; else its values have a unit, and may be of any size.
    needs : str
        Of a binary task: "ranking" (logits as they are), "probabilities" (temperature) or "calls" (threshold).
    """

    title: str
    low: float = 0.0
    high: float = 1.0
    greater_is_better: bool = True
    decimals: bool = True
    needs: str = "calls"

    @property
    def bounds(self) -> tuple[float, float]:
        """The range of its values."""
        return self.low, self.high


FACTS: dict[str, Facts] = {
    "auroc": Facts("AUROC", needs="ranking"),
    "auprc": Facts("AUPRC", needs="ranking"),
    "mcc": Facts("MCC", low=-1.0),
    "accuracy": Facts("accuracy"),
    "balanced_accuracy": Facts("balanced accuracy"),
    "recall": Facts("recall"),
    "precision": Facts("precision"),
    "specificity": Facts("specificity"),
    "f1": Facts("F1"),
    "macro_f1": Facts("macro F1"),
    "micro_f1": Facts("micro F1"),
    "macro_auroc": Facts("macro AUROC", needs="ranking"),
    "macro_auprc": Facts("macro AUPRC", needs="ranking"),
    "log_loss": Facts("log loss", high=inf, greater_is_better=False, needs="probabilities"),
    "brier": Facts("Brier score", greater_is_better=False, needs="probabilities"),
    "spearman": Facts("Spearman correlation", low=-1.0),
    "pearson": Facts("Pearson correlation", low=-1.0),
    "mse": Facts("mean squared error", high=inf, greater_is_better=False, decimals=False),
    "r2": Facts("R²", low=-inf),
    "concordance": Facts("concordance index"),
}

_CLASSES = ("accuracy", "balanced_accuracy", "macro_f1", "mcc", "log_loss")
_SETS = ("macro_auroc", "macro_auprc", "micro_f1", "macro_f1", "log_loss")
_VALUES = ("spearman", "pearson", "mse", "r2")
#: Chain by chain only what needs no ranking of a single chain's residues by class: few chains have both kinds.
_SETS_BY_CHAIN = ("micro_f1", "macro_f1", "log_loss")

#: By type of task, its metrics in the order of tables. The first is the primary one where a study names none.
#:
#: Accuracy leads for classes because it hangs on all test examples alike; the balanced accuracy and macro F1 beside it
#: can hang on the few of the rarest class. Of residues a chain is what is independent, so the mean over chains leads.
METRIC_NAMES: dict[str, tuple[str, ...]] = {
    "binary": (
        *("auroc", "auprc", "mcc", "accuracy", "recall", "precision", "specificity", "f1"),
        *("log_loss", "brier"),
    ),
    "multiclass": _CLASSES,
    "multilabel": _SETS,
    "regression": (*_VALUES, "concordance"),
    "residue-classes": (*(CHAIN + name for name in _CLASSES), *_CLASSES),
    "residue-values": (*(CHAIN + name for name in _VALUES), *_VALUES),
    "residue-multilabel": (*_SETS, *(CHAIN + name for name in _SETS_BY_CHAIN)),
}

FACTS |= {
    name: replace(FACTS[name.removeprefix(CHAIN)], title=f"{FACTS[name.removeprefix(CHAIN)].title} by chain")
    for names in METRIC_NAMES.values()
    for name in names
    if name.startswith(CHAIN)
}


def facts(metric: str) -> Facts:
    """Return what is to be known of a metric.

    Parameters
    ----------
    metric : str
        A name in `FACTS`; of one output or class with a colon and its name behind it (``spearman:affinity``).

    Returns
    -------
    Facts

    Raises
    ------
    KeyError
        For a metric that does not exist.
    """
    name, _, output = metric.partition(":")
    own = FACTS[name]
    return replace(own, title=f"{own.title} of {output}") if output else own


def written(value: float, metric: str, sign: str = "") -> str:
    """Write a value of a metric, or a difference of such, for people.

    Parameters
    ----------
    value : float
    metric : str
        A name in `FACTS`.
    sign : str
        "+" to write the sign of positive values, too.

    Returns
    -------
    str
        With three decimals, or three significant digits where the metric has a unit.
    """
    return f"{value:{sign}.3f}" if facts(metric).decimals else f"{value:{sign}.3g}"


def shared_metrics(types: Iterable[str]) -> list[str]:
    """Name the metrics that several types of task all have.

    Parameters
    ----------
    types : iterable of str
        Names in `METRIC_NAMES`, at least one.

    Returns
    -------
    list of str
        In the order of the first type.
    """
    first, *others = dict.fromkeys(types)
    return [name for name in METRIC_NAMES[first] if all(name in METRIC_NAMES[other] for other in others)]
