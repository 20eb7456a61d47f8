"""Everything that the page is made of, and the columns that its tables must have."""

from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from seqgraft.errors import SeqgraftError

#: Columns without which a table cannot be shown.
COLUMNS: dict[str, tuple[str, ...]] = {
    "summary": (
        "transfer", "strategy", "kind", "train_size", "is_all", "metric", "mean", "ci_low", "ci_high",
        "replicates", "n_test", "note",
    ),
    "comparisons": (
        "transfer", "strategy", "reference", "train_size", "is_all", "metric", "role", "difference", "ci_low",
        "ci_high", "p_value", "p_adjusted", "verdict", "replicates",
    ),
    "savings": (
        "transfer", "strategy", "reference", "train_size", "is_all", "metric", "savings", "ci_low", "ci_high",
        "censored", "ci_low_censored", "ci_high_censored", "note",
    ),
    "calibration": (
        "transfer", "strategy", "train_size", "is_all", "probabilities", "metric", "mean", "sd", "ci_low",
        "ci_high", "replicates", "n_test", "note",
    ),
    "reliability": (
        "transfer", "strategy", "train_size", "is_all", "probabilities", "bin", "predictions", "examples",
        "predicted", "observed", "ci_low", "ci_high",
    ),
    "suspicions": ("transfer", "kind", "severity", "message", "evidence"),
    "leakage": ("from_task", "from_part", "to_task", "to_part", "kind", "sequences", "fraction", "action"),
    "excluded": ("task", "id", "role", "kind", "match_task", "match_part", "match_id"),
    "rejects": ("file", "line", "id", "reason"),
    "split_counts": ("part", "label", "sequences"),
}  # fmt: skip


@dataclass(frozen=True)
class SourceModel:
    """What the page says about one source model.

    Parameters
    ----------
    bundle : dict
        ``bundle.json``.
    history : pandas.DataFrame
        ``history.tsv`` of its training.
    test_scores : dict of str to float
        Metrics on the source's own test part; empty where it has none.
    n_test : int
        Sequences of that part.
    """

    bundle: dict[str, Any]
    history: pd.DataFrame
    test_scores: dict[str, float]
    n_test: int


@dataclass(frozen=True)
class ReportInputs:
    """What the page is made of.

    Parameters
    ----------
    config : dict
        ``config.yaml``: the study as understood.
    provenance : dict
        ``provenance.json``.
    summary, comparisons, savings : pandas.DataFrame
        As written by `seqgraft.evaluate`.
    verdicts : list of dict
        ``verdicts.json``.
    leakage, excluded : pandas.DataFrame
        Of the whole study.
    rejects : dict of str to pandas.DataFrame
        ``rejects.tsv`` by task.
    data_summaries : dict of str to dict
        ``summary.json`` by task, as written by `seqgraft.data.prepare`.
    split_counts : dict of str to pandas.DataFrame
        By task, columns ``part, label, sequences``; from `seqgraft.report.reading.count_splits`.
    source_models : dict of str to SourceModel
        By folder below ``pretrained/``, e.g. "ecoli/0".
    histories : dict of str to pandas.DataFrame
        ``history.tsv`` of the fit jobs by folder below the study's, e.g. "targets/bsubtilis/scratch".
    attachments : dict of str to str
        Further files that the page offers as they are, by name, e.g. "metrics.tsv".
    calibration, reliability, suspicions : pandas.DataFrame
        As written by `seqgraft.evaluate`; empty by default.
    adapted : dict of str to dict
        ``bundle.json`` of source models after a second stage, by folder below ``adapted/``, e.g. "ecoli--bsubtilis/0".
    """

    config: dict[str, Any]
    provenance: dict[str, Any]
    summary: pd.DataFrame
    comparisons: pd.DataFrame
    savings: pd.DataFrame
    verdicts: list[dict[str, Any]]
    leakage: pd.DataFrame
    excluded: pd.DataFrame
    rejects: dict[str, pd.DataFrame]
    data_summaries: dict[str, dict[str, Any]]
    split_counts: dict[str, pd.DataFrame]
    source_models: dict[str, SourceModel]
    histories: dict[str, pd.DataFrame]
    attachments: dict[str, str]
    calibration: pd.DataFrame = field(default_factory=lambda: _empty("calibration"))
    reliability: pd.DataFrame = field(default_factory=lambda: _empty("reliability"))
    suspicions: pd.DataFrame = field(default_factory=lambda: _empty("suspicions"))
    adapted: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse tables that lack a column."""
        for name in (
            "summary", "comparisons", "savings", "calibration", "reliability", "suspicions", "leakage", "excluded",
        ):  # fmt: skip
            _check_columns(name, getattr(self, name))
        for name in ("rejects", "split_counts"):
            for task, table in getattr(self, name).items():
                _check_columns(name, table, task)

    @property
    def simulated(self) -> bool:
        """Whether any task of the study is simulated."""
        return any("simulate" in task for task in self.learned.values())

    @property
    def devices(self) -> list[str]:
        """What networks were computed on: each device once, in alphabetical order."""
        found = [str(d) for table in self.histories.values() if "device" in table for d in table["device"]]
        found += [str(model.bundle.get("device") or "") for model in self.source_models.values()]
        return sorted({device for device in found if device not in ("", "nan")})

    @property
    def learned(self) -> dict[str, Any]:
        """The config of the tasks that some transfer learns or learns from, in the config's order."""
        used = {
            name for verdict in self.verdicts for name in (*verdict["source"].split("+"), verdict["target"])
        }
        return {name: task for name, task in self.config["tasks"].items() if name in used}

    def classes_of(self, task: str) -> list[str]:
        """Return a task's classes; of sequences without labels the word that stands for all of them."""
        own = self.config["tasks"][task]
        return list(own["classes"]) or [own.get("type", "")]

    def title_of(self, task: str) -> str:
        """Return a task's title, or its name where it has none."""
        return self.config["tasks"].get(task, {}).get("title") or task

    def titles_of(self, verdict: dict[str, Any]) -> tuple[str, str]:
        """Return the titles of the source and the target of one entry of `verdicts`."""
        source = " + ".join(self.title_of(name) for name in verdict["source"].split("+"))
        return source, self.title_of(verdict["target"])


def _empty(name: str) -> pd.DataFrame:
    """Return a table without rows."""
    return pd.DataFrame(columns=list(COLUMNS[name]))


def _check_columns(name: str, table: pd.DataFrame, task: str = "") -> None:
    """Raise for a table that lacks a column."""
    lacking = [column for column in COLUMNS[name] if column not in table.columns]
    if lacking:
        raise SeqgraftError(
            f"The table '{name}' has no column '{lacking[0]}'.",
            where=f"{name}{f' of task {task}' if task else ''}",
            remedy="Make it again with this version: delete the file and run the study.",
        )
