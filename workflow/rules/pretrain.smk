# Source models: one job each, so that several can be trained at once. `ecoli@250` learns from 250 sequences of ecoli.


rule pretrain:
    input:
        records=source_data("records.parquet"),
        splits=source_data("splits.parquet"),
        excluded=source_data("excluded.tsv"),
        tokens=source_data("tokens.npy"),
        offsets=source_data("offsets.npy"),
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
        task=lambda wildcards: reading_of(whole(wildcards.sources)),
        source=lambda wildcards: whole(wildcards.sources),
        source_size=source_size,
        backbone=as_params(STUDY.backbone),
        pretraining=pretraining_of_one(),
        resume="results/{study}/resume/pretrained/{sources}/{model}",
        threads=STUDY.training.threads,
        code=code("pretrain"),
    message:
        "Training source model {wildcards.model} on {wildcards.sources}"
    script:
        "../../scripts/pretrain.py"
