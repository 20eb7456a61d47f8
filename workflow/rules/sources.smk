# About sources: what each promises before training, beside what it then gave, and what is forgotten of it.


rule source_scores:
    input:
        records=learned_data("records.parquet"),
        splits=learned_data("splits.parquet"),
        excluded=learned_data("excluded.tsv"),
        tokens=learned_data("tokens.npy"),
        offsets=learned_data("offsets.npy"),
        bundles=source_models("bundle.json"),
        source_weights=source_models("weights.safetensors"),
    output:
        scores="results/{study}/transfers/{transfer}/source_scores.tsv",
    log:
        "results/{study}/logs/source_scores/{transfer}.log",
    benchmark:
        "results/{study}/benchmarks/source_scores/{transfer}.tsv"
    conda:
        "../../envs/train.yaml"
    threads: STUDY.training.threads
    resources:
        gpu=1,
        mem_mb=4000,
        runtime=120,
    params:
        task=of_learned_task,
        source=lambda wildcards: TRANSFERS[wildcards.transfer].sources,
        target=target_of,
        source_head=lambda wildcards: TRANSFERS[wildcards.transfer].head,
        train_sizes=STUDY.train_sizes,
        replicates=STUDY.replicates,
        estimates=STUDY.estimates,
        training=baseline_training(),
        code=code("source_scores"),
    message:
        "Estimating what the source of {wildcards.transfer} is worth"
    script:
        "../../scripts/source_scores.py"


rule rank_sources:
    input:
        scores=source_scores(),
        metrics="results/{study}/metrics.tsv",
        comparisons="results/{study}/comparisons.tsv",
    output:
        scores=report(
            "results/{study}/source_scores.tsv",
            caption="../report/source_scores.rst",
            category="Sources",
            labels={"what": "estimates before training"},
        ),
        matrix=report(
            "results/{study}/source_matrix.tsv",
            caption="../report/source_matrix.rst",
            category="Sources",
            labels={"what": "gain of each source"},
        ),
        ranking=report(
            "results/{study}/source_ranking.tsv",
            caption="../report/source_ranking.rst",
            category="Sources",
            labels={"what": "promise against gain"},
        ),
    log:
        "results/{study}/logs/rank_sources.log",
    localrule: True
    conda:
        "../../envs/report.yaml"
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        primary_metric=STUDY.primary_metric,
        code=code("rank_sources"),
    message:
        "Comparing what the sources promised with what they gave"
    script:
        "../../scripts/rank_sources.py"


rule forgetting:
    input:
        records=of_tasks("records.parquet"),
        splits=of_tasks("splits.parquet"),
        excluded=of_tasks("excluded.tsv"),
        tokens=of_tasks("tokens.npy"),
        offsets=of_tasks("offsets.npy"),
        bundles=sources_that_are_forgotten("bundle.json"),
        source_weights=sources_that_are_forgotten("weights.safetensors"),
        weights=of_fits_that_forget("weights.safetensors"),
        histories=of_fits_that_forget("history.tsv"),
    output:
        forgetting=report(
            "results/{study}/forgetting.tsv",
            caption="../report/forgetting.rst",
            category="Sources",
            labels={"what": "what is forgotten"},
        ),
    log:
        "results/{study}/logs/forgetting.log",
    benchmark:
        "results/{study}/benchmarks/forgetting.tsv"
    conda:
        "../../envs/train.yaml"
    threads: STUDY.training.threads
    resources:
        gpu=1,
        mem_mb=4000,
        runtime=60,
    params:
        tasks={task: reading_of(task) for task in STUDY.tasks},
        sources=forgotten_sources(),
        fits=fits_that_forget(),
        training=baseline_training(),
        code=code("forgetting"),
    message:
        "Scoring fine-tuned models on their sources"
    script:
        "../../scripts/forgetting.py"
