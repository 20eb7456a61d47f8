"""Tables of what transfer saved, and of what was chosen."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from seqgraft.report import text
from seqgraft.report.tables import Cell, Row, Table, heading, num

_FLAGS = {"at least": "more than", "at most": "less than"}


def savings_table(savings: pd.DataFrame, transfer: str) -> Table | None:
    """Show label savings at each train size.

    Parameters
    ----------
    savings : pandas.DataFrame
        As in ``savings.tsv``.
    transfer : str
        Which.

    Returns
    -------
    Table or None
        None where there is no row.
    """
    own = savings[savings["transfer"] == transfer]
    if own.empty:
        return None
    rows: list[Row] = []
    for reference, part in own.groupby("reference", sort=False):
        rows.append(heading(f"Against {reference}"))
        for row in part.to_dict("records"):
            labels = row["savings"] * row["train_size"]
            rows.append(
                Row(
                    (
                        Cell(text.train_size(row["train_size"], row["is_all"]), kind="head"),
                        num(_flagged(text.count(labels), row["censored"])),
                        num(savings_estimate(row)),
                        num(savings_interval(row)),
                        Cell(str(row["note"] or "")),
                    )
                )
            )
    with_note = any(row.cells[-1].text for row in rows if len(row.cells) > 1)
    heads: tuple[str, ...] = ("labels with transfer", "labels needed without", "savings", "interval", "note")
    if not with_note:
        heads = heads[:-1]
        rows = [Row(row.cells[:-1], row.style) if len(row.cells) > 1 else row for row in rows]
    return Table(
        "Label savings: how many labels the reference needs to do as well",
        heads,
        tuple(rows),
        frozenset({1, 2, 3}),
        (
            "“More than”: the reference did not get there with all the labels that were tried. “Less "
            "than”: it was already there with the fewest. Such values are limits of what was tried, not "
            "estimates.",
        ),
    )


def _flagged(words: str, flag: object) -> str:
    """Put "more than" or "less than" before a limit of what was tried."""
    return f"{_FLAGS.get(str(flag), flag)} {words}" if flag and words != text.NOTHING else words


def savings_estimate(row: Mapping[Any, Any]) -> str:
    """Write label savings, e.g. "7.2×" or "more than 19×"."""
    return _flagged(text.times(row["savings"]), row["censored"])


def savings_interval(row: Mapping[Any, Any]) -> str:
    """Write the interval of label savings, e.g. "4.9× to 12×" or "1.8× to more than 2.4×"."""
    low, high = row["ci_low"], row["ci_high"]
    if text.missing(low) or text.missing(high):
        return text.NOTHING
    first, last = (
        _flagged(text.times(low), row["ci_low_censored"]),
        _flagged(text.times(high), row["ci_high_censored"]),
    )
    return first if first == last else f"{first} to {last}"


def choices_table(verdict: dict[str, Any], candidates: Sequence[str]) -> Table | None:
    """Show how often each candidate was chosen at each train size.

    Parameters
    ----------
    verdict : dict
        One entry of ``verdicts.json``.
    candidates : sequence of str
        Strategies in the order of columns.

    Returns
    -------
    Table or None
        None where nothing was chosen.
    """
    choices = verdict.get("choices")
    if not isinstance(choices, dict) or not choices:
        return None
    names = [name for name in candidates if any(name in counts for counts in choices.values())]
    names += sorted({name for counts in choices.values() for name in counts} - set(names))
    thresholds = verdict.get("thresholds") or {}
    rows = []
    for size, counts in choices.items():
        cells = [num(str(counts.get(name, 0))) for name in names]
        used = thresholds.get(size)
        if thresholds:
            cells += [
                num(text.number(used[key], 2) if used else text.NOTHING)
                for key in ("threshold", "temperature")
            ]
        rows.append(Row((Cell(str(size), kind="head"), *cells)))
    heads = ("labels", *names, *(("threshold", "temperature") if thresholds else ()))
    notes = ["Counts of replicates. The choice was made without the test part."]
    if thresholds:
        notes.append(
            "Threshold (a probability) and temperature (what logits are divided by before they become "
            "probabilities) are medians over replicates."
        )
    return Table(
        "How often each strategy was the chosen one",
        heads,
        tuple(rows),
        frozenset(range(1, len(heads))),
        tuple(notes),
    )
