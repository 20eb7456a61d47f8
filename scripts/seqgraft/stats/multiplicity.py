"""Adjusting p-values for the number of tests."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def holm(p_values: ArrayLike) -> NDArray[np.float64]:
    """Adjust p-values so that the chance of any false rejection stays at the level used.

    Parameters
    ----------
    p_values : array-like of float, shape (M,)
        NaN marks a test that was not made; it is not counted and stays NaN.

    Returns
    -------
    ndarray of float64, shape (M,)
        Compare each with the level, e.g. 0.05.

    Notes
    -----
    Holm (1979), Scandinavian Journal of Statistics 6:65. Valid under any dependence.
    """
    values = np.asarray(p_values, dtype=np.float64)
    adjusted = np.full(values.shape, np.nan)
    made = np.flatnonzero(~np.isnan(values))
    order = made[np.argsort(values[made], kind="stable")]
    steps = values[order] * np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return adjusted


def p_number(p_value: float) -> str:
    """Write a p-value with as many digits as mean something.

    Parameters
    ----------
    p_value : float
        Between 0 and 1.

    Returns
    -------
    str
        E.g. "<0.0001", "0.0003", "0.012" or "0.27".
    """
    if p_value < 0.0001:
        return "<0.0001"
    if p_value < 0.001:
        return f"{p_value:.4f}"
    return f"{p_value:.3f}" if p_value < 0.1 else f"{p_value:.2f}"


def p_text(p_value: float) -> str:
    """Write a p-value as it stands in a sentence.

    Parameters
    ----------
    p_value : float
        Between 0 and 1.

    Returns
    -------
    str
        E.g. "p = 0.0003", "p = 0.21", "p < 0.0001".
    """
    number = p_number(p_value)
    return f"p < {number[1:]}" if number.startswith("<") else f"p = {number}"
