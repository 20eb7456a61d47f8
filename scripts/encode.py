"""Turn a task's sequences into tokens."""

from pathlib import Path

from seqgraft.data.tokens import encode, write_tokens
from seqgraft.files import read_parquet
from seqgraft.running.job import run


def work(snakemake, log):
    """Write tokens and offsets in the order of the records."""
    sequences = read_parquet(snakemake.input.records, columns=["sequence"])["sequence"].tolist()
    tokens, offsets = encode(sequences, snakemake.params.alphabet)
    write_tokens(tokens, offsets, Path(snakemake.output.tokens), Path(snakemake.output.offsets))
    log.info("%d sequences, %d tokens", len(sequences), len(tokens))


run(snakemake, work)
