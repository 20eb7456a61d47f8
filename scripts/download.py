"""Fetch one file of a task and check its bytes."""

import os
from pathlib import Path

from seqgraft.data.download import cache_folder, fetch
from seqgraft.running.job import run


def work(snakemake, log):
    """Put the file where the rule wants it."""
    mirror = snakemake.config.get("mirror") or os.environ.get("SEQGRAFT_MIRROR")
    fetch(
        snakemake.params.entry,
        Path(snakemake.output[0]),
        mirror=Path(mirror) if mirror else None,
        cache=cache_folder(),
        log=log,
    )


run(snakemake, work)
