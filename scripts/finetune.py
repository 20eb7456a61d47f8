"""Make all fits of one strategy on one target: every train size and replicate."""

from seqgraft.running.gpus import granted, lease

GPUS = granted(snakemake.resources)
lease(GPUS)  # before torch is imported

import shutil
from pathlib import Path

from seqgraft.config.learning import BackboneSettings, TrainingSettings
from seqgraft.files import atomic_path, write_text
from seqgraft.learn import device
from seqgraft.learn.fits import run_job, save_predictor
from seqgraft.learn.inputs import read_task
from seqgraft.learn.loading import counted
from seqgraft.learn.progress import Progress
from seqgraft.learn.source_examples import read_source_examples
from seqgraft.learn.source_heads import save_one_headed
from seqgraft.running.job import run
from seqgraft.tables import write_parquet, write_tsv


def work(snakemake, log):
    """Fit, or find finished fits in the resume store, and write their predictions."""
    files, params, wildcards = snakemake.input, snakemake.params, snakemake.wildcards
    training = TrainingSettings(**params.training)
    where = device.prepare(GPUS, snakemake.threads, training.threads)
    target = read_task(params.task, files, roles=params.get("left_out", ["pool"]))
    fits = len(params.train_sizes) * params.replicates
    # "2-of-4" where a strategy's fits are cut into several jobs; the job that has them all finds them in the store.
    share = tuple(int(n) for n in wildcards.get("scatteritem", "1-of-1").split("-of-"))
    result = run_job(
        wildcards.strategy,
        target.examples,
        target.splits,
        reading=target.reading,
        backbone=BackboneSettings(**params.backbone),
        training=training,
        train_sizes=params.train_sizes,
        replicates=params.replicates,
        seed_words=(wildcards.study, params.target),
        bundles=[Path(path).parent for path in files.get("bundles", [])],
        source_head=params.get("source_head"),
        options=params.get("options"),
        source_examples=read_source_examples(
            params.get("source_tasks", []),
            files,
            roles=params.get("source_left_out", ["source", "pool"]),
        ),
        excluded=target.excluded,
        store_folder=params.resume,
        code_digest=params.code,
        device=where,
        progress=Progress(f"{wildcards.strategy} on {params.target}", fits // share[1], say=log.info),
        share=share if share[1] > 1 else None,
    )
    log.info("%d fits trained, %d found in the resume store", result.trained, result.reused)
    if share[1] > 1:
        write_text(snakemake.output[0], f"{result.trained} trained, {result.reused} found\n")
        return
    if result.layers is not None:
        log.info("weights of the source model: %s", counted(result.layers))
    write_parquet(result.predictions, snakemake.output.predictions)
    write_tsv(result.history, snakemake.output.history)
    kept = save_predictor(
        result,
        snakemake.output.bundle,
        snakemake.output.weights,
        reading=target.reading,
        backbone=BackboneSettings(**params.backbone),
        aim=target.examples.aim,
        classes=list(params.task["classes"]),
        strategy=wildcards.strategy,
    )
    head = params.get("source_head")
    if not kept and head:
        save_one_headed(
            Path(files.bundles[0]).parent, head, snakemake.output.bundle, snakemake.output.weights
        )
    elif not kept:  # zero-shot trains nothing: its predictor is the first source model
        for source, copy in (
            (files.bundles[0], snakemake.output.bundle),
            (files.source_weights[0], snakemake.output.weights),
        ):
            with atomic_path(copy) as temporary:
                shutil.copyfile(source, temporary)


run(snakemake, work)
