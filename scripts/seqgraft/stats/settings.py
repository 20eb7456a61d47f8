"""What evaluation needs to know of a study: names, order and counts, no file formats."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: The virtual strategy that is compared with `SCRATCH` to give the verdict.
CHOSEN = "chosen"
#: Training on the target's labels alone: the reference of every comparison.
SCRATCH = "scratch"
#: The source model as it is, without target labels.
ZERO_SHOT = "zero-shot"
#: In the column train_size of comparisons: the mean over the learning curve.
CURVE = "curve"
#: `EvaluationSettings.chosen` when the strategy is chosen by held-out log loss.
HELD_OUT = "held-out"
#: How a caution of a verdict names the best baseline; the page, which says it in red, tells such cautions by it.
BEST_BASELINE = "the best baseline ({name})"


@dataclass(frozen=True)
class FitJob:
    """One predictions file.

    Parameters
    ----------
    transfer : str or None
        None for what needs no source (scratch, baselines): used in every transfer with this target.
    target : str
        Name of the target task.
    strategy : str
        Name of the strategy or baseline.
    kind : str
        "strategy" or "baseline".
    predictions : pathlib.Path
        The parquet file.
    type : str
        Type of the target's labels, as in the config.
    names : sequence of str
        The target's classes or outputs, in the config's order.
    """

    transfer: str | None
    target: str
    strategy: str
    kind: str
    predictions: Path
    type: str = "binary"
    names: Sequence[str] = ()


@dataclass(frozen=True)
class TransferSettings:
    """One transfer of the study.

    Parameters
    ----------
    name : str
        Name of the transfer.
    sources : tuple of str
        Names of the source tasks.
    target : str
        Name of the target task.
    source_title, target_title : str
        As written in sentences.
    strategies : tuple of str
        In the order of the config.
    candidates : tuple of str
        Of these, the ones that use the source and learn from target labels, in the same order.
    seen_unlabelled : {"", "pool", "test"}
        Which of the target's sequences a second stage saw without their labels: none, those of the pool, or those of
        the test part, too.
    """

    name: str
    sources: tuple[str, ...]
    target: str
    source_title: str
    target_title: str
    strategies: tuple[str, ...]
    candidates: tuple[str, ...]
    seen_unlabelled: str = ""


@dataclass(frozen=True)
class EvaluationSettings:
    """What evaluation needs to know of a study.

    Parameters
    ----------
    study : str
        Name of the study; part of the seed.
    transfers : tuple of TransferSettings
        In the order of the config.
    baselines : tuple of str
        In the order of the config.
    primary_metric : str
        A name in `seqgraft.stats.metric_names.FACTS` that the targets' types have.
    chosen : str
        "held-out" or the name of a strategy.
    replicates : int
        Replicates asked for.
    source_models : int
        Source models per source (`pretraining.replicates`); replicate r starts from model (r - 1) mod this.
    seed : int
        Changes the bootstrap draws only.
    draws : int
        Bootstrap draws of the test examples.
    level : float
        Coverage of the intervals; verdicts are given at one minus this.
    """

    study: str
    transfers: tuple[TransferSettings, ...]
    baselines: tuple[str, ...] = ()
    primary_metric: str = "auroc"
    chosen: str = HELD_OUT
    replicates: int = 10
    source_models: int = 1
    seed: int = 1
    draws: int = 1000
    level: float = 0.95

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "EvaluationSettings":
        """Make them of plain values, as a rule's parameters are.

        Parameters
        ----------
        values : mapping
            By the names above; a transfer is a mapping, too, and lists stand for tuples.
        """
        plain: dict[str, Any] = _with_tuples(values)
        plain["transfers"] = tuple(TransferSettings(**_with_tuples(one)) for one in plain["transfers"])
        return cls(**plain)


def _with_tuples(values: Mapping[str, Any]) -> dict[str, Any]:
    """Turn lists into tuples."""
    return {key: tuple(value) if isinstance(value, list) else value for key, value in values.items()}
