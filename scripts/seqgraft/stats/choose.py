"""The virtual strategy "chosen": for each fit the candidate with the best held-out loss."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from seqgraft.errors import SeqgraftError
from seqgraft.stats.curves import curve_weights
from seqgraft.stats.metric_names import facts
from seqgraft.stats.predictions import FitKey
from seqgraft.stats.scoring import StrategyScores
from seqgraft.stats.settings import CHOSEN

#: Losses closer than this are ties, which go to the candidate named first in the config.
TIE = 1e-9


def choose(candidates: Sequence[StrategyScores], keys: Sequence[FitKey]) -> StrategyScores:
    """Take for each train size and replicate the candidate with the lowest held-out loss.

    Parameters
    ----------
    candidates : sequence of StrategyScores
        At least one, in the order of the config. One alone is always taken.
    keys : sequence of FitKey
        The fits to choose for.

    Returns
    -------
    StrategyScores
        Named "chosen", with `picks`. The test part plays no role.

    Raises
    ------
    SeqgraftError
        When there is a choice to make and a candidate has no held-out predictions.

    Notes
    -----
    The log loss of binary tasks is that after the fit's own temperature, as the fit would be used; of regression
    the loss is `seqgraft.stats.value_metrics.relative_error`. The lowest mean wins, however small its lead.
    Favouring the first candidate within one standard error lost more in simulation (bench/choosing.py; three
    candidates with AUROC .94, SD .01; 50, 100 and 400 held out): .0060, .0055 and .0032 below the best candidate,
    against .0051, .0040 and .0020.
    """
    rows = [candidate.rows(keys) for candidate in candidates]
    taken = np.zeros(len(keys), dtype=int)
    if len(candidates) > 1:
        losses = np.stack([c.losses[r] for c, r in zip(candidates, rows, strict=True)])
        for candidate, values in zip(candidates, losses, strict=True):
            if np.isnan(values).any():
                key = keys[int(np.flatnonzero(np.isnan(values))[0])]
                raise SeqgraftError(
                    f"Strategy {candidate.name} has no held-out predictions to choose by "
                    f"(train size {key.train_size}, replicate {key.replicate}).",
                    where="config key `chosen`",
                    remedy="Name one strategy in `chosen`, or use larger train sizes.",
                )
        taken = np.argmax(losses <= losses.min(axis=0) + TIE, axis=0)
    source = [(candidates[c], int(rows[c][position])) for position, c in enumerate(taken)]
    return StrategyScores(
        CHOSEN,
        CHOSEN,
        list(keys),
        {m: np.stack([scores.values[m][row] for scores, row in source]) for m in candidates[0].values},
        {m: np.array([scores.held[m][row] for scores, row in source]) for m in candidates[0].held},
        [scores.calibrations[row] for scores, row in source],
        [scores.fits[row] for scores, row in source],
        any(candidate.uses_source for candidate in candidates),
        [scores.name for scores, _ in source],
        details={
            m: np.array([scores.details[m][row] for scores, row in source]) for m in candidates[0].details
        },
    )


def choices(chosen: StrategyScores) -> dict[str, dict[str, int]]:
    """Count by train size how often each strategy was taken.

    Parameters
    ----------
    chosen : StrategyScores
        From `choose`.

    Returns
    -------
    dict of str to dict of str to int
        Train size ("all" for the whole pool) to strategy to count.
    """
    counts: dict[str, Counter[str]] = {}
    for key, pick in zip(chosen.keys, chosen.picks, strict=True):
        counts.setdefault("all" if key.is_all else str(key.train_size), Counter())[pick] += 1
    return {size: dict(counter) for size, counter in counts.items()}


def best_baseline(baselines: Sequence[StrategyScores], metric: str) -> StrategyScores | None:
    """Find the baseline with the best held-out metric, averaged over its learning curve.

    Parameters
    ----------
    baselines : sequence of StrategyScores
        In the order of the config; ties go to the first.
    metric : str
        A name in `seqgraft.stats.metric_names.FACTS`.

    Returns
    -------
    StrategyScores or None
        None without baselines. A train size at which the metric is undefined in all held-out parts is left
        out for all baselines.
    """
    if not baselines:
        return None
    sizes = sorted({(key.train_size, key.is_all) for key in baselines[0].keys})
    means = np.full((len(baselines), len(sizes)), np.nan)
    for row, baseline in enumerate(baselines):
        held = baseline.held[metric]
        for column, size in enumerate(sizes):
            values = held[[(key.train_size, key.is_all) == size for key in baseline.keys]]
            if not np.isnan(values).all():
                means[row, column] = np.nanmean(values)
    # What is undefined throughout, as the correlation of a constant, cannot be the best nor hide the others; of held-out
    # examples alone, each fold with a constant of its own, it may be defined by accident.
    told = [not np.isnan(baseline.values[metric][:, 0]).all() for baseline in baselines]
    known = ~np.isnan(means).all(axis=1) & np.array(told)
    if not known.any():
        return baselines[0]
    baselines = [baseline for baseline, keep in zip(baselines, known, strict=True) if keep]
    means = means[known]
    kept = ~np.isnan(means).any(axis=0)
    if not kept.any():
        return baselines[0]
    weights = curve_weights([size for (size, _), keep in zip(sizes, kept, strict=True) if keep])
    curve = means[:, kept] @ weights
    return baselines[int(np.argmax(curve if facts(metric).greater_is_better else -curve))]
