"""What the sections of one transfer show."""

from collections.abc import Sequence
from typing import Any

from seqgraft.learn.descriptions import BASELINES, STRATEGIES
from seqgraft.report import (
    advice,
    calibration_tables,
    comparison_tables,
    identity_tables,
    savings_tables,
    score_tables,
    tables,
    text,
    trust_tables,
)
from seqgraft.report.figures import (
    Drawing,
    forest_drawing,
    identity_drawing,
    learning_curve_drawing,
    reliability_drawing,
)
from seqgraft.report.suspicions import leak_warnings, without_leaks
from seqgraft.report.task_words import CONSTANT, constant_words, target_type
from seqgraft.report.view import Figure, Transfer
from seqgraft.stats.settings import CHOSEN
from seqgraft.stats.task_types import TaskType


def verdict(transfer: Transfer) -> dict[str, Any]:
    """Say whether it helped, how much, what that is worth in labels, what to do next and what to be careful about."""
    inputs, own = transfer.study.inputs, transfer.verdict
    sure, style = advice.badge(own["verdict"])
    names = (*own["source"].split("+"), own["target"])
    simulated = any("simulate" in inputs.config["tasks"].get(name, {}) for name in names)
    return {
        "badge": sure,
        "style": style,
        "sentence": own["sentence"],
        "warnings": [
            *leak_warnings(inputs, transfer.name),
            *filter(None, [advice.baseline_warning(own, inputs.comparisons)]),
        ],
        "tiles": advice.tiles(own, inputs.comparisons),
        "direction": "is worse" if tables.lower_is_better(transfer.metric) else "is better",
        "savings": advice.label_savings(inputs.savings, transfer.name, transfer.metric),
        "next": advice.next_steps(own, inputs.comparisons, transfer.titles[1], simulated=simulated),
        "cautions": without_leaks(advice.cautions(own, inputs.comparisons), inputs, transfer.name),
    }


def curve(transfer: Transfer) -> dict[str, Any]:
    """Show the learning curve, and say what each line is."""
    inputs, own, lines = transfer.study.inputs, transfer.verdict, transfer.lines
    rows = inputs.summary[inputs.summary["transfer"] == transfer.name]
    compared = own["difference"] is not None
    drawing = learning_curve_drawing(inputs, own, transfer.key)
    return {
        "metric": tables.metric_title(transfer.metric),
        "replicates": own["replicates"],
        "zero_shot": any(line.without_labels for line in lines),
        "n_test": text.count(0 if rows.empty else int(rows["n_test"].max())),
        "compare": "The verdict compares the two lines in bold, chosen and scratch." if compared else "",
        "figure": Figure.of(drawing, f"Figure {transfer.number}a.", small=transfer.study.many),
        # With several transfers this is said once for all of them.
        "lines": []
        if transfer.study.several
        else [about_line(line.name, own, [target_type(inputs, own)]) for line in lines],
    }


def about_line(name: str, verdict: dict[str, Any], kinds: Sequence[TaskType]) -> tuple[str, str, str]:
    """Return a strategy's name, what it is for targets of these types, and where it was described."""
    about = STRATEGIES.get(name) or BASELINES.get(name)
    if about is None:
        how = f"Chosen without the test part: {verdict['chosen_how']}." if name == CHOSEN else ""
        return name, how, ""
    words = constant_words(kinds) if name == CONSTANT else about.text
    return name, f"Baseline. {words}" if name in BASELINES else about.text, about.citation


def comparisons(transfer: Transfer) -> dict[str, Any]:
    """Show who was better, by how much: forest plot and tables."""
    inputs, own = transfer.study.inputs, transfer.verdict
    level, name, metric, lines = transfer.study.level, transfer.name, transfer.metric, transfer.lines
    rows = inputs.summary[inputs.summary["transfer"] == name]
    drawing = forest_drawing(inputs, own, transfer.key)
    figure = Figure.of(drawing, f"Figure {transfer.number}b.", small=transfer.study.many)
    compared = not inputs.comparisons[inputs.comparisons["transfer"] == name].empty
    return {
        "forest": figure if compared else None,
        "comparison": comparison_tables.comparison_table(inputs.comparisons, name, metric, level),
        "sizes": comparison_tables.sizes_table(inputs.comparisons, name, metric, level),
        "savings_table": savings_tables.savings_table(inputs.savings, name),
        "primary": score_tables.primary_table(lines, metric, level),
        "choices": savings_tables.choices_table(own, list(rows["strategy"].drop_duplicates())),
        "chosen_how": f"How it was chosen: {own['chosen_how']}.",
        "metrics": None
        if transfer.study.many
        else score_tables.metrics_table(inputs.summary, name, [line.name for line in lines], level),
    }


def calibration(transfer: Transfer) -> dict[str, Any] | None:
    """Show whether its probabilities can be trusted; nothing where none were compared with what was observed."""
    inputs, name = transfer.study.inputs, transfer.name
    if not target_type(inputs, transfer.verdict).binary:
        return None
    table = calibration_tables.calibration_table(inputs.calibration, name)
    drawn = calibration_tables.panels(inputs.reliability, name)
    if table is None and not drawn:
        return None
    drawing = reliability_drawing(inputs, transfer.verdict, transfer.key)
    figure = _beside_a_table(drawing, f"Figure {transfer.number}c.", transfer)
    return {
        "figure": figure if drawn else None,
        "table": table,
        "adapted": calibration_tables.adapted_table(
            inputs.calibration, inputs.summary, name, transfer.study.level
        ),
    }


def trust(transfer: Transfer) -> dict[str, Any] | None:
    """Show how predictions that are not binary compare with what was measured; nothing for binary ones."""
    inputs, own = transfer.study.inputs, transfer.verdict
    kind = target_type(inputs, own)
    if kind.binary:
        return None
    drawn = calibration_tables.panels(inputs.reliability, transfer.name)
    found = {
        "table": trust_tables.trust_table(inputs, own),
        "confusion": trust_tables.confusion_table(inputs, own),
        "outputs": trust_tables.outputs_table(inputs, own),
    }
    if not drawn and not any(found.values()):
        return None
    drawing = reliability_drawing(inputs, own, transfer.key)
    opening = "What was predicted beside what was measured, on the test part."
    if kind.whole_classes:
        opening = "Which classes are taken for which, and how often a sure call is right, on the test part."
    return {
        "opening": opening,
        "figure": _beside_a_table(drawing, f"Figure {transfer.number}c.", transfer) if drawn else None,
        **found,
    }


def identity(transfer: Transfer) -> dict[str, Any] | None:
    """Show scores by how alike test sequences are to those learned from; nothing where that was not computed."""
    inputs, name = transfer.study.inputs, transfer.name
    table = identity_tables.bands_table(inputs, name, transfer.study.level)
    if table is None:
        return None
    drawing = identity_drawing(inputs, transfer.verdict, transfer.key)
    return {
        "sentences": identity_tables.sentences(inputs, name),
        "figure": _beside_a_table(drawing, f"Figure {transfer.number}d.", transfer),
        "table": table,
    }


def _beside_a_table(drawing: Drawing, label: str, transfer: Transfer) -> Figure:
    """Put a drawing into the page, or name its files where there are many transfers: the table has its numbers."""
    if transfer.study.many:
        return Figure.elsewhere(drawing, label)
    return Figure.of(drawing, label, small=False)
