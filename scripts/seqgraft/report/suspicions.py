"""The list of suspicions as the page shows it."""

from dataclasses import dataclass

from seqgraft.report import text
from seqgraft.report.advice import baseline_warning
from seqgraft.report.inputs import ReportInputs
from seqgraft.report.task_words import target_types
from seqgraft.stats.suspicions import BASELINE_CHECK, CHECKS, LEAK_CHECK, SHIFT_CHECK


@dataclass(frozen=True)
class Shown:
    """One suspicion: whose, which check, how bad, what, and the numbers behind it."""

    transfer: str
    kind: str
    severity: str
    message: str
    evidence: str


def shown(inputs: ReportInputs) -> list[Shown]:
    """Return the suspicions, the serious ones first, but for those that the verdict says in red.

    Parameters
    ----------
    inputs : ReportInputs
        The study.

    Returns
    -------
    list of Shown
        `transfer` is empty where the study has only one.
    """
    titles = {v["transfer"]: " → ".join(inputs.titles_of(v)) for v in inputs.verdicts}
    warned = _warned(inputs)
    rows = [
        Shown(
            titles.get(row["transfer"], row["transfer"]) if len(titles) > 1 else "",
            row["kind"],
            row["severity"],
            row["message"],
            row["evidence"],
        )
        for row in inputs.suspicions.to_dict("records")
        if (row["transfer"], row["kind"]) not in warned
    ]
    return sorted(rows, key=lambda row: row.severity != "serious")


def leak_warnings(inputs: ReportInputs, transfer: str) -> list[tuple[str, str]]:
    """Return what a verdict says in red of leaks that were left in: a short exclamation and the sentence of each.

    Parameters
    ----------
    inputs : ReportInputs
        The study.
    transfer : str
        Its name.

    Returns
    -------
    list of (str, str)
    """
    table = inputs.suspicions
    own = table[(table["transfer"] == transfer) & (table["kind"] == LEAK_CHECK)]
    return [("Leaks were left in.", str(message)) for message in own["message"]]


def without_leaks(cautions: list[str], inputs: ReportInputs, transfer: str) -> list[str]:
    """Return a verdict's cautions without what `leak_warnings` says."""
    said = {message for _, message in leak_warnings(inputs, transfer)}
    return [caution for caution in cautions if caution not in said]


def sentence(inputs: ReportInputs) -> str:
    """Say in the methods part how many checks were made and whether one fired."""
    binary = any(kind.binary for kind in target_types(inputs))
    asked = [check for name, check in CHECKS.items() if binary or name != SHIFT_CHECK]
    looked = f"{text.plural(len(asked), 'check')} for suspicious results of each transfer"
    listed = "; ".join(check.about for check in asked)
    fired = inputs.suspicions["kind"].nunique()
    if not fired:
        return f"None of the {looked} fired. They look for: {listed}."
    red = " and in red in the verdicts" if _warned(inputs) else ""
    return f"Of the {looked}, {fired} fired; what they found stands at the top{red}. They look for: {listed}."


def _warned(inputs: ReportInputs) -> set[tuple[str, str]]:
    """Name the transfers whose verdict warns of a baseline, with the check that says the same."""
    return {
        (verdict["transfer"], BASELINE_CHECK)
        for verdict in inputs.verdicts
        if baseline_warning(verdict, inputs.comparisons)
    }
