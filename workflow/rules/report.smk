# The page that a study ends in, and the record of how it was run.

from seqgraft.report.figure_names import (
    COMPARISONS,
    IDENTITY,
    LEARNING_CURVE,
    MATRIX,
    RELIABILITY,
    SOURCE_SIZE,
    TRAINING,
    figure_file_names,
)

# What `prepare`, `encode`, `split` and `leakage` make of a task, and what evaluation and the leakage check tell of all.
DATA_FILES = [
    "records.parquet",
    "rejects.tsv",
    "summary.json",
    "tokens.npy",
    "offsets.npy",
    "splits.parquet",
    "leakage.tsv",
    "leaks.tsv",
    "excluded.tsv",
]
TABLES = [
    "leakage.tsv",
    "excluded.tsv",
    "metrics.tsv",
    "summary.tsv",
    "comparisons.tsv",
    "savings.tsv",
    "calibration.tsv",
    "reliability.tsv",
    "suspicions.tsv",
    "verdicts.json",
    "identity_bands.tsv",
]
FIGURES = [
    f"figures/{name}"
    for name in figure_file_names(
        list(TRANSFERS),
        list(dict.fromkeys(t.sources for t in STUDY.transfers)),
        [t.name for t in STUDY.ablated],
    )
]
FIGURES_FOR_PAPERS = [path for path in FIGURES if not path.endswith(".svg")]


rule write_config:
    output:
        config=report(
            "results/{study}/config.yaml",
            caption="../report/config.rst",
            category="How it was run",
            labels={"what": "config as understood"},
        ),
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
        data=[path for file in DATA_FILES for path in of_tasks(file)]
        + identity_files()
        + group_files(STUDY.tasks)
        + made_files(STUDY.tasks),
        source_results=of_source_models("weights.safetensors")
        + of_source_models("predictions.parquet")
        + of_parts("weights.safetensors")
        + of_parts("predictions.parquet")
        + of_adapted("weights.safetensors"),
        fit_results=of_fits("predictions.parquet")
        + of_networks("weights.safetensors")
        + of_ablation("predictions.parquet")
        + of_ablation("weights.safetensors")
        + leaky_results(),
        tables=[f"results/{{study}}/{name}" for name in TABLES]
        + tables_of_sources()
        + table_of_forgetting()
        + table_of_ablation()
        + table_of_leak_claims(),
        bundles=of_source_models("bundle.json")
        + of_parts("bundle.json")
        + of_adapted("bundle.json"),
        fit_bundles=of_networks("bundle.json") + of_ablation("bundle.json"),
        source_histories=of_source_models("history.tsv")
        + of_parts("history.tsv")
        + of_adapted("history.tsv"),
        histories=of_fits("history.tsv") + of_ablation("history.tsv"),
        leaky=leaky_beside(),
    output:
        provenance=report(
            "results/{study}/provenance.json",
            caption="../report/provenance.rst",
            category="How it was run",
            labels={"what": "provenance"},
        ),
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
        later=[f"results/{STUDY.study}/{name}" for name in ["report.html", *FIGURES]],
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
        calibration="results/{study}/calibration.tsv",
        reliability="results/{study}/reliability.tsv",
        suspicions="results/{study}/suspicions.tsv",
        verdicts="results/{study}/verdicts.json",
        leakage="results/{study}/leakage.tsv",
        excluded="results/{study}/excluded.tsv",
        rejects=of_tasks("rejects.tsv", LEARNED),
        summaries=of_tasks("summary.json", LEARNED),
        splits=of_tasks("splits.parquet", LEARNED),
        records=of_tasks("records.parquet", LEARNED),
        bundles=of_source_models("bundle.json"),
        source_histories=of_source_models("history.tsv"),
        source_predictions=of_source_models("predictions.parquet"),
        adapted=of_adapted("bundle.json"),
        histories=of_fits("history.tsv"),
        attachments=[
            "results/{study}/metrics.tsv",
            "results/{study}/identity_bands.tsv",
        ]
        + tables_of_sources()
        + table_of_forgetting()
        + table_of_ablation()
        + table_of_leak_claims(),
    output:
        report=report(
            "results/{study}/report.html",
            caption="../report/report.rst",
            category="Answer",
            labels={"what": "report of the study"},
        ),
        curves=[
            report(
                f"results/{{study}}/figures/{name}.{LEARNING_CURVE}.svg",
                caption="../report/curve.rst",
                category="Figures",
                subcategory=name,
                labels={"transfer": name, "what": "learning curve"},
            )
            for name in TRANSFERS
        ],
        forests=[
            report(
                f"results/{{study}}/figures/{name}.{COMPARISONS}.svg",
                caption="../report/forest.rst",
                category="Figures",
                subcategory=name,
                labels={"transfer": name, "what": "comparisons"},
            )
            for name in TRANSFERS
        ],
        reliabilities=[
            report(
                f"results/{{study}}/figures/{name}.{RELIABILITY}.svg",
                caption="../report/reliability_curve.rst",
                category="Figures",
                subcategory=name,
                labels={"transfer": name, "what": "reliability"},
            )
            for name in TRANSFERS
        ],
        identities=[
            report(
                f"results/{{study}}/figures/{name}.{IDENTITY}.svg",
                caption="../report/identity.rst",
                category="Figures",
                subcategory=name,
                labels={"transfer": name, "what": "identity"},
            )
            for name in TRANSFERS
        ],
        trainings=[
            report(
                f"results/{{study}}/figures/{name}.{TRAINING}.svg",
                caption="../report/training.rst",
                category="Figures",
                subcategory="source models",
                labels={"transfer": f"from {name}", "what": "training"},
            )
            for name in SOURCES
        ],
        source_sizes=[
            report(
                f"results/{{study}}/figures/{transfer.name}.{SOURCE_SIZE}.svg",
                caption="../report/source_size.rst",
                category="Figures",
                subcategory=transfer.name,
                labels={
                    "transfer": transfer.name,
                    "what": "gain by size of the source",
                },
            )
            for transfer in STUDY.ablated
        ],
        matrix=[
            report(
                f"results/{{study}}/{path}",
                caption="../report/matrix.rst",
                category="Figures",
                subcategory="all transfers",
                labels={"transfer": "all", "what": "gains"},
            )
            for path in FIGURES
            if path.endswith(f"{MATRIX}.svg")
        ],
        papers=[f"results/{{study}}/{path}" for path in FIGURES_FOR_PAPERS],
    log:
        "results/{study}/logs/report.log",
    localrule: True
    conda:
        "../../envs/report.yaml"
    threads: 2
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        tasks=LEARNED,
        code=code("report"),
    message:
        "Writing the report of {wildcards.study}"
    script:
        "../../scripts/report.py"
