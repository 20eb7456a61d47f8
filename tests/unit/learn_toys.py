"""A toy task whose answer is known: a planted motif at a fixed place makes a sequence positive."""

import numpy as np
import pandas as pd

from seqgraft.config.learning import BackboneSettings, PretrainingSettings, TrainingSettings
from seqgraft.learn.examples import Examples, Reading

LENGTH = 24
READING = Reading("ACGT", LENGTH)
BACKBONE = BackboneSettings(width=8, kernels=(7, 3), pools=(2, 2), hidden=8, dropout=0.1)
TRAINING = TrainingSettings(
    epochs=(0, 4, 12), learning_rates=(0.01,), folds=3, members=2, penalties=(0.01, 1.0)
)
PRETRAINING = PretrainingSettings(replicates=2, epochs=(5, 15), learning_rate=0.01)
MOTIF = (3, 0, 3, 0, 0, 3)  # TATAAT


def planted(count: int, seed: int, prefix: str = "s") -> Examples:
    """Return `count` random sequences, a third of them with the motif at position 9."""
    generator = np.random.default_rng(seed)
    tokens = generator.integers(0, 4, (count, LENGTH)).astype(np.uint8)
    labels = (np.arange(count) % 3 == 0).astype(np.int8)
    tokens[labels == 1, 9 : 9 + len(MOTIF)] = MOTIF
    ids = np.array([f"{prefix}{row}" for row in range(count)], dtype=object)
    return Examples(ids, tokens, labels)


def split(examples: Examples, replicates: int = 2, test: int = 45) -> pd.DataFrame:
    """Take the first `test` examples as the test part and permute the rest in blocks of three."""
    rows = [pd.DataFrame({"id": examples.ids[:test], "part": "test", "replicate": pd.NA, "rank": pd.NA})]
    pool = np.arange(test, len(examples.ids))
    for replicate in range(1, replicates + 1):
        blocks = np.random.default_rng(replicate).permutation(pool[: len(pool) // 3 * 3].reshape(-1, 3))
        order = blocks.ravel()
        rows.append(
            pd.DataFrame(
                {
                    "id": examples.ids[order],
                    "part": "pool",
                    "replicate": replicate,
                    "rank": np.arange(len(order)),
                }
            )
        )
    table = pd.concat(rows, ignore_index=True)
    return table.astype({"replicate": "Int64", "rank": "Int64"})
