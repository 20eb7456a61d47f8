"""Score fine-tuned models on their source's own test part."""

from seqgraft.running.gpus import granted, lease

GPUS = granted(snakemake.resources)
lease(GPUS)  # before torch is imported

from functools import lru_cache
from pathlib import Path

import pandas as pd
from safetensors.torch import load_file

from seqgraft.config.learning import TrainingSettings
from seqgraft.learn import device
from seqgraft.learn.bundle import load_bundle
from seqgraft.learn.examples import groups_of_rows, pool_rows, rows_of_test
from seqgraft.learn.forgetting import COLUMNS, SourceTask, forgetting_rows, unseen
from seqgraft.learn.inputs import TASK_FILES, read_task
from seqgraft.running.job import run
from seqgraft.tables import write_tsv


def work(snakemake, log):
    """Compare each kept model with the source model that it started from."""
    files, params = snakemake.input, snakemake.params
    training = TrainingSettings(**params.training)
    where = device.prepare(GPUS, snakemake.threads, training.threads)
    places = {task: position for position, task in enumerate(params.tasks)}

    @lru_cache
    def task(name, role):
        own = {kind: files[kind][places[name]] for kind in TASK_FILES}
        return read_task(params.tasks[name], own, roles=[role, "pool"])

    tables = []
    for fit, weights, history in zip(params.fits, files.weights, files.histories, strict=True):
        source, target = task(fit["source"], "source"), task(fit["target"], "pool")
        rows = pool_rows(source.examples, source.splits, 1, source.excluded)
        test = rows_of_test(source.examples, source.splits)
        groups = groups_of_rows(source.examples, source.splits)
        own = SourceTask(source.examples, source.reading, rows, test, groups)
        kept = last_fit(history)
        found = forgetting_rows(
            load_bundle(Path(files.bundles[params.sources.index(fit["source"])]).parent),
            load_file(weights),
            unseen(own, target.examples.tokens),
            training,
            kept_head=fit["kept_head"],
            device=where,
        )
        head = {"transfer": fit["transfer"], "strategy": fit["strategy"], **kept}
        tables.append(found.assign(**head)[[*head, *COLUMNS]])
        log.info("%s, %s: %d test sequences of the source", fit["transfer"], fit["strategy"], len(own.test))
    write_tsv(pd.concat(tables, ignore_index=True), snakemake.output.forgetting)


def last_fit(history):
    """Say which fit's weights a job keeps: the largest train size of replicate 1, from source model 0."""
    table = pd.read_csv(history, sep="\t")
    last = table[table["replicate"] == 1].sort_values(["train_size", "is_all"]).iloc[-1]
    return {
        "train_size": int(last["train_size"]),
        "is_all": bool(last["is_all"]),
        "replicate": 1,
        "source_model": 0,
    }


run(snakemake, work)
