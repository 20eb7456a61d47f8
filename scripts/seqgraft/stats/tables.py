"""The long tables that evaluation writes beside the comparisons: metrics, summaries and label savings."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seqgraft.stats.intervals import two_way_interval
from seqgraft.stats.metrics import METRICS
from seqgraft.stats.panel import Panel
from seqgraft.stats.savings import label_savings
from seqgraft.stats.scoring import StrategyScores
from seqgraft.stats.settings import CHOSEN, SCRATCH

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
        Long; part "held-out" also has the metrics "temperature" and "threshold" (a probability, after the
        temperature). For zero-shot that part is the source's validation part, not the target's, and is
        called "source held-out".
    """
    rows: list[Row] = []
    for panel in panels:
        for scores in panel.scores.values():
            held_out = "source held-out" if scores.without_labels else "held-out"
            for row, key in enumerate(scores.keys):
                head = {
                    "transfer": panel.transfer.name,
                    "source": "+".join(panel.transfer.sources),
                    "target": panel.transfer.target,
                    "strategy": scores.name,
                    **key._asdict(),
                }
                for metric in METRICS:
                    value = scores.values[metric][row, 0]
                    rows.append({**head, "part": "test", "metric": metric, "value": value})
                if not len(scores.fits[row].held_ids):
                    continue
                for metric in METRICS:
                    value = scores.held[metric][row]
                    rows.append({**head, "part": held_out, "metric": metric, "value": value})
                used = scores.calibrations[row]
                for metric, value in (
                    ("temperature", used.temperature),
                    ("threshold", used.threshold_probability),
                ):
                    rows.append({**head, "part": held_out, "metric": metric, "value": value})
    return pd.DataFrame(rows)


def summary_table(panels: Sequence[Panel]) -> pd.DataFrame:
    """Mean, spread and interval of every metric by strategy and train size.

    Parameters
    ----------
    panels : sequence of Panel
        One per transfer.

    Returns
    -------
    pandas.DataFrame
    """
    rows: list[Row] = []
    for panel in panels:
        for scores in panel.scores.values():
            for size in sorted({(key.train_size, key.is_all) for key in scores.keys}):
                picked = np.array([(key.train_size, key.is_all) == size for key in scores.keys])
                sources = None if scores.without_labels else panel.sources(scores.name)
                for name, metric in METRICS.items():
                    values = scores.values[name][picked]
                    interval = two_way_interval(values, panel.units, panel.study.level, sources)
                    defined = values[~np.isnan(values[:, 0]), 0]
                    rows.append(
                        {
                            "transfer": panel.transfer.name,
                            "strategy": scores.name,
                            "kind": scores.kind,
                            "train_size": size[0],
                            "is_all": size[1],
                            "metric": name,
                            "mean": interval.mean,
                            "sd": defined.std(ddof=1) if len(defined) > 1 else np.nan,
                            "ci_low": np.maximum(interval.low, metric.low),
                            "ci_high": np.minimum(interval.high, metric.high),
                            "df": interval.df,
                            "replicates": len(values),
                            "n_test": panel.n_test,
                            "note": _note(scores, picked, values[:, 0], metric.needs),
                        }
                    )
    return pd.DataFrame(rows)


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
        sign = 1.0 if METRICS[metric].greater_is_better else -1.0
        for reference in (SCRATCH, panel.best_baseline):
            if reference is None:
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
