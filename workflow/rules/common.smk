# What the rules need beside each other's files: the library, the study as understood, and functions that name inputs.
# The rules themselves are in the other files of this folder, in the order of the data.

import re
import sys
from functools import cache
from pathlib import Path

from snakemake.exceptions import WorkflowError
from snakemake_interface_executor_plugins.settings import ExecMode


def library_folder():
    """Find scripts/ and name every file of the library to Snakemake, so that a remote copy is complete."""
    listed = Path(workflow.source_path("../library_files.txt")).read_text().split()
    paths = [Path(workflow.source_path(f"../../scripts/{name}")) for name in listed]
    return paths[0].parents[1]  # the first one is seqgraft/__init__.py


LIBRARY = library_folder()
sys.path.insert(0, str(LIBRARY))

from seqgraft.config.load import mirror_folder, read_study
from seqgraft.config.splitting import GROUPED, SPLIT_KEYS
from seqgraft.config.places import results_are_folders, results_can_be_written
from seqgraft.data.offline import files_are_here
from seqgraft.data.places import cache_folder, is_offline
from seqgraft.digest import code_digest
from seqgraft.running.ending import name_run
from seqgraft.errors import SeqgraftError
from seqgraft.config.auto import auto_candidates
from seqgraft.learn.names import (
    NETWORK_BASELINES,
    STRATEGY_FACTS,
    LOADING_KEYS,
    TRAINING_KEYS,
    training_keys,
)
from seqgraft.running.alone import Run, alone

# --- the study -------------------------------------------------------------------------------------------------------


def told(check, *given):
    """Look for a user's mistake and hand its message to Snakemake, which prints it and stops."""
    try:
        return check(*given)
    except SeqgraftError as error:
        raise WorkflowError(str(error)) from None


STUDY = told(read_study, config, workflow.configfiles)
told(mirror_folder, STUDY)  # only checked here; the download jobs look it up
told(is_offline, STUDY.offline)
told(results_are_folders, STUDY.study)

TRANSFERS = {transfer.name: transfer for transfer in STUDY.transfers}
TARGETS = sorted({transfer.target for transfer in STUDY.transfers})
SOURCES = sorted({transfer.sources for transfer in STUDY.transfers})
# Those whose source models learn several sources at once, or masked letters.
SHARED = [sources for sources in SOURCES if STUDY.is_shared(sources)]
# A study may prepare tasks of which nothing is learned; its page is about the others.
LEARNED = [
    name
    for name in STUDY.tasks
    if name in TARGETS or any(name in sources.split("+") for sources in SOURCES)
]
SOURCE_MODELS = range(STUDY.pretraining.replicates)
STRATEGIES_WITH_SOURCE = [
    name for name, strategy in STRATEGY_FACTS.items() if strategy.needs_source
]
STRATEGIES_WITHOUT_SOURCE = [
    name for name, strategy in STRATEGY_FACTS.items() if not strategy.needs_source
]
BASELINES_WITHOUT_NETWORK = [
    name for name in STUDY.baselines if name not in NETWORK_BASELINES
]
RIVALS = [transfer.name for transfer in STUDY.rivals]
# All that run, for the record of how a study was run.
SCRIPTS = [
    "write_config",
    "download",
    "simulate",
    "collect_leakage",
    "negatives",
    "prepare",
    "group",
    "split",
    "leakage",
    "encode",
    "pretrain",
    "pretrain_shared",
    "adapt",
    "finetune",
    "baseline",
    "evaluate",
    "source_scores",
    "rank_sources",
    "forgetting",
    "ablation",
    "leak_claims",
    "identity",
    "identity_bands",
    "provenance",
    "report",
]


def one_of(names):
    """Return a regular expression that matches these names and nothing else (nothing at all for none)."""
    return "|".join(re.escape(name) for name in names) or "(?!)"


wildcard_constraints:
    study=one_of([STUDY.study]),
    task=one_of(STUDY.tasks),
    file=r"[^/]+",
    sources=rf"(?:{one_of(SOURCES)})(?:@\d+)?",
    target=one_of(TARGETS),
    transfer=rf"(?:{one_of(TRANSFERS)})(?:@\d+)?",
    model=r"\d+",


# The fits of one strategy may be cut into several jobs: snakemake --set-scatter fits=4
scattergather:
    fits=1,


include: "task_files.smk"
include: "common_sources.smk"
include: "common_shared.smk"
include: "leak_files.smk"


# --- settings for params: ---------------------------------------------------------------------------------------------


def as_params(settings):
    """Turn a part of the config into plain values, which Snakemake can compare from run to run."""
    return settings.model_dump(mode="json", by_alias=True, exclude_none=True)


@cache
def code(script):
    """Digest the library modules that a script imports: editing one of them reruns this rule."""
    return code_digest(workflow.source_path(f"../../scripts/{script}.py"), LIBRARY)


