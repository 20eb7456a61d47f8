"""Checks of what was tested on: the size of the test part, shares of positives, leaks and duplicates."""

import numpy as np
import pandas as pd
from scipy.special import ndtri

from seqgraft.stats.evidence import Evidence, Finding
from seqgraft.stats.metric_names import facts

#: Test examples (or groups) of the rarer class below which nothing should be claimed.
FEWEST_OF_A_CLASS = 10
#: Width of the primary interval, as a part of the metric's range, from which it says next to nothing.
WIDEST = 0.2
#: Odds of the positive class in source and target may differ by this factor.
ODDS = 1.5
#: What an action in leakage.tsv says when the sequences found were removed, or are no part of what is claimed.
HANDLED = ("left out", "allowed")


def small_test_part(evidence: Evidence) -> list[Finding]:
    """Look for a test part with fewer than ten of a class, or an interval too wide to say anything."""
    panel = evidence.panel
    positives = int(panel.labels.sum()) if panel.type.binary else 0
    counts: dict[str, float | int | str] = {"positives": positives, "negatives": panel.n_test - positives}
    if not panel.type.binary:
        counts = {"sequences": panel.n_test}
        if panel.units < FEWEST_OF_A_CLASS:
            unit = "sequences" if panel.units == panel.n_test else "groups"
            only = f"{panel.units} independent {unit}"
            if panel.labels.ndim == 2 and not panel.type.numbers:
                only = f"{panel.units} {unit} of the rarer kind of a usual label"
            return [
                Finding(
                    f"The test part of {panel.transfer.target_title} has only {only}: too few for any claim.",
                    {**counts, "units": panel.units},
                    serious=True,
                )
            ]
    elif panel.units < FEWEST_OF_A_CLASS:
        unit = "sequences" if panel.units == min(positives, panel.n_test - positives) else "groups"
        return [
            Finding(
                f"The test part of {panel.transfer.target_title} has only {panel.units} {unit} of the rarer class "
                f"({positives} positive, {panel.n_test - positives} negative sequences): too few for any claim.",
                {**counts, "units": panel.units},
                serious=True,
            )
        ]
    primary, metric = evidence.primary, facts(panel.study.primary_metric)
    reach = metric.high - metric.low
    if (
        primary is None
        or not np.isfinite(reach)
        or not primary["ci_high"] - primary["ci_low"] > WIDEST * reach
    ):
        return []
    width = float(primary["ci_high"] - primary["ci_low"])
    return [
        Finding(
            f"The interval of the verdict is {width:.2f} wide in {metric.title}: these data cannot tell a large gain "
            "from a large loss. More test sequences or more replicates would.",
            {**counts, "width": width},
        )
    ]


def prevalence_shift(evidence: Evidence) -> list[Finding]:
    """Look for shares of positives that differ between source and target, beyond chance and a factor in odds."""
    panel = evidence.panel
    if not panel.type.binary:
        return []
    zero = [scores for scores in panel.scores.values() if scores.without_labels]
    held = [fit.held_labels for scores in zero for fit in scores.fits if len(fit.held_labels)]
    if not held:
        return []
    # Source models differ in their seeds and may share validation examples: count one of them.
    source, target = held[0], panel.labels
    cells = [int(source.sum()), int((~source).sum()), int(target.sum()), int((~target).sum())]
    a, b, c, d = (cell + 0.5 for cell in cells)
    ratio = float(np.log(a * d / (b * c)))
    error = float(np.sqrt(1 / a + 1 / b + 1 / c + 1 / d))
    nearest = abs(ratio) - float(ndtri(0.9995)) * error
    if nearest <= np.log(ODDS):
        return []
    shares = float(source.mean()), float(target.mean())
    return [
        Finding(
            f"{shares[0] * 100:.1f} % of the source's examples are positive and {shares[1] * 100:.1f} % of the "
            "target's: probabilities and the threshold of the source model do not carry over (zero-shot above all).",
            {
                "source_positives": cells[0],
                "source_negatives": cells[1],
                "target_positives": cells[2],
                "target_negatives": cells[3],
                "odds_ratio": float(np.exp(ratio)),
            },
        )
    ]


def leak_left_in(evidence: Evidence) -> list[Finding]:
    """Look for sequences found on both sides of a line and not left out."""
    if evidence.leakage is None:
        return []
    found = []
    for row in _rows(evidence).to_dict("records"):
        if not row["sequences"] or any(word in str(row["action"]) for word in HANDLED):
            continue
        found.append(_leak(row, int(row["sequences"]), str(row["action"])))
    return found or _not_listed(evidence)


def _not_listed(evidence: Evidence) -> list[Finding]:
    """Look for sequences said to be left out that excluded.tsv does not list."""
    if evidence.excluded is None:
        return []
    found = []
    rows = _rows(evidence)
    rows = rows[~rows["action"].str.contains("allowed")]
    for (origin, same), own in rows.groupby(["from_task", rows["from_task"] == rows["to_task"]], sort=False):
        listed = evidence.excluded[
            (evidence.excluded["task"] == origin)
            & (evidence.excluded["role"] == ("pool" if same else "source"))
        ]
        worst = own.sort_values("sequences", kind="stable").to_dict("records")[-1]
        lacking = int(worst["sequences"]) - listed["id"].nunique()
        if lacking > 0:
            found.append(_leak(worst, lacking, "not listed in excluded.tsv"))
    return found


def _leak(row: dict, sequences: int, action: str) -> Finding:
    """Put a leak into words."""
    return Finding(
        f"{sequences} sequences of {row['from_task']} ({row['from_part']}) are found again in {row['to_task']} "
        f"({row['to_part']}) and were not left out ({row['kind']}): scores may be too good.",
        {"sequences": sequences, "kind": row["kind"], "action": action},
        serious=True,
    )


def duplicates(evidence: Evidence) -> list[Finding]:
    """Look for sequences of the target's test part that its pool holds, too."""
    if evidence.leakage is None:
        return []
    rows = _rows(evidence)
    target = evidence.panel.transfer.target
    own = rows[(rows["from_task"] == target) & (rows["to_task"] == target) & (rows["sequences"] > 0)]
    return [
        Finding(
            f"{int(row['sequences'])} sequences of the pool of {evidence.panel.transfer.target_title} are also in its "
            f"test part ({row['kind']}; {row['action']}). Where there are copies there may be near copies, "
            "which are left out only where the study asks for such matches (docs/leakage.md); the scores by identity "
            "(docs/identity.md) say how alike they are.",
            {"sequences": int(row["sequences"]), "kind": row["kind"], "action": row["action"]},
        )
        for row in own.to_dict("records")
    ]


def _rows(evidence: Evidence) -> pd.DataFrame:
    """Return the rows of leakage.tsv that touch this transfer."""
    assert evidence.leakage is not None
    transfer, table = evidence.panel.transfer, evidence.leakage
    within = (table["from_task"] == transfer.target) & (table["to_task"] == transfer.target)
    across = table["from_task"].isin(transfer.sources) & (table["to_task"] == transfer.target)
    return table[within | across]
