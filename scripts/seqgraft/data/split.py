"""Draw the test part once, and for each replicate the order in which it takes the pool's labels."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from seqgraft.data.counts import check_counts, size_of_test
from seqgraft.seeds import seed

COLUMNS = ["id", "part", "replicate", "rank"]


def split(
    ids: Sequence[str],
    labels: Sequence[str],
    *,
    classes: Sequence[str],
    test: float,
    seed_words: tuple[object, ...],
    replicates: int,
    numbers: Sequence[int],
    folds: int,
    task: str,
) -> pd.DataFrame:
    """Split a task into test part and pool, and permute the pool for each replicate.

    Parameters
    ----------
    ids, labels : sequence of str
        (N,) names and classes of the task's sequences.
    classes : sequence of str
        The task's classes.
    test : float
        Fraction of each class that goes to the test part, rounded to whole sequences.
    seed_words : tuple
        Name the draw: study, task and the config's seed.
    replicates : int
        Permutations of the pool.
    numbers : sequence of int
        The train sizes asked for, without ``all``; none where the task is only a source.
    folds : int
        Folds used for choosing: each class needs that many sequences in the pool.
    task : str
        The task's name, for messages.

    Returns
    -------
    pandas.DataFrame
        ``id, part, replicate, rank``; replicate and rank are empty in the test part.

    Raises
    ------
    SeqgraftError
        If a class is too small for the test part, the folds or the smallest train size, or the pool for the
        largest train size.

    Notes
    -----
    Any prefix of a permutation holds each class in proportion, to within one sequence: the classes are shuffled
    separately and merged by their position within the class, ``(i + u) / size`` with one random ``u`` per class. A
    replicate depends neither on how many others there are nor on the train sizes.
    """
    names, given = np.asarray(ids, dtype=object), np.asarray(labels, dtype=object)
    generator = np.random.default_rng(seed(*seed_words, "test"))
    in_test = np.zeros(len(names), dtype=bool)
    rows_of = {label: np.flatnonzero(given == label) for label in classes}
    counts = {label: len(rows) for label, rows in rows_of.items()}
    check_counts(counts, test=test, folds=folds, numbers=numbers, task=task)
    for rows in rows_of.values():
        in_test[generator.permutation(rows)[: size_of_test(len(rows), test)]] = True
    pool = np.flatnonzero(~in_test)
    tables = [pd.DataFrame({"id": names[in_test], "part": "test", "replicate": pd.NA, "rank": pd.NA})]
    for replicate in range(1, replicates + 1):
        order = stratified_order(
            given[pool], np.random.default_rng(seed(*seed_words, "replicate", replicate))
        )
        tables.append(
            pd.DataFrame(
                {
                    "id": names[pool][order],
                    "part": "pool",
                    "replicate": replicate,
                    "rank": np.arange(len(pool)),
                }
            )
        )
    table = pd.concat([t.astype({"replicate": "Int64", "rank": "Int64"}) for t in tables], ignore_index=True)
    return table[COLUMNS]


def stratified_order(labels: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Return a permutation of which every prefix is stratified.

    Parameters
    ----------
    labels : numpy.ndarray
        (N,) classes.
    generator : numpy.random.Generator
        Draws it.

    Returns
    -------
    numpy.ndarray
        (N,) int64 positions.
    """
    place = np.empty(len(labels))
    for label in sorted(set(labels)):
        rows = generator.permutation(np.flatnonzero(labels == label))
        place[rows] = (np.arange(len(rows)) + generator.random()) / len(rows)
    return np.argsort(place, kind="stable")
