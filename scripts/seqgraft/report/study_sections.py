"""What the sections show that the page has once."""

from typing import Any

import yaml

from seqgraft.report import (
    ablation_tables,
    data_tables,
    leak_tables,
    matrix,
    run_tables,
    source_tables,
    suspicions,
    tables,
    text,
    training_tables,
    words,
)
from seqgraft.report.auto_tables import auto_table
from seqgraft.report.downloads import downloads
from seqgraft.report.figures import ablation_drawings, training_drawings
from seqgraft.report.masked_tables import masked_table
from seqgraft.report.methods import methods
from seqgraft.report.series import series_of
from seqgraft.report.split_words import how_split
from seqgraft.report.task_words import inputs_words, label_words, target_types
from seqgraft.report.transfer_sections import about_line
from seqgraft.report.view import Figure, Study
from seqgraft.stats.settings import CHOSEN


def suspicions_section(study: Study) -> dict[str, Any] | None:
    """List what looks suspicious; nothing where no check fired, which the methods say."""
    found = suspicions.shown(study.inputs)
    return {"suspicions": found} if found else None


def overview(study: Study) -> dict[str, Any] | None:
    """Show all transfers at once; nothing where there is one."""
    if not study.several:
        return None
    inputs = study.inputs
    links = [f"#transfer-{number}" for number in range(1, len(inputs.verdicts) + 1)]
    metric = str(inputs.verdicts[0]["metric"])
    return {
        "sentence": matrix.overview_words(inputs.verdicts),
        "matrix": matrix.matrix_table(matrix.matrix_of(inputs, links), metric, study.level),
        "verdicts": _verdicts_table(study, links),
    }


def _verdicts_table(study: Study, links: list[str]) -> tables.Table:
    """Show all verdicts below each other, with p-values."""
    inputs = study.inputs
    rows = []
    digits = tables.digits_of(inputs.config["primary_metric"])
    for verdict, link in zip(inputs.verdicts, links, strict=True):
        rows.append(
            tables.Row(
                (
                    tables.Cell(" → ".join(inputs.titles_of(verdict)), kind="head", link=link),
                    tables.Cell(verdict["verdict"]),
                    tables.num(text.signed(verdict["difference"], digits)),
                    tables.num(text.signed_span(verdict["ci_low"], verdict["ci_high"], digits)),
                    tables.num(text.p_value(verdict["p_adjusted"])),
                )
            )
        )
    metric = tables.metric_title(inputs.config["primary_metric"])
    heads = ("transfer", "verdict", f"difference in {metric}", f"{study.level * 100:g} % interval", "p, Holm")
    note = "Chosen strategy minus scratch, mean over sizes."
    return tables.Table("Verdicts", heads, tuple(rows), frozenset({2, 3, 4}), (note,))


def strategies(study: Study) -> dict[str, Any] | None:
    """Say what each strategy is, once for all transfers; with one transfer its learning curve says it."""
    if not study.several:
        return None
    kinds = target_types(study.inputs)
    found: dict[str, tuple[str, str, str]] = {}
    for verdict in study.inputs.verdicts:
        for line in series_of(study.inputs.summary, verdict["transfer"], verdict["metric"]):
            found.setdefault(line.name, about_line(line.name, verdict, kinds))
    hows = {str(verdict["chosen_how"]) for verdict in study.inputs.verdicts}
    if CHOSEN in found and len(hows) > 1:
        found[CHOSEN] = (CHOSEN, "Chosen without the test part, as each transfer says.", "")
    return {"lines": list(found.values())}


def data(study: Study) -> dict[str, Any]:
    """Show how the data were cleaned, split and checked."""
    inputs = study.inputs
    return {
        "tasks": [_task(study, number, name) for number, name in enumerate(inputs.learned, start=1)],
        "decided": "epochs and thresholds" if any(k.binary for k in target_types(inputs)) else "epochs",
        "leakage_sentence": leak_tables.leakage_sentence(inputs),
        "leakage_kinds": leak_tables.kinds_in_words(inputs),
        "leakage": leak_tables.leakage_table(inputs) if len(inputs.leakage) else None,
        "excluded": leak_tables.excluded_table(inputs),
        "claims_sentences": leak_tables.claims_sentences(inputs),
        "claims": leak_tables.claims_table(inputs, study.level),
    }


