"""Two tables on whether probabilities can be trusted: calibration.tsv and, bin by bin, reliability.tsv."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seqgraft.stats.intervals import two_way_interval
from seqgraft.stats.metric_names import facts
from seqgraft.stats.metrics import Scored
from seqgraft.stats.panel import Panel
from seqgraft.stats.reliability import calibration_error, error_by_chance, reliability, wilson
from seqgraft.stats.scoring import StrategyScores
from seqgraft.stats.settings import CHOSEN, SCRATCH
from seqgraft.stats.tables import spread
from seqgraft.stats.trust import trust_bins, trust_numbers

Row = dict[str, Any]
Floats = NDArray[np.float64]

#: What column `probabilities` says: as everything else on the page uses them, or adapted without labels.
AS_USED, ADAPTED = "as used", "prior adapted"
CALIBRATION_COLUMNS = [
    "transfer", "strategy", "train_size", "is_all", "probabilities", "metric", "mean", "sd", "ci_low",
    "ci_high", "replicates", "n_test", "note",
]  # fmt: skip
RELIABILITY_COLUMNS = [
    "transfer", "strategy", "train_size", "is_all", "probabilities", "bin", "predictions", "examples",
    "predicted", "observed", "ci_low", "ci_high",
]  # fmt: skip


def calibration_tables(panels: Sequence[Panel]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Measure how far predicted probabilities are from observed shares on the test part.

    Parameters
    ----------
    panels : sequence of Panel
        One per transfer.

    Returns
    -------
    calibration : pandas.DataFrame
        Long, columns `CALIBRATION_COLUMNS`: by strategy and train size "ece", "ece_by_chance",
        "mean_probability", "prevalence", "temperature", "threshold"; for zero-shot also with probabilities
        adapted to the target's share of positives, with "prevalence_source", "prevalence_estimate" and all
        metrics that adaptation moves. Only the latter have intervals, and those take the adaptation as fixed.
        Tasks that are not binary have the numbers of `seqgraft.stats.trust.trust_numbers` instead.
    reliability : pandas.DataFrame
        Columns `RELIABILITY_COLUMNS`, one bin a row. Replicates are put together; they score the same test
        examples, so the interval counts every example once.
    """
    rows: list[Row] = []
    bins: list[pd.DataFrame] = []
    for panel in panels:
        for scores in panel.scores.values():
            for size in sorted({(key.train_size, key.is_all) for key in scores.keys}):
                picked = [k for k, key in enumerate(scores.keys) if (key.train_size, key.is_all) == size]
                head = {
                    "transfer": panel.transfer.name,
                    "strategy": scores.name,
                    "train_size": size[0],
                    "is_all": size[1],
                }
                if not panel.type.binary:
                    own = {**head, "probabilities": AS_USED}
                    fits = [scores.fits[k] for k in picked]
                    confused = scores.name in (CHOSEN, SCRATCH) and size == panel.sizes[-1]
                    rows += _numbers(panel, own, trust_numbers(panel, fits, confused=confused))
                    if (found := trust_bins(panel, fits)) is not None:
                        bins.append(_headed(found, own))
                    continue
                for words, answers, numbers in _readings(panel, scores, picked):
                    own = {**head, "probabilities": words}
                    probabilities = [answer.probabilities for answer in answers]
                    rows += list(_rows(panel, own, probabilities, numbers))
                    bins.append(_bins(panel, own, probabilities))
        for name in panel.unfinished if panel.type.binary else ():
            rows.append(_unfinished(panel, name))
    table = pd.concat(bins, ignore_index=True) if bins else pd.DataFrame(columns=RELIABILITY_COLUMNS)
    return pd.DataFrame(rows, columns=CALIBRATION_COLUMNS), table


