"""Draw a task's test part and the replicates' permutations of its pool."""

from seqgraft.data.label_types import TYPES
from seqgraft.data.split import split
from seqgraft.data.splitting.balance import balance
from seqgraft.data.splitting.columns import column_of, labels_of
from seqgraft.running.job import run
from seqgraft.tables import read_parquet, write_parquet


def work(snakemake, log):
    """Write splits.parquet."""
    records = read_parquet(snakemake.input.records)
    params, wildcards = snakemake.params, snakemake.wildcards
    type_ = params.get("type", "binary")
    classes = params.classes if TYPES[type_].by_class else []
    found = snakemake.input.get("groups", [])
    groups = read_parquet(found[0])["group"] if found else None
    parts = None
    if params.split["method"] == "predefined":
        parts = column_of(records, "part", "predefined", wildcards.task)
    table = split(
        records["id"],
        labels_of(records, type_),
        classes=classes,
        settings=params.split,
        seed_words=(wildcards.study, wildcards.task, params.split["seed"]),
        replicates=params.replicates,
        numbers=params.numbers,
        folds=params.folds,
        task=wildcards.task,
        groups=groups,
        parts=parts,
    )
    in_test = int((table["part"] == "test").sum())
    log.info("%d sequences in the test part, %d in the pool", in_test, len(records) - in_test)
    for line in balance(table, records, groups, classes):
        log.info(line)
    write_parquet(table, snakemake.output.splits)


run(snakemake, work)
