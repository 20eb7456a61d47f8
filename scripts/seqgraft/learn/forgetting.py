"""What a model still knows of its source after it has learned the target.

Scored on the source's own test part, which neither pretraining nor fine-tuning has seen. Three heads give three
answers: ``own`` is the fine-tuned predictor as it is (only where it kept the source's head), ``source`` puts the head
that the source model had back on the fine-tuned backbone, and ``refit`` fits a new head to the source's training part,
which tells whether the features are lost or have only moved away from their head.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import torch

from seqgraft.config.learning import TrainingSettings
from seqgraft.learn.bundle import Bundle, model_from
from seqgraft.learn.choosing import log_loss, members
from seqgraft.learn.examples import Examples, Reading
from seqgraft.learn.logistic import search
from seqgraft.learn.model import Model, extract, predict
from seqgraft.stats.auc import auroc

COLUMNS = ["head", "metric", "before", "after", "difference", "n_test"]
METRICS = {"auroc": lambda labels, logits: float(auroc(labels == 1, logits)),
           "log_loss": lambda labels, logits: log_loss(logits, labels)}  # fmt: skip


@dataclass(frozen=True)
class SourceTask:
    """A source task as far as forgetting concerns it.

    Parameters
    ----------
    examples : Examples
        All its sequences.
    reading : Reading
        Alphabet, length and strands.
    train, test : numpy.ndarray
        Rows that the source model could learn from, and rows of its test part.
    groups : numpy.ndarray, optional
        (N,) group of each sequence, where folds keep groups together.
    """

    examples: Examples
    reading: Reading
    train: np.ndarray
    test: np.ndarray
    groups: np.ndarray | None = None


def unseen(source: SourceTask, target_tokens: np.ndarray) -> SourceTask:
    """Leave those sequences out of the source's test part that the target also has.

    Parameters
    ----------
    source : SourceTask
        The source.
    target_tokens : numpy.ndarray
        (N, L) tokens of all the target's sequences.

    Returns
    -------
    SourceTask
    """
    known = {row.tobytes() for row in np.ascontiguousarray(target_tokens)}
    if source.reading.complement is not None:
        complement = np.array([*source.reading.complement, len(source.reading.letters)], dtype=np.uint8)
        known |= {row.tobytes() for row in np.ascontiguousarray(complement[target_tokens][:, ::-1])}
    tokens = np.ascontiguousarray(source.examples.tokens)
    kept = np.array([row for row in source.test if tokens[row].tobytes() not in known], dtype=np.int64)
    return replace(source, test=kept)


def forgetting_rows(
    bundle: Bundle,
    weights: Mapping[str, torch.Tensor],
    source: SourceTask,
    training: TrainingSettings,
    *,
    kept_head: bool,
    device: torch.device | str = "cpu",
) -> pd.DataFrame:
    """Score a source model and what it became, on the source's test part.

    Parameters
    ----------
    bundle : Bundle
        The source model.
    weights : mapping of torch.Tensor
        Weights of the fine-tuned members, ``<member>.<name>``. Scores are averaged over members, not their logits: a
        source model is one network, too.
    source : SourceTask
        The source.
    training : TrainingSettings
        Folds and penalties of the refitted head.
    kept_head : bool
        Whether the fine-tuned model has the source's head.
    device : torch.device or str
        Where to compute.

    Returns
    -------
    pandas.DataFrame
        Columns ``head, metric, before, after, difference, n_test``; difference is after minus before. Without a row
        where layers of the fine-tuned model have another shape, because its letters or places are not the source's.
    """
    if not _fits(bundle, weights):
        return pd.DataFrame(columns=COLUMNS)
    before = _model(bundle, source, bundle.weights, device)
    after = [_model(bundle, source, own, device) for own in _members(weights)]
    backed = [_model(bundle, source, own | _head_of(bundle.weights), device) for own in _members(weights)]
    answers = {"source": ([_answer(before, source)], [_answer(model, source) for model in backed])}
    if kept_head:
        answers = {"own": ([_answer(before, source)], [_answer(m, source) for m in after]), **answers}
    answers["refit"] = (
        [_refit(before, source, training)],
        [_refit(model, source, training) for model in after],
    )
    labels = source.examples.labels[source.test]
    rows = []
    for head, (old, new) in answers.items():
        for metric, function in METRICS.items():
            was, is_now = (
                float(np.mean([function(labels, logits) for logits in each])) for each in (old, new)
            )
            rows.append((head, metric, was, is_now, is_now - was, len(labels)))
    return pd.DataFrame(rows, columns=COLUMNS)


def _fits(bundle: Bundle, weights: Mapping[str, torch.Tensor]) -> bool:
    """Tell whether the layers of a fine-tuned model are those of its source, so that it can read the source."""
    return all(
        bundle.weights[name].shape == value.shape
        for own in _members(weights)
        for name, value in own.items()
        if not name.startswith("head.")
    )


def _members(weights: Mapping[str, torch.Tensor]) -> Iterator[dict[str, torch.Tensor]]:
    """Yield the weights of each member of an ensemble under their plain names."""
    for number in sorted({name.split(".")[0] for name in weights}, key=int):
        prefix = f"{number}."
        yield {n.removeprefix(prefix): value for n, value in weights.items() if n.startswith(prefix)}


def _head_of(weights: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Return the weights of the head alone."""
    return {name: value for name, value in weights.items() if name.startswith("head.")}


def _model(
    bundle: Bundle, source: SourceTask, weights: Mapping[str, torch.Tensor], device: torch.device | str
) -> Model:
    """Build a model of the bundle's architecture with given weights."""
    model, _ = model_from(bundle, source.reading, bundle.backbone, keep_head=True, seed_value=0)
    model.load_state_dict(dict(weights))
    return model.to(device)


def _tokens(model: Model, source: SourceTask, rows: np.ndarray) -> torch.Tensor:
    """Put the tokens of some rows where the model is."""
    device = next(model.parameters()).device
    return torch.from_numpy(np.ascontiguousarray(source.examples.tokens[rows])).to(device)


def _answer(model: Model, source: SourceTask) -> np.ndarray:
    """Return a model's logits (T,) of the test part."""
    return predict(model, _tokens(model, source, source.test)).double().cpu().numpy()


def _refit(model: Model, source: SourceTask, training: TrainingSettings) -> np.ndarray:
    """Return the test part's logits (T,) of a new head, fitted to the training part's features."""
    train, test = (
        extract(model, _tokens(model, source, rows)).double().cpu().numpy()
        for rows in (source.train, source.test)
    )
    labels = source.examples.labels[source.train]
    groups = None if source.groups is None else source.groups[source.train]
    parts = members(labels, folds=training.folds, large_members=1, seed_words=("forgetting",), groups=groups)
    return search(train, labels, parts, training.penalties).predict(test)