def cleaning_of(wildcards):
    """Return what decides which sequences of a task are accepted: its alphabet, labels and policies."""
    return STUDY.tasks[wildcards.task].cleaning


def alphabet_of(wildcards):
    """Return the name of a task's alphabet, or the letters of one of its own."""
    return cleaning_of(wildcards)["alphabet"]


def embeddings_of(wildcards):
    """Return the matrix and the ids of a task that brings embeddings, else nothing."""
    own = STUDY.tasks[wildcards.task].embeddings
    return [] if own is None else [own.matrix, own.ids]


def is_padded(task):
    """Tell whether a task's sequences are filled up to one length; comparisons take the padding away again."""
    return STUDY.tasks[task].length.policy == "pad"


def reading_of(task):
    """Return what a network must know of a task: its letters, classes and strands, but no file or policy."""
    settings = STUDY.tasks[task]
    more = {
        "type": settings.type,
        "outputs": settings.labels.outputs,
        "transforms": settings.labels.transforms,
        "inputs": settings.inputs,
        "symmetric": settings.symmetric,
    }
    usual = (
        "binary",
        [],
        [],
        1,
        False,
    )  # not named: fits of a binary task stay as they are
    return {
        "alphabet": cleaned_alphabet(settings),
        "classes": settings.classes,
        "strand": settings.strand,
    } | {
        key: value
        for (key, value), default in zip(more.items(), usual)
        if value != default
    }


def cleaned_alphabet(settings):
    """Return the name of a task's alphabet, or the letters of one of its own as plain values."""
    return settings.cleaning["alphabet"]


def training_of(wildcards):
    """Return the part of `training` that a strategy uses: what only others use must not fit it again."""
    facts = (STRATEGY_FACTS | NETWORK_BASELINES)[wildcards.strategy]
    used = training_keys(facts, type(STUDY.training).model_fields)
    return STUDY.training.model_dump(mode="json", include=used)


def baseline_training():
    """Return the part of `training` that baselines use: changing an epoch must not fit them again."""
    return STUDY.training.model_dump(
        mode="json", include=TRAINING_KEYS["head"] - LOADING_KEYS | {"kmer"}
    )


def pretraining_of_one():
    """Return what one source model is trained by: how many others there are leaves it alone."""
    return STUDY.pretraining.of_labels


def of_learned_task(wildcards):
    """Return what a network must know of the task that a fit learns."""
    return reading_of(target_of(wildcards))


# --- files of a fit ---------------------------------------------------------------------------------------------------


def target_of(wildcards):
    """Return the target's name, whether the wildcards name a transfer or the target itself."""
    return (
        wildcards.target
        if "target" in wildcards.keys()
        else TRANSFERS[whole(wildcards.transfer)].target
    )


def learned_data(file):
    """Return a function that names one file of the task that is learned."""
    return lambda wildcards: data_of(target_of(wildcards), file)[0]


def source_models(file):
    """Return a function that names one file of each source model that a transfer starts from."""

    def files(wildcards):
        transfer = TRANSFERS[whole(wildcards.transfer)]
        if STUDY.has_second_stage(transfer):
            return adapted_models(transfer, file)
        return [
            f"results/{STUDY.study}/pretrained/{sources}/{k}/{file}"
            for sources in grafted(wildcards)
            for k in SOURCE_MODELS
        ]

    return files


def parts_of_fits(wildcards):
    """Name what the jobs leave behind that make parts of a strategy's fits; nothing where one job makes them all."""
    facts = (STRATEGY_FACTS | NETWORK_BASELINES)[wildcards.strategy]
    scope = wildcards.get("transfer") or wildcards.target
    parts = scatter.fits("{scatteritem}")
    if len(parts) == 1 or not facts.uses_target_labels:
        return []
    return [
        f"results/{STUDY.study}/parts/{scope}/{wildcards.strategy}/{part}.txt"
        for part in parts
    ]


include: "common_strategies.smk"


def fit_jobs():
    """Map the folder of every fit job to what it fits, each once, in the config's order."""
    jobs = {}
    for transfer in STUDY.transfers:
        for strategy in STUDY.strategies_of(transfer):
            alone = strategy in STRATEGIES_WITHOUT_SOURCE
            scope = (
                f"targets/{transfer.target}" if alone else f"transfers/{transfer.name}"
            )
            jobs[f"results/{STUDY.study}/{scope}/{strategy}"] = {
                "transfer": None if alone else transfer.name,
                "target": transfer.target,
                "strategy": strategy,
                "kind": "strategy",
                **labels_of(transfer.target),
            }
    for target in TARGETS:
        for baseline in STUDY.baselines:
            jobs[f"results/{STUDY.study}/targets/{target}/{baseline}"] = {
                "transfer": None,
                "target": target,
                "strategy": baseline,
                "kind": "baseline",
                **labels_of(target),
            }
    return jobs


