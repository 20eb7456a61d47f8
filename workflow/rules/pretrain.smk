# Source models: one job each, so that several can be trained at once.


rule pretrain:
    input:
        records=lambda wildcards: of_tasks(
            "records.parquet", wildcards.sources.split("+")
        ),
        splits=lambda wildcards: of_tasks(
            "splits.parquet", wildcards.sources.split("+")
        ),
        excluded=lambda wildcards: of_tasks(
            "excluded.tsv", wildcards.sources.split("+")
        ),
        tokens=lambda wildcards: of_tasks("tokens.npy", wildcards.sources.split("+")),
        offsets=lambda wildcards: of_tasks("offsets.npy", wildcards.sources.split("+")),
    output:
        bundle="results/{study}/pretrained/{sources}/{model}/bundle.json",
        weights="results/{study}/pretrained/{sources}/{model}/weights.safetensors",
        history=report(
            "results/{study}/pretrained/{sources}/{model}/history.tsv",
            caption="../report/source_history.rst",
            category="Training",
            subcategory="source models",
            labels={"trained on": "{sources}", "model or strategy": "{model}"},
        ),
        predictions="results/{study}/pretrained/{sources}/{model}/predictions.parquet",
    log:
        "results/{study}/logs/pretrain/{sources}/{model}.log",
    benchmark:
        "results/{study}/benchmarks/pretrain/{sources}/{model}.tsv"
    conda:
        "../../envs/train.yaml"
    threads: STUDY.training.threads
    resources:
        gpu=1,
        mem_mb=4000,
        runtime=240,
    params:
        task=lambda wildcards: reading_of(wildcards.sources),
        backbone=as_params(STUDY.backbone),
        pretraining=pretraining_of_one(),
        resume="results/{study}/resume/pretrained/{sources}/{model}",
        threads=STUDY.training.threads,
        code=code("pretrain"),
    message:
        "Training source model {wildcards.model} on {wildcards.sources}"
    script:
        "../../scripts/pretrain.py"
