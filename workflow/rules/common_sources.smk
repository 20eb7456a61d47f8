# Functions about sources: what each promised, what is forgotten of it, and what a smaller part of it gives.


def source_scores():
    """Name the estimates of every source that has a rival, in the config's order."""
    return [
        f"results/{STUDY.study}/transfers/{name}/source_scores.tsv" for name in RIVALS
    ]


def tables_of_sources():
    """Name the study's tables about its sources: none where no target has several."""
    names = ["source_scores.tsv", "source_matrix.tsv", "source_ranking.tsv"]
    return [f"results/{STUDY.study}/{name}" for name in names if RIVALS]


def fits_that_forget():
    """List the fit jobs whose strategy trains the backbone that it took from one source with labels."""
    if not STUDY.forgetting:
        return []
    return [
        {
            "transfer": job["transfer"],
            "strategy": job["strategy"],
            "source": TRANSFERS[job["transfer"]].source,
            "target": job["target"],
            "kept_head": STRATEGY_FACTS[job["strategy"]].head == "kept",
        }
        for job in fit_jobs().values()
        if job["transfer"]
        and TRANSFERS[job["transfer"]].sources not in SHARED
        and STRATEGY_FACTS[job["strategy"]].trainable == "all"
    ]


def sources_that_are_forgotten(file):
    """Name one file of the first source model of every source on which fine-tuned models are scored."""
    return [
        f"results/{STUDY.study}/pretrained/{source}/0/{file}"
        for source in forgotten_sources()
    ]


def forgotten_sources():
    """Name the sources on which fine-tuned models are scored."""
    return sorted({fit["source"] for fit in fits_that_forget()})


def of_fits_that_forget(file):
    """Name one file of each of these fit jobs."""
    folder = f"results/{STUDY.study}/transfers"
    return [
        f"{folder}/{fit['transfer']}/{fit['strategy']}/{file}"
        for fit in fits_that_forget()
    ]


def table_of_forgetting():
    """Name the table of what was forgotten, if the study asks for it and there is any."""
    return [f"results/{STUDY.study}/forgetting.tsv" for _ in fits_that_forget()[:1]]


# --- the ablation: `ecoli@250` is 250 sequences of ecoli, `ecoli--bsubtilis@250` the transfer that starts from them -----


def whole(name):
    """Return the name of a source or transfer without the source size behind it."""
    return name.partition("@")[0]


def source_size(wildcards):
    """Return how many sequences a source model learns from; None for all of them."""
    size = wildcards.sources.partition("@")[2]
    return int(size) if size else None


def source_data(file):
    """Return a function that names one file of each task that a source model learns from."""
    return lambda wildcards: of_tasks(file, whole(wildcards.sources).split("+"))


def ablation_jobs():
    """Map the folder of every fit job from a part of a source to what it fits; the strategy's name holds the size."""
    return {
        f"results/{STUDY.study}/transfers/{transfer.name}@{size}/{strategy}": {
            "transfer": transfer.name,
            "target": transfer.target,
            "strategy": f"{strategy}@{size}",
            "kind": "strategy",
            **labels_of(transfer.target),
        }
        for transfer, size, strategy in STUDY.parts
    }


def jobs_to_compare():
    """Map the folders of all fits that the ablation compares to what they fit: scratch, and its strategy by size."""
    names = [transfer.name for transfer in STUDY.ablated]
    targets = [transfer.target for transfer in STUDY.ablated]
    ordinary = {
        folder: job
        for folder, job in fit_jobs().items()
        if (job["strategy"] == "scratch" and job["target"] in targets)
        or (job["transfer"] in names and job["strategy"] == STUDY.ablation.strategy)
    }
    return ordinary | ablation_jobs()


def parts_of_sources():
    """Name the folders of all source models that learn from a part of their source."""
    names = [f"{transfer.sources}@{size}" for transfer, size, _ in STUDY.parts]
    return [
        f"results/{STUDY.study}/pretrained/{name}/{k}"
        for name in dict.fromkeys(names)
        for k in SOURCE_MODELS
    ]


def of_parts(file):
    """Name one file of every source model that learns from a part of its source."""
    return [f"{folder}/{file}" for folder in parts_of_sources()]


def of_ablation(file):
    """Name one file of every fit job that starts from a part of a source."""
    return [f"{folder}/{file}" for folder in ablation_jobs()]


def ablation_stores():
    """Name the folders of the resume store that the ablation uses, below the store itself."""
    results = f"results/{STUDY.study}"
    fits = [
        Path(folder).relative_to(f"{results}/transfers") for folder in ablation_jobs()
    ]
    return fits + [Path(folder).relative_to(results) for folder in parts_of_sources()]


def ablation_settings():
    """Return what the table of the ablation must know of the study."""
    return {
        "study": STUDY.study,
        "primary_metric": STUDY.primary_metric,
        "replicates": STUDY.replicates,
        "source_models": STUDY.pretraining.replicates,
    }


def ablated_transfers():
    """Return what the table of the ablation must know of each transfer."""
    return [
        {
            "transfer": transfer.name,
            "source": transfer.sources,
            "target": transfer.target,
            "strategy": STUDY.ablation.strategy,
            "sizes": STUDY.ablation.source_sizes,
        }
        for transfer in STUDY.ablated
    ]


def table_of_ablation():
    """Name the table of the gain against the size of the source, if the study asks for it."""
    return [f"results/{STUDY.study}/ablation.tsv" for _ in STUDY.ablated[:1]]
