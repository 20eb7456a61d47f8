"""Make all fits of one baseline on one target."""

from seqgraft.config.learning import TrainingSettings
from seqgraft.learn.baseline_job import run_baseline_job
from seqgraft.learn.inputs import read_task
from seqgraft.learn.progress import Progress
from seqgraft.learn.threads import require
from seqgraft.running.job import run
from seqgraft.tables import write_parquet, write_tsv


def work(snakemake, log):
    """Fit, or find finished fits in the resume store, and write their predictions."""
    files, params, wildcards = snakemake.input, snakemake.params, snakemake.wildcards
    training = TrainingSettings(**params.training)
    require(snakemake.threads, training.threads)
    target = read_task(params.task, files, roles=["pool"], letters=True)
    fits = len(params.train_sizes) * params.replicates
    result = run_baseline_job(
        wildcards.baseline,
        target.examples,
        target.splits,
        reading=target.reading,
        training=training,
        train_sizes=params.train_sizes,
        replicates=params.replicates,
        seed_words=(wildcards.study, wildcards.target),
        excluded=target.excluded,
        store_folder=params.resume,
        code_digest=params.code,
        progress=Progress(f"{wildcards.baseline} on {wildcards.target}", fits, say=log.info),
    )
    log.info("%d fits made, %d found in the resume store", result.trained, result.reused)
    write_parquet(result.predictions, snakemake.output.predictions)
    write_tsv(result.history, snakemake.output.history)


run(snakemake, work)
