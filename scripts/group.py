"""Find which of a task's sequences must stay on one side of a split."""

from seqgraft.data.splitting.groups import find_groups
from seqgraft.data.unpadded import unpadded
from seqgraft.running.job import run
from seqgraft.tables import read_parquet, write_parquet


def work(snakemake, log):
    """Write groups.parquet."""
    records = read_parquet(snakemake.input.records)
    params = snakemake.params
    if params.padded:
        records = unpadded(records, [params.alphabet])
    table = find_groups(
        records,
        params.split,
        alphabet=params.alphabet,
        strand=params.strand,
        task=snakemake.wildcards.task,
        threads=snakemake.threads,
        windows=params.windows,
    )
    sizes = table["group"].value_counts()
    log.info(
        "%d sequences in %d groups; %d are alone, the largest group holds %d",
        len(table), len(sizes), int((sizes == 1).sum()), int(sizes.max()),
    )  # fmt: skip
    write_parquet(table, snakemake.output.groups)


run(snakemake, work)
