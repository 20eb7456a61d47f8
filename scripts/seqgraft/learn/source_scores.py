"""Estimates of what each source model is worth to a target, from the labels inside the budget alone."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from seqgraft.config.learning import TrainingSettings
from seqgraft.learn.bundle import Bundle, load_bundle, model_from
from seqgraft.learn.choosing import Member
from seqgraft.learn.examples import Examples, Reading
from seqgraft.learn.jobs import TrainSize, plan_fits
from seqgraft.learn.logistic import LogisticEnsemble, search
from seqgraft.learn.model import extract, predict
from seqgraft.learn.progress import Progress
from seqgraft.learn.source_heads import one_headed
from seqgraft.learn.transferability import h_score, leep, logme
from seqgraft.stats.auc import auroc

COLUMNS = ["source_model", "train_size", "is_all", "replicate", "estimate", "value"]


@dataclass(frozen=True)
class Evidence:
    """What an estimate may look at: a source model's answers on the labels of one fit.

    Parameters
    ----------
    features : numpy.ndarray
        (n, F) float64 of the source's backbone.
    logits : numpy.ndarray
        (n,) float64 of the source's head for its first class.
    labels : numpy.ndarray
        (n,) 0 or 1.
    members : list of Member
        How the fits divide these labels.
    penalties : sequence of float
        Of the linear probe.
    """

    features: np.ndarray
    logits: np.ndarray
    labels: np.ndarray
    members: list[Member]
    penalties: Sequence[float]

    @cached_property
    def probe(self) -> LogisticEnsemble:
        """The linear probe of these features, searched as the strategy of that name."""
        return search(self.features, self.labels, self.members, self.penalties)


def _leep(found: Evidence) -> float:
    """Score the source head's probabilities of its two classes."""
    positive = 1 / (1 + np.exp(-found.logits))
    return leep(np.column_stack([positive, 1 - positive]), found.labels)


def _probe_auroc(found: Evidence) -> float:
    """Score the ranking of the probe's held-out predictions."""
    return float(auroc(found.labels[found.probe.held_out_rows] == 1, found.probe.held_out))


ESTIMATES: dict[str, Callable[[Evidence], float]] = {
    "leep": _leep,
    "logme": lambda found: logme(found.features, found.labels),
    "h-score": lambda found: h_score(found.features, found.labels),
    "probe": lambda found: -found.probe.held_out_loss,
    "probe-auroc": _probe_auroc,
    "head-auroc": lambda found: float(auroc(found.labels == 1, found.logits)),
}
NEEDS_EQUAL_CLASSES = frozenset({"head-auroc"})
NEEDS_HEAD = frozenset({"leep", "head-auroc"})


def score_sources(
    examples: Examples,
    splits: pd.DataFrame,
    *,
    reading: Reading,
    classes: Sequence[str],
    training: TrainingSettings,
    train_sizes: Sequence[TrainSize],
    replicates: int,
    seed_words: tuple,
    bundles: Sequence[str | Path],
    estimates: Sequence[str],
    source_head: str | None = None,
    excluded: Collection[str] = (),
    device: torch.device | str = "cpu",
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Estimate each source model's worth for every train size and replicate.

    Parameters
    ----------
    examples : Examples
        The target; of its pool alone features and labels are used.
    splits : pandas.DataFrame
        The target's ``splits.parquet``.
    reading : Reading
        Alphabet, length and strands.
    classes : sequence of str
        The target's classes, the positive one first.
    training : TrainingSettings
        Folds, members and penalties.
    train_sizes : sequence of int or "all"
        Numbers of labels.
    replicates : int
        Replicates, counted from 1.
    seed_words : tuple
        Name study and target; the same as for strategies, so that labels and folds are those of the fits.
    bundles : sequence of path-like
        Folders of the source models.
    estimates : sequence of str
        Names in `ESTIMATES`. Those that use the source's head as it is are left out where its classes are others, and
        those that use a head at all where there is none, or several and none is named.
    source_head : str, optional
        Of several sources the one whose head is asked.
    excluded : collection of str
        Ids left out of the pool.
    device : torch.device or str
        Where to compute.
    progress : Progress, optional
        Told after every source model and set of labels.

    Returns
    -------
    pandas.DataFrame
        Columns ``source_model, train_size, is_all, replicate, estimate, value``; a greater value promises more.
    """
    plans = plan_fits(examples, splits, excluded, train_sizes, replicates, training, seed_words)
    pool = np.unique(np.concatenate([plan.rows for plan in plans]))
    tokens = torch.from_numpy(np.ascontiguousarray(examples.tokens[pool])).to(device)
    rows = []
    for number, folder in enumerate(bundles):
        source = one_headed(load_bundle(folder), source_head)
        features, logits = _answers(source, reading, tokens)
        useless = frozenset() if source.classes == list(classes) else NEEDS_EQUAL_CLASSES
        useless = useless if source.has_head else useless | NEEDS_HEAD
        wanted = [name for name in estimates if name not in useless]
        for plan in plans:
            own = np.searchsorted(pool, plan.rows)
            labels = examples.labels[plan.rows]
            found = Evidence(features[own], logits[own], labels, plan.members, training.penalties)
            head = (number, plan.train_size, plan.is_all, plan.replicate)
            rows += [(*head, name, ESTIMATES[name](found)) for name in wanted]
            if progress is not None:
                progress.step(reused=False)
    return pd.DataFrame(rows, columns=COLUMNS)


def _answers(source: Bundle, reading: Reading, tokens: torch.Tensor) -> tuple[np.ndarray, np.ndarray]:
    """Return a source model's features (N, F) and logits (N,), both float64."""
    model, _ = model_from(source, reading, source.backbone, keep_head=source.has_head, seed_value=0)
    model.to(tokens.device)
    features, logits = extract(model, tokens), predict(model, tokens)
    return features.cpu().numpy().astype(np.float64), logits.cpu().numpy().astype(np.float64)
