"""Simulate the sequences of one class of a task."""

from seqgraft.config.simulation import Simulation
from seqgraft.running.job import run
from seqgraft.simulate.generators import simulate, write_fasta


def work(snakemake, log):
    """Write one FASTA file of simulated sequences, marked as such in every header."""
    records = simulate(Simulation(**snakemake.params.settings), snakemake.params.classes)
    label = snakemake.wildcards.file
    write_fasta(records[label], snakemake.output[0])
    log.info("simulated %d sequences of class %s: these are not real data", len(records[label]), label)


run(snakemake, work)
