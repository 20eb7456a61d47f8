# Raw bytes: fetched and checked, or simulated.

DOWNLOADED = [name for name, task in STUDY.tasks.items() if task.files]
SIMULATED = [name for name, task in STUDY.tasks.items() if task.simulate]


rule download:
    input:
        local_file,
    output:
        "results/{study}/raw/{task}/{file}",
    log:
        "results/{study}/logs/download/{task}/{file}.log",
    wildcard_constraints:
        task=one_of(DOWNLOADED),
    localrule: True
    conda:
        "../../envs/data.yaml"
    resources:
        mem_mb=500,
        runtime=60,
    params:
        entry=file_entry,
        beside=beside_entry,
        code=code("download"),
    message:
        "Fetching {wildcards.file} of {wildcards.task}"
    script:
        "../../scripts/download.py"


rule simulate:
    output:
        "results/{study}/raw/{task}/{file}.fasta",
    log:
        "results/{study}/logs/simulate/{task}/{file}.log",
    wildcard_constraints:
        task=one_of(SIMULATED),
    localrule: True
    conda:
        "../../envs/data.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        settings=lambda wildcards: as_params(STUDY.tasks[wildcards.task].simulate),
        classes=lambda wildcards: STUDY.tasks[wildcards.task].classes,
        code=code("simulate"),
    message:
        "Simulating {wildcards.file} sequences of {wildcards.task}: these are not real data"
    script:
        "../../scripts/simulate.py"


rule negatives:
    input:
        observed=observed_files,
        genome=genome_file,
    output:
        "results/{study}/made/{task}/{file}.fasta",
    log:
        "results/{study}/logs/negatives/{task}/{file}.log",
    wildcard_constraints:
        task=one_of(DOWNLOADED),
    conda:
        "../../envs/data.yaml"
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        negatives=lambda wildcards: as_params(STUDY.tasks[wildcards.task].negatives),
        code=code("negatives"),
    message:
        "Making {wildcards.file} of {wildcards.task}: these were not observed"
    script:
        "../../scripts/negatives.py"
