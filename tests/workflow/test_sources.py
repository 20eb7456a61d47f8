"""Several sources for one target: what each promised, what each gave, what was forgotten, what a smaller one gave."""

import json
from pathlib import Path

import pandas as pd
import pytest
import yaml
from planner import Planner
from study_folder import Folder
from warm import Warm


@pytest.fixture(scope="module")
def config(tiny_config: dict) -> dict:
    task = tiny_config["tasks"]["ecoli"]
    sources = {
        name: task | {"simulate": task["simulate"] | {"seed": seed}}
        for seed, name in enumerate(["one", "two", "three"], 10)
    }
    return tiny_config | {
        "tasks": sources | {"goal": tiny_config["tasks"]["bsubtilis"]},
        "transfers": [{"source": name, "target": "goal"} for name in sources],
        "baselines": ["random-backbone"],
        "train_sizes": [20],
        "forgetting": True,
        "ablation": {"source_sizes": [30], "transfers": ["one--goal"]},
    }


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory, config: dict, warm: Warm) -> Path:
    folder = Folder(tmp_path_factory.mktemp("sources"))
    result = folder.snakemake(
        "--configfile",
        folder.write_config(config),
        "--cores",
        "2",
        "--",
        "results/tiny/provenance.json",
        warm=warm,
    )  # all but the page
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


def test_a_part_of_a_source_is_compared_with_the_whole(study: Path) -> None:
    table = read(study, "ablation.tsv")
    assert table["transfer"].unique().tolist() == ["one--goal"]
    assert table["source_size"].unique().tolist() == [30, 96]  # 160 sequences without the test part of 40 %
    own = table[(table["metric"] == "auroc") & (table["train_size"] == "20")].set_index("source_size")
    comparisons = read(study, "comparisons.tsv")
    full = comparisons[
        (comparisons["transfer"] == "one--goal")
        & (comparisons["strategy"] == "full")
        & (comparisons["role"] == "secondary")
    ]
    found = own.loc[96, ["gain", "ci_low", "ci_high"]].astype(float).tolist()
    assert found == full.iloc[0][["difference", "ci_low", "ci_high"]].astype(float).tolist()
    more = own.loc[30, "more_from_whole"]
    assert more == pytest.approx(own.loc[96, "gain"] - own.loc[30, "gain"], abs=1e-5)
    # It is beside the comparisons, not among them.
    for name in ("comparisons.tsv", "summary.tsv", "metrics.tsv", "source_matrix.tsv"):
        assert "@" not in (study / name).read_text()


def test_a_part_leaves_what_the_whole_leaves(study: Path) -> None:
    predictions = pd.read_parquet(study / "pretrained/one@30/0/predictions.parquet")
    splits = pd.read_parquet(study / "data/one/splits.parquet")
    pool = set(splits.loc[splits["part"] == "pool", "id"])
    held_out = predictions.loc[predictions["part"] == "held-out", "id"]
    assert len(held_out) in (4, 5)  # 15 % of about 15 of each class
    assert set(held_out) <= pool
    recorded = json.loads((study / "provenance.json").read_text())
    for name in (
        "pretrained/one@30/0/weights.safetensors",
        "transfers/one--goal@30/full/predictions.parquet",
    ):
        assert (study / name).is_file()
        assert name in recorded["sha256"]
    for name in ("pretrained/one@30/0", "one--goal@30/full"):
        assert any((study / "resume" / name).glob("*.safetensors"))


def test_a_source_size_more_trains_that_alone(
    study: Path, config: dict, planner: Planner, tmp_path: Path
) -> None:
    path = tmp_path / "study.yaml"
    changed = config | {"ablation": config["ablation"] | {"source_sizes": [30, 60]}}
    path.write_text(yaml.safe_dump(changed, sort_keys=False))
    assert planner.jobs(study.parents[1], path) == {
        "pretrain pretrained/one@60/0", "finetune transfers/one--goal@60/full", "ablation", "write_config",
        "provenance", "report", "report figures",
    }  # fmt: skip
