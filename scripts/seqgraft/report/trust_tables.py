"""How predictions of tasks that are not binary compare with what was measured: tables of one transfer."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from seqgraft.report import text
from seqgraft.report.inputs import ReportInputs
from seqgraft.report.tables import Cell, Row, Table, digits_of, heading, metric_title, num
from seqgraft.report.task_words import names_of, target_type
from seqgraft.stats.settings import CHOSEN, SCRATCH, ZERO_SHOT
from seqgraft.stats.trust import MOST_CLASSES

#: Strategies shown, in this order.
SHOWN = (CHOSEN, SCRATCH, ZERO_SHOT)
#: Metrics of single outputs or classes, those shown of which the summary has the mean over all.
_OF_ONE = ("spearman", "mse", "auroc", "auprc", "f1", "recall")


def trust_table(inputs: ReportInputs, verdict: Mapping[str, Any]) -> Table | None:
    """Show the errors of numbers, or how sure predictions of classes are and how often they are right.

    Parameters
    ----------
    inputs : ReportInputs
        The study.
    verdict : mapping
        One entry of ``verdicts.json``.

    Returns
    -------
    Table or None
        None where nothing of the kind was measured.
    """
    kind = target_type(inputs, verdict)
    own = inputs.calibration[inputs.calibration["transfer"] == verdict["transfer"]]
    outputs = names_of(inputs.config["tasks"].get(verdict["target"], {}))
    ends = [f":{name}" for name in outputs] if kind.numbers and len(outputs) > 1 else [""]
    columns = _NUMBERS if kind.numbers else _CLASSES
    rows: list[Row] = []
    for strategy in SHOWN:
        part = own[(own["strategy"] == strategy) & own["metric"].str.startswith(tuple(columns))]
        if part.empty:
            continue
        rows.append(heading(strategy))
        for is_all, size in sorted(
            {(bool(a), int(n)) for n, a in zip(part["train_size"], part["is_all"], strict=True)}
        ):
            at = part[(part["train_size"] == size) & (part["is_all"] == is_all)]
            value = dict(zip(at["metric"], at["mean"], strict=True))
            for end in ends:
                cells = [num(_written(name, value.get(name + end))) for name in columns]
                words = text.train_size(size, is_all) if size else "none"
                rows.append(Row((Cell(words, end.removeprefix(":"), "head"), *cells)))
    if not rows:
        return None
    note = _NUMBERS_NOTE if kind.numbers else _CLASSES_NOTE
    return Table(
        "Predicted and measured values on the test part"
        if kind.numbers
        else "Probabilities on the test part",
        ("target labels", *columns.values()),
        tuple(rows),
        frozenset(range(1, len(columns) + 1)),
        (f"Means over replicates (source models for zero-shot). {note}",),
    )


#: What is shown by name in ``calibration.tsv``, and its head.
_NUMBERS = {"residual_sd": "residual SD", "bias": "mean of predicted − measured", "slope": "slope"}
_CLASSES = {
    "ece": "calibration error (ECE)",
    "ece_by_chance": "by chance alone",
    "mean_probability": "mean probability of the call",
    "accuracy": "share of right calls",
}
_NUMBERS_NOTE = (
    "Residual SD: how far predictions are from what was measured, in its units. Slope: of measured against predicted "
    "values; 1 is right, below 1 predictions reach too far."
)
_CLASSES_NOTE = (
    "Probabilities are those of the class that is called, as the model gives them. By chance alone: the error that "
    "right probabilities would have on so few test sequences."
)


def _written(name: str, value: float | None) -> str:
    """Write one of these numbers."""
    if name in ("mean_probability", "accuracy"):
        return text.percent(value)
    return text.number(value, None if name in ("residual_sd", "bias") else text.DIGITS)


def confusion_table(inputs: ReportInputs, verdict: Mapping[str, Any]) -> Table | None:
    """Show what the sequences, or residues, of each class are called by the chosen strategy.

    Parameters
    ----------
    inputs, verdict
        As for `trust_table`.

    Returns
    -------
    Table or None
        None where there are no such classes, or too many for a table.
    """
    kind = target_type(inputs, verdict)
    names = names_of(inputs.config["tasks"].get(verdict["target"], {}))
    own = inputs.calibration[
        (inputs.calibration["transfer"] == verdict["transfer"]) & (inputs.calibration["strategy"] == CHOSEN)
    ]
    value = dict(zip(own["metric"], own["mean"], strict=True))
    if not kind.whole_classes or len(names) > MOST_CLASSES or f"called:{names[0]}:{names[0]}" not in value:
        return None
    rows = []
    for true in names:
        shares = [value.get(f"called:{true}:{called}") for called in names]
        cells = [
            Cell(text.percent(share), kind="number", style="strong" if called == true else "")
            for called, share in zip(names, shares, strict=True)
        ]
        rows.append(Row((Cell(true, kind="head"), *cells)))
    what = "residues" if kind.per_residue else "sequences"
    return Table(
        f"What test {what} of each class are called, with the most labels",
        ("class ↓  called →", *names),
        tuple(rows),
        frozenset(range(1, len(names) + 1)),
        (
            f"The chosen strategy, mean over replicates. Each row adds up to 100 %; where class and call are the same "
            f"stands the class's recall, the share of its {what} that are found.",
        ),
    )


def outputs_table(inputs: ReportInputs, verdict: Mapping[str, Any]) -> Table | None:
    """Show each output or class alone: the chosen strategy against scratch with the most labels.

    Parameters
    ----------
    inputs, verdict
        As for `trust_table`.

    Returns
    -------
    Table or None
        None where there is one output.
    """
    names = names_of(inputs.config["tasks"].get(verdict["target"], {}))
    text_of = inputs.attachments.get("metrics.tsv")
    if target_type(inputs, verdict).binary or len(names) < 2 or text_of is None:
        return None
    table = attached_rows(text_of, str(verdict["transfer"]))
    metrics = [name for name in _OF_ONE if f"{name}:{names[0]}" in set(table["metric"])]
    if not metrics:
        return None
    what = "output" if target_type(inputs, verdict).numbers else "class"
    rows = []
    for name in names:
        cells = []
        for metric in metrics:
            for strategy in (CHOSEN, SCRATCH):
                own = table[(table["strategy"] == strategy) & (table["metric"] == f"{metric}:{name}")][
                    "value"
                ]
                spread = own.std(ddof=1) if own.notna().sum() > 1 else None
                small = "" if spread is None else f"SD {text.number(spread, digits_of(metric))}"
                cells.append(
                    num(text.number(own.mean() if own.notna().any() else None, digits_of(metric)), small)
                )
        rows.append(Row((Cell(name, kind="head"), *cells)))
    heads = [f"{metric_title(metric)}, {strategy}" for metric in metrics for strategy in (CHOSEN, SCRATCH)]
    return Table(
        f"Each {what} alone, with the most labels",
        (what, *heads),
        tuple(rows),
        frozenset(range(1, len(heads) + 1)),
        ("Mean over replicates, in small type their standard deviation. Not tested.",),
    )


def attached_rows(tsv: str, transfer: str) -> pd.DataFrame:
    """Return one transfer's rows of single outputs on the test part at the largest train size.

    Parameters
    ----------
    tsv : str
        ``metrics.tsv``.
    transfer : str
        Which.
    """
    lines = tsv.splitlines()
    heads = lines[0].split("\t")
    kept = [line.split("\t") for line in lines[1:] if line.startswith(f"{transfer}\t") and ":" in line]
    table = pd.DataFrame(kept, columns=heads)
    if table.empty or "part" not in table:
        return pd.DataFrame(columns=[*heads, "strategy", "metric", "value"]).iloc[:, : len(heads)]
    table = table[(table["part"] == "test") & table["strategy"].isin([CHOSEN, SCRATCH])]
    size = pd.to_numeric(table["train_size"])
    table = table[size == size.max()]
    return table.assign(value=pd.to_numeric(table["value"], errors="coerce"))
