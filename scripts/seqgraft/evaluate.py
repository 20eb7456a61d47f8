"""Evaluation: from the predictions of all fits to metrics, intervals, comparisons and verdicts."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from seqgraft.errors import SeqgraftError
from seqgraft.files import write_text
from seqgraft.learn.progress import Progress
from seqgraft.running.side_by_side import each
from seqgraft.seeds import seed
from seqgraft.stats.calibration import calibration_tables
from seqgraft.stats.comparisons import joined, panel_comparisons
from seqgraft.stats.panel import Panel, build_panel
from seqgraft.stats.scoring import score_target
from seqgraft.stats.settings import EvaluationSettings, FitJob, TransferSettings
from seqgraft.stats.suspicions import suspicions_table, with_leaks
from seqgraft.stats.tables import metrics_table, savings_table, summary_table
from seqgraft.stats.verdicts import transfer_verdict
from seqgraft.tables import write_tsv

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
        Fits that are scored, and transfers that are compared, at the same time; changes no number.
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
    parts = each(_of_panel, panels, threads)
    compared, metrics, summary, savings, calibration, reliability = zip(*parts, strict=True)
    comparisons = joined(compared, study)
    suspicions = _below(
        each(lambda panel: suspicions_table([panel], comparisons, leakage, excluded), panels, threads)
    )
    tables = Tables(
        _below(metrics),
        _below(summary),
        comparisons,
        _below(savings),
        [with_leaks(transfer_verdict(panel, comparisons), suspicions) for panel in panels],
        _below(calibration),
        _below(reliability),
        suspicions,
    )
    progress.step("compared")
    return tables


def _of_panel(panel: Panel) -> tuple[pd.DataFrame, ...]:
    """Return the tables of one transfer that take no other."""
    alone = [panel]
    return (
        panel_comparisons(panel),
        metrics_table(alone),
        summary_table(alone),
        savings_table(alone),
        *calibration_tables(alone),
    )


def _below(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Put the transfers' tables below each other; one without rows says nothing about what a column holds."""
    filled = [part for part in parts if not part.empty]
    return pd.concat(filled, ignore_index=True) if filled else parts[0]


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