def _readings(
    panel: Panel, scores: StrategyScores, picked: list[int]
) -> Iterator[tuple[str, list[Scored], dict[str, Floats]]]:
    """Yield the ways in which a strategy's logits become probabilities, and the numbers of each."""
    used = [scores.calibrations[k] for k in picked]
    answers = [
        Scored(panel.labels, scores.fits[k].test_logits, c.temperature, c.threshold)
        for k, c in zip(picked, used, strict=True)
    ]
    numbers = {
        "temperature": np.array([c.temperature for c in used]),
        "threshold": np.array([c.threshold_probability for c in used]),
    }
    yield AS_USED, answers, numbers
    if scores.adapted is None:
        return
    found = [(scores.adapted.shifts[k], scores.adapted.answers[k], k) for k in picked]
    known = [(shift, answer, k) for shift, answer, k in found if shift is not None and answer is not None]
    if not known:
        return
    numbers = {
        "temperature": np.array([scores.calibrations[k].temperature for _, _, k in known]),
        "threshold": np.array([answer.threshold_probability for _, answer, _ in known]),
        "prevalence_source": np.array([shift.before for shift, _, _ in known]),
        "prevalence_estimate": np.array([shift.after for shift, _, _ in known]),
    }
    rows = [k for _, _, k in known]
    numbers |= {metric: values[rows] for metric, values in scores.adapted.values.items()}
    yield ADAPTED, [answer for _, answer, _ in known], numbers


def _rows(panel: Panel, head: Row, probabilities: list[Floats], numbers: dict[str, Floats]) -> Iterator[Row]:
    """Yield the rows of one strategy, train size and reading of its logits."""
    curves = [reliability(panel.labels, p) for p in probabilities]
    whole = {
        "ece": np.array([calibration_error(curve) for curve in curves]),
        "ece_by_chance": np.array([error_by_chance(curve) for curve in curves]),
        "mean_probability": np.array([p.mean() for p in probabilities]),
        "prevalence": np.full(len(probabilities), panel.labels.mean()),
    }
    yield from _numbers(panel, head, {**whole, **numbers})


def _numbers(panel: Panel, head: Row, numbers: Mapping[str, Floats]) -> Iterator[Row]:
    """Yield one row a number, from its values by replicate, or by replicate and bootstrap draw."""
    for metric, values in numbers.items():
        low = high = float("nan")
        first = values if values.ndim == 1 else values[:, 0]
        mean = float(np.mean(first[~np.isnan(first)])) if not np.isnan(first).all() else float("nan")
        if values.ndim == 2:
            interval = two_way_interval(values, panel.units, panel.study.level)
            low = max(interval.low, facts(metric).low)
            high = min(interval.high, facts(metric).high)
        undefined = int(np.isnan(first).sum())
        yield {
            **head,
            "metric": metric,
            "mean": mean,
            "sd": spread(first),
            "ci_low": low,
            "ci_high": high,
            "replicates": len(first),
            "n_test": panel.n_test,
            "note": f"undefined in {undefined} of {len(first)} fits, which are left out" if undefined else "",
        }


def _bins(panel: Panel, head: Row, probabilities: list[Floats]) -> pd.DataFrame:
    """Return the reliability curve of all replicates together."""
    together = np.concatenate(probabilities)
    labels = np.tile(panel.labels, len(probabilities))
    # As many bins as one replicate allows: more replicates are not more examples.
    wanted = len(reliability(panel.labels, np.arange(panel.n_test)).counts)
    curve = reliability(labels, together, wanted)
    examples = curve.counts / len(probabilities)
    low, high = wilson(curve.observed, examples, panel.study.level)
    values = (
        np.arange(1, len(curve.counts) + 1), curve.counts, examples, curve.predicted, curve.observed, low, high,
    )  # fmt: skip
    return _headed(pd.DataFrame(dict(zip(RELIABILITY_COLUMNS[5:], values, strict=True))), head)


def _headed(table: pd.DataFrame, head: Row) -> pd.DataFrame:
    """Put the columns that are the same in all rows before the others."""
    for place, (column, value) in enumerate(head.items()):
        table.insert(place, column, value)
    return table


def _unfinished(panel: Panel, name: str) -> Row:
    """Return the row of a strategy of which no fit was finished."""
    return {
        **dict.fromkeys(CALIBRATION_COLUMNS, np.nan),
        "transfer": panel.transfer.name,
        "strategy": name,
        "train_size": 0,
        "is_all": False,
        "probabilities": AS_USED,
        "metric": "ece",
        "replicates": 0,
        "n_test": panel.n_test,
        "note": "no finished fit",
    }
