# The page that a study ends in, and the record of how it was run.


rule write_config:
    output:
        config="results/{study}/config.yaml",
    log:
        "results/{study}/logs/write_config.log",
    localrule: True
    conda:
        "../../envs/report.yaml"
    resources:
        mem_mb=500,
        runtime=10,
    params:
        config=STUDY.as_understood(),
        code=code("write_config"),
    message:
        "Writing the config of {wildcards.study} as understood"
    script:
        "../../scripts/write_config.py"


rule provenance:
    input:
        config="results/{study}/config.yaml",
        raw=[path for path, _ in every_raw_file()],
        records=of_tasks("records.parquet"),
        splits=of_tasks("splits.parquet"),
        bundles=of_source_models("bundle.json"),
        weights=of_source_models("weights.safetensors"),
        predictions=of_fits("predictions.parquet"),
        histories=of_fits("history.tsv"),
    output:
        provenance="results/{study}/provenance.json",
    log:
        "results/{study}/logs/provenance.log",
    localrule: True
    conda:
        "../../envs/report.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        origins=[origin for _, origin in every_raw_file()],
        digests={script: code(script) for script in SCRIPTS},
        code=code("provenance"),
    message:
        "Recording how {wildcards.study} was run"
    script:
        "../../scripts/provenance.py"


rule report:
    input:
        config="results/{study}/config.yaml",
        provenance="results/{study}/provenance.json",
        summary="results/{study}/summary.tsv",
        comparisons="results/{study}/comparisons.tsv",
        savings="results/{study}/savings.tsv",
        verdicts="results/{study}/verdicts.json",
        leakage="results/{study}/leakage.tsv",
        excluded="results/{study}/excluded.tsv",
        rejects=of_tasks("rejects.tsv"),
        summaries=of_tasks("summary.json"),
        splits=of_tasks("splits.parquet"),
        records=of_tasks("records.parquet"),
        bundles=of_source_models("bundle.json"),
        source_histories=of_source_models("history.tsv"),
        source_predictions=of_source_models("predictions.parquet"),
        histories=of_fits("history.tsv"),
    output:
        report="results/{study}/report.html",
        figures=directory("results/{study}/figures"),
    log:
        "results/{study}/logs/report.log",
    localrule: True
    conda:
        "../../envs/report.yaml"
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        tasks=list(STUDY.tasks),
        code=code("report"),
    message:
        "Writing the report of {wildcards.study}"
    script:
        "../../scripts/report.py"
