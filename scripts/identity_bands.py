"""Score scratch and the chosen strategy by how alike test sequences are to those that were learned from."""

from pathlib import Path

from seqgraft.running.job import run
from seqgraft.stats.group_files import read_groups
from seqgraft.stats.identity_bands import identity_bands
from seqgraft.stats.settings import EvaluationSettings, FitJob
from seqgraft.tables import read_parquet, write_tsv


def work(snakemake, log):
    """Write the table of bands."""
    files, params = snakemake.input, snakemake.params
    jobs = [
        FitJob(predictions=Path(path), **job)
        for path, job in zip(files.predictions, params.jobs, strict=True)
    ]
    identities = {
        target: read_parquet(path) for target, path in zip(params.targets, files.identities, strict=True)
    }
    table = identity_bands(
        jobs,
        EvaluationSettings.of(params.settings),
        identities,
        groups=read_groups(files.get("groups", [])),
        threads=snakemake.threads,
        say=log.info,
    )
    write_tsv(table, snakemake.output.bands)


run(snakemake, work)
