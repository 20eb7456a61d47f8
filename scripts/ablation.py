"""Compare what parts of a source gave with what the whole source gave."""

import json
from pathlib import Path

from seqgraft.running.job import run
from seqgraft.stats.ablation import Ablated, ablation_table, answer
from seqgraft.stats.group_files import read_groups
from seqgraft.stats.settings import EvaluationSettings, FitJob
from seqgraft.tables import write_tsv


def work(snakemake, log):
    """Write the gain by the size of the source, from predictions alone."""
    files, params = snakemake.input, snakemake.params
    jobs = [
        FitJob(predictions=Path(path), **job)
        for path, job in zip(files.predictions, params.jobs, strict=True)
    ]
    ablated = [
        Ablated(**{**own, "sizes": tuple(own["sizes"])}, whole=source_size(bundle))
        for own, bundle in zip(params.transfers, files.bundles, strict=True)
    ]
    study = EvaluationSettings(transfers=(), **params.settings)
    groups = read_groups(files.get("groups", []))
    table = ablation_table(jobs, study, ablated, groups=groups, threads=snakemake.threads)
    write_tsv(table, snakemake.output.ablation)
    for own in ablated:
        found = answer(table, own.transfer, study.primary_metric)
        log.info("%s: whether the gain grows with the source: %s", own.transfer, found.trend)


def source_size(bundle):
    """Return how many sequences the models of a whole source learn from, those that choose the epoch included."""
    return int(json.loads(Path(bundle).read_text(encoding="utf-8"))["source_size"])


run(snakemake, work)
