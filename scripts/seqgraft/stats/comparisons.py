"""All comparisons of a study: one primary test per transfer, and what is printed beside it."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from seqgraft.stats.metric_names import facts
from seqgraft.stats.multiplicity import holm
from seqgraft.stats.panel import Panel
from seqgraft.stats.settings import CHOSEN, CURVE, SCRATCH, ZERO_SHOT, EvaluationSettings

#: Replicates below which nothing is tested.
FEWEST = 5

COLUMNS = [
    "transfer", "strategy", "reference", "train_size", "is_all", "metric", "role", "difference", "ci_low",
    "ci_high", "p_value", "p_adjusted", "verdict", "df", "replicates",
]  # fmt: skip


def comparisons_table(panels: Sequence[Panel], roles: Sequence[str] | None = None) -> pd.DataFrame:
    """Make all comparisons of the study.

    Parameters
    ----------
    panels : sequence of Panel
        One per transfer.
    roles : sequence of str, optional
        Names in `ROLES`; default all.

    Returns
    -------
    pandas.DataFrame
        One "primary" row per transfer that has a chosen strategy: chosen against scratch, primary metric,
        mean over the learning curve, with a verdict; Holm over transfers. "contrast" rows: chosen against the
        best baseline and zero-shot, no p-value. "secondary" rows: everything against scratch at each size;
        Holm within the transfer. "descriptive" rows: other metrics and other curves, no p-value. No p-value
        is given for fewer than five replicates.
    """
    return joined([panel_comparisons(panel, roles) for panel in panels], panels[0].study)


def panel_comparisons(panel: Panel, roles: Sequence[str] | None = None) -> pd.DataFrame:
    """Make one transfer's comparisons, corrected among each other where they are secondary.

    Parameters
    ----------
    panel : Panel
        The transfer.
    roles : sequence of str, optional
        Names in `ROLES`; default all.

    Returns
    -------
    pandas.DataFrame
        As `comparisons_table`, but for the primary row's adjusted p-value and verdict, which take all transfers.
    """
    rows = [row for role in (ROLES if roles is None else roles) for row in ROLES[role](panel)]
    table = pd.DataFrame(rows, columns=COLUMNS)
    secondary = table["role"] == "secondary"
    table.loc[secondary, "p_adjusted"] = holm(table.loc[secondary, "p_value"])
    return table


def joined(parts: Sequence[pd.DataFrame], study: EvaluationSettings) -> pd.DataFrame:
    """Put the transfers' comparisons together, correct the primary ones over all of them, and give the verdicts.

    Parameters
    ----------
    parts : sequence of pandas.DataFrame
        From `panel_comparisons`, one per transfer.
    study : EvaluationSettings
        Primary metric and level.

    Returns
    -------
    pandas.DataFrame
    """
    table = pd.concat(parts, ignore_index=True)
    primary = table["role"] == "primary"
    adjusted = holm(table.loc[primary, "p_value"])
    table.loc[primary, "p_adjusted"] = adjusted
    sign = 1 if facts(study.primary_metric).greater_is_better else -1
    gains = sign * table.loc[primary, "difference"].to_numpy(float)
    alpha = 1 - study.level
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


def _sizes(panel: Panel) -> list[tuple[int, bool] | None]:
    """List the curve (None) and every train size."""
    return [None, *panel.sizes]


def _others(panel: Panel) -> list[str]:
    """Name everything that is compared with scratch; nothing where no fit of scratch was finished."""
    return [name for name in panel.scores if name != SCRATCH] if SCRATCH in panel.scores else []


def _primary(panel: Panel) -> Iterator[dict[str, Any]]:
    """Compare the chosen strategy with scratch over the curve."""
    if CHOSEN in panel.scores and SCRATCH in panel.scores:
        yield _row(panel, CHOSEN, SCRATCH, panel.study.primary_metric, None, "primary")


def _contrasts(panel: Panel) -> Iterator[dict[str, Any]]:
    """Compare the chosen strategy with the best baseline and with zero-shot."""
    for reference in (panel.best_baseline, ZERO_SHOT) if CHOSEN in panel.scores else ():
        if reference in panel.scores:
            for size in _sizes(panel):
                yield _row(panel, CHOSEN, str(reference), panel.study.primary_metric, size, "contrast")


def _secondary(panel: Panel) -> Iterator[dict[str, Any]]:
    """Compare everything with scratch at each train size."""
    for name in _others(panel):
        for size in panel.sizes:
            yield _row(panel, name, SCRATCH, panel.study.primary_metric, size, "secondary")


def _descriptive(panel: Panel) -> Iterator[dict[str, Any]]:
    """Compare everything with scratch by the other metrics, and over the curve."""
    metric = panel.study.primary_metric
    for name in _others(panel):
        for other in panel.metrics:
            for size in _sizes(panel):
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


#: How the rows of each role are made, in the order of the table.
ROLES: dict[str, Callable[[Panel], Iterator[dict[str, Any]]]] = {
    "primary": _primary,
    "contrast": _contrasts,
    "secondary": _secondary,
    "descriptive": _descriptive,
}
