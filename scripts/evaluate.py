"""Evaluate a study from its predictions."""

from pathlib import Path

import pandas as pd

from seqgraft.evaluate import EvaluationSettings, FitJob, evaluate, write_tables
from seqgraft.running.job import run
from seqgraft.stats.group_files import read_groups


def work(snakemake, log):
    """Write metrics, summary, comparisons, savings, calibration, reliability, suspicions and verdicts."""
    study = EvaluationSettings.of(snakemake.params.settings)
    jobs = [
        FitJob(predictions=Path(path), **job)
        for path, job in zip(snakemake.input.predictions, snakemake.params.jobs, strict=True)
    ]
    tables = evaluate(
        jobs,
        study,
        groups=read_groups(snakemake.input.get("groups", [])),
        leakage=pd.read_csv(snakemake.input.leakage, sep="\t", keep_default_na=False),
        excluded=pd.read_csv(snakemake.input.excluded, sep="\t", dtype=str, keep_default_na=False),
        threads=snakemake.threads,
        say=log.info,
    )
    write_tables(tables, Path(snakemake.output.metrics).parent)
    for verdict in tables.verdicts:
        log.info(verdict["sentence"])
    for row in tables.suspicions.to_dict("records"):
        log.info("suspicious: %s, %s: %s", row["transfer"], row["kind"], row["message"])


run(snakemake, work)
