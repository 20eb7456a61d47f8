"""Check a task's sequences; write the accepted ones and a list of the others."""

import json
from pathlib import Path

from seqgraft.data.prepare import prepare, stages_of, summary_of
from seqgraft.files import write_text
from seqgraft.learn.progress import Progress
from seqgraft.running.job import run
from seqgraft.tables import write_parquet, write_tsv


def work(snakemake, log):
    """Write records, rejects and the summary."""
    files = [Path(path) for path in snakemake.input]
    progress = Progress(f"checking {snakemake.wildcards.task}", stages_of(files), "stages", say=log.info)
    cleaning = snakemake.params.cleaning
    contents, reading = snakemake.params.contents_of_files, snakemake.params.reading
    result = prepare(files, contents, **cleaning, reading=reading, progress=progress)
    log.info(summary_of(result.summary))
    write_parquet(result.records, snakemake.output.records)
    write_tsv(result.rejects, snakemake.output.rejects)
    write_text(snakemake.output.summary, json.dumps(result.summary, indent=2) + "\n")


run(snakemake, work)
