"""Record how the study was run."""

import json
from pathlib import Path

from seqgraft.files import write_text
from seqgraft.record.provenance import collect
from seqgraft.running.job import run

# Lists of files of the rule's input, by whether a repetition must give their bytes again.
REPEATABLE = ["data", "source_results", "fit_results", "tables"]
ONCE = ["bundles", "fit_bundles", "source_histories", "histories", "leaky"]


def work(snakemake, log):
    """Write provenance.json."""
    files = snakemake.input
    record = collect(
        study=snakemake.wildcards.study,
        config=Path(files.config),
        raw=dict(zip(map(Path, files.raw), snakemake.params.origins, strict=True)),
        repeatable=[Path(path) for name in REPEATABLE for path in files[name]],
        once=[Path(path) for name in ONCE for path in files.get(name, [])],
        later=[Path(path) for path in snakemake.params.later],
        bundles=[Path(path) for path in files.bundles],
        histories=[Path(path) for path in files.histories],
        code_digests=snakemake.params.digests,
    )
    write_text(snakemake.output.provenance, json.dumps(record, indent=2, ensure_ascii=False) + "\n")
    log.info("wrote %s", snakemake.output.provenance)


run(snakemake, work)
