"""Fetch one file of a task and check its bytes."""

import os
from pathlib import Path

from seqgraft.data.download import fetch
from seqgraft.data.places import cache_folder, is_offline
from seqgraft.running.job import run


def work(snakemake, log):
    """Put the file where the rule wants it."""
    mirror = snakemake.config.get("mirror") or os.environ.get("SEQGRAFT_MIRROR")
    fetch(
        {**snakemake.params.entry, **snakemake.params.get("beside", {})},
        Path(snakemake.output[0]),
        mirror=Path(mirror) if mirror else None,
        cache=cache_folder(),
        offline=is_offline(snakemake.config.get("offline")),
        log=log,
    )


run(snakemake, work)
