"""What the page says of leaks: what was looked for, what was found and left out, and what it would have changed."""

from typing import Any

import pandas as pd

from seqgraft.data.leak_names import ALLOWED, KEPT, KINDS_IN_WORDS
from seqgraft.report import text
from seqgraft.report.inputs import ReportInputs
from seqgraft.report.source_tables import attached
from seqgraft.report.tables import Cell, Row, Table, metric_title, num
from seqgraft.stats.settings import CURVE

CLAIMS = "leak_claims.tsv"
#: Examples shown of each reason.
EXAMPLES = 3
_ROLES = {
    "source": "left out of training a source model",
    "pool": "left out of the pool",
}


def leakage_table(inputs: ReportInputs) -> Table:
    """Show every pair of parts that was checked for common sequences.

    Parameters
    ----------
    inputs : ReportInputs
        The study.

    Returns
    -------
    Table
    """
    rows = []
    for row in inputs.leakage.to_dict("records"):
        found = int(row["sequences"])
        rows.append(
            Row(
                (
                    Cell(f"{inputs.title_of(row['from_task'])}, {row['from_part']}", kind="head"),
                    Cell(f"{inputs.title_of(row['to_task'])}, {row['to_part']}"),
                    Cell(_kind(row)),
                    num(text.count(found)),
                    num(text.percent(row["fraction"]) if found else "0"),
                    Cell(str(row["action"])),
                    num(_matched(row)),
                ),
                "strong" if found else "",
            )
        )
    return Table(
        "Sequences found on both sides of a line that they must not cross",
        ("sequences of", "found in", "kind of match", "sequences", "share", "what was done", "touched there"),
        tuple(rows),
        frozenset({3, 4, 6}),
        (
            "Share: of the sequences in the first column. Touched there: those of the second column that they match.",
        ),
    )


def _kind(row: dict[Any, Any]) -> str:
    """Name a kind of match, and for pairs which partner."""
    partner = _given(row, "partner")
    if not partner:
        return str(row["kind"])
    return f"{row['kind']}, whole pair" if partner == "pair" else f"{row['kind']}, partner {partner[0]}"


def _matched(row: dict[Any, Any]) -> str:
    """Write how many sequences of the far side are matched, and their share."""
    if not _given(row, "matched"):
        return text.NOTHING
    number = int(float(row["matched"]))
    return f"{text.count(number)} ({text.percent(float(row['matched_fraction']))})" if number else "0"


def _given(row: dict[Any, Any], name: str) -> str:
    """Return a value as text, empty where there is none."""
    value = row.get(name)
    return "" if value is None or pd.isna(value) else str(value)


def leakage_sentence(inputs: ReportInputs) -> str:
    """Sum up the leakage check.

    Parameters
    ----------
    inputs : ReportInputs
        The study.

    Returns
    -------
    str
    """
    table = inputs.leakage
    if table.empty:
        return "No pair of parts was checked for common sequences."
    checks = text.plural(len(table), "check")
    kinds = text.listed([str(kind) for kind in table["kind"].drop_duplicates()])
    found = table[table["sequences"] > 0]
    about = f"{checks} ({kinds} matches)"
    if found.empty:
        verb = "found no sequence" if len(table) == 1 else "all found no sequence"
        return f"{about}: {verb} on both sides of a line."
    left = inputs.excluded.drop_duplicates(["task", "id", "role"])
    words = f"{about}: {len(found)} found sequences on both sides of a line"
    kept = found["action"].isin([KEPT])
    if not kept.any() or len(left):
        words += f"; {text.plural(len(left), 'sequence was', 'sequences were')} left out before anything was learned"
    if kept.any():
        words += f"; in {text.plural(int(kept.sum()), 'check')} what was found was kept, as the config asks"
    if (found["action"] == ALLOWED).any():
        words += "; known partners of pairs were kept where the config claims nothing of them"
    return f"{words}."


def kinds_in_words(inputs: ReportInputs) -> list[tuple[str, str]]:
    """Say what each kind of match that was looked for is, with its limits.

    Parameters
    ----------
    inputs : ReportInputs
        The study.

    Returns
    -------
    list of (str, str)
        Name and explanation.
    """
    table = inputs.leakage.drop_duplicates("kind") if len(inputs.leakage) else inputs.leakage
    return [
        (str(row["kind"]), f"{_about(str(row['kind']))}{_limits(row)}") for row in table.to_dict("records")
    ]


def _about(kind: str) -> str:
    """Return what a kind of match is."""
    return KINDS_IN_WORDS.get(kind, "as its name says")


def _limits(row: dict[Any, Any]) -> str:
    """Write what a match needs at least; tasks may differ, of which the first is told."""
    words = []
    if letters := _given(row, "letters"):
        words.append(f"at least {text.count(int(float(letters)))} letters")
    if identity := _given(row, "identity"):
        words.append(f"at least {text.percent(float(identity), 0)} identical")
    if coverage := _given(row, "coverage"):
        words.append(f"over at least {text.percent(float(coverage), 0)} of the shorter sequence")
    return f" ({', '.join(words)})" if words else ""


