"""Find sequences of a task on both sides of a line, and list who must be left out of training."""

from seqgraft.data.leakage import check_lengths, find_leaks, parts_of
from seqgraft.files import read_parquet, write_tsv
from seqgraft.running.job import run


def work(snakemake, log):
    """Compare the task with itself and with each target onto which it is grafted."""
    files, params = snakemake.input, snakemake.params
    own = parts_of(snakemake.wildcards.task, read_parquet(files.records), read_parquet(files.splits))
    targets = [
        parts_of(task, read_parquet(records), read_parquet(splits))
        for task, records, splits in zip(
            params.targets, files.target_records, files.target_splits, strict=True
        )
    ]
    if params.get("learned", True):
        check_lengths(own, targets)
    found = find_leaks(own, targets, alphabet=params.alphabet, strands=params.strands)
    write_tsv(found.leakage, snakemake.output.leakage)
    write_tsv(found.excluded, snakemake.output.excluded)
    log.info("%d sequences are left out", len(found.excluded))


run(snakemake, work)
