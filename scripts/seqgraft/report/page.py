"""The page that a study ends in: one HTML file that opens without a network."""

import base64
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from seqgraft.learn.descriptions import BASELINES, STRATEGIES
from seqgraft.report import (
    advice,
    comparison_tables,
    data_tables,
    run_tables,
    savings_tables,
    score_tables,
    tables,
    text,
    words,
)
from seqgraft.report.figures import Drawing, forest_drawing, learning_curve_drawing
from seqgraft.report.inputs import ReportInputs
from seqgraft.report.series import Series, series_of
from seqgraft.report.svg import SIMULATED
from seqgraft.stats.settings import CHOSEN

#: Larger lists stay in the study's folder, so that the page stays small.
LARGEST_DOWNLOAD = 400_000

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Download:
    """One table inside the page; no address where it is too large for that."""

    file: str
    about: str
    uri: str


def build(inputs: ReportInputs) -> str:
    """Write the report.

    Parameters
    ----------
    inputs : ReportInputs
        The study, e.g. from `seqgraft.report.inputs.read_inputs`.

    Returns
    -------
    str
        HTML. The same inputs give the same text. Whatever comes from data is escaped.

    Raises
    ------
    SeqgraftError
        When a table lacks a column (on making the inputs).
    """
    environment = Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        keep_trailing_newline=True,
    )  # fmt: skip
    return environment.get_template("template.html").render(**_context(inputs))


def _context(inputs: ReportInputs) -> dict[str, Any]:
    """Return what the template shows."""
    config = inputs.config
    level = float(inputs.verdicts[0]["level"])
    transfers = [
        _transfer(inputs, number, verdict) for number, verdict in enumerate(inputs.verdicts, start=1)
    ]
    several = len(transfers) > 1
    provenance = inputs.provenance
    return {
        "style": Markup((_HERE / "style.css").read_text(encoding="utf-8")),
        "simulated": inputs.simulated,
        "simulated_words": SIMULATED,
        "simulated_note": words.simulated_note(inputs),
        "version": str(provenance.get("seqgraft", "")),
        "title": config.get("title") or str(config["study"]),
        "study": str(config["study"]),
        "lead": _lead(inputs),
        "level_words": f"{level * 100:g} %",
        "several": several,
        "transfers": transfers,
        "overview": advice.overview(inputs.verdicts) if several else "",
        "overview_table": _overview_table(inputs, transfers, level) if several else None,
        "tasks": [_task(inputs, number, name) for number, name in enumerate(config["tasks"], start=1)],
        "leakage_sentence": data_tables.leakage_sentence(inputs),
        "leakage": data_tables.leakage_table(inputs) if len(inputs.leakage) else None,
        "excluded": data_tables.excluded_table(inputs),
        "methods": words.methods(inputs, level),
        "backbone": run_tables.backbone_facts(inputs),
        "sources": run_tables.source_table(inputs) if inputs.source_models else None,
        "source_history": run_tables.history_table(inputs) if inputs.source_models else None,
        "setup": run_tables.setup_facts(inputs),
        "repeat": run_tables.repeat_facts(inputs),
        "fits": run_tables.fits_table(inputs),
        "raw": run_tables.raw_table(inputs),
        "computed": run_tables.digest_table(
            "Files that were made", ("file", "SHA-256"), provenance.get("sha256", {})
        ),
        "code": run_tables.digest_table("Code", ("rule", "digest"), provenance.get("code", {})),
        "environment": run_tables.digest_table(
            "Packages of the environment", ("package", "version"), provenance.get("environment", {})
        ),
        "config": yaml.safe_dump(config, sort_keys=False, allow_unicode=True, width=100),
        "glossary": words.glossary(inputs),
        "downloads": _downloads(inputs),
    }


