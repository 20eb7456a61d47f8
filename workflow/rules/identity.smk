# How alike test sequences are to those that were learned from, and whether only look-alikes are predicted well.


rule identity:
    input:
        records=of_compared_tasks("records.parquet"),
        splits=of_compared_tasks("splits.parquet"),
        excluded=of_compared_tasks("excluded.tsv"),
    output:
        identity="results/{study}/data/{target}/identity.parquet",
    log:
        "results/{study}/logs/identity/{target}.log",
    benchmark:
        "results/{study}/benchmarks/identity/{target}.tsv"
    conda:
        "../../envs/identity.yaml"
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        tasks=lambda wildcards: compared_tasks(wildcards.target),
        alphabet=lambda wildcards: STUDY.tasks[wildcards.target].alphabet,
        strand=lambda wildcards: STUDY.tasks[wildcards.target].strand,
        code=code("identity"),
    message:
        "Looking for the nearest training sequence of each test sequence of {wildcards.target}"
    script:
        "../../scripts/identity.py"


rule identity_bands:
    input:
        predictions=[f"{folder}/predictions.parquet" for folder in deciding_fits()],
        identities=identity_files(),
        groups=group_files(TARGETS),
    output:
        bands=report(
            "results/{study}/identity_bands.tsv",
            caption="../report/identity_bands.rst",
            category="Answer",
            labels={"what": "scores by identity to training sequences"},
        ),
    log:
        "results/{study}/logs/identity_bands.log",
    benchmark:
        "results/{study}/benchmarks/identity_bands.tsv"
    conda:
        "../../envs/report.yaml"
    threads: 2
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        settings=evaluation_settings(),
        jobs=list(deciding_fits().values()),
        targets=TARGETS,
        code=code("identity_bands"),
    message:
        "Scoring {wildcards.study} by identity to training sequences"
    script:
        "../../scripts/identity_bands.py"
