"""Pages of tasks that are not binary: a planted study's tables inside the report's fixture."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
from fake_values import NAMES, make_typed_study, type_of
from report_fixtures import make_inputs

from seqgraft.evaluate import evaluate
from seqgraft.report.inputs import ReportInputs
from seqgraft.report.task_words import TASK_TYPES

#: What prepare calls the one kind of sequence of a task without classes.
EVERYTHING = "all sequences"


def typed_inputs(folder: Path, kind: str, metric: str = "", **options) -> ReportInputs:
    """Return what the page of a study of this type is made of."""
    tables = evaluate(*make_typed_study(folder, kind, metric=metric, **options))
    base = make_inputs({"near--far": "helps"}, title=f"A study of type {kind}")
    names = list(NAMES[kind])
    classes = names if type_of(kind) in ("multiclass", "multilabel", "residue-classes") else []
    own = {"type": type_of(kind), "classes": classes, "labels": {"outputs": [] if classes else names}}
    tasks = {name: {**base.config["tasks"][name], **own} for name in ("near", "far")}
    by_class = names if kind == "multiclass" else [EVERYTHING]
    letters = base.data_summaries["near"]["classes"]["promoter"]
    summary = {**base.data_summaries["near"], "classes": dict.fromkeys(by_class, letters)}
    counts = pd.DataFrame(
        [(part, name if kind == "multiclass" else "", 30) for part in ("test", "pool") for name in by_class],
        columns=["part", "label", "sequences"],
    )
    scores = dict.fromkeys(TASK_TYPES[type_of(kind)].metrics, 0.7)
    models = {
        name: replace(
            model,
            bundle={key: value for key, value in model.bundle.items() if key != "validation_auroc"},
            history=model.history.drop(columns="validation_auroc"),
            test_scores=scores,
        )
        for name, model in base.source_models.items()
    }
    return replace(
        base,
        config={**base.config, "tasks": tasks, "primary_metric": tables.verdicts[0]["metric"]},
        summary=tables.summary,
        comparisons=tables.comparisons,
        savings=tables.savings,
        verdicts=tables.verdicts,
        calibration=tables.calibration,
        reliability=tables.reliability,
        suspicions=tables.suspicions,
        data_summaries=dict.fromkeys(("near", "far"), summary),
        split_counts=dict.fromkeys(("near", "far"), counts),
        source_models=models,
        attachments={**base.attachments, "metrics.tsv": tables.metrics.to_csv(sep="\t", index=False)},
    )
