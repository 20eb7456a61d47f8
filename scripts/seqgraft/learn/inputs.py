"""Read what a fit or a source model learns from: examples, splits and who is left out."""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from seqgraft.alphabets import ALPHABETS
from seqgraft.data.labels import binary_labels
from seqgraft.data.tokens import TokenStore, encode
from seqgraft.learn.examples import VECTOR, Examples, Reading
from seqgraft.tables import read_parquet

TASK_FILES = ("records", "splits", "excluded", "tokens", "offsets")


class TaskInputs(NamedTuple):
    """A task as the learning code sees it.

    Parameters
    ----------
    examples : Examples
        Ids, tokens and labels.
    reading : Reading
        Alphabet, length and strands.
    splits : pandas.DataFrame
        As in ``splits.parquet``.
    excluded : set of str
        Ids left out in the roles asked for.
    """

    examples: Examples
    reading: Reading
    splits: pd.DataFrame
    excluded: set[str]


def read_task(
    task: Mapping[str, Any], files: Any, *, roles: Collection[str], letters: bool = False
) -> TaskInputs:
    """Read one task's files.

    Parameters
    ----------
    task : mapping
        ``alphabet``, ``classes`` and ``strand`` of the config.
    files : mapping or snakemake.io.InputFiles
        Paths of the task's files by the names in `TASK_FILES`.
    roles : collection of {"source", "pool"}
        Which leaks count: ``pool`` for copies of the task's own test part, ``source`` for copies of a target.
    letters : bool
        Whether letters are read also of a task that brings embeddings; shorter sequences end in unknown letters.

    Returns
    -------
    TaskInputs
    """
    table = read_parquet(files["records"], columns=["id", "label"])
    # In memory: torch wants to own what it reads.
    matrix = np.array(TokenStore(files["tokens"], files["offsets"]).matrix())
    alphabet = ALPHABETS[task["alphabet"]]
    vectors = matrix.dtype.kind == "f"
    if vectors and letters:
        matrix, vectors = _letters_of(files["records"], alphabet.name), False
    left_out = pd.read_csv(files["excluded"], sep="\t", dtype=str, keep_default_na=False)
    labels = binary_labels(table["label"].tolist(), task["classes"])
    complement = alphabet.complement if task["strand"] == "both" else None
    return TaskInputs(
        Examples(table["id"].to_numpy(object), matrix, labels),
        Reading(VECTOR if vectors else alphabet.letters, matrix.shape[1], complement),
        read_parquet(files["splits"]),
        set(left_out.loc[left_out["role"].isin(roles), "id"]),
    )


def _letters_of(records: str, alphabet: str) -> np.ndarray:
    """Return the tokens (N, L) of a task's sequences, whatever stands in its store."""
    tokens, offsets = encode(read_parquet(records, columns=["sequence"])["sequence"].tolist(), alphabet)
    lengths = np.diff(offsets)
    matrix = np.full((len(lengths), int(lengths.max())), ALPHABETS[alphabet].unknown, dtype=np.uint8)
    matrix[np.arange(matrix.shape[1]) < lengths[:, None]] = tokens
    return matrix
