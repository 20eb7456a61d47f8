"""How predictions that are not those of a binary task compare with what was measured: errors, confidence, confusion."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import softmax, stdtrit

from seqgraft.stats.class_metrics import class_logits, confusion
from seqgraft.stats.panel import Panel
from seqgraft.stats.predictions import Fit
from seqgraft.stats.reliability import calibration_error, error_by_chance, reliability, wilson

Floats = NDArray[np.float64]
Numbers = dict[str, Floats]

#: More classes than this have no confusion table.
MOST_CLASSES = 30


def trust_numbers(panel: Panel, fits: Sequence[Fit], *, confused: bool) -> Numbers:
    """Measure how far predictions are from what was measured.

    Parameters
    ----------
    panel : Panel
        Of a task that is not binary.
    fits : sequence of Fit
        Those of one strategy at one train size, R.
    confused : bool
        Whether to add what each class is called.

    Returns
    -------
    dict of str to ndarray of float64, shape (R,)
        Of numbers ``residual_sd`` (of the distances from what was measured), ``bias`` (their mean, predicted minus
        measured) and ``slope`` (of the measured against the predicted values: 1 is right, below 1 predictions reach too
        far), by output where there are several. Of classes ``ece`` and ``ece_by_chance`` of the probability of the
        called class, ``mean_probability`` (of it), ``accuracy``, and ``called:<class>:<class>``: the share of the
        former that is called the latter. Of several labels nothing.
    """
    for wanted, make in ((panel.type.numbers, _of_values), (panel.type.whole_classes, _of_classes)):
        if wanted:
            return make(panel, fits, confused)
    return {}


def trust_bins(panel: Panel, fits: Sequence[Fit]) -> pd.DataFrame | None:
    """Compare predictions with what was measured in bins of equal numbers, all replicates together.

    Parameters
    ----------
    panel, fits
        As for `trust_numbers`.

    Returns
    -------
    pandas.DataFrame or None
        Columns ``bin, predictions, examples, predicted, observed, ci_low, ci_high``: of numbers the means of what was
        predicted and measured, of classes the mean probability of the called class and the share of right calls. None
        for residues, which are not independent, for several outputs, and for several labels.
    """
    if panel.type.per_residue or panel.labels.ndim > 1 or not len(panel.labels):
        return None
    makers: tuple[tuple[bool, Callable[[Panel, Sequence[Fit]], pd.DataFrame]], ...] = (
        (panel.type.numbers, _value_bins),
        (panel.type.whole_classes, _class_bins),
    )
    return next((make(panel, fits) for wanted, make in makers if wanted), None)


def _of_values(panel: Panel, fits: Sequence[Fit], confused: bool) -> Numbers:
    """Return the numbers of regression."""
    labels = panel.labels if panel.labels.ndim == 2 else panel.labels[:, None]
    found: Numbers = {}
    for output in range(labels.shape[1]):
        known = ~np.isnan(labels[:, output])
        y = labels[known, output]
        end = f":{panel.names[output]}" if labels.shape[1] > 1 else ""
        rows = []
        for fit in fits:
            x = fit.test_logits.reshape(len(known), -1)[known, output]
            gaps = x - y
            spread = float(gaps.std(ddof=1)) if len(y) > 1 else np.nan
            rows.append((spread, float(gaps.mean()) if len(y) else np.nan, _slope(y, x)))
        for name, values in zip(("residual_sd", "bias", "slope"), zip(*rows, strict=True), strict=True):
            found[name + end] = np.array(values)
    return found


def _slope(y: Floats, x: Floats) -> float:
    """Slope of the least-squares line of y on x; NaN where x is constant."""
    centred = x - x.mean() if len(x) else x
    square = float(centred @ centred)
    return float(centred @ y / square) if square > 1e-24 * max(1.0, float(x @ x)) else float("nan")


def _of_classes(panel: Panel, fits: Sequence[Fit], confused: bool) -> Numbers:
    """Return the numbers of classes of which one is right."""
    rows: dict[str, list[float]] = {}
    for fit in fits:
        sure, right = _sureness(panel, fit)
        curve = reliability(right, sure)
        for name, value in (
            ("ece", calibration_error(curve)),
            ("ece_by_chance", error_by_chance(curve)),
            ("mean_probability", float(sure.mean())),
            ("accuracy", float(right.mean())),
        ):
            rows.setdefault(name, []).append(value)
        if confused and 1 < len(panel.names) <= MOST_CLASSES:
            counts = confusion(panel.labels, fit.test_logits, len(panel.names))
            total = counts.sum(axis=1, keepdims=True)
            shares = np.divide(counts, total, out=np.full(counts.shape, np.nan), where=total > 0)
            for true, own in zip(panel.names, shares, strict=True):
                for called, share in zip(panel.names, own, strict=True):
                    rows.setdefault(f"called:{true}:{called}", []).append(float(share))
    return {name: np.array(values) for name, values in rows.items()}


def _sureness(panel: Panel, fit: Fit) -> tuple[Floats, NDArray[np.bool_]]:
    """Return the probability of each called class, and whether it is right."""
    chances = softmax(class_logits(fit.test_logits), axis=1)
    return chances.max(axis=1), chances.argmax(axis=1) == panel.labels


def _value_bins(panel: Panel, fits: Sequence[Fit]) -> pd.DataFrame:
    """Return the bins of regression; intervals count every test sequence once."""
    x, y = np.concatenate([fit.test_logits for fit in fits]), np.tile(panel.labels, len(fits))
    wanted = len(reliability(panel.labels > 0, np.arange(len(panel.labels))).counts)
    order = np.argsort(x, kind="stable")
    cuts = np.linspace(0, len(x), wanted + 1).round().astype(np.intp)[:-1]
    starts = np.unique(np.searchsorted(x[order], x[order][cuts], side="left"))
    counts = np.diff(np.append(starts, len(x)))
    predicted, observed, squares = (
        np.add.reduceat(values[order], starts) / counts for values in (x, y, np.square(y - y.mean()))
    )
    examples = counts / len(fits)
    spread = np.sqrt(np.maximum(squares - np.square(observed - y.mean()), 0.0))
    half = stdtrit(np.maximum(examples - 1, 1), 0.5 + panel.study.level / 2) * spread / np.sqrt(examples)
    return _table(counts, examples, predicted, observed, observed - half, observed + half)


def _class_bins(panel: Panel, fits: Sequence[Fit]) -> pd.DataFrame:
    """Return the bins of classes."""
    found = [_sureness(panel, fit) for fit in fits]
    sure, right = (np.concatenate(each) for each in zip(*found, strict=True))
    wanted = len(reliability(panel.labels > 0, np.arange(len(panel.labels))).counts)
    curve = reliability(right, sure, wanted)
    examples = curve.counts / len(fits)
    low, high = wilson(curve.observed, examples, panel.study.level)
    return _table(curve.counts, examples, curve.predicted, curve.observed, low, high)


def _table(counts: NDArray[np.intp], *columns: Floats) -> pd.DataFrame:
    """Put the bins into a table."""
    names = ("examples", "predicted", "observed", "ci_low", "ci_high")
    numbered = {"bin": np.arange(1, len(counts) + 1), "predictions": counts}
    return pd.DataFrame({**numbered, **dict(zip(names, columns, strict=True))})
