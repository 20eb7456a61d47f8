"""All comparisons of a study: one primary test per transfer, and what is printed beside it."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from seqgraft.stats.metrics import METRICS
from seqgraft.stats.multiplicity import holm
from seqgraft.stats.panel import Panel
from seqgraft.stats.settings import CHOSEN, CURVE, SCRATCH, ZERO_SHOT

#: Replicates below which nothing is tested.
FEWEST = 5

COLUMNS = [
    "transfer", "strategy", "reference", "train_size", "is_all", "metric", "role", "difference", "ci_low",
    "ci_high", "p_value", "p_adjusted", "verdict", "df", "replicates",
]  # fmt: skip


def comparisons_table(panels: Sequence[Panel]) -> pd.DataFrame:
    """Make all comparisons of the study.

    Parameters
    ----------
    panels : sequence of Panel
        One per transfer.

    Returns
    -------
    pandas.DataFrame
        One "primary" row per transfer that has a chosen strategy: chosen against scratch, primary metric,
        mean over the learning curve, with a verdict; Holm over transfers. "contrast" rows: chosen against the
        best baseline and zero-shot, no p-value. "secondary" rows: everything against scratch at each size;
        Holm within the transfer. "descriptive" rows: other metrics and other curves, no p-value. No p-value
        is given for fewer than five replicates.
    """
    parts = []
    for panel in panels:
        table = pd.DataFrame(list(_rows(panel)), columns=COLUMNS)
        secondary = table["role"] == "secondary"
        table.loc[secondary, "p_adjusted"] = holm(table.loc[secondary, "p_value"])
        parts.append(table)
    table = pd.concat(parts, ignore_index=True)
    primary = table["role"] == "primary"
    adjusted = holm(table.loc[primary, "p_value"])
    table.loc[primary, "p_adjusted"] = adjusted
    sign = 1 if METRICS[panels[0].study.primary_metric].greater_is_better else -1
    gains = sign * table.loc[primary, "difference"].to_numpy(float)
    alpha = 1 - panels[0].study.level
    table.loc[primary, "verdict"] = [verdict(g, p, alpha) for g, p in zip(gains, adjusted, strict=True)]
    return table


def verdict(gain: float, p_adjusted: float, alpha: float) -> str:
    """Put a primary comparison into words.

    Parameters
    ----------
    gain : float
        Difference; positive is better.
    p_adjusted : float
        NaN when nothing was tested.
    alpha : float
        Level of the test.

    Returns
    -------
    str
        "helps", "hurts", "no evidence", or "no verdict" where nothing was tested.
    """
    if np.isnan(p_adjusted):
        return "no verdict"
    if p_adjusted > alpha:
        return "no evidence"
    return "helps" if gain > 0 else "hurts"


def _rows(panel: Panel) -> Iterator[dict[str, Any]]:
    """Make the comparisons of one transfer, without adjusted p-values."""
    metric = panel.study.primary_metric
    sizes: list[tuple[int, bool] | None] = [None, *panel.sizes]
    if CHOSEN in panel.scores:
        if SCRATCH in panel.scores:
            yield _row(panel, CHOSEN, SCRATCH, metric, None, "primary")
        for reference in (panel.best_baseline, ZERO_SHOT):
            if reference in panel.scores:
                for size in sizes:
                    yield _row(panel, CHOSEN, str(reference), metric, size, "contrast")
    if SCRATCH not in panel.scores:
        return
    others = [name for name in panel.scores if name != SCRATCH]
    for name in others:
        for size in panel.sizes:
            yield _row(panel, name, SCRATCH, metric, size, "secondary")
    for name in others:
        for other in METRICS:
            for size in sizes:
                if other != metric or (size is None and name != CHOSEN):
                    yield _row(panel, name, SCRATCH, other, size, "descriptive")


def _row(
    panel: Panel, strategy: str, reference: str, metric: str, size: tuple[int, bool] | None, role: str
) -> dict[str, Any]:
    """Compare two strategies once."""
    interval = panel.difference(strategy, reference, metric, size)
    tested = role in ("primary", "secondary") and interval.replicates >= FEWEST
    return {
        "transfer": panel.transfer.name,
        "strategy": strategy,
        "reference": reference,
        "train_size": CURVE if size is None else str(size[0]),
        "is_all": size is not None and size[1],
        "metric": metric,
        "role": role,
        "difference": interval.mean,
        "ci_low": interval.low,
        "ci_high": interval.high,
        "p_value": interval.p_value if tested else np.nan,
        "p_adjusted": np.nan,
        "verdict": "",
        "df": interval.df,
        "replicates": interval.replicates,
    }
