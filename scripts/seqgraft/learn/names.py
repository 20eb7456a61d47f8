"""The registry of strategies and baselines: what each needs and what it trains, as data.

A new strategy is one entry here, its sentence in ``descriptions.py`` and, only if it trains in a way that no
other does, one entry in ``strategies.registry.OWN``. A new baseline is one name here, its sentence and its function
in ``baselines.BASELINES``. Nothing heavy is imported: the config checks names against this.
"""

from collections.abc import Iterable
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
    trainable : {"all", "head", "none", "chosen"}
        Which layers the target's labels change; ``chosen``: those of the strategy that the labels choose.
    head : {"new", "kept"}
        Whether the source's head is thrown away or kept.
    settings : tuple of str
        Whose share of the study's `training` it uses beside that of `trainable`: keys of ``TRAINING_KEYS``.
    searches : tuple of str
        Its options (``strategy_options``) that are lists to choose from by held-out loss, as learning rates are.
    source_examples : bool
        Whether it learns from the source's sequences again, beside the source model.
    cost : float
        Work of one training step, in steps of a strategy that trains all layers on the target alone.
    """

    name: str
    needs_source: bool
    uses_target_labels: bool
    trainable: Literal["all", "head", "none", "chosen"]
    head: Literal["new", "kept"]
    settings: tuple[str, ...] = ()
    searches: tuple[str, ...] = ()
    source_examples: bool = False
    cost: float = 1.0

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
        Strategy("zero-shot-calibrated", True, True, "none", "kept", settings=("labels",)),
        Strategy("probe-then-full", True, True, "all", "new", settings=("head",)),
        Strategy("partial", True, True, "all", "new"),
        Strategy("gradual", True, True, "all", "new"),
        Strategy("discriminative", True, True, "all", "new"),
        Strategy("l2-sp", True, True, "all", "new", searches=("strength",)),
        Strategy("lora", True, True, "all", "new", cost=1.3),
        Strategy("joint", True, True, "all", "new", searches=("weight",), source_examples=True, cost=2.0),
        Strategy("alternating", True, True, "all", "new", source_examples=True, cost=2.0),
        Strategy("auto", True, True, "chosen", "new", settings=("head", "all")),
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

# What of `training` is used: by what trains no layer, by what only divides its labels, by a head that is a logistic
# regression, by what trains all layers. Everything but these keys may change without fitting it again.
#: Keys about how a source's weights are loaded.
LOADING_KEYS = frozenset({"batch_norm", "position_bound"})
TRAINING_KEYS: dict[str, frozenset[str]] = {
    "none": frozenset({"threads"}),
    "labels": frozenset({"folds", "members", "threads"}),
    "head": frozenset({"class_weights", "folds", "members", "penalties", "threads"}) | LOADING_KEYS,
    "chosen": frozenset({"threads"}),
}
# Keys of `training` that no strategy which trains all layers uses.
NOT_FOR_ALL = frozenset({"penalties", "kmer"})


#: Schedules that fall to nothing at a step which must be known before the first one; `schedules` has their shapes.
FALLING = ("cosine", "one-cycle", "linear-warmup")
#: Strategies that are made for binary tasks of single sequences.
PLAIN_ONLY = frozenset({"zero-shot-calibrated", "joint", "alternating", "auto"})


def training_keys(strategy: Strategy, known: Iterable[str]) -> set[str]:
    """Return the keys of `training` that a strategy uses.

    Parameters
    ----------
    strategy : Strategy
        Its facts.
    known : iterable of str
        All keys of `training`.
    """
    table = {**TRAINING_KEYS, "all": frozenset(known) - NOT_FOR_ALL}
    return set().union(*(table[name] for name in (strategy.trainable, *strategy.settings)))
