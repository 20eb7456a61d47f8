"""Embeddings that a task brings along: a matrix of vectors and the ids of its rows."""

import os
from collections import Counter
from collections.abc import Sequence

import numpy as np

from seqgraft.errors import SeqgraftError


def read_embeddings(
    matrix_file: str | os.PathLike[str], ids_file: str | os.PathLike[str], wanted: Sequence[str]
) -> np.ndarray:
    """Read the vectors of some sequences.

    Parameters
    ----------
    matrix_file : path-like
        ``.npy``: (M, D) of any kind of number, one row per sequence.
    ids_file : path-like
        Text: M ids, one a line, in the order of the rows.
    wanted : sequence of str
        (N,) ids, in the order in which rows are asked for; others may be in the files.

    Returns
    -------
    numpy.ndarray
        (N, D) float32.

    Raises
    ------
    SeqgraftError
        When a file is unreadable or of another shape, an id stands twice or is missing, or a number is not finite.
    """
    matrix, ids = _matrix(matrix_file), _ids(ids_file)
    if len(ids) != len(matrix):
        raise SeqgraftError(
            f"the embeddings have {len(matrix)} rows and {len(ids)} ids",
            where=f"{matrix_file}, {ids_file}",
            remedy="give one id a line for every row",
        )
    rows = {name: row for row, name in enumerate(ids)}
    missing = [name for name in wanted if name not in rows]
    if missing:
        raise SeqgraftError(
            f"{len(missing)} of {len(wanted)} sequences have no embedding, such as '{missing[0]}'",
            where=str(ids_file),
            remedy="make embeddings of all sequences under the ids of records.parquet, or take these out of the task",
        )
    with np.errstate(over="ignore"):  # told below
        found = np.asarray(matrix[[rows[name] for name in wanted]], dtype=np.float32)
    wrong = np.flatnonzero(~np.isfinite(found).all(axis=1))
    if len(wrong):
        raise SeqgraftError(
            f"{len(wrong)} embeddings hold a number that is not finite as float32, such as '{wanted[wrong[0]]}'",
            where=str(matrix_file),
            remedy="make the embeddings of these sequences again, or take them out of the task",
        )
    return found


def flat(vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return vectors (N, D) as `seqgraft.data.tokens.write_tokens` takes them: one after the other, and offsets."""
    count, width = vectors.shape
    return vectors.ravel(), np.arange(count + 1, dtype=np.int64) * width


def _matrix(path: str | os.PathLike[str]) -> np.ndarray:
    """Open the matrix, without reading all of it."""
    remedy = "write it with numpy.save: two axes, one row per sequence, numbers"
    try:
        matrix = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, EOFError, OSError) as error:
        raise SeqgraftError(
            f"the embeddings cannot be read: {error}", where=str(path), remedy=remedy
        ) from None
    if matrix.ndim != 2 or matrix.dtype.kind not in "fiu" or 0 in matrix.shape:
        shape = " x ".join(map(str, matrix.shape))
        raise SeqgraftError(
            f"the embeddings have the shape {shape} of {matrix.dtype}", where=str(path), remedy=remedy
        )
    return matrix


def _ids(path: str | os.PathLike[str]) -> list[str]:
    """Read the ids of the rows."""
    try:
        with open(path, encoding="utf-8") as handle:
            ids = [line.strip() for line in handle.read().splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        raise SeqgraftError(
            f"the ids of the embeddings cannot be read: {error}",
            where=str(path),
            remedy="write a text file with one id a line",
        ) from None
    name, times = Counter(ids).most_common(1)[0] if ids else ("", 0)
    if times > 1:
        raise SeqgraftError(
            f"the id '{name}' stands {times} times among those of the embeddings",
            where=str(path),
            remedy="give each row an id of its own",
        )
    return ids
