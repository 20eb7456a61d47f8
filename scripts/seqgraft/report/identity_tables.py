"""Scores by identity to training sequences: table, sentences and the panels of the figure of one transfer."""

from typing import Any

import pandas as pd

from seqgraft.report import text
from seqgraft.report.identity_figure import Band, Panel, Score
from seqgraft.report.inputs import ReportInputs
from seqgraft.report.source_tables import attached
from seqgraft.report.tables import Cell, Row, Table, heading, metric_title, num
from seqgraft.stats.identity_bands import CHANCE, EDGES, POOL, SOURCE
from seqgraft.stats.settings import CHOSEN, SCRATCH

BANDS = "identity_bands.tsv"
_TITLES = {POOL: "Nearest in the target's pool", SOURCE: "Nearest in the source's training part"}
_WHERE = {POOL: "sequence of the target's pool", SOURCE: "sequence of the source's training part"}


def rows_of(inputs: ReportInputs, transfer: str) -> pd.DataFrame:
    """Return one transfer's rows of ``identity_bands.tsv``; empty where there are none."""
    table = attached(inputs, BANDS)
    return table if table.empty else table[table["transfer"] == transfer]


def panels(inputs: ReportInputs, transfer: str) -> list[Panel]:
    """Collect the panels of the figure.

    Parameters
    ----------
    inputs : ReportInputs
        The study.
    transfer : str
        Which.

    Returns
    -------
    list of Panel
        Identity to the pool, then to the source; empty where identities were not computed.
    """
    table = rows_of(inputs, transfer)
    found = []
    for part, title in _TITLES.items() if len(table) else ():
        own = _bands(table, part)
        bands = tuple(
            Band(
                label(row["low"], row["high"]),
                row["low"],
                row["high"],
                int(row["examples"]),
                _why(row) if pd.isna(row[CHOSEN]) and pd.isna(row[SCRATCH]) else "",
                tuple(Score(s, row[s], row[f"{s}_low"], row[f"{s}_high"]) for s in (CHOSEN, SCRATCH)),
            )
            for row in own
        )
        found.append(Panel(title, bands, float(own[0]["chance"])))
    return found


def bands_table(inputs: ReportInputs, transfer: str, level: float) -> Table | None:
    """Show the scores of each band.

    Parameters
    ----------
    inputs : ReportInputs
        The study.
    transfer : str
        Which.
    level : float
        Coverage of the intervals.

    Returns
    -------
    Table or None
        None where identities were not computed.
    """
    table = rows_of(inputs, transfer)
    if table.empty:
        return None
    rows = []
    for part, title in _TITLES.items():
        rows.append(heading(title))
        rows += [_row(row) for row in (*_bands(table, part), _all(table, part))]
    first = table.iloc[0]
    size = text.train_size(int(first["train_size"]), bool(first["is_all"]))
    heads: tuple[str, ...] = ("identity", "test sequences", "positive", CHOSEN, SCRATCH, "difference")
    if table["positives"].isna().all():
        heads = tuple(head for head in heads if head != "positive")
        rows = [
            row if len(row.cells) == 1 else Row((*row.cells[:2], *row.cells[3:]), row.style) for row in rows
        ]
    notes = (
        f"{metric_title(str(first['metric']))} at train size {size}, {level * 100:g} % intervals. Exploratory: bands "
        "hold few sequences, differ in more than identity, and none of their differences was tested.",
    )
    return Table(
        "Scores by identity to training sequences", heads, tuple(rows), frozenset(range(1, len(heads))), notes
    )


def sentences(inputs: ReportInputs, transfer: str) -> list[str]:
    """Say how many test sequences are unlike anything that was learned from, and how they were predicted.

    Parameters
    ----------
    inputs : ReportInputs
        The study.
    transfer : str
        Which.

    Returns
    -------
    list of str
        One for the pool and one for the source; empty where identities were not computed.
    """
    table = rows_of(inputs, transfer)
    return [_sentence(table, part) for part in _TITLES] if len(table) else []


def label(low: float, high: float) -> str:
    """Write a band's edges, e.g. "<30", "30–50", "≥90"."""
    if high == EDGES[-1]:
        return f"≥{low:g}"
    return f"<{high:g}" if low == EDGES[0] else f"{low:g}–{high:g}"