def labels_of(task):
    """Return what is to be known of a task's labels to judge predictions; nothing for binary ones."""
    settings = STUDY.tasks[task]
    if settings.type == "binary":
        return {}
    return {
        "type": settings.type,
        "names": settings.classes or settings.labels.outputs,
    }


def deciding_fits():
    """Map the folder of each fit job that a verdict rests on to what it fits: scratch and what may be chosen."""
    wanted = {(None, transfer.target, "scratch") for transfer in STUDY.transfers} | {
        (transfer.name, transfer.target, name)
        for transfer in STUDY.transfers
        for name in STUDY.candidates_of(transfer)
        if STUDY.chosen in ("held-out", name)
    }
    return {
        folder: job
        for folder, job in fit_jobs().items()
        if (job["transfer"], job["target"], job["strategy"]) in wanted
    }


def of_fits(file):
    """Name one file of every fit job."""
    return [f"{folder}/{file}" for folder in fit_jobs()]


def of_networks(file):
    """Name one file of every fit job that leaves a network as a bundle."""
    return [
        f"{folder}/{file}"
        for folder, job in fit_jobs().items()
        if job["strategy"] in STRATEGY_FACTS | NETWORK_BASELINES
    ]


def of_source_models(file):
    """Name one file of every source model of the study."""
    return [
        f"results/{STUDY.study}/pretrained/{s}/{k}/{file}"
        for s in SOURCES
        for k in SOURCE_MODELS
    ]


def of_data():
    """Name what there is of every task before anything is learned."""
    files = ("records.parquet", "rejects.tsv", "splits.parquet", "tokens.npy")
    tables = [
        f"results/{STUDY.study}/{name}"
        for name in ("leakage.tsv", "excluded.tsv", "config.yaml")
    ]
    return [path for file in files for path in of_tasks(file)] + tables


def of_tasks(file, tasks=None):
    """Name one file of every task's data folder."""
    return [data_of(task, file)[0] for task in (tasks or STUDY.tasks)]


# --- the whole study -------------------------------------------------------------------------------------------------


def every_raw_file():
    """Yield each task's name, its raw file and where that file comes from."""
    for name, task in STUDY.tasks.items():
        folder = f"results/{STUDY.study}/raw/{name}"
        for entry in task.files:
            place = {"url": entry.url} if entry.url else {"path": entry.path}
            yield f"{folder}/{entry.name}", {
                "task": name,
                "class": entry.class_ or "",
                **place,
            }
        if task.negatives and task.negatives.genome:
            genome = task.negatives.genome
            yield genome, {"task": name, "class": "", "path": genome}
        if task.simulate:
            for label in task.simulate.counts:
                yield f"{folder}/{label}.fasta", {
                    "task": name,
                    "class": label,
                    "simulated": True,
                }


def resume_folders():
    """Name every folder of the resume store that a job of the study may use."""
    fits = [Path(folder).relative_to(f"results/{STUDY.study}") for folder in fit_jobs()]
    names = [Path(*folder.parts[1:]) for folder in fits]
    names += [Path("pretrained", s, str(k)) for s in SOURCES for k in SOURCE_MODELS]
    names += [
        Path("adapted", t.name, str(k))
        for t in ADAPTED_TRANSFERS
        for k in SOURCE_MODELS
    ]
    names += ablation_stores()
    names += leaky_stores()
    return [Path("results", STUDY.study, "resume", name) for name in names]


def evaluation_settings():
    """Return what the evaluation must know of the study."""
    return {
        "study": STUDY.study,
        "transfers": [
            {
                "name": transfer.name,
                "sources": transfer.sources.split("+"),
                "target": transfer.target,
                "source_title": " + ".join(
                    STUDY.tasks[name].title or name for name in transfer.source_tasks
                ),
                "target_title": STUDY.tasks[transfer.target].title or transfer.target,
                "strategies": STUDY.strategies_of(transfer),
                "candidates": STUDY.candidates_of(transfer),
                **seen_before(transfer),
            }
            for transfer in STUDY.transfers
        ],
        "baselines": STUDY.baselines,
        "primary_metric": STUDY.primary_metric,
        "chosen": STUDY.chosen,
        "replicates": STUDY.replicates,
        "source_models": STUDY.pretraining.replicates,
    }


# --- one run at a time -----------------------------------------------------------------------------------------------


name_run()
workflow.execute = alone(
    workflow.execute,
    Run(
        study=STUDY.study,
        own_files=tuple(
            f.path for task in STUDY.tasks.values() for f in task.files if f.path
        )
        + tuple(genomes()),
        stores=resume_folders(),
        error=WorkflowError,
        hold_back=not workflow.modules,
    ),
    is_main=workflow.exec_mode == ExecMode.DEFAULT,
)
