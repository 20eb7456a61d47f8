"""The list of suspicions as the page shows it."""

from dataclasses import dataclass

from seqgraft.report import text
from seqgraft.report.inputs import ReportInputs
from seqgraft.stats.suspicions import CHECKS


@dataclass(frozen=True)
class Shown:
    """One suspicion: whose, which check, how bad, what, and the numbers behind it."""

    transfer: str
    kind: str
    severity: str
    message: str
    evidence: str


def shown(inputs: ReportInputs) -> list[Shown]:
    """Return all suspicions, the serious ones first.

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
    rows = [
        Shown(
            titles.get(row["transfer"], row["transfer"]) if len(titles) > 1 else "",
            row["kind"],
            row["severity"],
            row["message"],
            row["evidence"],
        )
        for row in inputs.suspicions.to_dict("records")
    ]
    return sorted(rows, key=lambda row: row.severity != "serious")


def sentence(inputs: ReportInputs) -> str:
    """Say in the methods part how many checks were made and whether one fired."""
    looked = f"{text.plural(len(CHECKS), 'check')} for suspicious results of each transfer"
    listed = "; ".join(check.about for check in CHECKS.values())
    fired = inputs.suspicions["kind"].nunique()
    if not fired:
        return f"None of the {looked} fired. They look for: {listed}."
    return f"Of the {looked}, {fired} fired; what they found stands at the top. They look for: {listed}."
