"""Record how the study was run."""

import json
from pathlib import Path

from seqgraft.files import write_text
from seqgraft.job import run
from seqgraft.provenance import collect


def work(snakemake, log):
    """Write provenance.json."""
    files = snakemake.input
    record = collect(
        study=snakemake.wildcards.study,
        config=Path(files.config),
        raw=dict(zip(map(Path, files.raw), snakemake.params.origins, strict=True)),
        computed=[Path(p) for p in [*files.records, *files.splits, *files.weights, *files.predictions]],
        bundles=[Path(p) for p in files.bundles],
        histories=[Path(p) for p in files.histories],
        code_digests=snakemake.params.digests,
    )
    write_text(snakemake.output.provenance, json.dumps(record, indent=2, ensure_ascii=False) + "\n")
    log.info("wrote %s", snakemake.output.provenance)


run(snakemake, work)
