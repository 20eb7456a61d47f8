"""The long tables that evaluation writes beside the comparisons: metrics, summaries and label savings."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seqgraft.stats.intervals import two_way_interval
from seqgraft.stats.metric_names import facts
from seqgraft.stats.panel import Panel
from seqgraft.stats.predictions import FitKey
from seqgraft.stats.savings import label_savings
from seqgraft.stats.scoring import StrategyScores
from seqgraft.stats.settings import CHOSEN, SCRATCH, ZERO_SHOT

Row = dict[str, Any]
SAVINGS_COLUMNS = [
    "transfer", "strategy", "reference", "train_size", "is_all", "metric", "savings", "ci_low", "ci_high",
    "censored", "ci_low_censored", "ci_high_censored", "note",
]  # fmt: skip


def metrics_table(panels: Sequence[Panel]) -> pd.DataFrame:
    """Every metric of every fit, on the test part and on the held-out examples.

    Parameters
    ----------
    panels : sequence of Panel
        One per transfer.

    Returns
    -------
    pandas.DataFrame
        Long. Of binary tasks each part has, beside the metrics, its "prevalence", the share of positives: what
        precision is to be compared with, and part "held-out" has "temperature" and "threshold" (a probability, after
        the temperature). Other tasks have rows ``<metric>:<output>`` for single outputs or classes of the test part.
        For zero-shot the held-out part is the source's validation part, not the target's, and is called "source
        held-out"; part "test, prior adapted" holds what its probabilities and calls are worth once adapted to the
        target's share of positives, which "prevalence_estimate" tells.
    """
    parts = []
    for panel in panels:
        head = {
            "transfer": panel.transfer.name,
            "source": "+".join(panel.transfer.sources),
            "target": panel.transfer.target,
        }
        for scores in panel.scores.values():
            long = _long_metrics(panel, scores)
            for place, (column, value) in enumerate({**head, "strategy": scores.name}.items()):
                long.insert(place, column, value)
            parts.append(long)
    return pd.concat(parts, ignore_index=True)


def _long_metrics(panel: Panel, scores: StrategyScores) -> pd.DataFrame:
    """Return all metrics of one strategy, by fit, then part, then metric."""
    test = {name: scores.values[name][:, 0] for name in panel.metrics} | scores.details
    held = {name: scores.held[name] for name in panel.metrics}
    if panel.type.binary:
        test["prevalence"] = np.full(len(scores.keys), _prevalence(panel))
        held["prevalence"] = np.array([_share(fit.held_labels) for fit in scores.fits])
        held["temperature"] = np.array([used.temperature for used in scores.calibrations])
        held["threshold"] = np.array([used.threshold_probability for used in scores.calibrations])
    parts = {"test": test, "source held-out" if scores.without_labels else "held-out": held}
    if scores.adapted is not None:
        after = [np.nan if shift is None else shift.after for shift in scores.adapted.shifts]
        moved = {name: values[:, 0] for name, values in scores.adapted.values.items()}
        parts["test, prior adapted"] = {**moved, "prevalence_estimate": np.array(after)}
    names = [(part, metric) for part, columns in parts.items() for metric in columns]
    values = np.stack([parts[part][metric] for part, metric in names], axis=1)
    kept = np.ones(values.shape, dtype=bool)
    empty = np.array([not len(fit.held_ids) for fit in scores.fits])
    kept[np.ix_(empty, np.array([part.endswith("held-out") for part, _ in names]))] = False
    if scores.adapted is not None:
        without = np.array([shift is None for shift in scores.adapted.shifts])
        kept[np.ix_(without, np.array([part.startswith("test,") for part, _ in names]))] = False
    fit, name = np.nonzero(kept)
    keys = {
        column: np.array([key[place] for key in scores.keys]) for place, column in enumerate(FitKey._fields)
    }
    return pd.DataFrame(
        {
            **{column: own[fit] for column, own in keys.items()},
            "part": np.array([part for part, _ in names], dtype=object)[name],
            "metric": np.array([metric for _, metric in names], dtype=object)[name],
            "value": values[kept],
        }
    )


def _share(labels: NDArray[np.bool_]) -> float:
    """Return the share of positives, NaN without examples."""
    return float(labels.mean()) if len(labels) else float("nan")


def _prevalence(panel: Panel) -> float:
    """Return the share of positives in the test part; NaN where there are no positives."""
    return _share(panel.labels) if panel.type.binary else float("nan")


def summary_table(panels: Sequence[Panel]) -> pd.DataFrame:
    """Mean, spread and interval of every metric by strategy and train size.

    Parameters
    ----------
    panels : sequence of Panel
        One per transfer.

    Returns
    -------
    pandas.DataFrame
        Column "prevalence" is the share of positives in the test part: the precision of calls made at random.
        A strategy of which no fit was finished has rows without numbers.
    """
    rows: list[Row] = []
    for panel in panels:
        for scores in panel.scores.values():
            for size in sorted({(key.train_size, key.is_all) for key in scores.keys}):
                rows += _summary_rows(panel, scores, size)
        for name in panel.unfinished:
            for size in [(0, False)] if name == ZERO_SHOT else panel.sizes:
                rows += _unfinished_rows(panel, name, size)
    return pd.DataFrame(rows)


def _summary_rows(panel: Panel, scores: StrategyScores, size: tuple[int, bool]) -> list[Row]:
    """Return the rows of one strategy at one train size."""
    picked = np.array([(key.train_size, key.is_all) == size for key in scores.keys])
    sources = None if scores.without_labels else panel.sources(scores.name)
    rows = []
    for name in panel.metrics:
        metric = facts(name)
        values = scores.values[name][picked]
        interval = two_way_interval(values, panel.units, panel.study.level, sources, metric.bounds)
        rows.append(
            {
                "transfer": panel.transfer.name,
                "strategy": scores.name,
                "kind": scores.kind,
                "train_size": size[0],
                "is_all": size[1],
                "metric": name,
                "mean": interval.mean,
                "sd": spread(values[:, 0]),
                "ci_low": np.maximum(interval.low, metric.low),
                "ci_high": np.minimum(interval.high, metric.high),
                "df": interval.df,
                "replicates": len(values),
                "n_test": panel.n_test,
                "note": _note(scores, picked, values[:, 0], metric.needs if panel.type.binary else "ranking"),
                "prevalence": _prevalence(panel),
            }
        )
    return rows


def _unfinished_rows(panel: Panel, name: str, size: tuple[int, bool]) -> list[Row]:
    """Return the rows of a strategy of which no fit was finished."""
    numbers = dict.fromkeys(("mean", "sd", "ci_low", "ci_high", "df"), np.nan)
    return [
        {
            "transfer": panel.transfer.name,
            "strategy": name,
            "kind": "baseline" if name in panel.study.baselines else "strategy",
            "train_size": size[0],
            "is_all": size[1],
            "metric": metric,
            **numbers,
            "replicates": 0,
            "n_test": panel.n_test,
            "note": "no finished fit",
            "prevalence": _prevalence(panel),
        }
        for metric in panel.metrics
    ]


def spread(values: NDArray[np.float64]) -> float:
    """Return the standard deviation of the values that exist; NaN for fewer than two, 0 where all are equal.

    Parameters
    ----------
    values : ndarray of float64, shape (R,)
        NaN where undefined.

    Returns
    -------
    float
    """
    defined = values[~np.isnan(values)]
    if len(defined) < 2:
        return float("nan")
    # Equal values have a mean that differs from them in the last bit.
    return float(defined.std(ddof=1)) if np.ptp(defined) > 1e-12 * np.abs(defined).max() else 0.0


def _note(scores: StrategyScores, picked: NDArray[Any], values: NDArray[Any], needs: str) -> str:
    """Say what a reader must know about one mean."""
    notes = []
    undefined = int(np.isnan(values).sum())
    if undefined:
        notes.append(f"undefined in {undefined} of {len(values)} fits, which are left out")
    if len(values) == 1:
        notes.append("one replicate: interval over test examples only")
    if needs != "ranking":
        default = sum(not scores.calibrations[row].fitted for row in np.flatnonzero(picked))
        if default:
            notes.append(
                f"temperature 1 and threshold .5 in {default} of {len(values)} fits: too few held out"
            )
        if scores.without_labels:
            notes.append("prior not adapted")
    return "; ".join(notes)


def savings_table(panels: Sequence[Panel]) -> pd.DataFrame:
    """Label savings of the chosen strategy against scratch and against the best baseline.

    Parameters
    ----------
    panels : sequence of Panel
        One per transfer.

    Returns
    -------
    pandas.DataFrame
        Primary metric only.
    """
    rows: list[Row] = []
    for panel in panels:
        if CHOSEN not in panel.scores:
            continue
        metric = panel.study.primary_metric
        sign = 1.0 if facts(metric).greater_is_better else -1.0
        low, high = sorted(sign * edge for edge in facts(metric).bounds)
        for reference in (SCRATCH, panel.best_baseline):
            if reference is None or reference not in panel.scores:
                continue
            curve = sign * np.stack([panel.at(reference, metric, size) for size in panel.sizes])
            for size in panel.sizes:
                ours = sign * panel.at(CHOSEN, metric, size)
                found = label_savings(
                    size[0],
                    ours,
                    [n for n, _ in panel.sizes],
                    curve,
                    panel.units,
                    panel.study.level,
                    panel.sources(CHOSEN),
                    (low, high),
                )
                rows.append(
                    {
                        "transfer": panel.transfer.name,
                        "strategy": CHOSEN,
                        "reference": reference,
                        "train_size": size[0],
                        "is_all": size[1],
                        "metric": metric,
                        "savings": found.savings,
                        "ci_low": found.low,
                        "ci_high": found.high,
                        "censored": found.censored,
                        "ci_low_censored": found.low_censored,
                        "ci_high_censored": found.high_censored,
                        "note": "one train size: no curve" if len(panel.sizes) == 1 else "",
                    }
                )
    return pd.DataFrame(rows, columns=SAVINGS_COLUMNS)
