"""Toy tasks of every type whose answer is known: the letters at a few places decide."""

import numpy as np
import pandas as pd

from seqgraft.config.learning import BackboneSettings, PretrainingSettings, TrainingSettings
from seqgraft.learn.examples import Aim, Examples, Reading

LENGTH = 12
BACKBONE = BackboneSettings(width=8, kernels=(3, 3), pools=(1, 1), hidden=16, dropout=0.0)
#: Of residues: features of each position, where all positions share their weights.
POSITIONS = BackboneSettings(width=8, kernels=(3, 3), pools=(1, 1), hidden=16, dropout=0.0, positions="mean")
TRAINING = TrainingSettings(
    epochs=(0, 10, 20),
    learning_rates=(0.02,),
    folds=2,
    members=2,
    batch_size=16,
    penalties=(0.01, 1.0),
    patience=3,
)
PRETRAINING = PretrainingSettings(
    replicates=1, epochs=(20,), learning_rate=0.02, token_dropout=0.0, batch_size=32
)
CLASSES = ("one", "two", "three")


def task(kind: str, count: int = 120, seed: int = 1, ragged: bool = False) -> tuple[Examples, Reading]:
    """Return examples of a type, and how they are read.

    The first letter, found again at two places, is the class; 2 * second letter + third letter - 4 the number; a
    residue's class and number are its own letter's, without a label at every fourth place.
    """
    generator = np.random.default_rng(seed)
    tokens = generator.integers(0, 4, (count, LENGTH)).astype(np.uint8)
    tokens[:, 0] = np.arange(count) % 3
    for place in range(3, 9):  # seen several times, so that few labels show it
        tokens[:, place] = tokens[:, place % 3]
    ends = np.full(count, LENGTH)
    if ragged:
        ends = generator.integers(6, LENGTH + 1, count)
        ends[0] = LENGTH
        tokens[np.arange(LENGTH) >= ends[:, None]] = 5
    number = 2.0 * tokens[:, 1] + tokens[:, 2] - 4
    hidden = (np.arange(LENGTH) % 4 == 3) | (np.arange(LENGTH) >= ends[:, None])
    own = np.where(hidden, 0, tokens % 4).astype(np.int64)
    labels, aim = {
        "multiclass": (tokens[:, 0].astype(np.int16), Aim("multiclass", CLASSES)),
        "multilabel": (
            np.stack([tokens[:, 0] == 0, tokens[:, 1] > 1], axis=1).astype(np.float32),
            Aim("multilabel", ("a", "b")),
        ),
        "regression": (number.astype(np.float32), Aim("regression")),
        "regression of several": (
            np.stack([number, 100 - 10 * number], axis=1).astype(np.float32),
            Aim("regression", outputs=("x", "y")),
        ),
        "residue-classes": (
            np.where(hidden, -1, own).astype(np.int16),
            Aim("residue-classes", ("A", "C", "G", "T")),
        ),
        "residue-classes of two": (
            np.where(hidden, -1, own > 1).astype(np.int16),
            Aim("residue-classes", ("high", "low")),
        ),
        "residue-values": (
            np.where(hidden, np.nan, 10.0 * own + 5).astype(np.float32),
            Aim("residue-values"),
        ),
        "residue-multilabel": (
            np.where(hidden[..., None], np.nan, np.stack([own > 1, own % 2], axis=2)).astype(np.float32),
            Aim("residue-multilabel", ("big", "odd")),
        ),
    }[kind]
    outputs = {"residue-classes of two": 1, "regression": 1, "residue-values": 1}.get(kind)
    outputs = outputs or len(aim.classes) or len(aim.outputs)
    ids = np.array([f"s{row}" for row in range(count)], dtype=object)
    reading = Reading("ACGT", LENGTH, outputs=outputs, per_residue=kind.startswith("residue"), ragged=ragged)
    return Examples(ids, tokens, labels, aim), reading


def split(examples: Examples, test: int = 30) -> pd.DataFrame:
    """Take the first `test` examples as the test part and the rest, as it stands, as the pool of one replicate."""
    part = np.where(np.arange(len(examples.ids)) < test, "test", "pool")
    rank = np.arange(len(examples.ids)) - test
    table = pd.DataFrame({"id": examples.ids, "part": part, "replicate": 1, "rank": rank})
    table.loc[table["part"] == "test", ["replicate", "rank"]] = pd.NA
    return table.astype({"replicate": "Int64", "rank": "Int64"})
