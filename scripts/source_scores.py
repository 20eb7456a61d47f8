"""Estimate what the source models of one transfer are worth, from the labels inside the budget."""

from seqgraft.running.gpus import granted, lease

GPUS = granted(snakemake.resources)
lease(GPUS)  # before torch is imported

from pathlib import Path

from seqgraft.config.learning import TrainingSettings
from seqgraft.learn import device
from seqgraft.learn.inputs import read_task
from seqgraft.learn.progress import Progress
from seqgraft.learn.source_scores import score_sources
from seqgraft.running.job import run
from seqgraft.tables import write_tsv


def work(snakemake, log):
    """Score every source model for every train size and replicate."""
    files, params, wildcards = snakemake.input, snakemake.params, snakemake.wildcards
    training = TrainingSettings(**params.training)
    where = device.prepare(GPUS, snakemake.threads, training.threads)
    target = read_task(params.task, files, roles=["pool"])
    steps = len(files.bundles) * len(params.train_sizes) * params.replicates
    table = score_sources(
        target.examples,
        target.splits,
        reading=target.reading,
        classes=params.task["classes"],
        training=training,
        train_sizes=params.train_sizes,
        replicates=params.replicates,
        seed_words=(wildcards.study, params.target),
        bundles=[Path(path).parent for path in files.bundles],
        source_head=params.get("source_head"),
        estimates=params.estimates,
        excluded=target.excluded,
        device=where,
        progress=Progress(f"estimates of {wildcards.transfer}", steps, "sets of labels", say=log.info),
    )
    table.insert(0, "transfer", wildcards.transfer)
    table.insert(1, "source", params.source)
    table.insert(2, "target", params.target)
    write_tsv(table, snakemake.output.scores)


run(snakemake, work)
