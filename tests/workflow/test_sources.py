"""Several sources for one target: what each promised, what each gave, and what was forgotten."""

from pathlib import Path

import pandas as pd
import pytest
from study_folder import Folder


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory, tiny_config: dict) -> Path:
    task = tiny_config["tasks"]["ecoli"]
    sources = {
        name: task | {"simulate": task["simulate"] | {"seed": seed}}
        for seed, name in enumerate(["one", "two", "three"], 10)
    }
    config = tiny_config | {
        "tasks": sources | {"goal": tiny_config["tasks"]["bsubtilis"]},
        "transfers": [{"source": name, "target": "goal"} for name in sources],
        "baselines": ["constant", "random-backbone"],
        "train_sizes": [20],
        "forgetting": True,
    }
    folder = Folder(tmp_path_factory.mktemp("sources"))
    result = folder.snakemake("--configfile", folder.write_config(config), "--cores", "2")
    assert result.returncode == 0, result.stdout
    return folder.path / "results/tiny"


def read(study: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(study / name, sep="\t")


def test_every_source_is_scored_on_the_same_labels(study: Path) -> None:
    scores = read(study, "source_scores.tsv")
    assert scores.columns.tolist() == [
        "transfer", "source", "target", "source_model", "train_size", "is_all", "replicate", "estimate", "value",
    ]  # fmt: skip
    assert len(scores) == 3 * 5 * 6  # sources, replicates, estimates
    assert scores["value"].notna().all()


def test_promises_are_compared_with_gains(study: Path) -> None:
    ranking = read(study, "source_ranking.tsv")
    assert ranking["sources"].tolist() == [3] * 6
    assert ranking["tau"].between(-1, 1).all()
    assert (ranking["regret"] >= 0).all()
    matrix = read(study, "source_matrix.tsv")
    assert matrix["train_size"].tolist() == ["curve"] * 3 + ["20"] * 3
    summary = read(study, "summary.tsv")
    own = summary[(summary["metric"] == "auroc") & (summary["transfer"] == "two--goal")].set_index("strategy")
    gain = matrix[(matrix["source"] == "two") & (matrix["train_size"] == "20")]["gain"].item()
    assert gain == pytest.approx(own.loc["chosen", "mean"] - own.loc["scratch", "mean"], abs=1e-5)
    best = ranking.groupby("estimate")["best"].first().unique()
    assert best.tolist() == [matrix[matrix["train_size"] == "20"]["source"].iloc[0]]


def test_forgetting_begins_where_the_source_model_was(study: Path) -> None:
    table = read(study, "forgetting.tsv")
    assert table["strategy"].unique().tolist() == ["full"]
    assert table["head"].unique().tolist() == ["source", "refit"]
    assert table["train_size"].unique().tolist() == [20]
    own = read(study, "transfers/one--goal/full/history.tsv")
    assert (own["train_size"] == 20).all()
    source = pd.read_parquet(study / "pretrained/one/0/predictions.parquet")
    test = source[source["part"] == "test"]
    row = table[
        (table["transfer"] == "one--goal") & (table["head"] == "source") & (table["metric"] == "auroc")
    ]
    assert row["n_test"].item() == len(test)
    pairs = (
        test[test["label"] == 1]["prediction"].to_numpy()[:, None]
        - test[test["label"] == 0]["prediction"].to_numpy()
    )
    assert row["before"].item() == pytest.approx((pairs > 0).mean(), abs=1e-4)
