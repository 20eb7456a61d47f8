"""Train one backbone on several sources, or on masked letters, and leave it as a bundle."""

from seqgraft.running.gpus import granted, lease

GPUS = granted(snakemake.resources)
lease(GPUS)  # before torch is imported

from seqgraft.config.learning import BackboneSettings, PretrainingSettings
from seqgraft.learn import device, shared_source
from seqgraft.learn.inputs import TASK_FILES
from seqgraft.learn.progress import heard
from seqgraft.learn.source_lessons import shared_reading, source_lesson
from seqgraft.running.job import run


def work(snakemake, log):
    """Train on the sources' pools, without the sequences that leak into a target."""
    files, params, output = snakemake.input, snakemake.params, snakemake.output
    where = device.prepare(GPUS, snakemake.threads, params.threads)
    settings = PretrainingSettings(**params.pretraining)
    lessons, readings = [], []
    for place, (name, task) in enumerate(params.tasks.items()):
        lesson, reading = source_lesson(
            name,
            task,
            {kind: files[kind][place] for kind in TASK_FILES},
            masked=name in params.masked,
            masking=settings.masking,
            roles=params.get("left_out", ["source", "pool"]),
        )
        lessons.append(lesson)
        readings.append(reading)
    shared_source.run(
        lessons,
        bundle_json=output.bundle,
        weights_file=output.weights,
        history_file=output.history,
        predictions_file=output.predictions,
        reading=shared_reading(readings),
        backbone=BackboneSettings(**params.backbone),
        settings=settings,
        seed_words=(snakemake.wildcards.study, snakemake.wildcards.sources, snakemake.wildcards.model),
        code_digest=params.code,
        store_folder=params.resume,
        device=where,
        say=heard(log.info, f"source model {snakemake.wildcards.model} on {snakemake.wildcards.sources}"),
    )


run(snakemake, work)
