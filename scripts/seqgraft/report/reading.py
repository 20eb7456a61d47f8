"""Reading a study's files for the page; computed here are only counts and the source models' own scores."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from seqgraft.report.inputs import ReportInputs, SourceModel
from seqgraft.stats.predictions import labels_and_values
from seqgraft.stats.task_types import BINARY, TASK_TYPES
from seqgraft.stats.thresholds import Calibration

#: Columns that stay text even where all their values look like numbers.
TEXTS = frozenset(
    (
        *("transfer", "strategy", "reference", "metric", "role", "verdict", "note", "device"),
        *("kind", "id", "match_id", "file", "reason", "task", "match_task", "match_part"),
        *("censored", "ci_low_censored", "ci_high_censored"),
        *("action", "from_task", "from_part", "to_task", "to_part"),
        *("probabilities", "severity", "message", "evidence"),
    )
)
_FLAGS = {"True": True, "False": False}


def read_inputs(
    *,
    config: Path,
    provenance: Path,
    summary: Path,
    comparisons: Path,
    savings: Path,
    verdicts: Path,
    calibration: Path,
    reliability: Path,
    suspicions: Path,
    leakage: Path,
    excluded: Path,
    tasks: Sequence[str],
    rejects: Sequence[Path],
    summaries: Sequence[Path],
    splits: Sequence[Path],
    records: Sequence[Path],
    bundles: Sequence[Path],
    source_histories: Sequence[Path],
    source_predictions: Sequence[Path],
    histories: Sequence[Path],
    attachments: Sequence[Path] = (),
    adapted: Sequence[Path] = (),
) -> ReportInputs:
    """Read a study's files.

    Parameters
    ----------
    config, provenance, summary, comparisons, savings, verdicts : pathlib.Path
        Files of the whole study; all in one folder.
    calibration, reliability, suspicions, leakage, excluded : pathlib.Path
        The same.
    tasks : sequence of str
        Names of the tasks, in the order of the next four.
    rejects, summaries, splits, records : sequence of pathlib.Path
        One file a task.
    bundles, source_histories, source_predictions : sequence of pathlib.Path
        One file a source model, in ``pretrained/<sources>/<number>/``.
    histories : sequence of pathlib.Path
        One ``history.tsv`` a fit job, below the study's folder.
    attachments : sequence of pathlib.Path
        Further text files that the page offers as they are, e.g. ``metrics.tsv``; ``verdicts.json`` is added.
    adapted : sequence of pathlib.Path
        ``bundle.json`` of each source model after a second stage, in ``adapted/<transfer>/<number>/``.

    Returns
    -------
    ReportInputs

    Raises
    ------
    SeqgraftError
        When a table lacks a column.
    """
    folder = config.parent
    understood = yaml.safe_load(config.read_text(encoding="utf-8"))
    return ReportInputs(
        config=understood,
        provenance=json.loads(provenance.read_text(encoding="utf-8")),
        summary=read_table(summary),
        comparisons=read_table(comparisons),
        savings=read_table(savings),
        verdicts=json.loads(verdicts.read_text(encoding="utf-8")),
        calibration=read_table(calibration),
        reliability=read_table(reliability),
        suspicions=read_table(suspicions),
        leakage=read_table(leakage),
        excluded=read_table(excluded),
        rejects={task: read_table(path) for task, path in zip(tasks, rejects, strict=True)},
        data_summaries={
            task: json.loads(path.read_text(encoding="utf-8"))
            for task, path in zip(tasks, summaries, strict=True)
        },
        split_counts={
            task: count_splits(pd.read_parquet(split), pd.read_parquet(record))
            for task, split, record in zip(tasks, splits, records, strict=True)
        },
        source_models={
            "/".join(bundle.parent.parts[-2:]): read_source_model(
                bundle, history, predictions, _type(understood, bundle.parent.parts[-2])
            )
            for bundle, history, predictions in zip(
                bundles, source_histories, source_predictions, strict=True
            )
        },
        histories={path.parent.relative_to(folder).as_posix(): read_table(path) for path in histories},
        attachments={path.name: path.read_text(encoding="utf-8") for path in (*attachments, verdicts)},
        adapted={
            "/".join(path.parent.parts[-2:]): json.loads(path.read_text(encoding="utf-8")) for path in adapted
        },
    )


def read_table(path: Path) -> pd.DataFrame:
    """Read a tab-separated table.

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Returns
    -------
    pandas.DataFrame
        Texts are never NaN; a column becomes numbers where all its cells that are not empty are numbers.
    """
    table = pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False)
    for column in table.columns:
        values = table[column]
        if column == "is_all":
            table[column] = values.map(_FLAGS).astype(bool)
        elif column not in TEXTS:
            numbers = pd.to_numeric(values.where(values != ""), errors="coerce")
            if numbers.notna().sum() == (values != "").sum():
                table[column] = numbers
    return table


def count_splits(splits: pd.DataFrame, records: pd.DataFrame) -> pd.DataFrame:
    """Count the sequences of each part and class.

    Parameters
    ----------
    splits : pandas.DataFrame
        Columns ``id, part``, one row per replicate for the pool.
    records : pandas.DataFrame
        Column ``id``, and ``label`` where each sequence has one.

    Returns
    -------
    pandas.DataFrame
        Columns ``part, label, sequences``; test before pool, classes in the order of the records. What are no classes
        (numbers, sets, residues) is counted together, with an empty label.
    """
    if "label" not in records or not pd.api.types.is_string_dtype(records["label"].dropna()):
        records = records.assign(label="")
    parts = splits[["id", "part"]].drop_duplicates().merge(records[["id", "label"]], on="id", how="left")
    counts = parts.groupby(["part", "label"]).size()
    rows = [
        (part, label, int(counts.get((part, label), 0)))
        for part in ("test", "pool")
        for label in records["label"].drop_duplicates()
    ]
    return pd.DataFrame(rows, columns=["part", "label", "sequences"])


def _type(config: dict[str, Any], sources: str) -> str:
    """Return the type of a source task; of several, of which only binary labels are learned, that one."""
    known = config["tasks"].get(sources, {})
    return str(known.get("type", "binary"))


def read_source_model(bundle: Path, history: Path, predictions: Path, kind: str = "binary") -> SourceModel:
    """Read one source model's facts and score it on the source's own test part.

    Parameters
    ----------
    bundle, history, predictions : pathlib.Path
        Its ``bundle.json``, ``history.tsv`` and ``predictions.parquet``.
    kind : str
        Type of the source task.

    Returns
    -------
    SourceModel
        Temperature and threshold of the scores come from the source's held-out part.
    """
    table = pd.read_parquet(predictions)
    scores, n_test = score_source(table, kind)
    return SourceModel(json.loads(bundle.read_text(encoding="utf-8")), read_table(history), scores, n_test)


def score_source(predictions: pd.DataFrame, kind: str = "binary") -> tuple[dict[str, float], int]:
    """Score a source model on the source's own test part.

    Parameters
    ----------
    predictions : pandas.DataFrame
        Columns ``part``, and labels and predictions as in those of fits; ``source``, too, where several share a
        backbone.
    kind : str
        Type of the source task.

    Returns
    -------
    scores : dict of str to float
        All metrics, of several sources their means; empty without test rows.
    n_test : int
        Test rows; of residues, their chains.
    """
    if "source" in predictions and predictions["source"].nunique() > 1:
        each = [
            score_source(own.drop(columns="source"), kind)
            for _, own in predictions.groupby("source", sort=False)
        ]
        means = {name: float(np.mean([own[name] for own, _ in each])) for name in each[0][0]}
        return means, sum(n for _, n in each)
    own = TASK_TYPES.get(kind, BINARY)
    if "test" not in set(predictions["part"]):
        return {}, 0
    arrays = {
        str(part): (*labels_and_values(rows, own), rows["id"].to_numpy() if own.per_residue else None)
        for part, rows in predictions.groupby("part", observed=True)
    }
    labels, values, ids = arrays["test"]
    used = own.calibrate(*arrays["held-out"][:2]) if own.binary else Calibration()
    if ids is None:
        found = own.score(labels, values, used)
        return {name: float(score[0]) for name, score in found.items()}, len(labels)
    chains = np.unique(ids, return_inverse=True)[1]
    found = own.score(labels, values, used, chains=chains)
    return {name: float(score[0]) for name, score in found.items()}, int(chains.max()) + 1
