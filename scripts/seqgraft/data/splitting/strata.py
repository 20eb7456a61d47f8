"""What a draw is balanced over: classes, tenths of a range of values, or nothing."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

BINS = 10


def strata_of(labels: Sequence, classes: Sequence[str] = ()) -> np.ndarray:
    """Return the stratum of each sequence, from 0 on.

    Parameters
    ----------
    labels : sequence
        (N,) labels as the records hold them.
    classes : sequence of str
        The task's classes, where a label is one of them.

    Returns
    -------
    numpy.ndarray
        (N,) int64: the class's place in `classes`; of numbers the tenth of their ranks (equal numbers are never
        apart); 0 for all where a label is several values, such as one class per residue.
    """
    column = pd.Series(labels).reset_index(drop=True)
    place = {name: number for number, name in enumerate(classes)}
    if place and all(isinstance(value, str) and value in place for value in column):
        return column.map(place).to_numpy(np.int64)
    if pd.api.types.is_numeric_dtype(column) and column.notna().all():
        if column.nunique() <= BINS:
            return np.unique(column.to_numpy(), return_inverse=True)[1].astype(np.int64)
        ranks = column.rank(method="min").to_numpy() - 1
        return (ranks * BINS // len(column)).astype(np.int64)
    return np.zeros(len(column), dtype=np.int64)
