"""Go on with a source model on masked letters of the target's sequences, before any label of it is learned."""

from seqgraft.running.gpus import granted, lease

GPUS = granted(snakemake.resources)
lease(GPUS)  # before torch is imported

from pathlib import Path

from seqgraft.config.learning import BackboneSettings
from seqgraft.config.masking import MaskingSettings, SecondStage
from seqgraft.learn import device, shared_source
from seqgraft.learn.bundle import load_bundle
from seqgraft.learn.progress import heard
from seqgraft.learn.source_heads import backbone_of
from seqgraft.learn.source_lessons import target_lesson
from seqgraft.running.job import run


def work(snakemake, log):
    """Train on the target's pool, without its labels."""
    files, params, output = snakemake.input, snakemake.params, snakemake.output
    where = device.prepare(GPUS, snakemake.threads, params.threads)
    settings = SecondStage(**params.second_stage)
    lesson, reading = target_lesson(
        params.target,
        params.task,
        files,
        masking=MaskingSettings(**params.masking),
        transductive=settings.transductive,
    )
    source = load_bundle(Path(files.bundle).parent)
    shared_source.run(
        [lesson],
        bundle_json=output.bundle,
        weights_file=output.weights,
        history_file=output.history,
        predictions_file=output.predictions,
        reading=reading,
        backbone=BackboneSettings(**params.backbone),
        settings=settings,
        seed_words=(snakemake.wildcards.study, snakemake.wildcards.transfer, snakemake.wildcards.model),
        start=backbone_of(source.weights),
        code_digest=params.code,
        store_folder=params.resume,
        device=where,
        say=heard(log.info, f"second stage {snakemake.wildcards.model} of {snakemake.wildcards.transfer}"),
        second_stage_of=source.sha256,
        transductive=settings.transductive,
    )


run(snakemake, work)
