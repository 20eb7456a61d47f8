"""Compare what the sources promised with what they gave."""

import pandas as pd

from seqgraft.running.job import run
from seqgraft.stats.source_matrix import source_matrix
from seqgraft.stats.source_ranking import ranking_table, sentences
from seqgraft.tables import write_tsv


def work(snakemake, log):
    """Write all estimates, the matrix of gains, and how well each estimate ranked the sources."""
    files, params, output = snakemake.input, snakemake.params, snakemake.output
    scores = pd.concat([read(path) for path in files.scores], ignore_index=True)
    metric = params.primary_metric
    ranking = ranking_table(scores, read(files.metrics), metric, seed_words=(snakemake.wildcards.study,))
    write_tsv(scores, output.scores)
    write_tsv(source_matrix(read(files.comparisons), read(files.metrics), metric), output.matrix)
    write_tsv(ranking, output.ranking)
    for sentence in sentences(ranking):
        log.info(sentence)


def read(path):
    """Read a table as evaluation wrote it."""
    return pd.read_csv(path, sep="\t", keep_default_na=False, na_values=[""])


run(snakemake, work)
