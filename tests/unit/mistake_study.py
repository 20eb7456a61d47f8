"""A small prepared study in the present folder, and the jobs that work on it: source task a, target task b."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
from mistakes import job, run

from seqgraft.config.learning import BackboneSettings, PretrainingSettings, TrainingSettings
from seqgraft.evaluate import NAMES
from seqgraft.files import write_text

CLASSES = ["site", "rest"]
FILES = ("records.parquet", "splits.parquet", "excluded.tsv", "tokens.npy", "offsets.npy")
READING = {"alphabet": "dna", "classes": CLASSES, "strand": "single"}
SOURCE_MODEL = "results/mine/pretrained/a/0"


def data(task: str, file: str) -> str:
    return f"results/mine/data/{task}/{file}"


def fasta(count: int, seed: int, length: int = 24) -> str:
    letters = np.random.default_rng(seed).choice(list("ACGT"), size=(count, length))
    return "".join(f">s{i}\n{''.join(row)}\n" for i, row in enumerate(letters))


def raw(task: str, label: str, text: str) -> None:
    write_text(f"results/mine/raw/{task}/{label}.fa", text)


def prepare(task: str) -> SimpleNamespace:
    names = {"records": "records.parquet", "rejects": "rejects.tsv", "summary": "summary.json"}
    return job(
        "prepare",
        input=[f"results/mine/raw/{task}/{label}.fa" for label in CLASSES],
        output={name: data(task, file) for name, file in names.items()},
        params={
            "reading": {"format": "fasta"},
            "contents_of_files": CLASSES,
            "cleaning": {"alphabet": "dna", "classes": CLASSES},
        },
        wildcards={"task": task},
    )


def split(task: str, *, numbers: Sequence[int] = (), test: float = 0.3) -> SimpleNamespace:
    return job(
        "split",
        input={"records": data(task, "records.parquet")},
        output={"splits": data(task, "splits.parquet")},
        params={
            "split": {"method": "stratified", "test": test, "seed": 1},
            "classes": CLASSES,
            "replicates": 2,
            "numbers": list(numbers),
            "folds": 3,
        },
        wildcards={"task": task},
    )


def encode(task: str) -> SimpleNamespace:
    return job(
        "encode",
        input={"records": data(task, "records.parquet")},
        output={"tokens": data(task, "tokens.npy"), "offsets": data(task, "offsets.npy")},
        params={"alphabet": "dna"},
        wildcards={"task": task},
    )


def leakage(task: str, targets: Sequence[str] = ()) -> SimpleNamespace:
    return job(
        "leakage",
        input={
            "records": data(task, "records.parquet"),
            "splits": data(task, "splits.parquet"),
            "target_records": [data(target, "records.parquet") for target in targets],
            "target_splits": [data(target, "splits.parquet") for target in targets],
        },
        output={name: data(task, f"{name}.tsv") for name in ("leakage", "leaks", "excluded")},
        params={
            "alphabet": "dna",
            "strands": dict.fromkeys([task, *targets], "single"),
            "leakage": {name: {} for name in [task, *targets]},
            "padded": dict.fromkeys([task, *targets], False),
            "targets": list(targets),
        },
        wildcards={"task": task},
    )


def pretrain(
    *, threads: int = 1, gpu: int = 0, source_size: int | None = None, **backbone: Any
) -> SimpleNamespace:
    return job(
        "pretrain",
        input={file.partition(".")[0]: [data("a", file)] for file in FILES},
        output={
            "bundle": f"{SOURCE_MODEL}/bundle.json",
            "weights": f"{SOURCE_MODEL}/weights.safetensors",
            "history": f"{SOURCE_MODEL}/history.tsv",
            "predictions": f"{SOURCE_MODEL}/predictions.parquet",
        },
        params={
            "task": READING,
            "source": "a",
            "source_size": source_size,
            "backbone": BackboneSettings(width=4, hidden=4, **backbone).model_dump(mode="json"),
            "pretraining": PretrainingSettings(epochs=(1,)).model_dump(mode="json"),
            "threads": 1,
            "resume": "results/mine/resume/pretrained/a/0",
            "code": "",
        },
        wildcards={"sources": "a", "model": "0"},
        threads=threads,
        gpu=gpu,
    )


def finetune(
    strategy: str, *, sizes: Sequence[Any] = (20,), width: int = 4, gpu: int = 0, **training: Any
) -> SimpleNamespace:
    folder = f"results/mine/transfers/a--b/{strategy}"
    return job(
        "finetune",
        input={file.partition(".")[0]: data("b", file) for file in FILES}
        | {
            "bundles": [f"{SOURCE_MODEL}/bundle.json"],
            "source_weights": [f"{SOURCE_MODEL}/weights.safetensors"],
            "source_predictions": [f"{SOURCE_MODEL}/predictions.parquet"],
        },
        output={
            "predictions": f"{folder}/predictions.parquet",
            "history": f"{folder}/history.tsv",
            "bundle": f"{folder}/bundle.json",
            "weights": f"{folder}/weights.safetensors",
        },
        params={
            "task": READING,
            "target": "b",
            "train_sizes": list(sizes),
            "replicates": 2,
            "resume": f"results/mine/resume/a--b/{strategy}",
            "backbone": BackboneSettings(width=width, hidden=4).model_dump(mode="json"),
            "training": TrainingSettings(**{"folds": 3, "epochs": (1,), **training}).model_dump(mode="json"),
            "code": "",
        },
        wildcards={"transfer": "a--b", "strategy": strategy},
        gpu=gpu,
    )


def baseline(*, threads: int = 1) -> SimpleNamespace:
    folder = "results/mine/targets/b/constant"
    return job(
        "baseline",
        input={file.partition(".")[0]: data("b", file) for file in FILES},
        output={"predictions": f"{folder}/predictions.parquet", "history": f"{folder}/history.tsv"},
        params={
            "task": READING,
            "train_sizes": [20],
            "replicates": 2,
            "resume": "results/mine/resume/b/constant",
            "training": TrainingSettings(folds=3).model_dump(
                mode="json", include={"folds", "members", "penalties", "kmer", "threads"}
            ),
            "code": "",
        },
        wildcards={"target": "b", "baseline": "constant"},
        threads=threads,
    )


def evaluate(strategies: Sequence[str] = ("scratch", "full"), groups: Sequence[str] = ()) -> SimpleNamespace:
    tables = [f"{name}.tsv" for name in NAMES] + ["verdicts.json"]
    transfer = {
        "name": "a--b",
        "sources": ["a"],
        "target": "b",
        "source_title": "a",
        "target_title": "b",
        "strategies": list(strategies),
        "candidates": ["full"],
    }
    jobs = [
        {"transfer": "a--b", "target": "b", "strategy": name, "kind": "strategy"}
        for name in ("scratch", "full")
    ]
    return job(
        "evaluate",
        input={
            "predictions": [
                f"results/mine/transfers/a--b/{entry['strategy']}/predictions.parquet" for entry in jobs
            ],
            "leakage": "results/mine/leakage.tsv",
            "excluded": "results/mine/excluded.tsv",
            "groups": list(groups),
        },
        output={name.partition(".")[0]: f"results/mine/{name}" for name in tables},
        params={
            "settings": {
                "study": "mine",
                "transfers": [transfer],
                "baselines": [],
                "primary_metric": "auroc",
                "chosen": "held-out",
                "replicates": 2,
                "source_models": 1,
            },
            "jobs": jobs,
        },
    )


def collect_leakage() -> SimpleNamespace:
    names = ("leakage", "excluded")
    return job(
        "collect_leakage",
        input={name: [data(task, f"{name}.tsv") for task in ("a", "b")] for name in names},
        output={name: f"results/mine/{name}.tsv" for name in names},
        params={"tasks": ["a", "b"], "code": ""},
    )


def make() -> None:
    """Prepare both tasks in the present folder: 40 sequences of 24 letters of each class."""
    for seed, task in enumerate(("a", "b")):
        for offset, label in enumerate(CLASSES):
            raw(task, label, fasta(40, 10 * seed + offset))
        run(prepare(task))
        run(split(task))
    for task, targets in (("a", ["b"]), ("b", [])):
        run(encode(task))
        run(leakage(task, targets))
    run(collect_leakage())


def predictions(strategy: str) -> str:
    return f"results/mine/transfers/a--b/{strategy}/predictions.parquet"
