"""One verdict per transfer, in plain English, with the cautions that belong to it."""

from typing import Any

import numpy as np
import pandas as pd

from seqgraft.signs import true_minus
from seqgraft.stats.choose import choices
from seqgraft.stats.comparisons import FEWEST
from seqgraft.stats.metric_names import facts, written
from seqgraft.stats.metrics import worst_and_best
from seqgraft.stats.multiplicity import p_text
from seqgraft.stats.panel import Panel
from seqgraft.stats.settings import BEST_BASELINE, CHOSEN, CURVE, HELD_OUT, ZERO_SHOT


def transfer_verdict(panel: Panel, comparisons: pd.DataFrame) -> dict[str, Any]:
    """Say whether one transfer helped.

    Parameters
    ----------
    panel : Panel
        Its scores.
    comparisons : pandas.DataFrame
        From `seqgraft.stats.comparisons.comparisons_table`.

    Returns
    -------
    dict
        Fit for JSON: numbers that do not exist are None.
    """
    rows = comparisons[comparisons["transfer"] == panel.transfer.name]
    primary = rows[rows["role"] == "primary"]
    result: dict[str, Any] = {
        "transfer": panel.transfer.name,
        "source": "+".join(panel.transfer.sources),
        "target": panel.transfer.target,
        "metric": panel.study.primary_metric,
        "strategy": CHOSEN,
        "reference": "scratch",
        "chosen_how": _chosen_how(panel),
        "replicates": panel.replicates,
        "source_models": panel.study.source_models,
        "train_sizes": [n for n, _ in panel.sizes],
        "best_baseline": panel.best_baseline,
        "level": panel.study.level,
    }
    if primary.empty:
        nothing = dict.fromkeys(("difference", "ci_low", "ci_high", "p_value", "p_adjusted"))
        why = "no strategy of this transfer learns from both the source and the target's labels"
        lacking = [name for name in ("scratch", *panel.transfer.candidates) if name in panel.unfinished]
        if lacking:
            why = f"no fit of {', '.join(lacking)} was finished"
        elif panel.study.chosen != HELD_OUT:
            why = f"{panel.study.chosen}, named in the config as chosen, is not a strategy of this transfer"
        sentence = f"No verdict: {why}."
        empty: dict[str, Any] = {"cautions": [], "choices": {}, "thresholds": {}}
        return {**result, "verdict": "no verdict", **nothing, "sentence": sentence, **empty}
    row = primary.iloc[0]
    tests = int(((comparisons["role"] == "primary") & comparisons["p_value"].notna()).sum())
    for name in ("verdict", "difference", "ci_low", "ci_high", "p_value", "p_adjusted"):
        value = row[name]
        result[name] = value if isinstance(value, str) else _number(value)
    result["sentence"] = _sentence(panel, row, tests)
    result["cautions"] = _cautions(panel, rows)
    result["choices"] = choices(panel.scores[CHOSEN])
    result["thresholds"] = _thresholds(panel)
    return result


def _number(value: float) -> float | None:
    """Replace what JSON cannot hold, and digits that mean nothing."""
    return float(f"{value:.6g}") if np.isfinite(value) else None


def _chosen_how(panel: Panel) -> str:
    """Say how the chosen strategy was chosen."""
    if panel.study.chosen != HELD_OUT:
        return f"{panel.study.chosen}, named in the config"
    names = [name for name in panel.transfer.candidates if name in panel.scores]
    if len(names) == 1:
        return f"{names[0]}, the only strategy that uses source and labels"
    return f"lowest held-out {panel.type.loss_words} within the n labels, for each fit, of {', '.join(names)}"


def _sentence(panel: Panel, row: pd.Series, tests: int) -> str:
    """Put the primary comparison into one sentence."""
    metric = facts(panel.study.primary_metric)
    names = panel.transfer
    difference = row["difference"]
    if np.isnan(difference):
        return f"No verdict: {metric.title} is undefined on the test part of {names.target_title}."
    first, last = panel.sizes[0][0], panel.sizes[-1][0]
    span = f"at {first} labels" if first == last else f"averaged over {first} to {last} labels"
    subject = f"with {names.source_title} as source, {metric.title} on {names.target_title}"
    direction = "higher" if difference > 0 else "lower"
    compared = f"{written(abs(difference), panel.study.primary_metric)} {direction} than training from scratch, {span}"
    if row["verdict"] == "no verdict":
        why = _untested(panel, row, metric.title)
        known = (
            ""
            if np.isnan(row["ci_low"])
            else f" ({_interval(row, panel.study.level, panel.study.primary_metric)})"
        )
        return f"No verdict ({why}): {subject} is {compared}{known}."
    p_value = p_text(row["p_adjusted"])
    if tests > 1:
        p_value += f", adjusted for {tests} transfers"
    opening = {
        "helps": "Transfer helps",
        "hurts": "Transfer hurts",
        "no evidence": "No evidence that transfer helps or hurts",
    }[row["verdict"]]
    numbers = f"{_interval(row, panel.study.level, panel.study.primary_metric)}, {p_value}"
    alpha = 1 - panel.study.level
    # The interval belongs to one transfer, the adjusted p to all of them: say why they seem to disagree.
    apart = row["verdict"] == "no evidence" and row["p_value"] <= alpha
    more = f" The interval alone excludes 0, but p, once adjusted, is above {alpha:g}." if apart else ""
    return f"{opening}: {subject} is {compared} ({numbers}).{more}"


