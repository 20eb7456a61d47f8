"""A shortened bacteria study on the published files, from fetching to the verdict."""

import hashlib
import json
import os

import pandas as pd
import pytest
import yaml
from study_folder import ROOT, Folder
from warm import Warm


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory, warm: Warm) -> Folder:
    mirror = os.environ.get("SEQGRAFT_MIRROR")
    if not mirror:
        pytest.skip("SEQGRAFT_MIRROR is not set: real data not tested")
    config = yaml.safe_load((ROOT / "config/bacteria.yaml").read_text())
    config |= {
        "strategies": ["scratch", "zero-shot", "full-kept-head"],
        "baselines": ["kmer-logistic"],
        "train_sizes": [50],
        "replicates": 5,
        "chosen": "full-kept-head",
        "forgetting": False,
    }
    # One target, and the published split, of which the scores below were read.
    del config["tasks"]["bsubtilis"]
    config["tasks"]["ecoli"]["split"] = config["tasks"]["bsubtilis-random"]["split"]
    config["transfers"] = config["transfers"][1:]
    config["pretraining"] = config.get("pretraining", {}) | {
        "replicates": 1,
        "epochs": [8, 16],
        "learning_rate": 3e-3,
    }
    config["training"] = config.get("training", {}) | {"folds": 3}
    folder = Folder(tmp_path_factory.mktemp("bacteria"))
    result = folder.snakemake(
        "--configfile", folder.write_config(config), "--cores", "2", "--config", f"mirror={mirror}", "--",
        *(f"results/bacteria/{name}" for name in ("verdicts.json", "leakage.tsv")),  # no page
        warm=warm,
    )  # fmt: skip
    assert result.returncode == 0, result.stdout
    return folder


def summary(study: Folder, metric: str) -> pd.Series:
    table = pd.read_csv(study.path / "results/bacteria/summary.tsv", sep="\t")
    return table[table["metric"] == metric].set_index("strategy")["mean"]


def test_the_published_bytes_are_what_was_used(study: Folder) -> None:
    config = yaml.safe_load((ROOT / "config/bacteria.yaml").read_text())
    for name in ("ecoli", "bsubtilis-random"):
        for entry in config["tasks"][name]["files"]:
            path = study.path / "results/bacteria/raw" / name / entry["url"].rsplit("/", 1)[1]
            assert hashlib.sha256(path.read_bytes()).hexdigest() == entry["sha256"]


def test_fifty_labels_and_a_source_beat_fifty_labels_alone(study: Folder) -> None:
    auroc = summary(study, "auroc")
    assert auroc["full-kept-head"] > 0.94
    assert auroc["zero-shot"] > 0.93
    assert auroc["full-kept-head"] > auroc["scratch"] + 0.02
    assert auroc["full-kept-head"] > auroc["kmer-logistic"] + 0.02


def test_the_verdict_says_so(study: Folder) -> None:
    (verdict,) = json.loads((study.path / "results/bacteria/verdicts.json").read_text())
    assert verdict["verdict"] == "helps"
    assert verdict["ci_low"] > 0
    assert not pd.read_csv(study.path / "results/bacteria/leakage.tsv", sep="\t")["sequences"].any()
