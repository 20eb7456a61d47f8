"""Train one source model and leave it as a bundle."""

from seqgraft.running.gpus import granted, lease

GPUS = granted(snakemake.resources)
lease(GPUS)  # before torch is imported

from seqgraft.config.learning import BackboneSettings, PretrainingSettings
from seqgraft.learn import device, pretrain
from seqgraft.learn.inputs import TASK_FILES, read_task
from seqgraft.learn.progress import heard
from seqgraft.running.job import run


def work(snakemake, log):
    """Train on the source's pool or a part of it, without the sequences that leak into a target."""
    files, params, output = snakemake.input, snakemake.params, snakemake.output
    where = device.prepare(GPUS, snakemake.threads, params.threads)
    own = {name: files[name][0] for name in TASK_FILES}
    source = read_task(params.task, own, roles=params.get("left_out", ["source", "pool"]))
    pretrain.run(
        source.examples,
        source.splits,
        source.excluded,
        bundle_json=output.bundle,
        weights_file=output.weights,
        history_file=output.history,
        predictions_file=output.predictions,
        classes=list(params.task["classes"]),
        reading=source.reading,
        backbone=BackboneSettings(**params.backbone),
        pretraining=PretrainingSettings(**params.pretraining),
        seed_words=(snakemake.wildcards.study, params.source, snakemake.wildcards.model),
        source_size=params.source_size,
        code_digest=params.code,
        store_folder=params.resume,
        device=where,
        say=heard(log.info, f"source model {snakemake.wildcards.model} on {snakemake.wildcards.sources}"),
    )


run(snakemake, work)
