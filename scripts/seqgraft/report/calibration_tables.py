"""Whether probabilities can be trusted: tables and the panels of the reliability figure of one transfer."""

import pandas as pd

from seqgraft.report import text
from seqgraft.report.reliability_figure import Bin, Curve, Panel
from seqgraft.report.tables import Cell, Row, Table, heading, metric_title, num
from seqgraft.stats.calibration import ADAPTED, AS_USED
from seqgraft.stats.settings import CHOSEN, SCRATCH, ZERO_SHOT

#: Panels of the figure and rows of the table: strategy, reading of its logits, title.
SHOWN: tuple[tuple[str, str, str], ...] = (
    (CHOSEN, AS_USED, CHOSEN),
    (SCRATCH, AS_USED, SCRATCH),
    (ZERO_SHOT, AS_USED, ZERO_SHOT),
    (ZERO_SHOT, ADAPTED, f"{ZERO_SHOT},\nprior adapted"),
)
#: Metrics that are compared before and after adaptation.
MOVED = ("mcc", "accuracy", "recall", "precision", "log_loss", "brier")


def panels(reliability: pd.DataFrame, transfer: str) -> list[Panel]:
    """Collect the panels of the reliability figure.

    Parameters
    ----------
    reliability : pandas.DataFrame
        As in ``reliability.tsv``.
    transfer : str
        Which.

    Returns
    -------
    list of Panel
        The chosen strategy and scratch at their smallest and largest train size, zero-shot as it is and adapted;
        without those that do not exist.
    """
    own = reliability[reliability["transfer"] == transfer]
    found = []
    for strategy, reading, title in SHOWN:
        rows = own[(own["strategy"] == strategy) & (own["probabilities"] == reading)]
        sizes = sorted({(bool(a), int(n)) for n, a in zip(rows["train_size"], rows["is_all"], strict=True)})
        if not sizes:
            continue
        curves = []
        for is_all, size in dict.fromkeys((sizes[0], sizes[-1])):
            bins = rows[(rows["train_size"] == size) & (rows["is_all"] == is_all)].sort_values("bin")
            columns = bins[["predicted", "observed", "ci_low", "ci_high"]].itertuples(index=False)
            label = f"{text.train_size(size, is_all)} labels" if size else "no labels"
            curves.append(Curve(label, tuple(Bin(*map(float, b)) for b in columns)))
        found.append(Panel(strategy, title, tuple(curves)))
    return found


def calibration_table(calibration: pd.DataFrame, transfer: str) -> Table | None:
    """Show the calibration error, what chance alone would make of it, and the means of probabilities.

    Parameters
    ----------
    calibration : pandas.DataFrame
        As in ``calibration.tsv``.
    transfer : str
        Which.

    Returns
    -------
    Table or None
        None where nothing was measured.
    """
    own = calibration[calibration["transfer"] == transfer]
    rows = []
    for strategy, reading, title in SHOWN:
        part = own[(own["strategy"] == strategy) & (own["probabilities"] == reading)]
        if part.empty:
            continue
        rows.append(heading(title.replace("\n", " ")))
        for is_all, size in sorted(
            {(bool(a), int(n)) for n, a in zip(part["train_size"], part["is_all"], strict=True)}
        ):
            at = part[(part["train_size"] == size) & (part["is_all"] == is_all)]
            value = dict(zip(at["metric"], at["mean"], strict=True))
            reason = next((str(note) for note in at["note"] if note), "")
            rows.append(
                Row(
                    (
                        Cell(
                            text.train_size(size, is_all) if size else "none",
                            "" if reason.startswith("undefined") else reason,
                            "head",
                        ),
                        num(text.number(value.get("ece"))),
                        num(text.number(value.get("ece_by_chance"))),
                        num(text.percent(value.get("mean_probability"))),
                        num(text.percent(value.get("prevalence"))),
                        num(text.number(value.get("temperature"), 2)),
                        num(text.number(value.get("threshold"), 2)),
                    )
                )
            )
    if not rows:
        return None
    heads = (
        "target labels", "calibration error (ECE)", "by chance alone", "mean probability", "share of positives",
        "temperature", "threshold",
    )  # fmt: skip
    return Table(
        "Probabilities on the test part",
        heads,
        tuple(rows),
        frozenset(range(1, len(heads))),
        (
            "Means over replicates (source models for zero-shot). By chance alone: the error that right "
            "probabilities would have on so few test sequences; an error near it gives no reason for doubt.",
        ),
    )


def adapted_table(
    calibration: pd.DataFrame, summary: pd.DataFrame, transfer: str, level: float
) -> Table | None:
    """Show what adaptation to the target's share of positives does to zero-shot.

    Parameters
    ----------
    calibration, summary : pandas.DataFrame
        As in ``calibration.tsv`` and ``summary.tsv``.
    transfer : str
        Which.
    level : float
        Coverage of the intervals.

    Returns
    -------
    Table or None
        None where zero-shot was not adapted.
    """
    own = calibration[(calibration["transfer"] == transfer) & (calibration["probabilities"] == ADAPTED)]
    if own.empty:
        return None
    after = {row["metric"]: row for row in own.to_dict("records")}
    used = summary[(summary["transfer"] == transfer) & (summary["strategy"] == ZERO_SHOT)]
    before = {row["metric"]: row for row in used.to_dict("records")}
    rows = []
    for metric in MOVED:
        cells = [
            num(text.number(at[metric]["mean"]), text.span(at[metric]["ci_low"], at[metric]["ci_high"]))
            if metric in at
            else num(text.NOTHING)
            for at in (before, after)
        ]
        rows.append(Row((Cell(metric_title(metric), kind="head"), *cells)))
    source, estimate, true = (
        text.percent(after[name]["mean"]) if name in after else text.NOTHING
        for name in ("prevalence_source", "prevalence_estimate", "prevalence")
    )
    return Table(
        "Zero-shot, as it is and with its probabilities adapted to the target without labels",
        ("metric", "as it is", "prior adapted"),
        tuple(rows),
        frozenset({1, 2}),
        (
            f"Share of positives: {source} in the source's validation part, {estimate} estimated for the test part "
            f"from its predictions alone, {true} in truth (which is also the precision of calls made at random).",
            "The estimate looks at the test part's sequences and not at their labels (Saerens, Latinne & Decaestecker "
            "2002, Neural Computation 14:21). It is described here only: no verdict, choice or other table uses it. "
            f"Intervals ({level * 100:g} %) take the adaptation as fixed.",
        ),
    )