def excluded_table(inputs: ReportInputs) -> Table | None:
    """Show what was left out, by task and reason.

    Parameters
    ----------
    inputs : ReportInputs
        The study.

    Returns
    -------
    Table or None
        None where nothing was left out.
    """
    table: pd.DataFrame = inputs.excluded
    if table.empty:
        return None
    rows = []
    for (task, role, kind, match_task, match_part), own in table.groupby(
        ["task", "role", "kind", "match_task", "match_part"], sort=False
    ):
        sign = "=" if kind == "exact" else "→"
        examples = [f"{r['id']} {sign} {r['match_id']}" for r in own.head(EXAMPLES).to_dict("records")]
        rows.append(
            Row(
                (
                    Cell(inputs.title_of(str(task)), kind="head"),
                    Cell(_ROLES.get(str(role), str(role))),
                    Cell(f"{kind} match in {inputs.title_of(str(match_task))}, {match_part}"),
                    num(text.count(own["id"].nunique())),
                    Cell("; ".join(examples)),
                )
            )
        )
    return Table(
        "What was left out",
        ("task", "what was done", "because of", "sequences", "examples"),
        tuple(rows),
        frozenset({3}),
    )


def claims_sentences(inputs: ReportInputs) -> list[str]:
    """Say of each transfer what would have been claimed with the leaks left in, or that it was not computed.

    Parameters
    ----------
    inputs : ReportInputs
        The study.

    Returns
    -------
    list of str
    """
    table = _claims(inputs)
    if table.empty:
        if inputs.excluded.empty:
            return []
        return [
            "What would have been claimed with them left in was not computed: `leakage: {compare: true}` in the config "
            "trains once more to say it."
        ]
    rows = table[(table["quantity"] == "gain") & (table["train_size"].astype(str) == CURVE)]
    return [_claim(inputs, row) for row in rows.to_dict("records")]


def _claim(inputs: ReportInputs, row: dict[Any, Any]) -> str:
    """Say what one transfer would have been claimed to give."""
    title = " → ".join(inputs.titles_of(row))
    if text.missing(row["difference"]):
        return f"{title}: with the leaks left in, nothing could be compared."
    metric = metric_title(str(row["metric"]))
    span = text.signed_span(row["ci_low"], row["ci_high"])
    return (
        f"{title}: with the leaks left in, a gain of {text.signed(row['left_in'])} {metric} over scratch would have "
        f"been claimed; with the leaks left out it is {text.signed(row['left_out'])}. The leaks changed it by "
        f"{text.signed(row['difference'])} ({span})."
    )


def _claims(inputs: ReportInputs) -> pd.DataFrame:
    """Return the rows of the primary metric; empty where nothing was compared."""
    table = attached(inputs, CLAIMS)
    return table if table.empty else table[table["metric"] == str(inputs.config["primary_metric"])]


def claims_table(inputs: ReportInputs, level: float) -> Table | None:
    """Show scores and gains with the leaks left in and left out; None where that was not asked for.

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
    table = _claims(inputs)
    if table.empty:
        return None
    metric = metric_title(str(inputs.config["primary_metric"]))
    records: list[dict[str, Any]] = [
        {str(key): value for key, value in row.items()} for row in table.to_dict("records")
    ]
    rows = [
        Row(
            (
                Cell(" → ".join(inputs.titles_of(row)), kind="head"),
                Cell(_QUANTITIES[row["quantity"]]),
                Cell(_size(row)),
                num(_value(row, "left_in")),
                num(_value(row, "left_out")),
                num(text.signed(row["difference"]), text.signed_span(row["ci_low"], row["ci_high"])),
            ),
            "strong" if row["quantity"] == "gain" and str(row["train_size"]) == CURVE else "",
        )
        for row in records
    ]
    heads = ("transfer", "what", "train size", "leaks left in", "leaks left out", "left in minus left out")
    notes = (
        f"{metric} of the chosen strategy and its gain over scratch, means over replicates; the difference is paired "
        f"by replicate and test sequence, with its {level * 100:g} % interval. None of this is part of a verdict. "
        f"Other metrics: {CLAIMS}.",
    )
    return Table("With the leaks left in, and without them", heads, tuple(rows), frozenset({3, 4, 5}), notes)


_QUANTITIES = {"score": "chosen strategy", "gain": "its gain over scratch"}


def _size(row: dict[Any, Any]) -> str:
    """Name a train size."""
    if str(row["train_size"]) == CURVE:
        return "mean over sizes"
    return (
        f"all ({text.count(int(row['train_size']))})" if row["is_all"] else text.count(int(row["train_size"]))
    )


def _value(row: dict[Any, Any], side: str) -> str:
    """Write a score, or a gain with its sign."""
    return text.signed(row[side]) if row["quantity"] == "gain" else text.number(row[side])
