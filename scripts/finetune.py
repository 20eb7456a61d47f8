"""Make all fits of one strategy on one target: every train size and replicate."""

from pathlib import Path

from seqgraft.config.learning import BackboneSettings, TrainingSettings
from seqgraft.files import write_parquet, write_tsv
from seqgraft.job import run
from seqgraft.learn import device
from seqgraft.learn.fits import run_job
from seqgraft.learn.inputs import read_task, sizes_of
from seqgraft.learn.progress import Progress


def work(snakemake, log):
    """Fit, or find finished fits in the resume store, and write their predictions."""
    files, params, wildcards = snakemake.input, snakemake.params, snakemake.wildcards
    training = TrainingSettings(**params.training)
    where = device.prepare(int(snakemake.resources.get("gpu", 0)), snakemake.threads, training.threads)
    target = read_task(
        params.task,
        records=files.records,
        splits=files.splits,
        excluded=files.excluded,
        tokens=files.tokens,
        offsets=files.offsets,
        roles=["pool"],
    )
    sizes = sizes_of(params.train_sizes)
    fits = len(sizes) * params.replicates
    result = run_job(
        wildcards.strategy,
        target.examples,
        target.splits,
        reading=target.reading,
        backbone=BackboneSettings(**params.backbone),
        training=training,
        train_sizes=sizes,
        replicates=params.replicates,
        seed_words=(wildcards.study, params.target),
        bundles=[Path(path).parent for path in files.get("bundles", [])],
        excluded=target.excluded,
        store_folder=params.resume,
        code_digest=params.code,
        device=where,
        progress=Progress(f"{wildcards.strategy} on {params.target}", fits, say=log.info),
    )
    log.info("%d fits trained, %d found in the resume store", result.trained, result.reused)
    write_parquet(result.predictions, snakemake.output.predictions)
    write_tsv(result.history, snakemake.output.history)


run(snakemake, work)