def _interval(row: pd.Series, level: float, metric: str) -> str:
    """Write the interval of a difference."""
    low, high = (written(row[end], metric) for end in ("ci_low", "ci_high"))
    ends = true_minus(f"{low} to {high}")
    return f"{round(level * 100, 1):g} % interval {ends}"


def _untested(panel: Panel, row: pd.Series, metric: str) -> str:
    """Say why a difference that exists was not tested."""
    if np.isnan(row["ci_low"]):
        return f"{metric} is undefined in too many resamples of the test part for an interval"
    if panel.replicates < FEWEST:
        return f"fewer than {FEWEST} replicates: no verdict"
    return f"{metric} is defined in only {row['replicates']} of {panel.replicates} replicates"


#: What must be known of a second stage on the target's sequences, by which of them it saw.
SEEN_UNLABELLED = {
    "test": "TRANSDUCTIVE: the backbone was trained on the sequences of the test part, though not on their labels. The "
    "scores hold for these very sequences; for sequences that were not there during training expect less.",
    "pool": "The backbone was trained on all sequences of the pool without their labels: train sizes count labels, not "
    "sequences, and scratch has not seen these sequences.",
}


def _cautions(panel: Panel, rows: pd.DataFrame) -> list[str]:
    """List what a reader must know before believing the verdict."""
    study = panel.study
    found = [SEEN_UNLABELLED[seen]] if (seen := panel.transfer.seen_unlabelled) else []
    if panel.replicates < study.replicates:
        found.append(f"Only {panel.replicates} of {study.replicates} replicates were found.")
    if panel.replicates < FEWEST:
        found.append(f"Fewer than {FEWEST} replicates: no verdict.")
    if panel.replicates == 1:
        found.append("One replicate: intervals cover the choice of test examples only.")
    found.append(
        "Intervals are conditional on this pool: they cover which of its examples are labelled and which "
        "examples are tested, not another collection of sequences."
    )
    if any(is_all for _, is_all in panel.sizes) and panel.replicates > 1:
        found.append("With the whole pool labelled, replicates differ in initialisation and folds only.")
    if study.source_models == 1:
        found.append("One source model: the verdict holds for this source model.")
    elif study.source_models < panel.replicates:
        found.append(
            f"{panel.replicates} replicates share {study.source_models} source models: the interval counts "
            "how these differ, which so few show only roughly."
        )
    default = [size for size, entry in _thresholds(panel).items() if entry["default"]]
    if default:
        found.append(
            "The default threshold (.5) and no temperature were used in some fits of the chosen strategy at "
            f"train size {', '.join(default)}: fewer than 10 examples of a class were held out."
        )
    metric = facts(study.primary_metric)
    for reference, name, more in (
        (panel.best_baseline, BEST_BASELINE.format(name=panel.best_baseline), ""),
        (ZERO_SHOT, "zero-shot", ": the target's labels have not been shown to add anything"),
    ):
        row = rows[
            (rows["role"] == "contrast") & (rows["train_size"] == CURVE) & (rows["reference"] == reference)
        ]
        if row.empty:
            continue
        low, high = row.iloc[0]["ci_low"], row.iloc[0]["ci_high"]
        worst, best = worst_and_best(low, high, greater_is_better=metric.greater_is_better)
        if best < 0:
            difference = true_minus(written(row.iloc[0]["difference"], study.primary_metric))
            found.append(
                f"{name[0].upper()}{name[1:]} is better than the chosen strategy (difference in "
                f"{metric.title} {difference}, "
                f"{_interval(row.iloc[0], study.level, study.primary_metric)}): use it instead."
            )
        elif not worst > 0:
            found.append(f"The chosen strategy is not shown to be better than {name}{more}.")
    return found


def _thresholds(panel: Panel) -> dict[str, dict[str, Any]]:
    """Summarise temperature and threshold of the chosen strategy by train size; nothing where there are none."""
    if not panel.type.binary:
        return {}
    chosen = panel.scores[CHOSEN]
    table: dict[str, dict[str, Any]] = {}
    for n, is_all in panel.sizes:
        used = [
            calibration
            for key, calibration in zip(chosen.keys, chosen.calibrations, strict=True)
            if (key.train_size, key.is_all) == (n, is_all)
        ]
        table["all" if is_all else str(n)] = {
            "threshold": _number(float(np.median([c.threshold_probability for c in used]))),
            "temperature": _number(float(np.median([c.temperature for c in used]))),
            "default": sum(not c.fitted for c in used),
            "fits": len(used),
        }
    return table
