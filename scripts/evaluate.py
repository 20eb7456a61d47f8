"""Evaluate a study from its predictions."""

from pathlib import Path

from seqgraft.evaluate import EvaluationSettings, FitJob, TransferSettings, evaluate, write_tables
from seqgraft.job import run


def work(snakemake, log):
    """Write metrics, summary, comparisons, savings and verdicts."""
    settings = dict(snakemake.params.settings)
    transfers = tuple(
        TransferSettings(**{key: tuple(v) if isinstance(v, list) else v for key, v in transfer.items()})
        for transfer in settings.pop("transfers")
    )
    study = EvaluationSettings(transfers=transfers, baselines=tuple(settings.pop("baselines")), **settings)
    jobs = [
        FitJob(predictions=Path(path), **job)
        for path, job in zip(snakemake.input.predictions, snakemake.params.jobs, strict=True)
    ]
    tables = evaluate(jobs, study, say=log.info)
    write_tables(tables, Path(snakemake.output.metrics).parent)
    for verdict in tables.verdicts:
        log.info(verdict["sentence"])


run(snakemake, work)
