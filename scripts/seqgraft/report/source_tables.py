"""Tables about sources: what each gave, what had been promised, and what fine-tuning forgot."""

import io

import pandas as pd

from seqgraft.learn.descriptions import ESTIMATES
from seqgraft.report import text
from seqgraft.report.inputs import ReportInputs
from seqgraft.report.tables import Cell, Row, Table, metric_title, num
from seqgraft.stats.settings import CURVE

MATRIX, RANKING, FORGETTING = "source_matrix.tsv", "source_ranking.tsv", "forgetting.tsv"


def attached(inputs: ReportInputs, name: str) -> pd.DataFrame:
    """Read one of the tables that only some studies have; empty where there is none.

    Parameters
    ----------
    inputs : ReportInputs
        The study.
    name : str
        Of the file.

    Returns
    -------
    pandas.DataFrame
    """
    if name not in inputs.attachments:
        return pd.DataFrame()
    return pd.read_csv(io.StringIO(inputs.attachments[name]), sep="\t", keep_default_na=False, na_values=[""])


def gains_table(inputs: ReportInputs, level: float) -> Table | None:
    """Show what each source gave its targets over the whole curve; None where no target has several.

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
    table = attached(inputs, MATRIX)
    if table.empty:
        return None
    own = table[table["train_size"].astype(str) == CURVE]
    rows = [
        Row(
            (
                Cell(inputs.title_of(row["source"]), kind="head"),
                Cell(inputs.title_of(row["target"])),
                num(text.signed(row["gain"]), text.signed_span(row["ci_low"], row["ci_high"])),
                num(text.p_value(row["p_adjusted"])),
                Cell(str(row["verdict"] or "")),
            )
        )
        for row in own.to_dict("records")
    ]
    metric = metric_title(str(own["metric"].iloc[0]))
    heads = ("source", "target", f"gain in {metric} ({level * 100:g} % interval)", "p, Holm", "verdict")
    note = f"Chosen strategy minus scratch, mean over train sizes; greater is better. Every size: {MATRIX}."
    return Table("What each source gave", heads, tuple(rows), frozenset({2, 3}), (note,))


def promises_table(inputs: ReportInputs) -> Table | None:
    """Show which source each estimate would have picked before training, and what that would have cost."""
    table = attached(inputs, RANKING)
    if table.empty:
        return None
    rows = []
    for row in table.to_dict("records"):
        known = pd.notna(row["picked"])
        rows.append(
            Row(
                (
                    Cell(str(row["estimate"]), kind="head"),
                    Cell(inputs.title_of(row["target"])),
                    num(text.train_size(int(row["train_size"]), bool(row["is_all"]))),
                    Cell(inputs.title_of(row["picked"]) if known else text.NOTHING),
                    Cell(inputs.title_of(row["best"]) if known else text.NOTHING),
                    num(text.number(row["regret"])),
                    num(text.number(row["tau"], 2), text.span(row["ci_low"], row["ci_high"])),
                    Cell("" if pd.isna(row["note"]) else str(row["note"])),
                )
            )
        )
    metric = metric_title(str(table["metric"].iloc[0]))
    heads = (
        "estimate",
        "target",
        "labels",
        "would have picked",
        "gave most",
        f"{metric} lost",
        "weighted tau",
        "note",
    )
    notes = (
        "Estimates use a source model and the labels of a train size, never the test part. Weighted tau (Vigna 2015) "
        "is 1 where an estimate put the sources in the order of their gains; its interval is over replicates, for "
        "these sources alone.",
    )
    return Table("What each source had promised", heads, tuple(rows), frozenset({2, 5, 6}), notes)


def estimate_lines(inputs: ReportInputs) -> list[tuple[str, str, str]]:
    """Say what each estimate of `promises_table` is.

    Parameters
    ----------
    inputs : ReportInputs
        The study.

    Returns
    -------
    list of (str, str, str)
        Name, sentence, paper; empty where the table is not shown.
    """
    table = attached(inputs, RANKING)
    names: list[str] = [] if table.empty else list(table["estimate"].drop_duplicates())
    return [(name, ESTIMATES[name].text, ESTIMATES[name].citation) for name in names]


def forgetting_table(inputs: ReportInputs) -> Table | None:
    """Show how well fine-tuned models still do the source's own task."""
    table = attached(inputs, FORGETTING)
    if table.empty:
        return None
    metric = str(inputs.config["primary_metric"])
    own = table[table["metric"] == metric] if metric in set(table["metric"]) else table
    titles = {verdict["transfer"]: " → ".join(inputs.titles_of(verdict)) for verdict in inputs.verdicts}
    rows = [
        Row(
            (
                Cell(titles.get(row["transfer"], str(row["transfer"])), kind="head"),
                Cell(str(row["strategy"])),
                Cell(str(row["head"])),
                num(text.number(row["before"])),
                num(text.number(row["after"])),
                num(text.signed(row["difference"])),
            )
        )
        for row in own.to_dict("records")
    ]
    heads = ("transfer", "strategy", "head", "before", "after", "difference")
    notes = (
        f"{metric_title(metric)} on the source's own test part, of the weights that are kept (largest train size, "
        "replicate 1): one observation, without an interval. Head: own, the model as it is; source, the source model's "
        "head put back; refit, a new head fitted to the source.",
    )
    return Table("What fine-tuning forgot of the source", heads, tuple(rows), frozenset({3, 4, 5}), notes)
