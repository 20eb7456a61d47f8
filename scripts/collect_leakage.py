"""Put the leakage tables of all tasks into one, and the lists of what is left out."""

import pandas as pd

from seqgraft.running.job import run
from seqgraft.tables import write_tsv


def work(snakemake, log):
    """Concatenate in the config's order; the task whose list it was becomes a column."""
    tables = [pd.read_csv(path, sep="\t") for path in snakemake.input.leakage]
    write_tsv(pd.concat(tables, ignore_index=True), snakemake.output.leakage)
    lists = [
        pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False).assign(task=task)
        for task, path in zip(snakemake.params.tasks, snakemake.input.excluded, strict=True)
    ]
    excluded = pd.concat(lists, ignore_index=True)
    write_tsv(excluded[["task", *excluded.columns.drop("task")]], snakemake.output.excluded)
    log.info("%d sequences are left out somewhere", len(excluded))


run(snakemake, work)