def _sentence(table: pd.DataFrame, part: str) -> str:
    """Read the lowest band that has an interval, else the lowest that has scores, and say what lies below it."""
    whole = _all(table, part)
    bands = _bands(table, part)
    chance = text.number(whole["chance"], 0)
    scored = [row for row in bands if pd.notna(row["difference"])]
    shown = next((row for row in scored if pd.notna(row["ci_low"])), scored[0] if scored else None)
    share = text.percent(CHANCE, 0)
    unrelated = f" Of shuffled sequences, which are related to nothing, {share} stay below {chance} %."
    if shown is None:
        return (
            f"No band of identity to the nearest {_WHERE[part]} has scores of both strategies, as the table "
            f"says.{unrelated}"
        )
    low, high = float(shown["low"]), float(shown["high"])
    identity = (
        f"less than {high:g} %"
        if low == EDGES[0]
        else f"at least {low:g} %"
        if high == EDGES[-1]
        else f"{low:g} to {high:g} %"
    )
    values = f"{metric_title(str(shown['metric']))} {text.number(shown[CHOSEN])}"
    span = text.signed_span(shown["ci_low"], shown["ci_high"])
    sure = span if span != text.NOTHING else _why(shown)
    difference = ", ".join(filter(None, (f"difference {text.signed(shown['difference'])}", sure)))
    has, their = ("has", "its") if shown["examples"] == 1 else ("have", "their")
    return (
        f"{text.count(shown['examples'])} of {text.count(whole['examples'])} test sequences {has} {identity} identity "
        f"to {their} nearest {_WHERE[part]}; there {CHOSEN} has {values} and {SCRATCH} {text.number(shown[SCRATCH])} "
        f"({difference}).{_below(bands, low)}{unrelated}"
    )


def _below(bands: list[dict[Any, Any]], low: float) -> str:
    """Say what the bands below one lack, where they hold sequences."""
    held = [row for row in bands if row["low"] < low and row["examples"]]
    sentences = ""
    for what, rows in (
        ("no score", [row for row in held if pd.isna(row["difference"])]),
        ("scores without an interval", [row for row in held if pd.notna(row["difference"])]),
    ):
        if rows:
            number = int(sum(row["examples"] for row in rows))
            why = "; ".join(dict.fromkeys(_why(row).removeprefix("no interval: ") for row in rows))
            who = (
                "1 sequence below that has"
                if number == 1
                else f"{text.count(number)} sequences below that have"
            )
            sentences += f" The {who} {what} ({why})."
    return sentences


def _bands(table: pd.DataFrame, part: str) -> list[dict[Any, Any]]:
    """Return the rows of the bands of one part, low to high, without that of all sequences."""
    own = table[(table["compared_with"] == part) & ~_is_all(table)]
    return [dict(row) for row in own.sort_values("low").to_dict("records")]


def _all(table: pd.DataFrame, part: str) -> dict[Any, Any]:
    """Return the row of all test sequences."""
    return dict(table[(table["compared_with"] == part) & _is_all(table)].iloc[0])


def _is_all(table: pd.DataFrame) -> pd.Series:
    """Tell which rows are about all test sequences."""
    return (table["low"] == EDGES[0]) & (table["high"] == EDGES[-1])


def _row(row: dict[Any, Any]) -> Row:
    """Show one band."""
    whole = row["low"] == EDGES[0] and row["high"] == EDGES[-1]
    scores = [
        num(
            text.number(row[name]),
            "" if pd.isna(row[f"{name}_low"]) else text.span(row[f"{name}_low"], row[f"{name}_high"]),
        )
        for name in (CHOSEN, SCRATCH)
    ]
    span = "" if pd.isna(row["ci_low"]) else text.signed_span(row["ci_low"], row["ci_high"])
    return Row(
        (
            Cell("all" if whole else f"{label(row['low'], row['high'])} %", _why(row), "head"),
            num(text.count(row["examples"])),
            num(text.count(row["positives"])),
            *scores,
            num(text.signed(row["difference"]), span),
        )
    )


def _why(row: dict[Any, Any]) -> str:
    """Say why a score or an interval is missing."""
    return "" if pd.isna(row["note"]) else str(row["note"])
