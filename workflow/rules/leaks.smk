# What would have been claimed with the leaks left in: source models and fits that learn from them, on an opt-in.


use rule pretrain as pretrain_with_leaks with:
    output:
        bundle="results/{study}/with-leaks/pretrained/{sources}/{model}/bundle.json",
        weights="results/{study}/with-leaks/pretrained/{sources}/{model}/weights.safetensors",
        history="results/{study}/with-leaks/pretrained/{sources}/{model}/history.tsv",
        predictions="results/{study}/with-leaks/pretrained/{sources}/{model}/predictions.parquet",
    log:
        "results/{study}/logs/pretrain-with-leaks/{sources}/{model}.log",
    benchmark:
        "results/{study}/benchmarks/pretrain-with-leaks/{sources}/{model}.tsv"
    params:
        task=lambda wildcards: reading_of(whole(wildcards.sources)),
        source=lambda wildcards: whole(wildcards.sources),
        source_size=source_size,
        backbone=as_params(STUDY.backbone),
        pretraining=pretraining_of_one(),
        resume="results/{study}/resume/with-leaks/pretrained/{sources}/{model}",
        left_out=["pool"],
        threads=STUDY.training.threads,
        code=code("pretrain"),
    message:
        "Training source model {wildcards.model} on {wildcards.sources}, leaks and all"


use rule pretrain_shared as pretrain_shared_with_leaks with:
    output:
        bundle="results/{study}/with-leaks/pretrained/{sources}/{model}/bundle.json",
        weights="results/{study}/with-leaks/pretrained/{sources}/{model}/weights.safetensors",
        history="results/{study}/with-leaks/pretrained/{sources}/{model}/history.tsv",
        predictions="results/{study}/with-leaks/pretrained/{sources}/{model}/predictions.parquet",
    log:
        "results/{study}/logs/pretrain-with-leaks/{sources}/{model}.log",
    benchmark:
        "results/{study}/benchmarks/pretrain-with-leaks/{sources}/{model}.tsv"
    params:
        tasks=lambda wildcards: shared_tasks(wildcards.sources),
        masked=lambda wildcards: masked_sources(wildcards.sources),
        backbone=as_params(STUDY.backbone),
        pretraining=lambda wildcards: shared_pretraining(wildcards.sources),
        resume="results/{study}/resume/with-leaks/pretrained/{sources}/{model}",
        left_out=["pool"],
        threads=STUDY.training.threads,
        code=code("pretrain_shared"),
    message:
        "Training source model {wildcards.model} on {wildcards.sources}, leaks and all"


use rule finetune as finetune_with_leaks with:
    input:
        records=learned_data("records.parquet"),
        splits=learned_data("splits.parquet"),
        excluded=learned_data("excluded.tsv"),
        tokens=learned_data("tokens.npy"),
        offsets=learned_data("offsets.npy"),
        bundles=leaky_models("bundle.json"),
        source_weights=leaky_models("weights.safetensors"),
        source_predictions=leaky_models("predictions.parquet"),
        source_records=source_task("records.parquet"),
        source_splits=source_task("splits.parquet"),
        source_excluded=source_task("excluded.tsv"),
        source_tokens=source_task("tokens.npy"),
        source_offsets=source_task("offsets.npy"),
    output:
        predictions="results/{study}/with-leaks/transfers/{transfer}/{strategy}/predictions.parquet",
        history="results/{study}/with-leaks/transfers/{transfer}/{strategy}/history.tsv",
        bundle="results/{study}/with-leaks/transfers/{transfer}/{strategy}/bundle.json",
        weights="results/{study}/with-leaks/transfers/{transfer}/{strategy}/weights.safetensors",
    log:
        "results/{study}/logs/finetune-with-leaks/{transfer}/{strategy}.log",
    benchmark:
        "results/{study}/benchmarks/finetune-with-leaks/{transfer}/{strategy}.tsv"
    params:
        task=of_learned_task,
        target=target_of,
        source_head=source_head,
        train_sizes=STUDY.train_sizes,
        replicates=STUDY.replicates,
        resume="results/{study}/resume/with-leaks/{transfer}/{strategy}",
        options=strategy_options,
        source_tasks=of_source_tasks,
        source_left_out=["pool"],
        left_out=[],
        backbone=as_params(STUDY.backbone),
        training=training_of,
        code=code("finetune"),
    message:
        "Fitting {wildcards.strategy} for {wildcards.transfer}, leaks and all"


use rule finetune as scratch_with_leaks with:
    input:
        records=learned_data("records.parquet"),
        splits=learned_data("splits.parquet"),
        excluded=learned_data("excluded.tsv"),
        tokens=learned_data("tokens.npy"),
        offsets=learned_data("offsets.npy"),
    output:
        predictions="results/{study}/with-leaks/targets/{target}/{strategy}/predictions.parquet",
        history="results/{study}/with-leaks/targets/{target}/{strategy}/history.tsv",
        bundle="results/{study}/with-leaks/targets/{target}/{strategy}/bundle.json",
        weights="results/{study}/with-leaks/targets/{target}/{strategy}/weights.safetensors",
    log:
        "results/{study}/logs/finetune-with-leaks/{target}/{strategy}.log",
    benchmark:
        "results/{study}/benchmarks/finetune-with-leaks/{target}/{strategy}.tsv"
    wildcard_constraints:
        strategy=one_of(STRATEGIES_WITHOUT_SOURCE),
    params:
        task=of_learned_task,
        target=target_of,
        train_sizes=STUDY.train_sizes,
        replicates=STUDY.replicates,
        resume="results/{study}/resume/with-leaks/{target}/{strategy}",
        left_out=[],
        backbone=as_params(STUDY.backbone),
        training=training_of,
        code=code("finetune"),
    message:
        "Fitting {wildcards.strategy} for {wildcards.target}, leaks and all"


rule leak_claims:
    input:
        predictions=[
            f"{folder}/predictions.parquet" for folder in fits_to_compare_leaks()
        ],
        groups=group_files(TARGETS),
    output:
        claims=report(
            "results/{study}/leak_claims.tsv",
            caption="../report/leak_claims.rst",
            category="Data",
            subcategory="leakage",
            labels={"what": "what would have been claimed with the leaks left in"},
        ),
    log:
        "results/{study}/logs/leak_claims.log",
    benchmark:
        "results/{study}/benchmarks/leak_claims.tsv"
    conda:
        "../../envs/report.yaml"
    threads: 2
    resources:
        mem_mb=4000,
        runtime=30,
    params:
        settings=evaluation_settings(),
        jobs=list(fits_to_compare_leaks().values()),
        code=code("leak_claims"),
    message:
        "Comparing what is claimed with and without the leaks"
    script:
        "../../scripts/leak_claims.py"
