"""Read what a fit or a source model learns from: examples, splits and who is left out."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from seqgraft.data.tokens import TokenStore, encode
from seqgraft.known_alphabets import alphabet_of
from seqgraft.learn.examples import VECTOR, Aim, Examples, Reading
from seqgraft.learn.labels import label_columns, labels_of
from seqgraft.learn.measures import measure_of
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
        ``alphabet``, ``classes`` and ``strand`` of the config; of others than binary tasks also ``type``, ``outputs``,
        ``transforms``, ``inputs`` and ``symmetric`` where they differ from the default, and ``alphabet_2`` of pairs of
        two alphabets.
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
    names = [task["alphabet"]] if task.get("inputs", 1) == 1 else [task["alphabet"], task.get("alphabet_2")]
    alphabets = [alphabet_of(name if name is not None else names[0]) for name in names]
    sizes = [len(alphabet.letters) for alphabet in alphabets]
    store = TokenStore(files["tokens"], files["offsets"])
    vectors = store.tokens.dtype.kind == "f"
    if vectors and letters:
        matrices, ragged, vectors = [_letters_of(files["records"], names[0], sizes[0])], [False], False
    else:
        matrices, ragged = token_matrices(store, sizes, names)
    aim = Aim(
        task.get("type", "binary"),
        tuple(task["classes"]),
        tuple(task.get("outputs", ())),
        tuple(task.get("transforms", ())),
    )
    objective = measure_of(aim)
    table = read_parquet(files["records"], columns=["id", *label_columns(aim)])
    readings = [
        Reading(
            VECTOR if vectors else alphabet.letters,
            matrix.shape[1],
            alphabet.complement if task["strand"] == "both" else None,
            ragged=padded,
        )
        for alphabet, matrix, padded in zip(alphabets, matrices, ragged, strict=True)
    ]
    reading = replace(
        readings[0],
        outputs=objective.outputs,
        per_residue=objective.per_residue,
        second=readings[1] if len(readings) == 2 else None,
        symmetric=bool(task.get("symmetric", False)),
    )
    tokens = matrices[0] if len(matrices) == 1 else np.concatenate(matrices, axis=1)
    left_out = pd.read_csv(files["excluded"], sep="\t", dtype=str, keep_default_na=False)
    return TaskInputs(
        Examples(table["id"].to_numpy(object), tokens, labels_of(table, aim, tokens.shape[1]), aim),
        reading,
        read_parquet(files["splits"]),
        set(left_out.loc[left_out["role"].isin(roles), "id"]),
    )


def token_matrices(
    store: TokenStore, letters: list[int], names: list[Any]
) -> tuple[list[np.ndarray], list[bool]]:
    """Return the tokens (N, L) of each sequence of the examples, and whether shorter ones were filled up.

    Two sequences of one alphabet are filled up to one length, so that one backbone can read both.
    """
    # In memory: torch wants to own what it reads.
    lengths, count = store.lengths, len(letters)
    if count == 1 and lengths.min() == lengths.max():
        return [np.array(store.matrix())], [False]
    found = [store.batch(np.arange(k, len(store), count), letters[k] + 1) for k in range(count)]
    if count == 2 and names[1] is None:
        longest = max(matrix.shape[1] for matrix in found)
        found = [
            np.pad(matrix, ((0, 0), (0, longest - matrix.shape[1])), constant_values=letters[0] + 1)
            for matrix in found
        ]
    return found, [bool((matrix > size).any()) for matrix, size in zip(found, letters, strict=True)]


def _letters_of(records: str, alphabet: Any, unknown: int) -> np.ndarray:
    """Return the tokens (N, L) of a task's sequences, whatever stands in its store."""
    tokens, offsets = encode(read_parquet(records, columns=["sequence"])["sequence"].tolist(), alphabet)
    lengths = np.diff(offsets)
    matrix = np.full((len(lengths), int(lengths.max())), unknown, dtype=np.uint8)
    matrix[np.arange(matrix.shape[1]) < lengths[:, None]] = tokens
    return matrix
