# From predictions to metrics, intervals, comparisons and the verdict; nothing is trained here.


rule evaluate:
    input:
        predictions=of_fits("predictions.parquet"),
    output:
        metrics=report(
            "results/{study}/metrics.tsv",
            caption="../report/metrics.rst",
            category="Answer",
            labels={"what": "metrics of every fit"},
        ),
        summary=report(
            "results/{study}/summary.tsv",
            caption="../report/summary.rst",
            category="Answer",
            labels={"what": "metrics, means over replicates"},
        ),
        comparisons=report(
            "results/{study}/comparisons.tsv",
            caption="../report/comparisons.rst",
            category="Answer",
            labels={"what": "comparisons"},
        ),
        savings=report(
            "results/{study}/savings.tsv",
            caption="../report/savings.rst",
            category="Answer",
            labels={"what": "label savings"},
        ),
        verdicts=report(
            "results/{study}/verdicts.json",
            caption="../report/verdicts.rst",
            category="Answer",
            labels={"what": "verdicts"},
        ),
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
