"""Find sequences of a task on both sides of a line, and list who must be left out of training."""

from seqgraft.config.leakage import LeakageSettings
from seqgraft.data.leak_pairs import find_pair_leaks, pair_parts_of
from seqgraft.data.leakage import find_leaks
from seqgraft.data.parts import PARTNERS, check_lengths, parts_of, written_in
from seqgraft.data.unpadded import unpadded
from seqgraft.running.job import run
from seqgraft.tables import read_parquet, write_tsv


def work(snakemake, log):
    """Compare the task with itself and with each target onto which it is grafted."""
    files, params, task = snakemake.input, snakemake.params, snakemake.wildcards.task
    tables = [
        (task, files.records, files.splits),
        *zip(params.targets, files.target_records, files.target_splits, strict=True),
    ]
    alphabets = params.alphabet if isinstance(params.alphabet, list) else [params.alphabet]
    read = [(name, read_parquet(records), read_parquet(splits)) for name, records, splits in tables]
    pairs = PARTNERS[0] in read[0][1]
    if not pairs and params.get("learned", True):
        own, *targets = (parts_of(*one) for one in read)
        check_lengths(own, targets, across=params.get("across", False))
    read = [
        (name, unpadded(records, alphabets) if params.padded[name] else records, splits)
        for name, records, splits in read
    ]
    asked = {
        "strands": params.strands,
        "settings": {name: LeakageSettings(**own) for name, own in params.leakage.items()},
        "threads": snakemake.threads,
    }
    if pairs:
        own, *targets = (pair_parts_of(*one) for one in read)
        found = find_pair_leaks(
            own, targets, alphabets=(alphabets[0], alphabets[-1]), symmetric=params.symmetric, **asked
        )
    else:
        own, *targets = (written_in(parts_of(*one), params.alphabet) for one in read)
        found = find_leaks(own, targets, alphabet=params.alphabet, **asked)
    write_tsv(found.leakage, snakemake.output.leakage)
    write_tsv(found.found, snakemake.output.leaks)
    write_tsv(found.excluded, snakemake.output.excluded)
    log.info("%d matches found, %d sequences are left out", len(found.found), len(found.excluded))


run(snakemake, work)
