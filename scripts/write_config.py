"""Write the study's config as it was understood, defaults filled in."""

import yaml

from seqgraft.files import write_text
from seqgraft.running.job import run


def work(snakemake, log):
    """Write config.yaml from the rule's params."""
    text = yaml.safe_dump(snakemake.params.config, sort_keys=False, allow_unicode=True, width=110)
    write_text(snakemake.output.config, text)
    log.info("wrote %s", snakemake.output.config)


run(snakemake, work)
