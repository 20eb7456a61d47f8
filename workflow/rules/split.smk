# Who is in the test part, in which order each replicate takes the pool's labels, and who must be left out of training.


rule group:
    input:
        records="results/{study}/data/{task}/records.parquet",
    output:
        groups="results/{study}/data/{task}/groups.parquet",
    log:
        "results/{study}/logs/group/{task}.log",
    conda:
        "../../envs/groups.yaml"
    threads: 2
    resources:
        mem_mb=4000,
        runtime=120,
    params:
        split=lambda wildcards: grouping_of(wildcards.task),
        alphabet=alphabet_of,
        strand=lambda wildcards: STUDY.tasks[wildcards.task].strand,
        padded=lambda wildcards: is_padded(wildcards.task),
        windows=lambda wildcards: is_windowed(wildcards.task),
        code=code("group"),
    message:
        "Looking for sequences of {wildcards.task} that must stay together"
    script:
        "../../scripts/group.py"


rule split:
    input:
        records="results/{study}/data/{task}/records.parquet",
        groups=groups_of,
    output:
        splits="results/{study}/data/{task}/splits.parquet",
    log:
        "results/{study}/logs/split/{task}.log",
    conda:
        "../../envs/data.yaml"
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        split=lambda wildcards: as_params(STUDY.tasks[wildcards.task].split),
        classes=lambda wildcards: STUDY.tasks[wildcards.task].classes,
        type=lambda wildcards: STUDY.tasks[wildcards.task].type,
        replicates=replicates_of,
        numbers=label_numbers,
        folds=STUDY.training.folds,
        code=code("split"),
    message:
        "Drawing the test part and the replicates of {wildcards.task}"
    script:
        "../../scripts/split.py"


rule leakage:
    input:
        records="results/{study}/data/{task}/records.parquet",
        splits="results/{study}/data/{task}/splits.parquet",
        target_records=target_data("records.parquet"),
        target_splits=target_data("splits.parquet"),
    output:
        leakage="results/{study}/data/{task}/leakage.tsv",
        leaks="results/{study}/data/{task}/leaks.tsv",
        excluded="results/{study}/data/{task}/excluded.tsv",
    log:
        "results/{study}/logs/leakage/{task}.log",
    conda:
        "../../envs/leakage.yaml"
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        alphabet=alphabet_of,
        strands=lambda wildcards: {
            task: STUDY.tasks[task].strand
            for task in [wildcards.task, *targets_of_source(wildcards)]
        },
        padded=lambda wildcards: {
            task: is_padded(task)
            for task in [wildcards.task, *targets_of_source(wildcards)]
        },
        symmetric=lambda wildcards: {
            task: STUDY.tasks[task].symmetric
            for task in [wildcards.task, *targets_of_source(wildcards)]
        },
        targets=targets_of_source,
        learned=lambda wildcards: (
            wildcards.task in LEARNED and not embeddings_of(wildcards)
        ),
        across=STUDY.bears_other_lengths,
        leakage=lambda wildcards: {
            task: as_params(STUDY.leakage_of(task))
            for task in [wildcards.task, *targets_of_source(wildcards)]
        },
        code=code("leakage"),
    message:
        "Looking for sequences of {wildcards.task} on both sides of a line"
    script:
        "../../scripts/leakage.py"


rule collect_leakage:
    input:
        leakage=of_tasks("leakage.tsv"),
        excluded=of_tasks("excluded.tsv"),
    output:
        leakage=report(
            "results/{study}/leakage.tsv",
            caption="../report/leakage.rst",
            category="Data",
            subcategory="leakage",
            labels={"what": "sequences on both sides of a line"},
        ),
        excluded=report(
            "results/{study}/excluded.tsv",
            caption="../report/excluded.rst",
            category="Data",
            subcategory="leakage",
            labels={"what": "sequences left out of training"},
        ),
    log:
        "results/{study}/logs/collect_leakage.log",
    localrule: True
    conda:
        "../../envs/data.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        tasks=list(STUDY.tasks),
        code=code("collect_leakage"),
    message:
        "Putting the leakage tables of all tasks together"
    script:
        "../../scripts/collect_leakage.py"
