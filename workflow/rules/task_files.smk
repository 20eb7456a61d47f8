# Files of a task, from its raw bytes to its groups and parts, for the rules that make or read them.


def file_entry(wildcards):
    """Return what says which bytes one file of a task has: how they are read is no reason to fetch them again."""
    return _entry_of(wildcards, {"url", "path", "sha256"})


def beside_entry(wildcards, output):
    """Return what a fetch needs beside; with `output` asked for, Snakemake does not compare it from run to run."""
    return _entry_of(wildcards, {"mirrors", "size"})


def _entry_of(wildcards, keys):
    """Return these keys of the config's entry of one file."""
    files = STUDY.tasks[wildcards.task].files
    entry = next(entry for entry in files if entry.name == wildcards.file)
    return entry.model_dump(mode="json", include=keys, exclude_none=True)


def local_file(wildcards):
    """Name the user's own file, so that editing it reruns what follows; nothing for a URL."""
    return file_entry(wildcards).get("path", [])


def raw_files(wildcards):
    """Name a task's files as they come, in the config's order."""
    task = STUDY.tasks[wildcards.task]
    names = [f.name for f in task.files] or [f"{c}.fasta" for c in task.simulate.counts]
    folder = f"results/{wildcards.study}/raw/{wildcards.task}"
    return [f"{folder}/{name}" for name in names] + made_files([wildcards.task])


def offline_files_are_here():
    """Look, where nothing may be fetched, for the files of all download jobs to come."""
    if is_offline(STUDY.offline):
        jobs = [j for j in workflow.dag.needrun_jobs() if j.rule.name == "download"]
        entries = [j.params.entry | j.params.beside for j in jobs]
        files_are_here(entries, mirror_folder(STUDY), cache_folder())


def downloaded_files():
    """Name all raw files that are not simulated."""
    return [
        f"results/{STUDY.study}/raw/{name}/{entry.name}"
        for name, task in STUDY.tasks.items()
        for entry in task.files
    ]


def contents_of_files(wildcards):
    """Say what each raw file holds, in the same order."""
    task = STUDY.tasks[wildcards.task]
    kept = {"class", "role", "part", "member"}
    found = [as_params(f) for f in task.files]
    made = [{"class": task.negatives.class_}] if task.negatives else []
    return (
        [{k: v for k, v in f.items() if k in kept} for f in found]
        or [{"class": label} for label in task.simulate.counts]
    ) + made


def made_files(tasks):
    """Name the files of classes that are made because none was observed."""
    return [
        f"results/{STUDY.study}/made/{name}/made-{STUDY.tasks[name].negatives.class_}.fasta"
        for name in tasks
        if STUDY.tasks[name].negatives
    ]


def observed_files(wildcards):
    """Name the files of a task whose sequences its made class resembles: all that it has."""
    folder = f"results/{wildcards.study}/raw/{wildcards.task}"
    return [f"{folder}/{entry.name}" for entry in STUDY.tasks[wildcards.task].files]


def genomes():
    """Name the genomes of the user's that made classes are cut from."""
    made = [task.negatives for task in STUDY.tasks.values() if task.negatives]
    return list(dict.fromkeys(own.genome for own in made if own.genome))


def genome_file(wildcards):
    """Name the genome that a made class is cut from; none where it is shuffled."""
    genome = STUDY.tasks[wildcards.task].negatives.genome
    return [genome] if genome else []


def replicates_of(wildcards):
    """Count the permutations that a task's pool needs: a task that is only a source needs none but the first."""
    return STUDY.replicates if wildcards.task in TARGETS else 1


def label_numbers(wildcards):
    """Return the numbers of labels that the study asks of a task (none of a task that is only a source)."""
    return STUDY.numbers if wildcards.task in TARGETS else []


def is_grouped(task):
    """Tell whether a task's split keeps groups of sequences together."""
    return STUDY.tasks[task].split.method in GROUPED or is_windowed(task)


def is_windowed(task):
    """Tell whether a task's sequences are windows of longer ones, which stay together."""
    return STUDY.tasks[task].length.policy == "window"


def grouping_of(task):
    """Return what decides which sequences of a task belong together; how groups are dealt out is no part of it."""
    settings = STUDY.tasks[task].split
    own = set(type(settings).model_fields) - set(SPLIT_KEYS)
    return settings.model_dump(mode="json", include=own | {"method"})


def groups_of(wildcards):
    """Name the file that says which sequences of a task belong together; none where its split knows no groups."""
    return [
        path
        for path in data_of(wildcards.task, "groups.parquet")
        if is_grouped(wildcards.task)
    ]


def group_files(tasks):
    """Name the groups of those of these tasks whose split keeps groups together."""
    return [data_of(task, "groups.parquet")[0] for task in tasks if is_grouped(task)]


def targets_of_source(wildcards):
    """Name the targets onto which this task is grafted, alone or with others, each once."""
    found = [t.target for t in STUDY.transfers if wildcards.task in t.source_tasks]
    return list(dict.fromkeys(found))


def data_of(task, *files):
    """Name files of a task's data folder."""
    return [f"results/{STUDY.study}/data/{task}/{file}" for file in files]


def target_data(file):
    """Return a function that names one file of each target onto which a source is grafted."""
    return lambda wildcards: [
        data_of(task, file)[0] for task in targets_of_source(wildcards)
    ]
