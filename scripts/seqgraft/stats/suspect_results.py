"""Checks of the predictions and of the verdict that rests on them."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc, ndtri, stdtrit

from seqgraft.signs import true_minus
from seqgraft.stats.comparisons import FEWEST, verdict
from seqgraft.stats.delong import delong
from seqgraft.stats.evidence import Evidence, Finding, signed
from seqgraft.stats.intervals import two_way_interval
from seqgraft.stats.metric_names import facts, written
from seqgraft.stats.metrics import worst_and_best
from seqgraft.stats.panel import Panel
from seqgraft.stats.predictions import Fit
from seqgraft.stats.scoring import StrategyScores
from seqgraft.stats.settings import CHOSEN, SCRATCH

Floats = NDArray[np.float64]

#: The baseline whose predictions are constant by design.
CONSTANT = "constant"
#: How far held-out scores may lie above test scores: choosing among epochs on them makes them a little too good.
OPTIMISM = 0.02
#: Level of the check of held-out against test scores, which is made once per strategy and train size.
HELD_OUT_LEVEL = 0.9995
#: Spread of the difference between replicates below which a change of sign does not matter.
MATTERS = 0.02


def constant_predictions(evidence: Evidence) -> list[Finding]:
    """Look for fits that give every test sequence the same score."""
    found = []
    for name, scores in _own(evidence.panel):
        flat = sum(bool(np.ptp(fit.test_logits, axis=0).max(initial=0.0) < 1e-9) for fit in scores.fits)
        if flat:
            found.append(
                Finding(
                    f"{name} gives every test sequence the same score in {flat} of {len(scores.fits)} fits: "
                    "these fits have not learned anything.",
                    {"strategy": name, "constant": flat, "fits": len(scores.fits)},
                    serious=True,
                )
            )
    return found


def did_not_learn(evidence: Evidence) -> list[Finding]:
    """Look for strategies not shown to be better than guessing (AUROC .5) at their largest train size."""
    panel = evidence.panel
    metric, guess = panel.type.guess
    does = "rank" if panel.type.binary else "do"
    found = []
    for name, scores in _own(panel):
        if scores.without_labels:
            continue
        size = panel.sizes[-1]
        interval = two_way_interval(
            panel.at(name, metric, size), panel.units, panel.study.level, panel.sources(name)
        )
        if not interval.low <= guess:  # also where it is undefined
            continue
        found.append(
            Finding(
                f"{name} is not shown to {does} better than chance with {size[0]} labels: {facts(metric).title} "
                f"{true_minus(f'{interval.mean:.3f} ({interval.low:.3f} to {interval.high:.3f})')}.",
                {"strategy": name, metric: interval.mean, "ci_low": interval.low, "ci_high": interval.high},
                serious=interval.high <= guess or name == SCRATCH,
            )
        )
    return found


def no_better_than_baseline(evidence: Evidence) -> list[Finding]:
    """Look for a chosen strategy not shown to be better than the best baseline."""
    best = evidence.panel.best_baseline
    row = None if best is None else evidence.contrast(best)
    if best is None or row is None:
        return []
    name = evidence.panel.study.primary_metric
    metric = facts(name)
    low, high = float(row["ci_low"]), float(row["ci_high"])
    worst, most = worst_and_best(low, high, greater_is_better=metric.greater_is_better)
    if worst > 0:
        return []
    how = "Worse than" if most < 0 else "Not shown to be better than"
    difference = signed(row["difference"], name)
    return [
        Finding(
            f"{how} the best baseline, {best}: the chosen strategy differs from it by {difference} in "
            f"{metric.title} ({signed(low, name)} to {signed(high, name)}).",
            {"baseline": best, "difference": float(row["difference"]), "ci_low": low, "ci_high": high},
            serious=True,
        )
    ]


def held_out_above_test(evidence: Evidence) -> list[Finding]:
    """Look for held-out scores (AUROCs) above those of the test part by more than both uncertainties allow."""
    panel = evidence.panel
    found = []
    for name, scores in _own(panel):
        if scores.without_labels or name == CHOSEN:
            continue
        for size in panel.sizes:
            rows = scores.rows(panel.keys(size))
            gap, error = held_out_gap(panel, scores, rows)
            title = facts(panel.type.guess[0]).title
            lowest = gap - float(ndtri(0.5 + HELD_OUT_LEVEL / 2)) * error
            if not lowest > OPTIMISM:
                continue
            found.append(
                Finding(
                    f"With {size[0]} labels the held-out {title} of {name} is {gap:.3f} above that of the test part, "
                    "more than chance and choosing explain. Copies or relatives inside the pool, or a test part "
                    "of another kind, would do this.",
                    {"strategy": name, "train_size": size[0], "gap": gap, "standard_error": error},
                    serious=True,
                )
            )
    return found


def held_out_gap(panel: Panel, scores: StrategyScores, rows: NDArray[np.intp]) -> tuple[float, float]:
    """Mean held-out minus test score over replicates, and its standard error.

    Parameters
    ----------
    panel : Panel
        Says by which metric: of binary tasks the AUROC.
    scores : StrategyScores
        Of one strategy.
    rows : ndarray of int, shape (R,)
        Its fits at one train size.

    Returns
    -------
    gap, error : float
        NaN where either score is undefined.

    Notes
    -----
    The error has three parts: replicates (variance of the gap over R), test examples (bootstrap), and held-out
    examples. Replicates that draw from the same pool share held-out examples, all of them where the whole pool is
    labelled, so their part is DeLong's variance times 1/R plus the share of common examples. Where the
    score is no AUROC, the variance of the test part's score stands for DeLong's, times test over held-out examples.
    """
    metric = panel.type.guess[0]
    held, test = scores.held[metric][rows], scores.values[metric][rows]
    kept = ~(np.isnan(held) | np.isnan(test[:, 0]))
    if not kept.any():
        return float("nan"), float("nan")
    gaps, number = (held - test[:, 0])[kept], int(kept.sum())
    fits = [scores.fits[row] for row in rows[kept]]
    drawn = test[kept, 1:]
    drawn = drawn[:, ~np.isnan(drawn).any(axis=0)]
    own = [len(set(fit.held_ids)) for fit in fits]
    variance = _held_out_variance(panel, fits, drawn, own)
    if drawn.shape[1] < 3 or np.isnan(variance):
        return float(gaps.mean()), float("nan")
    together = len({name for fit in fits for name in fit.held_ids})
    share = min(1.0, float(np.mean(own)) / max(together, 1))
    sampled = drawn.mean(axis=0).var(ddof=1)
    between = gaps.var(ddof=1) / number if number > 1 else 0.0
    return float(gaps.mean()), float(np.sqrt(variance * (share + (1 - share) / number) + sampled + between))


def _held_out_variance(panel: Panel, fits: list[Fit], drawn: Floats, held: list[int]) -> float:
    """Mean variance of a fit's held-out score over held-out examples; NaN where there are too few."""
    if not panel.type.binary:
        if drawn.shape[1] < 3 or not sum(held):
            return float("nan")
        return float(drawn.var(axis=1, ddof=1).mean()) * panel.n_test / float(np.mean(held))
    enough = [fit for fit in fits if min(fit.held_labels.sum(), (~fit.held_labels).sum()) >= 2]
    if not enough:
        return float("nan")
    return float(np.mean([delong(f.held_labels, f.held_logits).covariance[0, 0] for f in enough]))


