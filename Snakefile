# seqgraft: transfer learning for biological sequences.
#
#   snakemake --configfile config/demo.yaml --cores 2
#
# A study is one config file; this page is its table of contents. There is no `configfile:` statement here, because
# Snakemake would merge its tasks into every other study. What a rule does is in scripts/<rule>.py; how it is done is in
# scripts/seqgraft/. The flow, each arrow a file on disk:
#
#   download/simulate -> prepare -> split -> leakage -> encode -> pretrain -> finetune/baseline -> evaluate -> report


include: "workflow/rules/common.smk"
include: "workflow/rules/identity_files.smk"


report: "workflow/report/workflow.rst"


rule all:
    default_target: bool(STUDY.transfers)
    input:
        f"results/{STUDY.study}/report.html",
        f"results/{STUDY.study}/metrics.tsv",
        tables_of_sources(),
        table_of_forgetting(),
        table_of_ablation(),
        table_of_leak_claims(),


# Raw files only: for a node with internet, before the run on one without.
rule downloads:
    input:
        downloaded_files(),


# Everything before a network: records, lists of rejects, parts, leaks and tokens of every task of any type.
rule data:
    default_target: not STUDY.transfers
    input:
        of_data(),


include: "workflow/rules/download.smk"
include: "workflow/rules/prepare.smk"
include: "workflow/rules/split.smk"
include: "workflow/rules/pretrain.smk"
include: "workflow/rules/finetune.smk"
include: "workflow/rules/evaluate.smk"
include: "workflow/rules/sources.smk"
include: "workflow/rules/ablation.smk"
include: "workflow/rules/leaks.smk"
include: "workflow/rules/identity.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/plan.smk"


onstart:
    told(results_can_be_written, STUDY.study)
    told(offline_files_are_here)
    print(announcement(), file=sys.stderr)
