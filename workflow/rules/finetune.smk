# All fits of one strategy (train sizes x replicates) in one job; a finished fit is found again in the resume store.


rule finetune:
    input:
        records=learned_data("records.parquet"),
        splits=learned_data("splits.parquet"),
        excluded=learned_data("excluded.tsv"),
        tokens=learned_data("tokens.npy"),
        offsets=learned_data("offsets.npy"),
        bundles=source_models("bundle.json"),
        source_weights=source_models("weights.safetensors"),
        source_predictions=source_models("predictions.parquet"),
        parts=parts_of_fits,
        source_records=source_task("records.parquet"),
        source_splits=source_task("splits.parquet"),
        source_excluded=source_task("excluded.tsv"),
        source_tokens=source_task("tokens.npy"),
        source_offsets=source_task("offsets.npy"),
    output:
        predictions="results/{study}/transfers/{transfer}/{strategy}/predictions.parquet",
        history=report(
            "results/{study}/transfers/{transfer}/{strategy}/history.tsv",
            caption="../report/fit_history.rst",
            category="Training",
            subcategory="fits",
            labels={"trained on": "{transfer}", "model or strategy": "{strategy}"},
        ),
        bundle="results/{study}/transfers/{transfer}/{strategy}/bundle.json",
        weights="results/{study}/transfers/{transfer}/{strategy}/weights.safetensors",
    log:
        "results/{study}/logs/finetune/{transfer}/{strategy}.log",
    benchmark:
        "results/{study}/benchmarks/finetune/{transfer}/{strategy}.tsv"
    wildcard_constraints:
        strategy=one_of(STRATEGIES_WITH_SOURCE),
    conda:
        "../../envs/train.yaml"
    threads: STUDY.training.threads
    resources:
        gpu=1,
        mem_mb=4000,
        runtime=480,
    params:
        task=of_learned_task,
        target=target_of,
        source_head=source_head,
        train_sizes=STUDY.train_sizes,
        replicates=STUDY.replicates,
        resume="results/{study}/resume/{transfer}/{strategy}",
        options=strategy_options,
        source_tasks=of_source_tasks,
        backbone=as_params(STUDY.backbone),
        training=training_of,
        code=code("finetune"),
    message:
        "Fitting {wildcards.strategy} for {wildcards.transfer}"
    script:
        "../../scripts/finetune.py"


# What needs no source is fitted once per target and shared by its transfers; baselines that are networks among it.
use rule finetune as finetune_without_source with:
    input:
        records=learned_data("records.parquet"),
        splits=learned_data("splits.parquet"),
        excluded=learned_data("excluded.tsv"),
        tokens=learned_data("tokens.npy"),
        offsets=learned_data("offsets.npy"),
        parts=parts_of_fits,
    output:
        predictions="results/{study}/targets/{target}/{strategy}/predictions.parquet",
        history=report(
            "results/{study}/targets/{target}/{strategy}/history.tsv",
            caption="../report/fit_history.rst",
            category="Training",
            subcategory="fits",
            labels={"trained on": "{target}", "model or strategy": "{strategy}"},
        ),
        bundle="results/{study}/targets/{target}/{strategy}/bundle.json",
        weights="results/{study}/targets/{target}/{strategy}/weights.safetensors",
    log:
        "results/{study}/logs/finetune/{target}/{strategy}.log",
    benchmark:
        "results/{study}/benchmarks/finetune/{target}/{strategy}.tsv"
    wildcard_constraints:
        strategy=one_of([*STRATEGIES_WITHOUT_SOURCE, *NETWORK_BASELINES]),
    params:
        task=of_learned_task,
        target=target_of,
        train_sizes=STUDY.train_sizes,
        replicates=STUDY.replicates,
        resume="results/{study}/resume/{target}/{strategy}",
        backbone=as_params(STUDY.backbone),
        training=training_of,
        code=code("finetune"),
    message:
        "Fitting {wildcards.strategy} for {wildcards.target}"


# With `--set-scatter fits=4` four jobs make the fits of a strategy, and the two rules above find them in the store.
use rule finetune as finetune_part with:
    input:
        records=learned_data("records.parquet"),
        splits=learned_data("splits.parquet"),
        excluded=learned_data("excluded.tsv"),
        tokens=learned_data("tokens.npy"),
        offsets=learned_data("offsets.npy"),
        bundles=source_models("bundle.json"),
        source_weights=source_models("weights.safetensors"),
        source_predictions=source_models("predictions.parquet"),
    output:
        temp("results/{study}/parts/{transfer}/{strategy}/{scatteritem}.txt"),
    log:
        "results/{study}/logs/finetune/{transfer}/{strategy}.{scatteritem}.log",
    benchmark:
        "results/{study}/benchmarks/finetune/{transfer}/{strategy}.{scatteritem}.tsv"
    message:
        "Fitting {wildcards.strategy} for {wildcards.transfer}, part {wildcards.scatteritem}"


use rule finetune_without_source as finetune_part_without_source with:
    input:
        records=learned_data("records.parquet"),
        splits=learned_data("splits.parquet"),
        excluded=learned_data("excluded.tsv"),
        tokens=learned_data("tokens.npy"),
        offsets=learned_data("offsets.npy"),
    output:
        temp("results/{study}/parts/{target}/{strategy}/{scatteritem}.txt"),
    log:
        "results/{study}/logs/finetune/{target}/{strategy}.{scatteritem}.log",
    benchmark:
        "results/{study}/benchmarks/finetune/{target}/{strategy}.{scatteritem}.tsv"
    message:
        "Fitting {wildcards.strategy} for {wildcards.target}, part {wildcards.scatteritem}"


rule baseline:
    input:
        records=learned_data("records.parquet"),
        splits=learned_data("splits.parquet"),
        excluded=learned_data("excluded.tsv"),
        tokens=learned_data("tokens.npy"),
        offsets=learned_data("offsets.npy"),
    output:
        predictions="results/{study}/targets/{target}/{baseline}/predictions.parquet",
        history=report(
            "results/{study}/targets/{target}/{baseline}/history.tsv",
            caption="../report/fit_history.rst",
            category="Training",
            subcategory="fits",
            labels={"trained on": "{target}", "model or strategy": "{baseline}"},
        ),
    log:
        "results/{study}/logs/baseline/{target}/{baseline}.log",
    benchmark:
        "results/{study}/benchmarks/baseline/{target}/{baseline}.tsv"
    wildcard_constraints:
        baseline=one_of(BASELINES_WITHOUT_NETWORK),
    conda:
        "../../envs/baseline.yaml"
    threads: STUDY.training.threads
    resources:
        mem_mb=4000,
        runtime=120,
    params:
        task=of_learned_task,
        train_sizes=STUDY.train_sizes,
        replicates=STUDY.replicates,
        resume="results/{study}/resume/{target}/{baseline}",
        training=baseline_training(),
        code=code("baseline"),
    message:
        "Fitting the baseline {wildcards.baseline} for {wildcards.target}"
    script:
        "../../scripts/baseline.py"