def replicates_disagree(evidence: Evidence) -> list[Finding]:
    """Look for replicates whose differences differ in sign by more than the sampling of test sequences explains."""
    values = _differences(evidence)
    if values is None or len(values) < FEWEST:
        return []
    own = values[:, 0]
    # What replicates have in common moves all of them alike: only what is left can make them differ.
    alone = values[:, 1:] - values[:, 1:].mean(axis=0)
    sampling = alone.var(axis=1, ddof=1)
    scale = len(own) / (len(own) - 1)
    if not (sampling > 0).all():
        return []
    centred = own - own.mean()
    q = float((centred**2 / (sampling * scale)).sum())
    p_value = float(chdtrc(len(own) - 1, q))
    extra = float(np.sqrt(max(own.var(ddof=1) - float(sampling.mean()) * scale, 0.0)))
    signs = int((own > 0).sum()), int((own < 0).sum())
    metric = evidence.panel.study.primary_metric
    # What has a unit is measured against what scratch has.
    whole = (
        1.0 if facts(metric).decimals else float(np.abs(evidence.panel.curve(SCRATCH, metric)[:, 0]).mean())
    )
    if p_value > 0.001 or min(signs) < 2 or extra < max(MATTERS * whole, abs(float(own.mean()))):
        return []
    return [
        Finding(
            f"Replicates disagree: {signs[0]} of {len(own)} are above 0 and {signs[1]} below, and they "
            f"differ by more (SD {written(extra, metric)}) than the sampling of test sequences explains. Whether this "
            "transfer helps depends on which labels are drawn, or on the source model.",
            {"above": signs[0], "below": signs[1], "sd_beyond_sampling": extra, "q": q, "p_value": p_value},
        )
    ]


