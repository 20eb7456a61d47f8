"""Within what a test part is drawn in proportion: classes, or nothing where sequences do not have one class each."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from seqgraft.data.label_types import TYPES

EVERYTHING = "any label"


def strata_of(records: pd.DataFrame, type_: str, classes: Sequence[str]) -> tuple[np.ndarray, list[str]]:
    """Return the stratum of each record, and all strata.

    Parameters
    ----------
    records : pandas.DataFrame
        Accepted sequences.
    type_ : str
        The task's type of label.
    classes : sequence of str
        The task's classes.

    Returns
    -------
    strata : numpy.ndarray
        (N,) str.
    names : list of str
        The classes in their order; one stratum for everything where sequences do not have one class each.
    """
    if TYPES[type_].by_class:
        return records["label"].to_numpy(object), list(classes)
    return np.full(len(records), EVERYTHING, dtype=object), [EVERYTHING]
