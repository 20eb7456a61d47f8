"""The list of suspicions: results that look wrong, or too thin for what they seem to say, found by themselves.

A check is one entry in `CHECKS`. It asks a question of one transfer, with the uncertainty of what it looks at,
and stays quiet where nothing is wrong.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from seqgraft.stats import suspect_data, suspect_results
from seqgraft.stats.evidence import Evidence, Finding
from seqgraft.stats.panel import Panel

COLUMNS = ["transfer", "kind", "severity", "message", "evidence"]


@dataclass(frozen=True)
class Check:
    """One question that is asked of every transfer.

    Parameters
    ----------
    about : str
        What it looks for, as the methods part of the report lists it.
    find : callable
        From `Evidence` to what was found; empty where all is well.
    """

    about: str
    find: Callable[[Evidence], list[Finding]]


#: The check whose finding the page's verdict also says.
BASELINE_CHECK = "no better than a baseline"
#: The check whose findings a verdict carries as cautions, and the page in red beside it.
LEAK_CHECK = "leak left in"
#: The check that has a meaning only where there are positives.
SHIFT_CHECK = "prevalence shift"
CHECKS: dict[str, Check] = {
    "constant predictions": Check(
        "fits that give every test sequence the same score", suspect_results.constant_predictions
    ),
    "did not learn": Check(
        "strategies not shown to be better than guessing at their largest train size",
        suspect_results.did_not_learn,
    ),
    BASELINE_CHECK: Check(
        "a chosen strategy not shown to be better than the best baseline",
        suspect_results.no_better_than_baseline,
    ),
    "held-out above test": Check(
        "held-out scores above test scores by more than both uncertainties allow",
        suspect_results.held_out_above_test,
    ),
    "replicates disagree": Check(
        "replicates whose differences differ in sign by more than the sampling of test sequences explains",
        suspect_results.replicates_disagree,
    ),
    "one replicate": Check("a result that one replicate carries or hides", suspect_results.one_replicate),
    "few replicates": Check("fewer than five replicates", suspect_results.few_replicates),
    "small test part": Check(
        "a test part with fewer than ten of a class, or an interval too wide to say anything",
        suspect_data.small_test_part,
    ),
    SHIFT_CHECK: Check(
        "a share of positives that differs between source and target", suspect_data.prevalence_shift
    ),
    LEAK_CHECK: Check("sequences found on both sides of a line and not left out", suspect_data.leak_left_in),
    "duplicates": Check(
        "sequences of the target's test part that its pool holds, too", suspect_data.duplicates
    ),
}


def suspicions_table(
    panels: Sequence[Panel],
    comparisons: pd.DataFrame,
    leakage: pd.DataFrame | None = None,
    excluded: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Make all checks of all transfers.

    Parameters
    ----------
    panels : sequence of Panel
        One per transfer.
    comparisons : pandas.DataFrame
        From `seqgraft.stats.comparisons.comparisons_table`.
    leakage, excluded : pandas.DataFrame, optional
        ``leakage.tsv`` and ``excluded.tsv``; without them leaks and duplicates are not looked for.

    Returns
    -------
    pandas.DataFrame
        Columns `COLUMNS`, the serious ones of a transfer first. Column evidence holds "name=value" pairs,
        separated by "; ".
    """
    rows: list[dict[str, Any]] = []
    for panel in panels:
        own = comparisons[comparisons["transfer"] == panel.transfer.name]
        evidence = Evidence(panel, own, leakage, excluded)
        found = [
            {
                "transfer": panel.transfer.name,
                "kind": kind,
                "severity": "serious" if finding.serious else "caution",
                "message": finding.message,
                "evidence": finding.values(),
            }
            for kind, check in CHECKS.items()
            for finding in check.find(evidence)
        ]
        rows += sorted(found, key=lambda row: row["severity"] != "serious")
    return pd.DataFrame(rows, columns=COLUMNS)


def with_leaks(verdict: dict[str, Any], suspicions: pd.DataFrame) -> dict[str, Any]:
    """Put the leaks that were left in before a verdict's other cautions.

    Parameters
    ----------
    verdict : dict
        One entry of ``verdicts.json``.
    suspicions : pandas.DataFrame
        From `suspicions_table`.

    Returns
    -------
    dict
        A copy; the same where nothing was left in.
    """
    own = suspicions[(suspicions["transfer"] == verdict["transfer"]) & (suspicions["kind"] == LEAK_CHECK)]
    return {**verdict, "cautions": [*own["message"], *verdict["cautions"]]}
