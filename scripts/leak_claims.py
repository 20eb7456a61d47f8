"""Compare what is claimed with what would have been claimed with the leaks left in."""

from pathlib import Path

from seqgraft.running.job import run
from seqgraft.stats.group_files import read_groups
from seqgraft.stats.leak_claims import claims_table
from seqgraft.stats.settings import EvaluationSettings, FitJob
from seqgraft.tables import write_tsv


def work(snakemake, log):
    """Write the scores and gains both ways and their differences, from predictions alone."""
    jobs = [
        FitJob(predictions=Path(path), **job)
        for path, job in zip(snakemake.input.predictions, snakemake.params.jobs, strict=True)
    ]
    study = EvaluationSettings.of(snakemake.params.settings)
    groups = read_groups(snakemake.input.get("groups", []))
    table = claims_table(jobs, study, groups=groups, threads=snakemake.threads)
    write_tsv(table, snakemake.output.claims)
    log.info("%d transfers compared", table["transfer"].nunique())


run(snakemake, work)
