"""The source x target matrix: what each source gave each target, at each train size and over the curve."""

import pandas as pd

from seqgraft.stats.metric_names import facts
from seqgraft.stats.settings import CHOSEN, CURVE, SCRATCH

COLUMNS = [
    "target", "source", "transfer", "strategy", "train_size", "is_all", "metric", "gain", "ci_low", "ci_high",
    "p_value", "p_adjusted", "verdict", "replicates",
]  # fmt: skip


def source_matrix(comparisons: pd.DataFrame, metrics: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Collect the gain of every source over training from scratch.

    Parameters
    ----------
    comparisons : pandas.DataFrame
        As in ``comparisons.tsv``.
    metrics : pandas.DataFrame
        As in ``metrics.tsv``: it tells which source and target a transfer has.
    metric : str
        The primary metric, a name in `seqgraft.stats.metric_names.FACTS`.

    Returns
    -------
    pandas.DataFrame
        One row per transfer and train size, and one for the curve, which alone has a verdict. ``gain`` is the chosen
        strategy minus scratch, turned so that greater is better; its p-values are those of ``comparisons.tsv``. Within
        a target and train size, sources stand from the greatest gain down.
    """
    known = metrics.drop_duplicates("transfer").set_index("transfer")[["source", "target"]]
    table = comparisons[
        (comparisons["strategy"] == CHOSEN)
        & (comparisons["reference"] == SCRATCH)
        & (comparisons["metric"] == metric)
        & comparisons["role"].isin(["primary", "secondary"])
    ]
    table = table.join(known, on="transfer")
    sign = 1 if facts(metric).greater_is_better else -1
    gain = sign * table[["difference", "ci_low", "ci_high"]].to_numpy(float)
    low, high = (1, 2) if sign > 0 else (2, 1)
    table = table.assign(gain=gain[:, 0], ci_low=gain[:, low], ci_high=gain[:, high])
    size = table["train_size"].astype(str)
    order = pd.to_numeric(size.where(size != CURVE, "-1"))
    table = table.assign(order=order).sort_values(
        ["target", "order", "is_all", "gain"], ascending=[True, True, True, False], kind="stable"
    )
    return table[COLUMNS].reset_index(drop=True)