def _task(study: Study, number: int, name: str) -> dict[str, Any]:
    """Return what the template shows of one task."""
    inputs = study.inputs
    task = inputs.config["tasks"][name]
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
            f"{role}: {alphabet} {inputs_words(task)}, {label_words(task)}, {origin}, {strand}. "
            f"{how_split(task['split'], inputs.split_counts[name])}"
        ),
        "files": data_tables.files_table(inputs, name),
        "reasons": data_tables.reasons_table(inputs, name),
        "composition": data_tables.composition_table(inputs, name),
        "split": data_tables.split_table(inputs, name),
    }


def training(study: Study) -> dict[str, Any]:
    """Show how source models learned, and what the fits chose and cost."""
    inputs = study.inputs
    drawings = training_drawings(inputs) if inputs.source_models else []
    first = len(inputs.verdicts) + 1 + len(ablation_drawings(inputs))
    return {
        "figures": [
            Figure.of(drawing, f"Figure {first + place}.", small=study.many)
            for place, drawing in enumerate(drawings)
        ],
        "sources": training_tables.source_table(inputs) if inputs.source_models else None,
        "masked": masked_table(inputs),
        "history": training_tables.history_table(inputs) if inputs.source_models else None,
        "checkpoints": f"{'Loss and AUROC' if training_tables.has_auroc(inputs) else 'Loss'} at every checkpoint",
        "chosen": training_tables.chosen_table(inputs),
        "auto": auto_table(inputs),
        "cost": training_tables.cost_table(inputs),
    }


def methods_section(study: Study) -> dict[str, Any]:
    """Give the methods with numbered references."""
    made = methods(study.inputs, study.level)
    return {"paragraphs": made.paragraphs, "references": made.references}


def run(study: Study) -> dict[str, Any]:
    """Show the network, the machine, how to repeat the study, versions and checksums."""
    inputs = study.inputs
    provenance = inputs.provenance
    return {
        "backbone": run_tables.backbone_facts(inputs),
        "setup": run_tables.setup_facts(inputs),
        "repeat": run_tables.repeat_facts(inputs),
        "raw": run_tables.raw_table(inputs),
        "computed": run_tables.digest_table(
            "Files that were made", ("file", "SHA-256"), provenance.get("sha256", {})
        ),
        "code": run_tables.digest_table("Code", ("rule", "digest"), provenance.get("code", {})),
        "environment": run_tables.digest_table(
            "Packages of the environment", ("package", "version"), provenance.get("environment", {})
        ),
        "config": yaml.safe_dump(inputs.config, sort_keys=False, allow_unicode=True, width=100),
    }


def sources(study: Study) -> dict[str, Any] | None:
    """Show what sources promised, gave and lost; nothing where a study has no such tables."""
    found = {
        "gains": source_tables.gains_table(study.inputs, study.level),
        "promises": source_tables.promises_table(study.inputs),
        "estimates": source_tables.estimate_lines(study.inputs),
        "forgetting": source_tables.forgetting_table(study.inputs),
    }
    return found if any(found.values()) else None


def ablation(study: Study) -> dict[str, Any] | None:
    """Show the gain against the size of the source; nothing where the study does not ask for it."""
    inputs = study.inputs
    drawings = ablation_drawings(inputs)
    if not drawings:
        return None
    first = len(inputs.verdicts) + 1
    models = int(inputs.config["pretraining"]["replicates"])
    return {
        "sentences": ablation_tables.sentences(inputs),
        "drawn": "once" if models == 1 else f"once for each of {models} source models",
        "figures": [
            Figure.of(drawing, f"Figure {first + place}.", small=study.many)
            for place, drawing in enumerate(drawings)
        ],
        "table": ablation_tables.ablation_table(inputs, study.level),
    }


def words_section(study: Study) -> dict[str, Any]:
    """Explain the words of the page."""
    return {"glossary": words.glossary(study.inputs)}


def downloads_section(study: Study) -> dict[str, Any]:
    """Offer the tables, the methods and the references as files."""
    made = methods(study.inputs, study.level)
    more = [
        ("methods.txt", "the methods and their references as text", made.text),
        ("references.bib", "the references for BibTeX", made.bibtex),
    ]
    return {"downloads": downloads(study.inputs, more, small=study.many)}
