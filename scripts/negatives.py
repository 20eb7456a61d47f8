"""Make a class of a task that nobody observed."""

import numpy as np

from seqgraft.data.fasta import read_fasta
from seqgraft.data.negatives import genome_negatives, shuffled_negatives
from seqgraft.files import write_text
from seqgraft.running.job import run
from seqgraft.seeds import seed


def work(snakemake, log):
    """Write one FASTA file of made sequences."""
    own, wildcards = snakemake.params.negatives, snakemake.wildcards
    observed = [r.sequence.upper() for path in snakemake.input.observed for r in read_fasta(path)]
    generator = np.random.default_rng(seed(wildcards.study, wildcards.task, "negatives", own["seed"]))
    number = round(own["ratio"] * len(observed))
    if own["from"] == "genome":
        path = snakemake.input.genome[0]
        genome = [(r.id, r.sequence.upper()) for r in read_fasta(path)]
        made = genome_negatives(observed, number, genome, own["tolerance"], generator, path)
    else:
        made = shuffled_negatives(observed, number, generator)
    write_text(snakemake.output[0], "".join(f">{name}\n{sequence}\n" for name, sequence in made))
    log.info(
        "made %d of %d sequences of class %s (%s): these were not observed",
        len(made), number, own["class"], own["from"],
    )  # fmt: skip


run(snakemake, work)
