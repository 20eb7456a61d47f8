"""From a verdict to sentences for the person who has to decide: what was saved, and what to do next."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from seqgraft.report import text
from seqgraft.report.savings_tables import savings_estimate, savings_interval
from seqgraft.report.tables import digits_of, lower_is_better, metric_title
from seqgraft.stats.comparisons import FEWEST
from seqgraft.stats.metrics import worst_and_best
from seqgraft.stats.settings import BEST_BASELINE, CHOSEN, CURVE, SCRATCH, ZERO_SHOT

Record = dict[str, Any]


def label_savings(savings: pd.DataFrame, transfer: str, metric: str) -> list[str]:
    """Say in words how many labels transfer saved at the smallest train size.

    Parameters
    ----------
    savings : pandas.DataFrame
        As in ``savings.tsv``.
    transfer, metric : str
        Which.

    Returns
    -------
    list of str
        One sentence a reference; none where there is no number.
    """
    own = savings[(savings["transfer"] == transfer) & (savings["metric"] == metric)]
    sentences = []
    for reference, part in own.groupby("reference", sort=False):
        row = part.sort_values("train_size").to_dict("records")[0]
        if text.missing(row["savings"]) or row["note"]:
            continue
        sentences.append(_saved(row, str(reference)))
    return sentences


def _saved(row: Mapping[Any, Any], reference: str) -> str:
    """Say what was saved against one reference, without claiming more than the interval does."""
    n, needed = text.count(row["train_size"]), text.count(row["train_size"] * row["savings"])
    estimate, interval = savings_estimate(row), savings_interval(row)
    inside = f" (interval {interval})"
    if interval == text.NOTHING:
        return f"Against {reference} with {n} labels: an estimate of {estimate}, without an interval."
    # Beyond the sizes tried an end of exactly 1 excludes 1: "less than 1×", "more than 1×".
    if row["ci_high"] < 1 or (row["ci_high"] <= 1 and row["ci_high_censored"] == "at most"):
        return (
            f"{n} labels with transfer did worse than {n} labels with {reference}: no labels saved, "
            f"{estimate}{inside}."
        )
    if not (row["ci_low"] > 1 or (row["ci_low"] >= 1 and row["ci_low_censored"] == "at least")):
        return (
            f"Against {reference} no savings are shown with {n} labels: the estimate is {estimate}, "
            f"but its interval does not exclude 1×{inside}."
        )
    if row["censored"] == "at least":
        return (
            f"{n} labels with transfer did better than {needed} labels with {reference}, the most that "
            f"were tried: savings of {estimate}{inside}."
        )
    return (
        f"{n} labels with transfer did as well as about {needed} labels with {reference}: "
        f"savings of {estimate}{inside}."
    )


def next_steps(verdict: Record, comparisons: pd.DataFrame, title: str, *, simulated: bool) -> list[str]:
    """Say what the result means for the next decision.

    Parameters
    ----------
    verdict : dict
        One entry of ``verdicts.json``.
    comparisons : pandas.DataFrame
        As in ``comparisons.tsv``.
    title : str
        Of the target task.
    simulated : bool
        Whether the source or the target is simulated.

    Returns
    -------
    list of str
        One to four sentences.
    """
    metric = verdict["metric"]
    own = comparisons[(comparisons["transfer"] == verdict["transfer"]) & (comparisons["metric"] == metric)]
    sign = -1.0 if lower_is_better(metric) else 1.0
    alpha = 1 - float(verdict["level"])
    make = {"helps": _helps, "hurts": _hurts, "no evidence": _no_evidence}.get(
        verdict["verdict"], _no_verdict
    )
    steps = make(verdict, own, title, sign, alpha)
    if simulated:
        steps.append(
            "Simulated sequences took part: the result shows how the method behaves, and says nothing "
            "about real ones. For your own question, name your own files in a config."
        )
    return steps


def _helps(verdict: Record, own: pd.DataFrame, title: str, sign: float, alpha: float) -> list[str]:
    """Where transfer helps: at which sizes, with what, and whether target labels or a network were needed."""
    rows = own[(own["role"] == "secondary") & (own["strategy"] == CHOSEN) & (own["reference"] == SCRATCH)]
    gains = [(sign * r["difference"] > 0 and r["p_adjusted"] <= alpha, r) for r in rows.to_dict("records")]
    shown = [text.train_size(r["train_size"], r["is_all"]) for good, r in gains if good]
    open_ = [text.train_size(r["train_size"], r["is_all"]) for good, r in gains if not good]
    sizes = {good: [int(r["train_size"]) for known, r in gains if known == good] for good in (True, False)}
    few = " with few labels" if max(sizes[True], default=0) < min(sizes[False], default=0) else ""
    steps = _better(verdict, own, sign)
    use = f"Against scratch alone, transfer pays for {title}" if steps else f"Use transfer for {title}"
    if shown and not open_:
        steps.append(f"{use}: the gain over scratch is shown at every train size that was tried.")
    elif shown:
        steps.append(
            f"{use}{few}: the gain over scratch is shown at {text.listed(shown)} labels; "
            f"at {text.listed(open_)} it is not{'' if few else ', which does not mean that there is none'}."
        )
    else:
        steps.append(
            f"{use}: it gains over the learning curve as a whole, though at no single "
            "train size beyond doubt."
        )
    steps += [*_favourite(verdict), *_checks(verdict, own, sign)]
    return steps


def _favourite(verdict: Record) -> list[str]:
    """Name the strategy that was chosen most often with the fewest labels."""
    choices: dict[str, dict[str, int]] = verdict.get("choices") or {}
    if not choices:
        return []
    picks = {name for counts in choices.values() for name in counts}
    if len(picks) == 1:
        return [f"Train with {picks.pop()}."]
    size, counts = next(iter(choices.items()))
    best = max(counts, key=lambda name: counts[name])
    labels = "all" if size == "all" else size
    return [
        f"Let the held-out labels choose the strategy, as was done here; at {labels} labels they chose "
        f"{best} most often ({counts[best]} of {sum(counts.values())} replicates)."
    ]


def _checks(verdict: Record, own: pd.DataFrame, sign: float) -> list[str]:
    """Warn where zero-shot or a baseline may do as well."""
    steps = []
    contrasts = own[own["role"] == "contrast"].to_dict("records")
    beaten = False
    for row in contrasts:
        worst, best = _ends(row, sign)
        if row["train_size"] != CURVE or worst > 0:
            continue
        if best < 0:  # said already, by `_better`
            beaten = beaten or row["reference"] == ZERO_SHOT
            continue
        if row["reference"] == ZERO_SHOT:
            steps.append(
                "The source model without any target label (zero-shot) may do as well: try it first."
            )
        elif row["reference"] == verdict.get("best_baseline"):
            steps.append(f"{row['reference']} is simpler and not shown to be worse: keep it in the running.")
    at = [r for r in contrasts if r["reference"] == ZERO_SHOT and r["train_size"] != CURVE]
    if not steps and not beaten and at and not _ends(at[0], sign)[0] > 0:
        size = text.train_size(at[0]["train_size"], at[0]["is_all"])
        first = "; the first ones serve to set the threshold" if verdict.get("thresholds") else ""
        less = "is worse than" if _ends(at[0], sign)[1] < 0 else "is not shown to be better than"
        steps.append(
            f"With {size} labels the chosen strategy {less} the source model as "
            f"it is (zero-shot): training pays with more labels{first}."
        )
    return steps


def _better(verdict: Record, own: pd.DataFrame, sign: float) -> list[str]:
    """Name what is better than the chosen strategy over the learning curve."""
    steps = []
    digits = digits_of(verdict["metric"])
    for row in own[(own["role"] == "contrast") & (own["train_size"] == CURVE)].to_dict("records"):
        if _ends(row, sign)[1] < 0:
            zero = row["reference"] == ZERO_SHOT
            name = "The source model as it is (zero-shot)" if zero else row["reference"]
            steps.append(
                f"{name} is better than the chosen strategy (difference in {metric_title(verdict['metric'])} "
                f"{text.signed(row['difference'], digits)}, interval "
                f"{text.signed_span(row['ci_low'], row['ci_high'], digits)}): use it instead."
            )
    return steps


def _ends(row: Mapping[Any, Any], sign: float) -> tuple[float, float]:
    """Return the ends of an interval so that above zero is better: the worse one first."""
    return worst_and_best(row["ci_low"], row["ci_high"], greater_is_better=sign > 0)


def _simple(verdict: Record) -> str:
    """Name what to use without transfer."""
    best = verdict.get("best_baseline")
    if not best or best == "constant":
        return "scratch"
    return f"scratch or {best}, and let held-out labels, not the test part, choose between them"


def _hurts(verdict: Record, own: pd.DataFrame, title: str, sign: float, alpha: float) -> list[str]:
    """Where transfer hurts."""
    return [
        f"Do not graft this source onto {title}: with the labels you have, use {_simple(verdict)}.",
        "A source nearer to the target (species, mark, experiment) may still help: make it a second "
        "transfer.",
    ]


def _no_evidence(verdict: Record, own: pd.DataFrame, title: str, sign: float, alpha: float) -> list[str]:
    """Where the test shows nothing."""
    low, high = _ends(verdict, sign)
    name, digits = metric_title(verdict["metric"]), digits_of(verdict["metric"])
    first = f"Do not count on this source for {title}; use {_simple(verdict)}."
    if low > 0 or high < 0:
        return [
            first,
            f"The interval excludes 0, but p adjusted for the other transfers is above {alpha:g}: take the "
            "difference as a hint. More test sequences and more replicates would tell.",
        ]
    return [
        first,
        f"No evidence is not evidence of no effect: a loss of {text.number(max(-low, 0.0), digits)} and a gain of "
        f"{text.number(max(high, 0.0), digits)} {name} are both compatible with these data. If that matters, more "
        "test sequences and more replicates narrow the interval.",
        "A source nearer to the target may do better.",
    ]


def _no_verdict(verdict: Record, own: pd.DataFrame, title: str, sign: float, alpha: float) -> list[str]:
    """Where nothing was tested."""
    if verdict["difference"] is None:
        return [
            "Check the strategies of this transfer and the test part of its target: nothing could be "
            "compared."
        ]
    if verdict["ci_low"] is None or verdict["replicates"] >= FEWEST:
        return [
            f"Take a larger test part, or another primary metric: {metric_title(verdict['metric'])} is "
            "undefined too often to be tested.",
            "Until then take the numbers below as a first impression.",
        ]
    return [
        "Set replicates to 5 or more (10 by default) and run again; the fits that exist are not repeated.",
        "Until then take the numbers below as a first impression.",
    ]


def baseline_warning(verdict: Record, comparisons: pd.DataFrame) -> tuple[str, str] | None:
    """Say that a simple model does as well, where the network is not shown to be better.

    Parameters
    ----------
    verdict : dict
        One entry of ``verdicts.json``.
    comparisons : pandas.DataFrame
        As in ``comparisons.tsv``.

    Returns
    -------
    (str, str) or None
        A short exclamation and the sentence with its numbers; None where the chosen strategy is better than the
        best baseline beyond doubt over the learning curve, or nothing was compared.
    """
    best = verdict.get("best_baseline")
    own = comparisons[
        (comparisons["transfer"] == verdict["transfer"])
        & (comparisons["metric"] == verdict["metric"])
        & (comparisons["train_size"] == CURVE)
        & (comparisons["role"] == "contrast")
        & (comparisons["reference"] == best)
    ]
    if not best or own.empty or text.missing(own.iloc[0]["difference"]):
        return None
    row = own.iloc[0].to_dict()
    worst, top = _ends(row, -1.0 if lower_is_better(verdict["metric"]) else 1.0)
    if worst > 0:
        return None
    digits = digits_of(verdict["metric"])
    kind = "a k-mer model" if best.startswith("kmer") else f"the baseline {best}"
    opening = f"Worse than {kind}." if top < 0 else f"Not better than {kind}."
    side = "above" if not lower_is_better(verdict["metric"]) else "below"
    return opening, (
        f"Over the learning curve the difference in {metric_title(verdict['metric'])} from {best} is "
        f"{text.signed(row['difference'], digits)} (interval "
        f"{text.signed_span(row['ci_low'], row['ci_high'], digits)}), "
        f"which is not {side} 0 beyond doubt."
    )


def cautions(verdict: Record, comparisons: pd.DataFrame) -> list[str]:
    """Return a verdict's cautions without what `baseline_warning` says in red beside them.

    Parameters
    ----------
    verdict : dict
        One entry of ``verdicts.json``.
    comparisons : pandas.DataFrame
        As in ``comparisons.tsv``.

    Returns
    -------
    list of str
    """
    found: list[str] = verdict["cautions"]
    if baseline_warning(verdict, comparisons) is None:
        return found
    named = BEST_BASELINE.format(name=verdict["best_baseline"])
    return [sentence for sentence in found if named not in f"{sentence[0].lower()}{sentence[1:]}"]


def brief(verdict: Record) -> str:
    """Say a verdict's numbers in a few signs, e.g. "AUROC +0.052 (+0.030 to +0.074)"; empty without numbers."""
    if verdict["difference"] is None:
        return ""
    digits = digits_of(verdict["metric"])
    span = text.signed_span(verdict["ci_low"], verdict["ci_high"], digits)
    return f"{metric_title(verdict['metric'])} {text.signed(verdict['difference'], digits)} ({span})"


