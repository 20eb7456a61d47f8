"""Labels as numbers, in the order of the task's classes."""

from collections.abc import Sequence

import numpy as np


def binary_labels(labels: Sequence[str], classes: Sequence[str]) -> np.ndarray:
    """Return 1 for the first class, which is the positive one, and 0 for the second.

    Parameters
    ----------
    labels : sequence of str
        (N,) class names, each one of `classes`.
    classes : sequence of str
        The two classes in the config's order.

    Returns
    -------
    numpy.ndarray
        (N,) int8.

    Raises
    ------
    ValueError
        If a label is none of the two classes.
    """
    names = np.asarray(labels, dtype=object)
    positive, negative = classes
    strange = set(names[(names != positive) & (names != negative)])
    if strange:
        raise ValueError(f"labels that are no class of the task: {', '.join(sorted(map(str, strange)))}")
    return (names == positive).astype(np.int8)
