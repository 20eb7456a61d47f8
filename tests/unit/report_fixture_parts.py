"""The data and the models of the report's small study: planted numbers in the files' own columns."""

import math

import pandas as pd

from seqgraft.report.inputs import SourceModel

NAN = math.nan


def task(title: str, simulated: bool) -> dict:
    origin: dict = {
        "files": [
            {"url": f"https://example.org/{label}.fa", "sha256": "0" * 64, "class": label}
            for label in ("promoter", "background")
        ]
    }
    if simulated:
        origin = {
            "simulate": {
                "generator": "promoters",
                "species": "ecoli",
                "counts": {"promoter": 400, "background": 900},
            }
        }
    return {
        "title": title,
        "alphabet": "dna",
        "type": "binary",
        "classes": ["promoter", "background"],
        "strand": "single",
        **origin,
        "split": {"method": "stratified", "test": 0.3, "seed": 1},
    }


def data_summary() -> dict:
    letters = {"A": 0.3, "C": 0.2, "G": 0.2, "T": 0.3}
    return {
        "files": [
            {"file": "promoter.fa", "class": "promoter", "read": 402, "accepted": 400},
            {"file": "background.fa", "class": "background", "read": 901, "accepted": 900},
        ],
        "rejected": {"duplicate": 2, "ambiguous letter": 1},
        "renamed": 0,
        "length": {"min": 81, "median": 81.0, "max": 81},
        "classes": {
            "promoter": {"sequences": 400, "letters": letters, "gc": 0.4},
            "background": {"sequences": 900, "letters": letters, "gc": 0.4012},
        },
    }


def fit_history(strategy: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "train_size": [50, 200],
            "is_all": [False, False],
            "replicate": [1, 1],
            "members": [5, 5],
            "epochs": [4, 16],
            "learning_rate": [0.001, 0.001],
            "penalty_c": [NAN, NAN],
            "held_out_loss": [0.4, 0.3],
            "seconds": [1.5, 3.5],
            "device": ["cpu", "cpu"],
            "examples_per_second": [5012.0, 5100.0],
            "note": ["", ""],
        }
    )


def source_model(number: int) -> SourceModel:
    history = pd.DataFrame(
        {
            "epoch": [4, 8, 12],
            "train_loss": [0.5, 0.3, 0.2],
            "validation_loss": [0.4, 0.2521, 0.26],
            "validation_auroc": [0.9, 0.9612, 0.96],
            "seconds": [2.0, 4.0, 6.0],
        }
    )
    bundle = {
        "reading": {"letters": "ACGT", "length": 81, "complement": None},
        "trained_on": 2937,
        "epochs": 8,
        "validation_loss": 0.2521,
        "validation_auroc": 0.9612,
        "parameters": 61248,
        "receptive_field": 31,
        "flops_per_sequence": 1_654_321,
        "device": "cpu",
    }
    return SourceModel(bundle, history, {"auroc": 0.9711 - 0.001 * number, "mcc": 0.8123}, 384)
