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
    wildcard_constraints:
        sources=rf"(?:{one_of(s for s in SOURCES if s not in SHARED)})(?:@\d+)?",
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


# One backbone for several sources, with a head each; or for masked letters.
rule pretrain_shared:
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
    wildcard_constraints:
        sources=one_of(SHARED),
    conda:
        "../../envs/train.yaml"
    threads: STUDY.training.threads
    resources:
        gpu=1,
        mem_mb=4000,
        runtime=240,
    params:
        tasks=lambda wildcards: shared_tasks(wildcards.sources),
        masked=lambda wildcards: masked_sources(wildcards.sources),
        backbone=as_params(STUDY.backbone),
        pretraining=lambda wildcards: shared_pretraining(wildcards.sources),
        resume="results/{study}/resume/pretrained/{sources}/{model}",
        threads=STUDY.training.threads,
        code=code("pretrain_shared"),
    message:
        "Training source model {wildcards.model} on {wildcards.sources}"
    script:
        "../../scripts/pretrain_shared.py"


# The second stage: masked letters of the target's pool, from each source model on, before any of its labels is seen.
rule adapt:
    input:
        records=learned_data("records.parquet"),
        splits=learned_data("splits.parquet"),
        excluded=learned_data("excluded.tsv"),
        tokens=learned_data("tokens.npy"),
        offsets=learned_data("offsets.npy"),
        bundle=model_before("bundle.json"),
        source_weights=model_before("weights.safetensors"),
    output:
        bundle="results/{study}/adapted/{transfer}/{model}/bundle.json",
        weights="results/{study}/adapted/{transfer}/{model}/weights.safetensors",
        history=report(
            "results/{study}/adapted/{transfer}/{model}/history.tsv",
            caption="../report/second_stage.rst",
            category="Training",
            subcategory="source models",
            labels={"trained on": "{transfer}", "model or strategy": "{model}"},
        ),
        predictions="results/{study}/adapted/{transfer}/{model}/predictions.parquet",
    log:
        "results/{study}/logs/adapt/{transfer}/{model}.log",
    benchmark:
        "results/{study}/benchmarks/adapt/{transfer}/{model}.tsv"
    wildcard_constraints:
        transfer=one_of(transfer.name for transfer in ADAPTED_TRANSFERS),
    conda:
        "../../envs/train.yaml"
    threads: STUDY.training.threads
    resources:
        gpu=1,
        mem_mb=4000,
        runtime=240,
    params:
        task=of_learned_task,
        target=target_of,
        backbone=as_params(STUDY.backbone),
        second_stage=second_stage(),
        masking=as_params(STUDY.pretraining.masking),
        resume="results/{study}/resume/adapted/{transfer}/{model}",
        threads=STUDY.training.threads,
        code=code("adapt"),
    message:
        "Second stage of source model {wildcards.model} for {wildcards.transfer}"
    script:
        "../../scripts/adapt.py"
