"""A part of a source: what a source model learns from when the question is whether a smaller source would do."""

from collections.abc import Sequence

import numpy as np

from seqgraft.data.counts import check_source_size
from seqgraft.data.splitting.order import stratified_order
from seqgraft.learn.examples import Examples
from seqgraft.seeds import seed


def part_of_source(
    examples: Examples, rows: np.ndarray, size: int, *, classes: Sequence[str], seed_words: tuple
) -> np.ndarray:
    """Draw a stratified part of the sequences that a source model may learn from.

    Parameters
    ----------
    examples : Examples
        The source task.
    rows : numpy.ndarray
        (N,) rows of its pool, without what leaks into a target.
    size : int
        Sequences of the part, those included that choose the epoch.
    classes : sequence of str
        Class names, the positive one first.
    seed_words : tuple
        Name the study, the source and the number of the source model.

    Returns
    -------
    numpy.ndarray
        (size,) int64 rows, rising.

    Raises
    ------
    SeqgraftError
        When the part is not smaller than the source, or holds too few of a class.

    Notes
    -----
    Each source model has one permutation of its source, of which every part is a prefix: a smaller part lies inside a
    larger one, so that two sizes differ by what was added and by nothing else. All parts hold each class in
    proportion, to within one sequence.
    """
    rows = np.sort(np.asarray(rows))
    labels = examples.labels[rows]
    counts = {name: int((labels == value).sum()) for name, value in zip(classes, (1, 0), strict=True)}
    check_source_size(size, counts, source=str(seed_words[1]))
    order = stratified_order(labels, np.random.default_rng(seed(*seed_words, "part of the source")))
    return np.sort(rows[order[:size]])
