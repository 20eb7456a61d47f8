"""The table of what the strategy `auto` chose among, what it took and what that cost."""

import json
from typing import Any

import pandas as pd

from seqgraft.report import text
from seqgraft.report.inputs import ReportInputs
from seqgraft.report.tables import Cell, Row, Table, num


def auto_table(inputs: ReportInputs) -> Table | None:
    """Show for each candidate of `auto` how often it was taken at each train size, its loss and its time.

    Parameters
    ----------
    inputs : ReportInputs
        The study.

    Returns
    -------
    Table or None
        One row a candidate of a transfer; None where no transfer uses `auto`.
    """
    entries = pd.DataFrame(
        [entry for folder, history in inputs.histories.items() for entry in _entries(folder, history)]
    )
    if entries.empty:
        return None
    sizes = sorted(set(zip(entries["is_all"], entries["train_size"], strict=True)))
    rows = []
    for (transfer, name), own in entries.groupby(["transfer", "candidate"], sort=False):
        cells = [_cell(own[(own["is_all"] == a) & (own["train_size"] == n)]) for a, n in sizes]
        seconds = num(text.duration(float(own["seconds"].sum())))
        rows.append(Row((Cell(str(name), str(transfer), "head"), *cells, seconds)))
    heads = ["candidate", *["all labels" if a else f"{text.count(n)} labels" for a, n in sizes], "time"]
    return Table(
        "What auto chose among",
        tuple(heads),
        tuple(rows),
        frozenset(range(1, len(heads))),
        (
            "How many fits took the candidate; in small type its mean held-out log loss, and how many fits dropped it "
            "before the last round. In every round the candidates are trained for more epochs, and the better half "
            "goes on. Held-out predictions of auto come from choices that did without the label predicted. Time is "
            "that of all fits.",
        ),
    )


def _entries(folder: str, history: pd.DataFrame) -> list[dict[str, Any]]:
    """Return one record per fit and candidate of one job; none of a job of another strategy."""
    scope, _, strategy = folder.rpartition("/")
    if strategy != "auto" or "candidates" not in history:
        return []
    found = []
    for fit in history.dropna(subset=["candidates"]).to_dict("records"):
        is_all = bool(fit["is_all"])
        for entry in json.loads(fit["candidates"]):
            found.append(
                {
                    **entry,
                    "transfer": scope.rpartition("/")[2],
                    "is_all": is_all,
                    "train_size": 0 if is_all else int(fit["train_size"]),
                    "taken": str(fit["options"]).split(", ")[0] == entry["candidate"],
                    "dropped": entry["round"] < entry["rounds"],
                }
            )
    return found


def _cell(own: pd.DataFrame) -> Cell:
    """Write what became of a candidate at one train size."""
    if own.empty:
        return num(text.NOTHING)
    loss = pd.to_numeric(own["loss"], errors="coerce").mean()
    words = f"loss {text.number(float(loss))}" if loss == loss else "diverged"
    dropped = int(own["dropped"].sum())
    return num(
        f"{int(own['taken'].sum())} of {len(own)}", f"{words}, dropped {dropped}" if dropped else words
    )
