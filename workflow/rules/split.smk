# Who is in the test part, in which order each replicate takes the pool's labels, and who must be left out of training.


rule split:
    input:
        records="results/{study}/data/{task}/records.parquet",
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
        alphabet=lambda wildcards: STUDY.tasks[wildcards.task].alphabet,
        strands=lambda wildcards: {
            task: STUDY.tasks[task].strand
            for task in [wildcards.task, *targets_of_source(wildcards)]
        },
        targets=targets_of_source,
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
