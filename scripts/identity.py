"""Find the nearest training sequence of every test sequence."""

import pandas as pd

from seqgraft.data.identity import identity_table, learned_from
from seqgraft.data.parts import parts_of, written_in
from seqgraft.data.scoring import SHUFFLED
from seqgraft.learn.progress import Progress
from seqgraft.running.job import run
from seqgraft.seeds import seed
from seqgraft.tables import read_parquet, write_parquet


def work(snakemake, log):
    """Compare a target's test part with its pool and with the training part of each of its sources."""
    files, params, target = snakemake.input, snakemake.params, snakemake.wildcards.target
    parts = {
        task: written_in(parts_of(task, read_parquet(records), read_parquet(splits)), params.alphabet)
        for task, records, splits in zip(params.tasks, files.records, files.splits, strict=True)
    }
    training = {
        task: learned_from(parts[task].pool, read(excluded), source=task != target)
        for task, excluded in zip(params.tasks, files.excluded, strict=True)
    }
    test = parts[target].test
    total = (len(test) + min(len(test), SHUFFLED)) * len(training)
    progress = Progress("comparing", total, "sequences", say=log.info)
    table = identity_table(
        test,
        training,
        alphabet=params.alphabet,
        both=params.strand == "both",
        seed=seed(snakemake.wildcards.study, target, "shuffled"),
        step=lambda done: progress.step(amount=done),
    )
    write_parquet(table, snakemake.output.identity)
    for task, own in table[~table["shuffled"]].groupby("task", sort=False):
        log.info(
            "%s: median identity %.0f %% to %d sequences",
            task,
            100 * own["identity"].median(),
            len(training[task]),
        )


def read(path):
    """Read a table of what is left out."""
    return pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False)


run(snakemake, work)
