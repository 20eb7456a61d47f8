# From raw bytes to records, tokens, parts and the list of who must be left out.


rule prepare:
    input:
        raw_files,
    output:
        records="results/{study}/data/{task}/records.parquet",
        rejects=report(
            "results/{study}/data/{task}/rejects.tsv",
            caption="../report/rejects.rst",
            category="Data",
            subcategory="{task}",
            labels={"task": "{task}", "what": "rejected or changed sequences"},
        ),
        summary="results/{study}/data/{task}/summary.json",
    log:
        "results/{study}/logs/prepare/{task}.log",
    conda:
        "../../envs/data.yaml"
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        cleaning=cleaning_of,
        contents_of_files=contents_of_files,
        reading=lambda wildcards: as_params(STUDY.tasks[wildcards.task].read),
        code=code("prepare"),
    message:
        "Checking the sequences of {wildcards.task}"
    script:
        "../../scripts/prepare.py"


rule encode:
    input:
        records="results/{study}/data/{task}/records.parquet",
        embeddings=embeddings_of,
    output:
        tokens="results/{study}/data/{task}/tokens.npy",
        offsets="results/{study}/data/{task}/offsets.npy",
    log:
        "results/{study}/logs/encode/{task}.log",
    conda:
        "../../envs/data.yaml"
    resources:
        mem_mb=4000,
        runtime=30,
    params:
        alphabet=alphabet_of,
        code=code("encode"),
    message:
        "Encoding {wildcards.task}"
    script:
        "../../scripts/encode.py"
