# The gain against the size of the source. The models and fits behind it are jobs of `pretrain` and `finetune`.


rule ablation:
    input:
        predictions=[f"{folder}/predictions.parquet" for folder in jobs_to_compare()],
        bundles=[
            f"results/{STUDY.study}/pretrained/{transfer.sources}/0/bundle.json"
            for transfer in STUDY.ablated
        ],
        groups=group_files(sorted({transfer.target for transfer in STUDY.ablated})),
    output:
        ablation=report(
            "results/{study}/ablation.tsv",
            caption="../report/ablation.rst",
            category="Sources",
            labels={"what": "gain by size of the source"},
        ),
    log:
        "results/{study}/logs/ablation.log",
    benchmark:
        "results/{study}/benchmarks/ablation.tsv"
    conda:
        "../../envs/report.yaml"
    threads: 2
    resources:
        mem_mb=4000,
        runtime=30,
    params:
        settings=ablation_settings(),
        transfers=ablated_transfers(),
        jobs=list(jobs_to_compare().values()),
        code=code("ablation"),
    message:
        "Comparing what smaller sources gave"
    script:
        "../../scripts/ablation.py"