def _lead(inputs: ReportInputs) -> str:
    """Say in a sentence what the study asks."""
    verdicts = inputs.verdicts
    if len(verdicts) > 1:
        question = "does what was learned on a source help to learn a target with few labels?"
        return f"{len(verdicts)} transfers: {question}"
    source, target = inputs.titles_of(verdicts[0])
    return f"Does what was learned on {source} help to learn {target} with few labels?"


def _transfer(inputs: ReportInputs, number: int, verdict: dict[str, Any]) -> dict[str, Any]:
    """Return what the template shows of one transfer."""
    name, metric, level = verdict["transfer"], verdict["metric"], float(verdict["level"])
    source, target = inputs.titles_of(verdict)
    lines = series_of(inputs.summary, name, metric)
    own = inputs.summary[inputs.summary["transfer"] == name]
    sure, style = advice.badge(verdict["verdict"])
    tasks = [
        inputs.config["tasks"].get(task, {}) for task in (*verdict["source"].split("+"), verdict["target"])
    ]
    simulated = any("simulate" in task for task in tasks)
    candidates = list(own["strategy"].drop_duplicates())
    key = f"transfer-{number}"
    return {
        "id": key,
        "title": f"{source} → {target}",
        "badge": sure,
        "badge_style": style,
        "sentence": verdict["sentence"],
        "tiles": advice.tiles(verdict, inputs.comparisons),
        "direction": "is worse" if tables.lower_is_better(metric) else "is better",
        "savings": advice.label_savings(inputs.savings, name, metric),
        "next": advice.next_steps(verdict, inputs.comparisons, target, simulated=simulated),
        "cautions": verdict["cautions"],
        "metric": tables.metric_title(metric),
        "replicates": verdict["replicates"],
        "zero_shot": any(line.without_labels for line in lines),
        "n_test": text.count(int(own["n_test"].max())),
        "compare": _compare(verdict),
        "curve": Figure.of(learning_curve_drawing(inputs, verdict, key), f"Figure {number}a."),
        "forest": Figure.of(forest_drawing(inputs, verdict, key), f"Figure {number}b."),
        "lines": [_line(line, verdict) for line in lines],
        "comparison": comparison_tables.comparison_table(inputs.comparisons, name, metric, level),
        "sizes": comparison_tables.sizes_table(inputs.comparisons, name, metric, level),
        "savings_table": savings_tables.savings_table(inputs.savings, name),
        "primary": score_tables.primary_table(lines, metric, level),
        "choices": savings_tables.choices_table(verdict, candidates),
        "chosen_how": f"How it was chosen: {verdict['chosen_how']}.",
        "metrics": score_tables.metrics_table(inputs.summary, name, [line.name for line in lines], level),
    }


def _compare(verdict: dict[str, Any]) -> str:
    """Say which lines the verdict compares."""
    if verdict["difference"] is None:
        return ""
    return "The verdict compares the two lines in bold, chosen and scratch."


def _line(line: Series, verdict: dict[str, Any]) -> tuple[str, str, str]:
    """Return a strategy's name, what it is, and where it was described."""
    about = STRATEGIES.get(line.name) or BASELINES.get(line.name)
    if about is None:
        how = f"Chosen without the test part: {verdict['chosen_how']}." if line.name == CHOSEN else ""
        return line.name, how, ""
    return line.name, f"Baseline. {about.text}" if line.kind == "baseline" else about.text, about.citation


@dataclass(frozen=True)
class Figure:
    """A drawing as the template shows it."""

    id: str
    label: str
    caption: str
    file: str
    uri: str
    wide: Markup
    narrow: Markup

    @classmethod
    def of(cls, drawing: Drawing | None, label: str) -> "Figure | None":
        """Put a drawing into the page; its text was escaped when it was drawn."""
        if drawing is None:
            return None
        uri = _data_uri(drawing.document, "image/svg+xml")
        return cls(
            drawing.key,
            label,
            drawing.caption,
            drawing.file,
            uri,
            Markup(drawing.wide),
            Markup(drawing.narrow),
        )


