"""The registry of strategies and baselines: what each needs and what it trains, as data.

A new strategy is one entry here, its sentence in ``descriptions.py`` and, only if it trains in a way that no
other does, one entry in ``fits.FITTERS``. A new baseline is one name here, its sentence and its function in
``baselines.BASELINES``. Nothing heavy is imported: the config checks names against this.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Strategy:
    """One way to learn a target task.

    Parameters
    ----------
    name : str
        The word used in configs, columns and reports.
    needs_source : bool
        Whether it starts from a source model.
    uses_target_labels : bool
        Whether it sees any label of the target.
    trainable : {"all", "head", "none"}
        Which layers the target's labels change.
    head : {"new", "kept"}
        Whether the source's head is thrown away or kept.
    """

    name: str
    needs_source: bool
    uses_target_labels: bool
    trainable: Literal["all", "head", "none"]
    head: Literal["new", "kept"]

    @property
    def needs_equal_classes(self) -> bool:
        """Whether source and target must have the same classes in the same order."""
        return self.head == "kept"


# Columns: needs_source, uses_target_labels, trainable, head.
STRATEGY_FACTS: dict[str, Strategy] = {
    entry.name: entry
    for entry in (
        Strategy("scratch", False, True, "all", "new"),
        Strategy("zero-shot", True, False, "none", "kept"),
        Strategy("linear-probe", True, True, "head", "new"),
        Strategy("full", True, True, "all", "new"),
        Strategy("full-kept-head", True, True, "all", "kept"),
    )
}

# Baselines that are fitted like a strategy because they need the study's network.
NETWORK_BASELINES: dict[str, Strategy] = {
    entry.name: entry for entry in (Strategy("random-backbone", False, True, "head", "new"),)
}

BASELINE_NAMES: tuple[str, ...] = (
    "constant", "kmer-logistic", "kmer-ridge", "nearest-neighbour", *NETWORK_BASELINES,
)  # fmt: skip

# Which of them a target of each type has; pairs and several outputs have none but those of `PAIR_BASELINES`.
_CLASSES = ("constant", "kmer-logistic", "nearest-neighbour", "random-backbone")
_RESIDUES = ("constant", "random-backbone")
BASELINES_OF: dict[str, tuple[str, ...]] = {
    "binary": _CLASSES,
    "multiclass": _CLASSES,
    "multilabel": ("constant", "kmer-logistic", "random-backbone"),
    "regression": ("constant", "kmer-ridge", "nearest-neighbour", "random-backbone"),
    "residue-classes": _RESIDUES,
    "residue-values": _RESIDUES,
    "residue-multilabel": _RESIDUES,
}
PAIR_BASELINES = frozenset({"constant", "kmer-logistic", "kmer-ridge", "random-backbone"})

# What may be computed of a source before training; the functions are in ``source_scores.ESTIMATES``.
ESTIMATE_NAMES: tuple[str, ...] = ("leep", "logme", "h-score", "probe", "probe-auroc", "head-auroc")
