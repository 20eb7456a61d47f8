"""What would have been claimed with the leaks left in, beside what is claimed without them.

The table stands beside the study's comparisons and takes no part in them: no test, no verdict, no choice.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from seqgraft.seeds import seed
from seqgraft.stats.intervals import UNDEFINED
from seqgraft.stats.panel import Panel, build_panel
from seqgraft.stats.scoring import StrategyScores, TargetScores, score_target
from seqgraft.stats.settings import (
    CHOSEN,
    CURVE,
    HELD_OUT,
    SCRATCH,
    EvaluationSettings,
    FitJob,
    TransferSettings,
)

#: Behind the name of a strategy that learned with the leaks left in.
LEAKY = "@leaks"
COLUMNS = [
    "transfer", "source", "target", "quantity", "metric", "train_size", "is_all",
    "left_in", "left_out", "difference", "ci_low", "ci_high", "replicates",
]  # fmt: skip
#: What is compared, as weights of the fits without leaks: the score itself, and the gain that the verdict is about.
QUANTITIES: dict[str, dict[str, float]] = {
    "score": {CHOSEN: 1.0},
    "gain": {CHOSEN: 1.0, SCRATCH: -1.0},
}


def claims_table(
    jobs: Sequence[FitJob],
    study: EvaluationSettings,
    groups: Mapping[str, dict[str, str]] | None = None,
    threads: int = 1,
) -> pd.DataFrame:
    """Compare scratch and the chosen strategy with the same, trained with the leaks left in.

    Parameters
    ----------
    jobs : sequence of FitJob
        Predictions of scratch and of each transfer's candidates; the strategies of those that learned with the leaks
        left in end in `LEAKY`.
    study : EvaluationSettings
        The study; its baselines are not read.
    groups : mapping of str to dict of str to str, optional
        By target, the group of each test id.
    threads : int
        Fits that are scored at the same time; changes no number.

    Returns
    -------
    pandas.DataFrame
        Columns `COLUMNS`. ``left_in`` and ``left_out`` are means over replicates, of the chosen strategy's ``score`` or
        of its ``gain`` over scratch; where a strategy is chosen by held-out scores, it is chosen on either side anew,
        as it would have been. ``difference`` is left in minus left out, paired by replicate and test example. At the
        train size ``all`` the fits with leaks have as many more labels as were left out. Per transfer the primary
        metric comes first, and within a metric the curve. No row has a p-value.

    Raises
    ------
    SeqgraftError
        When predictions are missing or do not belong together.
    """
    rows: list[dict[str, Any]] = []
    for transfer in study.transfers:
        found = [
            job for job in jobs if job.target == transfer.target and job.transfer in (None, transfer.name)
        ]
        # The draws of the evaluation: the side without leaks repeats what it found.
        draws = seed(study.study, transfer.target, "bootstrap", study.seed)
        scores = score_target(found, study.draws, draws, (groups or {}).get(transfer.target), threads)
        rows += _rows(_both_ways(transfer, replace(study, baselines=()), scores))
    return pd.DataFrame(rows, columns=COLUMNS)


def _both_ways(transfer: TransferSettings, study: EvaluationSettings, scores: TargetScores) -> Panel:
    """Choose on either side, and put both sides of one transfer into one panel."""
    names = transfer.candidates if study.chosen == HELD_OUT else (study.chosen,)
    own = replace(transfer, strategies=(SCRATCH, *names), candidates=tuple(names))
    clean = {key: found for key, found in scores.strategies.items() if not key[1].endswith(LEAKY)}
    panel = build_panel(own, study, replace(scores, strategies=clean))
    whole = {n for n, is_all in panel.sizes if is_all}
    leaky = {
        (key[0], key[1].removesuffix(LEAKY)): _as_large(found, whole)
        for key, found in scores.strategies.items()
        if key[1].endswith(LEAKY)
    }
    other = build_panel(own, study, replace(scores, strategies=leaky))
    sides = {name: panel.scores[name] for name in (SCRATCH, CHOSEN) if name in panel.scores}
    sides |= {name + LEAKY: other.scores[name] for name in (SCRATCH, CHOSEN) if name in other.scores}
    return replace(panel, scores=sides, replicates=min(panel.replicates, other.replicates))


def _as_large(found: StrategyScores, whole: set[int]) -> StrategyScores:
    """Name the fits on the whole pool by its size without leaks, so that they can be paired."""
    size = next(iter(whole), 0)
    keys = [key._replace(train_size=size) if key.is_all else key for key in found.keys]
    return replace(found, name=found.name.removesuffix(LEAKY), keys=keys)


def _rows(panel: Panel) -> Iterator[dict[str, Any]]:
    """Compare both sides by every metric."""
    primary = panel.study.primary_metric
    for metric in (primary, *(name for name in panel.metrics if name != primary)):
        for quantity, weights in QUANTITIES.items():
            for size in (None, *panel.sizes):
                yield _row(panel, quantity, weights, metric, size)


def _row(
    panel: Panel, quantity: str, weights: Mapping[str, float], metric: str, size: tuple[int, bool] | None
) -> dict[str, Any]:
    """Compare both sides once."""
    without = _mean(panel, weights, metric, size)
    leaky = {name + LEAKY: weight for name, weight in weights.items()}
    within = _mean(panel, leaky, metric, size)
    both = leaky | {name: -weight for name, weight in weights.items()}
    known = set(both) <= set(panel.scores)
    found = panel.weighted(both, metric, size) if known else UNDEFINED
    return {
        "transfer": panel.transfer.name,
        "source": "+".join(panel.transfer.sources),
        "target": panel.transfer.target,
        "quantity": quantity,
        "metric": metric,
        "train_size": CURVE if size is None else str(size[0]),
        "is_all": size is not None and size[1],
        "left_in": within,
        "left_out": without,
        "difference": found.mean,
        "ci_low": found.low,
        "ci_high": found.high,
        "replicates": found.replicates,
    }


def _mean(panel: Panel, weights: Mapping[str, float], metric: str, size: tuple[int, bool] | None) -> float:
    """Return a weighted sum of strategies, mean over the replicates in which it is defined; NaN without any."""
    if not set(weights) <= set(panel.scores):
        return float("nan")
    values = sum(
        weight * (panel.curve(name, metric) if size is None else panel.at(name, metric, size))[:, 0]
        for name, weight in weights.items()
    )
    defined = np.asarray(values)[~np.isnan(values)]
    return float(defined.mean()) if len(defined) else float("nan")
