"""Turn a task's sequences into tokens."""

from pathlib import Path

from seqgraft.data.embeddings import flat, read_embeddings
from seqgraft.data.tokens import encode, write_tokens
from seqgraft.running.job import run
from seqgraft.tables import read_parquet


def work(snakemake, log):
    """Write tokens and offsets in the order of the records; of a pair the first sequence and then the second."""
    records = read_parquet(snakemake.input.records)
    columns = [name for name in ("sequence", "sequence_1", "sequence_2") if name in records]
    if snakemake.input.get("embeddings"):
        vectors = read_embeddings(*snakemake.input.embeddings, records["id"].tolist())
        write_tokens(*flat(vectors), Path(snakemake.output.tokens), Path(snakemake.output.offsets))
        log.info("%d embeddings of %d numbers", *vectors.shape)
        return
    sequences = records[columns].to_numpy(object).ravel().tolist()
    tokens, offsets = encode(sequences, snakemake.params.alphabet)
    write_tokens(tokens, offsets, Path(snakemake.output.tokens), Path(snakemake.output.offsets))
    log.info("%d sequences, %d tokens", len(sequences), len(tokens))


run(snakemake, work)
