"""Draw a task's test part and the replicates' permutations of its pool."""

from seqgraft.data.split import split
from seqgraft.data.strata import strata_of
from seqgraft.files import read_parquet, write_parquet
from seqgraft.running.job import run


def work(snakemake, log):
    """Write splits.parquet."""
    records = read_parquet(snakemake.input.records)
    params, wildcards = snakemake.params, snakemake.wildcards
    labels, classes = strata_of(records, params.get("type", "binary"), params.classes)
    table = split(
        records["id"],
        labels,
        classes=classes,
        test=params.split["test"],
        seed_words=(wildcards.study, wildcards.task, params.split["seed"]),
        replicates=params.replicates,
        numbers=params.numbers,
        folds=params.folds,
        task=wildcards.task,
    )
    in_test = int((table["part"] == "test").sum())
    log.info("%d sequences in the test part, %d in the pool", in_test, len(records) - in_test)
    write_parquet(table, snakemake.output.splits)


run(snakemake, work)
