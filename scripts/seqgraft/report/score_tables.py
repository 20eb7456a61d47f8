"""Tables of scores: the primary metric by strategy and train size, and all metrics."""

from collections.abc import Sequence

import pandas as pd

from seqgraft.report import text
from seqgraft.report.series import Point, Series, sizes_of
from seqgraft.report.tables import Cell, Row, Table, digits_of, heading, lower_is_better, metric_title, num
from seqgraft.stats.settings import CHOSEN, SCRATCH, ZERO_SHOT


def primary_table(lines: Sequence[Series], metric: str, level: float) -> Table:
    """Show the primary metric by strategy and train size: the numbers behind the learning curve.

    Parameters
    ----------
    lines : sequence of Series
        Of one transfer.
    metric : str
        Name of the primary metric.
    level : float
        Coverage of the intervals.

    Returns
    -------
    Table
    """
    sizes = sizes_of(list(lines))
    rows = []
    notes: dict[str, int] = {}
    digits = digits_of(metric)

    def cell(point: Point) -> Cell:
        """Return a mean with its interval, or why there is none."""
        mark = _letter(notes.setdefault(point.note, len(notes))) if point.note else ""
        return num(text.number(point.mean, digits), text.span(point.low, point.high, digits), mark=mark)

    for line in lines:
        at = {(p.size, p.is_all): p for p in line.points}
        if line.without_labels:
            cells = [cell(line.points[0]), *[Cell("same", kind="number") for _ in sizes]]
        else:
            cells = [num(text.NOTHING)]
            for size in sizes:
                found = at.get(size)
                cells.append(num(text.NOTHING) if found is None else cell(found))
        style = "strong" if line.name in (CHOSEN, SCRATCH) else ""
        rows.append(
            Row((Cell(line.name, line.kind if line.kind == "baseline" else "", "head"), *cells), style)
        )
    heads = ("strategy", "0 labels", *[f"{text.train_size(*size)} labels" for size in sizes])
    if not any(line.without_labels for line in lines):
        rows = [Row((row.cells[0], *row.cells[2:]), row.style) for row in rows]
        heads = (heads[0], *heads[2:])
    return Table(
        f"{metric_title(metric)} on the test part by number of target labels",
        heads,
        tuple(rows),
        frozenset(range(1, len(heads))),
        (
            f"Mean over {_over(any(line.without_labels for line in lines))}, {level * 100:g} % interval in small type.",
            *[f"{_letter(number)}: {note}." for note, number in notes.items()],
        ),
    )


def metrics_table(summary: pd.DataFrame, transfer: str, order: Sequence[str], level: float) -> Table:
    """Show every metric of every strategy, size after size.

    Parameters
    ----------
    summary : pandas.DataFrame
        As in ``summary.tsv``.
    transfer : str
        Which.
    order : sequence of str
        Strategies in the order of rows.
    level : float
        Coverage of the intervals.

    Returns
    -------
    Table
    """
    own = summary[summary["transfer"] == transfer]
    metrics = list(own["metric"].drop_duplicates())
    cells = {
        (bool(row["is_all"]), int(row["train_size"]), row["strategy"], row["metric"]): row
        for row in own.to_dict("records")
    }
    rows: list[Row] = []
    notes: dict[str, int] = {}
    for is_all, size in sorted({(key[0], key[1]) for key in cells}):
        if size:
            rows.append(heading(f"{text.train_size(size, is_all)} target labels"))
        else:
            rows.append(heading("No target label"))
        for name in order:
            found = [cells.get((is_all, size, name, metric)) for metric in metrics]
            if all(entry is None for entry in found):
                continue
            values = []
            for entry in found:
                if entry is None:
                    values.append(num(text.NOTHING))
                    continue
                note = str(entry["note"] or "")
                mark = _letter(notes.setdefault(note, len(notes))) if note else ""
                digits = digits_of(str(entry["metric"]))
                interval = text.span(entry["ci_low"], entry["ci_high"], digits)
                values.append(num(text.number(entry["mean"], digits), interval, mark=mark))
            style = "strong" if name in (CHOSEN, SCRATCH) else ""
            rows.append(Row((Cell(name, kind="head"), *values), style))
    return Table(
        "All metrics on the test part",
        ("strategy", *[_head(name, own) for name in metrics]),
        tuple(rows),
        frozenset(range(1, len(metrics) + 1)),
        (
            f"Mean over {_over(ZERO_SHOT in order)}, {level * 100:g} % interval in small type. "
            f"{_directions(metrics)}",
            *[f"{_letter(number)}: {note}." for note, number in notes.items()],
        ),
    )


def _head(metric: str, own: pd.DataFrame) -> str:
    """Return a metric's title; beside precision stands what calls made at random would get."""
    title = metric_title(metric)
    if metric != "precision" or "prevalence" not in own or own.empty:
        return title
    return f"{title} ({text.percent(own['prevalence'].iloc[0])} positive)"


def _directions(metrics: Sequence[str]) -> str:
    """Say of which metrics less is better, and what stands beside precision."""
    less = [metric_title(name) for name in metrics if lower_is_better(name)]
    words = "Higher is better."
    if less:
        listed = text.listed(less)
        words = f"{listed[0].upper()}{listed[1:]}: lower is better; all others: higher is better."
    beside = " Beside precision: the share of positives, which calls made at random would reach."
    return words + (beside if "precision" in metrics else "")


def _over(zero_shot: bool) -> str:
    """Say what means are taken over."""
    return "replicates (source models for zero-shot)" if zero_shot else "replicates"


def _letter(number: int) -> str:
    """Return the mark of a note, such as a, b, z or aa."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    return letters[number] if number < 26 else _letter(number // 26 - 1) + letters[number % 26]
