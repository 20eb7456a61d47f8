"""What the page says of the gain against the size of the source: a sentence a transfer, and a table."""

from collections.abc import Callable
from typing import Any

import pandas as pd

from seqgraft.report import text
from seqgraft.report.inputs import ReportInputs
from seqgraft.report.source_tables import attached
from seqgraft.report.tables import Cell, Row, Table, heading, metric_title, num
from seqgraft.stats.ablation import FALLS, GROWS, LEVEL, NEGLIGIBLE, UNCLEAR, Answer, answer
from seqgraft.stats.comparisons import FEWEST
from seqgraft.stats.settings import CURVE

ABLATION = "ablation.tsv"
ALL = "all"


def ablation_rows(inputs: ReportInputs) -> pd.DataFrame:
    """Return the rows of the primary metric; empty where the study has no ablation.

    Parameters
    ----------
    inputs : ReportInputs
        The study.

    Returns
    -------
    pandas.DataFrame
        As in ``ablation.tsv``, with `ALL` for the train size of a whole pool, which differs between targets.
    """
    table = attached(inputs, ABLATION)
    if table.empty:
        return table
    table["train_size"] = table["train_size"].astype(str).mask(table["is_all"], ALL)
    return table[table["metric"] == str(inputs.config["primary_metric"])]


def titles(inputs: ReportInputs, row: Any) -> str:
    """Return the titles of the transfer of a row."""
    return " → ".join(inputs.titles_of(row))


def sentences(inputs: ReportInputs) -> list[str]:
    """Say of each transfer whether its gain still grows with the source, has levelled off, or cannot be told.

    Parameters
    ----------
    inputs : ReportInputs
        The study.

    Returns
    -------
    list of str
        One a transfer; it rests on what the whole source gave beyond its largest part, and on the interval of that.
    """
    table = ablation_rows(inputs)
    return [_sentence(inputs, own) for _, own in table.groupby("transfer", sort=False)] if len(table) else []


def _sentence(inputs: ReportInputs, own: pd.DataFrame) -> str:
    """Read one transfer's rows over the learning curve."""
    metric = str(own["metric"].iloc[0])
    found = answer(own, str(own["transfer"].iloc[0]), metric)
    curve = own[own["train_size"] == CURVE].sort_values("source_size")
    whole, last = curve[curve["is_whole"]].iloc[-1], curve[~curve["is_whole"]].iloc[-1]
    step = (
        f"from {text.count(last['source_size'])} to all {text.count(whole['source_size'])} source sequences it changed "
        f"by {_more(last)} {metric_title(metric)}"
    )
    words = f"{titles(inputs, whole)}: {_WORDS[found.trend](step, whole, found)}"
    if found.too_few in (None, last["source_size"]):
        return words
    lacking = curve[curve["source_size"] == found.too_few].iloc[-1]
    return (
        f"{words} {text.count(found.too_few)} was not enough: the whole source gave more by {_more(lacking)}."
    )


def _more(row: Any) -> str:
    """Write what the whole source gave beyond a part, with its interval."""
    return f"{text.signed(row['more_from_whole'])} ({text.signed_span(row['more_low'], row['more_high'])})"


def _unclear(step: str, whole: Any, found: Answer) -> str:
    """Say why it cannot be told."""
    if whole["replicates"] < FEWEST:
        why = f"there are fewer than {FEWEST} replicates"
    elif whole["ci_low"] > 0:
        why = "the interval holds no growth as well as growth worth having"
    else:
        span = text.signed_span(whole["ci_low"], whole["ci_high"])
        why = f"the whole source itself is not shown to give a gain ({span})"
    return f"whether the gain grows with the source cannot be told: {step}, and {why}."


def _level(step: str, whole: Any, found: Answer) -> str:
    """Say that more of the source gives little, and which part would have done."""
    return (
        f"the gain has levelled off: {step}, surely less than {text.percent(NEGLIGIBLE, 0)} of the whole gain of "
        f"{text.signed(whole['gain'])}. {text.count(found.enough)} sequences would have done; a larger source of this "
        "kind promises little."
    )


#: How each reading is put, from the step, the row of the whole source, and what was found.
_WORDS: dict[str, Callable[[str, Any, Answer], str]] = {
    GROWS: lambda step, whole, found: (
        f"the gain still grows with the source: {step}. A smaller source would have given less; a larger one of this "
        "kind may be worth getting."
    ),
    LEVEL: _level,
    FALLS: lambda step, whole, found: (
        f"the gain falls as the source grows: {step}. More of this source does not help."
    ),
    UNCLEAR: _unclear,
}


def ablation_table(inputs: ReportInputs, level: float) -> Table | None:
    """Show the gain of each part of the sources and what the rest of the source added; None without an ablation.

    Parameters
    ----------
    inputs : ReportInputs
        The study.
    level : float
        Coverage of the intervals.

    Returns
    -------
    Table or None
    """
    table = ablation_rows(inputs)
    if table.empty:
        return None
    sizes = train_sizes(table)
    rows: list[Row] = []
    for _, own in table.groupby("transfer", sort=False):
        first = own.iloc[0]
        rows.append(heading(f"{titles(inputs, first)}, {first['strategy']}"))
        rows += [_row(part, sizes) for _, part in own.groupby("source_size")]
    metric = metric_title(str(table["metric"].iloc[0]))
    heads = (
        "source sequences",
        *[line_name(size) for size in sizes],
        "whole source gave more by",
    )
    notes = (
        f"Gain in {metric} over scratch, greater is better, with {level * 100:g} % intervals. Last column: mean over "
        "train sizes, paired by replicate and test sequence. None of this is part of a verdict or of its correction. "
        f"Other metrics: {ABLATION}.",
    )
    caption = "Gain by the size of the source"
    return Table(caption, heads, tuple(rows), frozenset(range(len(heads))), notes)


def _row(part: pd.DataFrame, sizes: list[str]) -> Row:
    """Show one size of the source."""
    own = {row["train_size"]: row for row in part.to_dict("records")}
    curve = own[CURVE]
    shown = [own.get(size) for size in sizes]
    cells = [
        num(text.signed(row["gain"]), text.signed_span(row["ci_low"], row["ci_high"]))
        if row
        else num(text.NOTHING)
        for row in shown
    ]
    size = text.count(curve["source_size"])
    more = text.signed_span(curve["more_low"], curve["more_high"])
    last = num(text.NOTHING) if curve["is_whole"] else num(text.signed(curve["more_from_whole"]), more)
    return Row((Cell(f"all ({size})" if curve["is_whole"] else size, kind="head"), *cells, last))


def train_sizes(table: pd.DataFrame) -> list[str]:
    """Return the train sizes of a table, the curve first and whole pools last."""
    order = {CURVE: -1.0, ALL: float("inf")}
    return sorted(table["train_size"].unique(), key=lambda size: order.get(size, 0.0) or float(size))


def line_name(size: str) -> str:
    """Return what a train size is called."""
    if size == CURVE:
        return "mean over sizes"
    return "all labels" if size == ALL else f"{text.count(int(size))} labels"
