"""Tables of comparisons: who was better, over the learning curve and at each train size."""

from collections.abc import Hashable
from typing import Any

import pandas as pd

from seqgraft.report import text
from seqgraft.report.tables import Cell, Row, Table, digits_of, heading, metric_title, num
from seqgraft.stats.multiplicity import p_text
from seqgraft.stats.settings import CHOSEN, CURVE, ZERO_SHOT


def comparisons_of(comparisons: pd.DataFrame, transfer: str, metric: str) -> pd.DataFrame:
    """Return one transfer's comparisons on the primary metric."""
    return comparisons[(comparisons["transfer"] == transfer) & (comparisons["metric"] == metric)]


def comparison_table(comparisons: pd.DataFrame, transfer: str, metric: str, level: float) -> Table:
    """Show the primary comparison and the two contrasts beside it, over the learning curve.

    Parameters
    ----------
    comparisons : pandas.DataFrame
        As in ``comparisons.tsv``.
    transfer, metric : str
        Which.
    level : float
        Coverage of the intervals.

    Returns
    -------
    Table
    """
    own = comparisons_of(comparisons, transfer, metric)
    own = own[own["role"].isin(["primary", "contrast"]) & (own["train_size"] == CURVE)]
    labels = "the same labels"
    if ZERO_SHOT in set(own["reference"]):
        labels += " (but zero-shot, which sees none)"
    rows = []
    digits = digits_of(metric)
    for row in own.to_dict("records"):
        primary = row["role"] == "primary"
        cells = (
            Cell(f"{row['strategy']} − {row['reference']}", kind="head"),
            Cell("the verdict" if primary else "contrast"),
            num(text.signed(row["difference"], digits)),
            num(text.signed_span(row["ci_low"], row["ci_high"], digits)),
            num(text.p_value(row["p_value"])),
            num(text.p_value(row["p_adjusted"])),
            Cell(str(row["verdict"] or "")),
        )
        rows.append(Row(cells, "strong" if primary else ""))
    return Table(
        f"Differences in {metric_title(metric)}, mean over sizes",
        ("comparison", "", "difference", f"{level * 100:g} % interval", "p", "p, Holm", "verdict"),
        tuple(rows),
        frozenset({2, 3, 4, 5}),
        (
            f"Differences are paired: both sides saw the same test sequences and {labels}. The "
            "first row is the one test of this transfer, adjusted for the number of transfers; contrasts "
            "have intervals and no p-value.",
        ),
    )


def sizes_table(comparisons: pd.DataFrame, transfer: str, metric: str, level: float) -> Table | None:
    """Show the comparisons at each train size: one row a pair, one column a size.

    Parameters
    ----------
    comparisons : pandas.DataFrame
        As in ``comparisons.tsv``.
    transfer, metric : str
        Which.
    level : float
        Coverage of the intervals.

    Returns
    -------
    Table or None
        None where there is no such comparison.
    """
    own = comparisons_of(comparisons, transfer, metric)
    own = own[own["role"].isin(["secondary", "contrast"]) & (own["train_size"] != CURVE)]
    if own.empty:
        return None
    sizes = sorted({(bool(a), int(n)) for a, n in zip(own["is_all"], own["train_size"], strict=True)})
    rows: list[Row] = []
    for role, words in (("secondary", "Against scratch"), ("contrast", "Chosen against the others")):
        part = own[own["role"] == role]
        if part.empty:
            continue
        rows.append(heading(words))
        pairs = list(dict.fromkeys(zip(part["strategy"], part["reference"], strict=True)))
        for strategy, reference in sorted(pairs, key=lambda pair: pair[0] != CHOSEN):
            same = part[(part["strategy"] == strategy) & (part["reference"] == reference)]
            found = {(bool(r["is_all"]), int(r["train_size"])): r for r in same.to_dict("records")}
            cells = [_difference(found.get(size)) for size in sizes]
            style = "strong" if role == "secondary" and strategy == CHOSEN else ""
            rows.append(Row((Cell(f"{strategy} − {reference}", kind="head"), *cells), style))
    return Table(
        f"Differences in {metric_title(metric)} at each train size",
        ("comparison", *[f"{text.train_size(size, is_all)} labels" for is_all, size in sizes]),
        tuple(rows),
        frozenset(range(1, len(sizes) + 1)),
        (
            f"In small type the {level * 100:g} % interval and, against scratch, p after Holm's method "
            "over the rows and columns of this table.",
        ),
    )


def _difference(row: dict[Hashable, Any] | None) -> Cell:
    """Write one difference with its interval and adjusted p-value."""
    if row is None:
        return num(text.NOTHING)
    words = "" if text.missing(row["p_adjusted"]) else p_text(row["p_adjusted"])
    digits = digits_of(str(row["metric"]))
    span = text.signed_span(row["ci_low"], row["ci_high"], digits)
    return num(text.signed(row["difference"], digits), span, words)
