"""Write the page that a study ends in, and its figures as files of their own."""

from pathlib import Path

from seqgraft.files import atomic_path, write_text
from seqgraft.report.figures import figure_files
from seqgraft.report.page import build
from seqgraft.report.reading import read_inputs
from seqgraft.running.job import run

# Everything that the rule's input names, one file each and lists of files.
SINGLE = [
    "config",
    "provenance",
    "summary",
    "comparisons",
    "savings",
    "verdicts",
    "calibration",
    "reliability",
    "suspicions",
    "leakage",
    "excluded",
]
LISTS = [
    "rejects",
    "summaries",
    "splits",
    "records",
    "bundles",
    "source_histories",
    "source_predictions",
    "histories",
    "attachments",
    "adapted",
]


def work(snakemake, log):
    """Read the study's files, write report.html and figures/."""
    files = snakemake.input
    inputs = read_inputs(
        tasks=snakemake.params.tasks,
        **{name: Path(files[name]) for name in SINGLE},
        **{name: [Path(path) for path in _listed(files.get(name, []))] for name in LISTS},
    )
    folder = Path(snakemake.output.report).parent / "figures"
    for name, content in figure_files(inputs, snakemake.threads):
        with atomic_path(folder / name) as path:
            path.write_bytes(content)
    write_text(snakemake.output.report, build(inputs, snakemake.threads))
    log.info("wrote %s", snakemake.output.report)


def _listed(files):
    """Return a list also where a rule names a single file, which Snakemake hands over as text."""
    return [files] if isinstance(files, str) else files


run(snakemake, work)
