"""A finished source model, under which key the resume store keeps it, and as which arrays."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
import torch

from seqgraft.config.learning import BackboneSettings, PretrainingSettings
from seqgraft.learn.answers import answer_columns, answers
from seqgraft.learn.examples import Examples, Reading
from seqgraft.learn.store import FitResult, key_of

HISTORY_COLUMNS = ["epoch", "train_loss", "validation_loss", "validation_auroc", "seconds"]


@dataclass(frozen=True)
class SourceModel:
    """A trained source model.

    Parameters
    ----------
    weights : dict of torch.Tensor
        By name, on the CPU.
    history : pandas.DataFrame
        Columns `HISTORY_COLUMNS`, one row per checkpoint.
    predictions : pandas.DataFrame
        Columns ``id, part, label, prediction``; part ``held-out`` or ``test``.
    epochs : int
        The chosen epoch.
    device : str
        What trained it: ``cpu`` or the GPU's model.
    transforms : list, optional
        Of numbers the transforms of each output, fitted to the training rows.
    """

    weights: dict[str, torch.Tensor]
    history: pd.DataFrame
    predictions: pd.DataFrame
    epochs: int
    device: str
    transforms: list[Any] | None = None


def source_predictions(
    examples: Examples, rows: Mapping[str, np.ndarray], logits: Mapping[str, np.ndarray]
) -> pd.DataFrame:
    """Put a source model's logits of its own examples into a table, one part after the other."""
    parts = [
        answers(examples.ids[rows[part]], examples.labels[rows[part]], logits[part], examples.aim).assign(
            part=part
        )
        for part in rows
    ]
    return pd.concat(parts, ignore_index=True)[["id", "part", *answer_columns(examples.aim)]]


def source_key(
    examples: Examples,
    train_rows: np.ndarray,
    test_rows: np.ndarray,
    *,
    reading: Reading,
    backbone: BackboneSettings,
    pretraining: PretrainingSettings,
    seed_words: tuple,
    code_digest: str,
    versions: Mapping[str, str],
    device: torch.device,
    groups: np.ndarray | None = None,
) -> str:
    """Return the key of a source model: everything that determines its weights and its predictions.

    Parameters
    ----------
    examples : Examples
        The source task.
    train_rows, test_rows : numpy.ndarray
        Rows that it learns from and rows of its test part, each rising. Who else is in the task, and in which order
        replicates take the pool, is no part of the key: adding a replicate of a target leaves its sources alone.
    reading, backbone, pretraining, seed_words
        As for `pretrain.train_source`. How many source models there are changes none of them.
    code_digest : str
        Digest of the library modules that the job imports.
    versions : mapping of str to str
        Version of each package on which the numbers depend.
    device : torch.device
        Where it is trained.
    groups : numpy.ndarray, optional
        (N,) group of each example of the task, where those that choose the epoch are whole groups.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    grouped = {} if groups is None else {"groups": groups[train_rows]}
    return key_of(
        grouped
        | {
            "seed_words": [str(word) for word in seed_words],
            "train_ids": examples.ids[train_rows],
            "train_tokens": examples.tokens[train_rows],
            "train_labels": examples.labels[train_rows],
            "test_ids": examples.ids[test_rows],
            "test_tokens": examples.tokens[test_rows],
            "test_labels": examples.labels[test_rows],
            "reading": reading.plain(),
            "aim": asdict(examples.aim),
            "backbone": backbone.model_dump(mode="json"),
            "pretraining": pretraining.of_labels,
            "code": code_digest,
            "versions": dict(versions),
            "threads": torch.get_num_threads(),
            "device": device.type,
        }
    )


def packed(model: SourceModel, examples: Examples, train_rows: np.ndarray) -> FitResult:
    """Return a source model as the resume store keeps it.

    Parameters
    ----------
    model : SourceModel
        The trained model.
    examples : Examples
        The source task.
    train_rows : numpy.ndarray
        As for `source_key`: held-out examples are kept as positions in it, not as rows of the task.

    Returns
    -------
    FitResult
    """
    held_out, test = (model.predictions[model.predictions["part"] == part] for part in ("held-out", "test"))
    return FitResult(
        test=_values(test, examples),
        held_out_rows=pd.Index(examples.ids[train_rows])
        .get_indexer(held_out["id"].unique())
        .astype(np.int64),
        held_out=_values(held_out, examples),
        history={
            "epochs": model.epochs,
            "device": model.device,
            "checkpoints": [[float(value) for value in row] for row in model.history.to_numpy()],
        },
        weights={name: value.numpy() for name, value in model.weights.items()},
        transforms=model.transforms,
    )


def _values(table: pd.DataFrame, examples: Examples) -> np.ndarray:
    """Return a part's predictions (E,) or (E, K)."""
    columns = [name for name in answer_columns(examples.aim) if name.startswith("prediction")]
    values = table[columns].to_numpy(np.float64)
    return values[:, 0] if len(columns) == 1 else values


def unpacked(
    kept: FitResult, examples: Examples, train_rows: np.ndarray, test_rows: np.ndarray
) -> SourceModel:
    """Return the source model that `packed` made ready; the rows are those of its key."""
    history = pd.DataFrame(kept.history["checkpoints"], columns=HISTORY_COLUMNS).astype({"epoch": np.int64})
    rows = {"held-out": train_rows[kept.held_out_rows], "test": test_rows}
    return SourceModel(
        weights={name: torch.from_numpy(value) for name, value in kept.weights.items()},
        history=history,
        predictions=source_predictions(examples, rows, {"held-out": kept.held_out, "test": kept.test}),
        epochs=kept.history["epochs"],
        device=kept.history["device"],
        transforms=kept.transforms,
    )