def tiles(verdict: Record, comparisons: pd.DataFrame) -> list[tuple[str, str, str]]:
    """Return the few numbers that stand beside the verdict.

    Parameters
    ----------
    verdict : dict
        One entry of ``verdicts.json``.
    comparisons : pandas.DataFrame
        As in ``comparisons.tsv``.

    Returns
    -------
    list of (str, str, str)
        What, number, interval.
    """
    own = comparisons[
        (comparisons["transfer"] == verdict["transfer"])
        & (comparisons["metric"] == verdict["metric"])
        & (comparisons["train_size"] == CURVE)
    ]
    name, digits = metric_title(verdict["metric"]), digits_of(verdict["metric"])
    words = {
        SCRATCH: "against training from scratch",
        ZERO_SHOT: "against the source model as it is (zero-shot)",
    }
    found = []
    for row in own[own["role"].isin(["primary", "contrast"])].to_dict("records"):
        what = words.get(row["reference"], f"against the best baseline ({row['reference']})")
        interval = text.signed_span(row["ci_low"], row["ci_high"], digits)
        found.append((f"{name} {what}", text.signed(row["difference"], digits), interval))
    return found


def badge(verdict: str) -> tuple[str, str]:
    """Return the words and the style of a verdict's badge.

    Parameters
    ----------
    verdict : str
        "helps", "hurts", "no evidence" or "no verdict".

    Returns
    -------
    words, style : str
    """
    return _BADGES.get(verdict, (verdict, "none"))


_BADGES = {
    "helps": ("Transfer helps", "helps"),
    "hurts": ("Transfer hurts", "hurts"),
    "no evidence": ("No evidence", "open"),
    "no verdict": ("No verdict", "none"),
}