def one_replicate(evidence: Evidence) -> list[Finding]:
    """Look for one replicate that stands apart and carries, or hides, the result.

    A single replicate cannot make a verdict: if the others show less than half of the effect, Student's t of the
    whole is below 2, because the one that stands apart widens the interval, too. What it can do is hide an effect,
    or be most of a difference that is then read as one.
    """
    row, values, panel = evidence.primary, _differences(evidence), evidence.panel
    if row is None or values is None or row["verdict"] == "no verdict" or len(values) <= FEWEST:
        return []
    apart = [place for place in range(len(values)) if _outlying(values[:, 0], place)]
    whole = float(values[:, 0].mean())
    if len(apart) != 1:
        return []
    kept = np.arange(len(values)) != apart[0]
    sources = panel.sources(CHOSEN, SCRATCH)
    rest = two_way_interval(
        values[kept], panel.units, panel.study.level, None if sources is None else sources[kept]
    )
    # Holm's factor stays that of the whole study.
    factor = float(row["p_adjusted"] / row["p_value"]) if row["p_value"] > 0 else 1.0
    metric = panel.study.primary_metric
    sign = 1 if facts(metric).greater_is_better else -1
    now = verdict(sign * rest.mean, min(1.0, rest.p_value * factor), 1 - panel.study.level)
    share = 1 - rest.mean / whole if whole else 0.0
    if now == row["verdict"] and share <= 0.5:
        return []
    end = f", and the verdict {now} instead of {row['verdict']}" if now != row["verdict"] else ""
    return [
        Finding(
            f"Replicate {apart[0] + 1} stands apart from all others: without it the difference is "
            f"{signed(rest.mean, metric)} instead of {signed(whole, metric)}{end}.",
            {
                "replicate": apart[0] + 1,
                "verdict_without": now,
                "difference": whole,
                "difference_without": rest.mean,
            },
        )
    ]


def few_replicates(evidence: Evidence) -> list[Finding]:
    """Look for fewer than five replicates."""
    count = evidence.panel.replicates
    if count >= FEWEST:
        return []
    return [
        Finding(
            f"Only {count} replicate{'s' if count > 1 else ''}: no verdict is given below {FEWEST}, and "
            "intervals rest on very little.",
            {"replicates": count},
        )
    ]


def _own(panel: Panel) -> list[tuple[str, StrategyScores]]:
    """Return the strategies that ought to learn; the chosen one is made of others."""
    return [(name, scores) for name, scores in panel.scores.items() if name not in (CONSTANT, CHOSEN)]


def _differences(evidence: Evidence) -> Floats | None:
    """Chosen minus scratch over the curve by replicate and draw, where defined; None where not compared."""
    panel, metric = evidence.panel, evidence.panel.study.primary_metric
    if evidence.primary is None:
        return None
    values = panel.curve(CHOSEN, metric) - panel.curve(SCRATCH, metric)
    if np.isnan(values[:, 0]).any():
        return None
    values = values[:, ~np.isnan(values).any(axis=0)]
    return values if values.shape[1] > 3 else None


def _outlying(values: Floats, position: int) -> bool:
    """Tell whether one replicate stands apart from the others at level .01, all of them being looked at.

    The test statistic is the deleted residual, which has Student's t distribution (Cook & Weisberg 1982, Residuals
    and Influence in Regression), with Bonferroni's correction.
    """
    rest = np.delete(values, position)
    spread = rest.std(ddof=1) * np.sqrt(1 + 1 / len(rest))
    if spread == 0:
        return bool(values[position] != rest[0])
    limit = float(stdtrit(len(rest) - 1, 1 - 0.005 / len(values)))
    return bool(abs(values[position] - rest.mean()) / spread > limit)
