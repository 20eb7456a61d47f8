# From predictions to metrics, intervals, comparisons and the verdict; nothing is trained here.


rule evaluate:
    input:
        predictions=of_fits("predictions.parquet"),
    output:
        metrics="results/{study}/metrics.tsv",
        summary="results/{study}/summary.tsv",
        comparisons="results/{study}/comparisons.tsv",
        savings="results/{study}/savings.tsv",
        verdicts="results/{study}/verdicts.json",
    log:
        "results/{study}/logs/evaluate.log",
    benchmark:
        "results/{study}/benchmarks/evaluate.tsv"
    conda:
        "../../envs/report.yaml"
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        settings=evaluation_settings(),
        jobs=list(fit_jobs().values()),
        code=code("evaluate"),
    message:
        "Evaluating {wildcards.study}"
    script:
        "../../scripts/evaluate.py"
