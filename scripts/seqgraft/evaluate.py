"""Evaluation: from the predictions of all fits to metrics, intervals, comparisons and verdicts."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from seqgraft.errors import SeqgraftError
from seqgraft.files import write_text, write_tsv
from seqgraft.learn.progress import Progress
from seqgraft.seeds import seed
from seqgraft.stats.calibration import calibration_tables
from seqgraft.stats.comparisons import comparisons_table
from seqgraft.stats.panel import build_panel
from seqgraft.stats.scoring import score_target
from seqgraft.stats.settings import EvaluationSettings, FitJob, TransferSettings
from seqgraft.stats.suspicions import suspicions_table, with_leaks
from seqgraft.stats.tables import metrics_table, savings_table, summary_table
from seqgraft.stats.verdicts import transfer_verdict

__all__ = ["EvaluationSettings", "FitJob", "Tables", "TransferSettings", "evaluate", "write_tables"]


@dataclass(frozen=True)
class Tables:
    """What evaluation finds.

    Parameters
    ----------
    metrics, summary, comparisons, savings, calibration, reliability, suspicions : pandas.DataFrame
        Written as TSV files of the same names.
    verdicts : list of dict
        One per transfer; written as JSON.
    """

    metrics: pd.DataFrame
    summary: pd.DataFrame
    comparisons: pd.DataFrame
    savings: pd.DataFrame
    verdicts: list[dict[str, Any]]
    calibration: pd.DataFrame
    reliability: pd.DataFrame
    suspicions: pd.DataFrame


#: Tables that are written as TSV files.
NAMES = ("metrics", "summary", "comparisons", "savings", "calibration", "reliability", "suspicions")


def evaluate(
    jobs: Sequence[FitJob],
    study: EvaluationSettings,
    groups: Mapping[str, dict[str, str]] | None = None,
    leakage: pd.DataFrame | None = None,
    excluded: pd.DataFrame | None = None,
    threads: int = 1,
    say: Callable[[str], None] | None = None,
) -> Tables:
    """Evaluate a study from its predictions alone.

    Parameters
    ----------
    jobs : sequence of FitJob
        All prediction files of the study. Those without a transfer serve every transfer with their target.
    study : EvaluationSettings
        Names, order and counts.
    groups : mapping of str to dict of str to str, optional
        By target, the group of each test id; examples of a group are resampled together.
    leakage, excluded : pandas.DataFrame, optional
        ``leakage.tsv`` and ``excluded.tsv``, for the list of suspicions alone.
    threads : int
        Fits that are scored at the same time; changes no number.
    say : callable, optional
        Takes lines of progress.

    Returns
    -------
    Tables

    Raises
    ------
    SeqgraftError
        When predictions are missing or do not belong together.
    """
    panels = []
    targets = dict.fromkeys(transfer.target for transfer in study.transfers)
    # Scoring resamples every fit of a target; comparing is counted as one more step.
    progress = Progress("evaluating", len(targets) + 1, "steps", say=say or _silent)
    for target in targets:
        found = [job for job in jobs if job.target == target]
        if not found:
            raise SeqgraftError(
                f"There are no predictions for target {target}.",
                where=f"study {study.study}",
                remedy="Run the study again, so that the missing fits are made.",
            )
        scores = score_target(
            found,
            study.draws,
            seed(study.study, target, "bootstrap", study.seed),
            (groups or {}).get(target),
            threads,
        )
        panels += [build_panel(t, study, scores) for t in study.transfers if t.target == target]
        progress.step(f"target {target} scored, {len(found)} files of predictions")
    order = {transfer.name: position for position, transfer in enumerate(study.transfers)}
    panels.sort(key=lambda panel: order[panel.transfer.name])
    comparisons = comparisons_table(panels)
    calibration, reliability = calibration_tables(panels)
    suspicions = suspicions_table(panels, comparisons, leakage, excluded)
    tables = Tables(
        metrics_table(panels),
        summary_table(panels),
        comparisons,
        savings_table(panels),
        [with_leaks(transfer_verdict(panel, comparisons), suspicions) for panel in panels],
        calibration,
        reliability,
        suspicions,
    )
    progress.step("compared")
    return tables


def _silent(line: str) -> None:
    """Tell nothing."""


def write_tables(tables: Tables, folder: str | Path) -> None:
    """Write a TSV file per table and verdicts.json.

    Parameters
    ----------
    tables : Tables
        From `evaluate`.
    folder : path-like
        Where to; made if missing.
    """
    for name in NAMES:
        write_tsv(getattr(tables, name), Path(folder) / f"{name}.tsv")
    text = json.dumps(tables.verdicts, indent=2, ensure_ascii=False, allow_nan=False)
    write_text(Path(folder) / "verdicts.json", text + "\n")
