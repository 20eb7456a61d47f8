"""What would have been claimed with the leaks left in: means worked out by hand, and planted differences."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fake_predictions import write_strategy

from seqgraft.stats.leak_claims import COLUMNS, claims_table
from seqgraft.stats.settings import EvaluationSettings, FitJob, TransferSettings

# Four test sequences, two of them positive. AUROC: all pairs right; three of four; two of four.
ALL, THREE, TWO = [2.0, 1.0, -1.0, -2.0], [2.0, 0.0, 1.0, -2.0], [1.0, -2.0, 2.0, -3.0]


def write_by_hand(path: Path, fits: dict[tuple[int, bool], list[list[float]]]) -> None:
    """Write the logits of every replicate by train size; the same four are held out."""
    rows = [
        (f"t{k}", *size, replicate, name, k < 2, logit)
        for size, by_replicate in fits.items()
        for replicate, logits in enumerate(by_replicate, 1)
        for name in ("test", "held-out")
        for k, logit in enumerate(logits)
    ]
    columns = ["id", "train_size", "is_all", "replicate", "part", "label", "prediction"]
    path.parent.mkdir(parents=True, exist_ok=True)
    pd.DataFrame(rows, columns=columns).astype({"label": "int8"}).to_parquet(path, index=False)


def study(*candidates: str, **changes) -> EvaluationSettings:
    names = ("scratch", *candidates)
    transfer = TransferSettings("s--t", ("s",), "t", "S", "T", names, candidates)
    return EvaluationSettings(
        **({"study": "fake", "transfers": (transfer,), "baselines": ("constant",), "draws": 100} | changes)
    )


def jobs_of(folder: Path, names) -> list[FitJob]:
    return [
        FitJob(
            None if name.startswith("scratch") else "s--t", "t", name, "strategy", folder / name / "p.parquet"
        )
        for name in names
    ]


def told(folder: Path, own: dict, settings: EvaluationSettings) -> pd.DataFrame:
    for name, fits in own.items():
        write_by_hand(folder / name / "p.parquet", fits)
    table = claims_table(jobs_of(folder, own), settings)
    assert table.columns.tolist() == COLUMNS
    return table[table["metric"] == "auroc"].set_index(["quantity", "train_size"])


def test_scores_and_gains_both_ways_are_the_means_worked_out_by_hand(tmp_path) -> None:
    few = (20, False)
    found = told(
        tmp_path,
        {
            "scratch": {few: [TWO, TWO]},
            "full": {few: [THREE, TWO]},
            "scratch@leaks": {few: [TWO, THREE]},
            "full@leaks": {few: [ALL, ALL]},
        },
        study("full", replicates=2),
    )
    score, gain = found.loc[("score", "curve")], found.loc[("gain", "curve")]
    assert (score["left_in"], score["left_out"], score["difference"]) == (1, 0.625, 0.375)
    assert (gain["left_in"], gain["left_out"], gain["difference"]) == (0.375, 0.125, 0.25)
    assert found["replicates"].tolist() == [2, 2, 2, 2]
    assert found.index.tolist() == [(q, n) for q in ("score", "gain") for n in ("curve", "20")]


def test_the_whole_pool_is_larger_with_the_leaks_and_paired_all_the_same(tmp_path) -> None:
    found = told(
        tmp_path,
        {
            "scratch": {(20, False): [TWO], (90, True): [TWO]},
            "full": {(20, False): [TWO], (90, True): [THREE]},
            "scratch@leaks": {(20, False): [TWO], (97, True): [TWO]},
            "full@leaks": {(20, False): [THREE], (97, True): [ALL]},
        },
        study("full", replicates=1),
    )
    assert found.loc[("score", "90"), ["left_in", "left_out", "is_all"]].tolist() == [1, 0.75, True]
    assert found.loc[("score", "20"), ["left_in", "left_out", "is_all"]].tolist() == [0.75, 0.5, False]


def test_either_side_chooses_for_itself(tmp_path) -> None:
    few, good, bad = (20, False), [3.0, 2.0, -2.0, -3.0], [-3.0, -2.0, 2.0, 3.0]
    found = told(
        tmp_path,
        {
            "scratch": {few: [TWO]},
            "full": {few: [THREE]},
            "linear-probe": {few: [bad]},
            "scratch@leaks": {few: [TWO]},
            "full@leaks": {few: [bad]},
            "linear-probe@leaks": {few: [good]},
        },
        study("full", "linear-probe", replicates=1),
    )
    assert found.loc[("score", "20"), ["left_in", "left_out"]].tolist() == [1, 0.75]


def test_a_strategy_that_was_not_finished_has_no_numbers(tmp_path) -> None:
    few = (20, False)
    own = {name: {few: [TWO]} for name in ("scratch", "full", "scratch@leaks")}
    found = told(tmp_path, {**own, "full@leaks": {}}, study("full", replicates=1))
    assert found["left_in"].isna().all()
    assert found["difference"].isna().all()
    assert found.loc[("score", "20"), "left_out"] == 0.5


@pytest.mark.parametrize(("leaky", "higher"), [(2.4, True), (1.6, False)])
def test_a_planted_difference_is_found_and_none_where_there_is_none(tmp_path, leaky, higher) -> None:
    labels = np.arange(200) < 60
    test = (labels, np.random.default_rng(5).normal(size=200))
    distances = {"scratch": 1.0, "full": 1.6, "scratch@leaks": 1.0, "full@leaks": leaky}
    for name, distance in distances.items():
        write_strategy(
            tmp_path / name / "p.parquet", name, (distance, 0.0), ("fake", "t"), test, sizes=((50, False),),
            replicates=6, spread=0.04,
        )  # fmt: skip
    table = claims_table(jobs_of(tmp_path, distances), study("full", replicates=6))
    row = table[(table["metric"] == "auroc") & (table["quantity"] == "gain")].iloc[0]
    assert (row["ci_low"] > 0) == higher
    assert row["ci_high"] > 0