def _overview_table(inputs: ReportInputs, transfers: list[dict[str, Any]], level: float) -> tables.Table:
    """Show all verdicts at once."""
    rows = []
    for verdict, shown in zip(inputs.verdicts, transfers, strict=True):
        rows.append(
            tables.Row(
                (
                    tables.Cell(shown["title"], kind="head", link=f"#{shown['id']}"),
                    tables.Cell(verdict["verdict"]),
                    tables.num(text.signed(verdict["difference"])),
                    tables.num(text.signed_span(verdict["ci_low"], verdict["ci_high"])),
                    tables.num(text.p_value(verdict["p_adjusted"])),
                )
            )
        )
    metric = tables.metric_title(inputs.config["primary_metric"])
    heads = ("transfer", "verdict", f"difference in {metric}", f"{level * 100:g} % interval", "p, Holm")
    note = "Chosen strategy minus scratch, mean over sizes."
    return tables.Table("Verdicts", heads, tuple(rows), frozenset({2, 3, 4}), (note,))


def _task(inputs: ReportInputs, number: int, name: str) -> dict[str, Any]:
    """Return what the template shows of one task."""
    task = inputs.config["tasks"][name]
    positive, other = task["classes"]
    strand = {"single": "read on the strand given", "both": "both strands mean the same"}[task["strand"]]
    origin = (
        "simulated by a program" if "simulate" in task else f"from {text.plural(len(task['files']), 'file')}"
    )
    roles = [
        role
        for role, used in (
            ("source", any(name in verdict["source"].split("+") for verdict in inputs.verdicts)),
            ("target", any(name == verdict["target"] for verdict in inputs.verdicts)),
        )
        if used
    ]
    role = f"{text.listed(roles).capitalize()} task" if roles else "Task"
    alphabet = {"dna": "DNA", "rna": "RNA"}.get(task["alphabet"], task["alphabet"])
    return {
        "id": f"task-{number}",
        "title": inputs.title_of(name),
        "about": (
            f"{role}: {alphabet} sequences, {positive} (positive) against {other}, {origin}, {strand}. "
            f"{text.percent(float(task['split']['test']), 0)} of each class became the test part."
        ),
        "files": data_tables.files_table(inputs, name),
        "reasons": data_tables.reasons_table(inputs, name),
        "composition": data_tables.composition_table(inputs, name),
        "split": data_tables.split_table(inputs, name),
    }


def _downloads(inputs: ReportInputs) -> list[Download]:
    """List the tables that the page carries."""
    study = str(inputs.config["study"])
    wanted: list[tuple[str, str, pd.DataFrame]] = [
        ("summary.tsv", "all metrics by strategy and train size", inputs.summary),
        ("comparisons.tsv", "all differences with intervals and p-values", inputs.comparisons),
        ("savings.tsv", "label savings", inputs.savings),
        ("leakage.tsv", "what was checked for leaks", inputs.leakage),
        ("excluded.tsv", "what was left out", inputs.excluded),
        *[
            (f"rejects.{task}.tsv", f"rejected or changed sequences of {inputs.title_of(task)}", table)
            for task, table in inputs.rejects.items()
        ],
    ]
    found = []
    for file, about, table in wanted:
        content = table.to_csv(sep="\t", index=False, lineterminator="\n", float_format="%.6g")
        amount = f"{about}; {text.plural(len(table), 'row')}, {text.size(len(content.encode()))}"
        if len(content) > LARGEST_DOWNLOAD:
            found.append(Download(file, f"{amount}: too large for this page, see results/{study}/", ""))
        else:
            found.append(Download(file, amount, _data_uri(content, "text/tab-separated-values")))
    return found


def _data_uri(content: str, kind: str) -> str:
    """Put a file's content into an address."""
    return f"data:{kind};charset=utf-8;base64,{base64.b64encode(content.encode()).decode()}"
