# From predictions to metrics, intervals, comparisons and the verdict; nothing is trained here.


rule evaluate:
    input:
        predictions=of_fits("predictions.parquet"),
        leakage="results/{study}/leakage.tsv",
        excluded="results/{study}/excluded.tsv",
        groups=group_files(TARGETS),
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
        calibration=report(
            "results/{study}/calibration.tsv",
            caption="../report/calibration.rst",
            category="Answer",
            labels={"what": "calibration of probabilities"},
        ),
        reliability=report(
            "results/{study}/reliability.tsv",
            caption="../report/reliability.rst",
            category="Answer",
            labels={"what": "bins of the reliability curves"},
        ),
        suspicions=report(
            "results/{study}/suspicions.tsv",
            caption="../report/suspicions.rst",
            category="Answer",
            labels={"what": "suspicious results"},
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
    threads: 2
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
