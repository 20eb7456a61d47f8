"""Scores by band of identity, on predictions without models whose truth is planted by band."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fake_predictions import make_study
from sklearn.metrics import roc_auc_score

from seqgraft.errors import SeqgraftError
from seqgraft.evaluate import evaluate
from seqgraft.seeds import seed
from seqgraft.stats.identity_bands import COLUMNS, EDGES, identity_bands, percentages

SIZES = ((50, False), (300, True))
N_TEST, POSITIVES = 240, 0.25  # the first 60 are positive
TRANSFER = "good--target"
#: Of every eight test sequences: identity to the pool and to the source, in per cent.
TO_POOL = (5, 29.9, 30, 55, 75, 95, 100, 10)
TO_SOURCE = (0, 20, 40, 40, 40, 40, 40, 40)


def table_of(ids: list[str], pool: list[float], source: list[float]) -> pd.DataFrame:
    """Return identities as the rule writes them, with shuffled sequences from 1 to 40 per cent."""
    drawn = [name for name in ids if name.startswith("t")][:40]
    frames = [
        pd.DataFrame(
            {
                "id": [*ids, *drawn],
                "shuffled": [False] * len(ids) + [True] * len(drawn),
                "task": task,
                "nearest": "x",
                "identity": [*(v / 100 for v in values), *(k / 100 for k in range(1, 41))],
            }
        )
        for task, values in (("target", pool), ("good", source))
    ]
    return pd.concat(frames, ignore_index=True)


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return make_study(
        tmp_path_factory.mktemp("study"), (("good", "target"),), n_test=N_TEST, positives=POSITIVES, sizes=SIZES,
        replicates=6, draws=100,
    )  # fmt: skip


@pytest.fixture(scope="module")
def ids(study) -> list[str]:
    return sorted(f"tt{k:05d}" for k in range(N_TEST))


@pytest.fixture(scope="module")
def identities(ids) -> pd.DataFrame:
    places = np.arange(len(ids)) % 8
    return table_of(ids, [TO_POOL[k] for k in places], [TO_SOURCE[k] for k in places])


@pytest.fixture(scope="module")
def bands(study, identities) -> pd.DataFrame:
    return identity_bands(*study, {"target": identities})


def band(table: pd.DataFrame, compared_with: str, low: float, high: float) -> pd.Series:
    rows = table[(table["compared_with"] == compared_with) & (table["low"] == low) & (table["high"] == high)]
    assert len(rows) == 1
    return rows.iloc[0]


def test_every_band_has_a_row_and_all_sequences_have_one(bands):
    assert list(bands.columns) == COLUMNS
    edges = [(0, 100), (0, 30), (30, 50), (50, 70), (70, 90), (90, 100)]
    assert EDGES == (0, 30, 50, 70, 90, 100)
    assert list(zip(bands["compared_with"], bands["low"], bands["high"], strict=True)) == [
        (part, *pair) for part in ("pool", "source") for pair in edges
    ]
    assert set(bands["train_size"]) == {300}
    assert bands["is_all"].all()
    assert "p_value" not in bands


def test_a_sequence_belongs_to_the_band_whose_lower_edge_it_reaches(bands):
    # 5, 29.9 and 10 | 30 | 55 | 75 | 95 and 100, thirty sequences each.
    assert bands.loc[bands["compared_with"] == "pool", "examples"].tolist() == [240, 90, 30, 30, 30, 60]
    assert bands.loc[bands["compared_with"] == "source", "examples"].tolist() == [240, 60, 180, 0, 0, 0]
    # 60 positives: places 0 to 59, so seven or eight of each of the eight identities.
    assert bands.loc[bands["compared_with"] == "source", "positives"].tolist() == [60, 16, 44, 0, 0, 0]


def test_a_share_that_is_an_edge_but_for_rounding_is_in_its_band(study, ids):
    assert 0.1 + 0.2 != 0.3
    table = table_of(ids, [30.0] * len(ids), [100 * 0.7 - 1e-12] * len(ids))
    table.loc[table["task"] == "target", "identity"] = 0.29999999999999993
    found = identity_bands(*study, {"target": table})
    assert band(found, "pool", 30, 50)["examples"] == N_TEST
    assert band(found, "source", 70, 90)["examples"] == N_TEST


def test_all_sequences_have_the_numbers_of_the_evaluation(study, bands):
    tables = evaluate(*study)
    own = tables.summary[(tables.summary["train_size"] == 300) & (tables.summary["metric"] == "auroc")]
    row = band(bands, "pool", 0, 100)
    for name in ("scratch", "chosen"):
        expected = own[own["strategy"] == name].iloc[0]
        assert row[[name, f"{name}_low", f"{name}_high"]].tolist() == pytest.approx(
            expected[["mean", "ci_low", "ci_high"]].tolist()
        )
    same = tables.comparisons.query(
        "strategy == 'chosen' and reference == 'scratch' and train_size == '300' and metric == 'auroc'"
    ).iloc[0]
    assert row[["difference", "ci_low", "ci_high"]].tolist() == pytest.approx(
        same[["difference", "ci_low", "ci_high"]].tolist()
    )


def test_a_band_has_the_mean_of_its_own_sequences(study, ids, bands):
    jobs, _ = study
    scratch = pd.read_parquet(next(job.predictions for job in jobs if job.strategy == "scratch"))
    wanted = {name for k, name in enumerate(ids) if TO_POOL[k % 8] >= 90}
    own = scratch[scratch["id"].isin(wanted) & scratch["is_all"] & (scratch["part"] == "test")]
    means = [roc_auc_score(fit["label"], fit["prediction"]) for _, fit in own.groupby("replicate")]
    assert len(means) == 6
    row = band(bands, "pool", 90, 100)
    assert row["scratch"] == pytest.approx(np.mean(means))
    assert row["scratch_low"] < row["scratch"] < row["scratch_high"]
    assert row["difference"] == pytest.approx(row["chosen"] - row["scratch"])
    # Fewer sequences are less sure.
    assert row["scratch_high"] - row["scratch_low"] > np.ptp(
        band(bands, "pool", 0, 100)[["scratch_low", "scratch_high"]]
    )


def test_chance_is_what_95_of_100_shuffled_sequences_stay_below(bands):
    assert bands["chance"].tolist() == pytest.approx([np.quantile(np.arange(1, 41), 0.95)] * len(bands))


def rewritten(study, folder: Path, change) -> tuple:
    """Return the study with predictions that a function has changed, in another folder."""
    jobs, settings = study
    moved = []
    for job in jobs:
        table = pd.read_parquet(job.predictions)
        path = folder / f"{job.transfer or job.target}.{job.strategy}.parquet"
        change(table, job).to_parquet(path, index=False)
        moved.append(replace(job, predictions=path))
    return moved, settings


def test_a_model_that_knows_only_look_alikes_is_seen(study, identities, tmp_path):
    """Below 30 % the transfer's predictions are noise; above, they are as they were, and scratch's everywhere."""
    far = set(identities.query("task == 'good' and identity < 0.3 and not shuffled")["id"])

    def forget(table: pd.DataFrame, job) -> pd.DataFrame:
        if job.transfer is None:
            return table
        generator = np.random.default_rng(seed("noise", job.strategy))
        rows = table["id"].isin(far) & (table["part"] == "test")
        return table.assign(prediction=table["prediction"].where(~rows, generator.normal(size=len(table))))

    found = identity_bands(*rewritten(study, tmp_path, forget), {"target": identities})
    low, high = band(found, "source", 0, 30), band(found, "source", 30, 50)
    assert low["chosen_low"] < 0.5 < low["chosen_high"]
    assert low["ci_high"] < 0
    assert high["chosen"] > 0.9
    # What was not touched has not moved.
    before = identity_bands(*study, {"target": identities})
    assert high["chosen"] == band(before, "source", 30, 50)["chosen"]


def test_bands_without_an_answer_say_why(study, ids):
    """A band without sequences, one of a class only, and one with three of a class."""
    pool = [80.0 if k < 60 else 20.0 for k in range(len(ids))]  # every positive, and no other
    pool[60:63] = [60.0] * 3  # three negatives
    source = [10.0] * len(ids)
    source[57:80] = [40.0] * 23  # three positives and twenty negatives
    found = identity_bands(*study, {"target": table_of(ids, pool, source)})
    numbers = ["scratch", "chosen", "scratch_low", "chosen_high", "difference", "ci_low", "ci_high"]
    empty = band(found, "pool", 30, 50)
    assert (empty["examples"], empty["positives"], empty["note"]) == (0, 0, "no sequence")
    assert empty[numbers].isna().all()
    for low, high, count, positives, word in ((70, 90, 60, 60, "positive"), (50, 70, 3, 0, "negative")):
        single = band(found, "pool", low, high)
        assert (single["examples"], single["positives"]) == (count, positives)
        assert single["note"] == f"one class: all {word}"
        assert single[numbers].isna().all()
    few = band(found, "source", 30, 50)
    assert (few["examples"], few["positives"]) == (23, 3)
    assert few["note"] == "no interval: only 3 of a class"
    assert few[["scratch", "chosen", "difference"]].notna().all()
    assert few[["scratch_low", "scratch_high", "chosen_low", "chosen_high", "ci_low", "ci_high"]].isna().all()
    assert band(found, "source", 0, 30)["note"] == ""


def test_a_strategy_without_a_finished_fit_is_told(study, identities, tmp_path):
    jobs, settings = rewritten(
        study, tmp_path, lambda table, job: table if job.transfer is None else table.iloc[:0]
    )
    found = identity_bands(jobs, settings, {"target": identities})
    assert set(found.loc[found["examples"] > 0, "note"]) == {"no finished fit"}
    assert found.loc[found["examples"] > 0, "scratch"].notna().all()
    assert found["chosen"].isna().all()


def test_a_named_strategy_needs_only_its_own_predictions(study, identities):
    jobs, settings = study
    named = [job for job in jobs if job.strategy in ("scratch", "full")]
    found = identity_bands(named, replace(settings, chosen="full"), {"target": identities})
    alone = [job for job in jobs if job.strategy in ("scratch", "full", "linear-probe")]
    assert found.equals(identity_bands(alone, replace(settings, chosen="full"), {"target": identities}))


def test_other_metrics_use_the_threshold_of_each_fit(study, identities):
    jobs, settings = study
    found = identity_bands(jobs, replace(settings, primary_metric="mcc"), {"target": identities})
    own = evaluate(jobs, replace(settings, primary_metric="mcc")).summary.query(
        "strategy == 'chosen' and train_size == 300 and metric == 'mcc'"
    )
    assert band(found, "pool", 0, 100)["chosen"] == pytest.approx(own.iloc[0]["mean"])


def test_threads_change_no_number(study, identities, bands):
    pd.testing.assert_frame_equal(identity_bands(*study, {"target": identities}, threads=2), bands)


def test_a_sequence_of_unknown_identity_is_refused(study, identities):
    with pytest.raises(SeqgraftError, match="1 test sequence"):
        identity_bands(*study, {"target": identities[identities["id"] != "tt00000"]})


def test_of_several_sources_the_nearest_counts():
    table = pd.DataFrame(
        {
            "id": ["a", "b", "a", "b", "a", "a"],
            "shuffled": [False] * 4 + [True] * 2,
            "task": ["one", "one", "two", "two", "one", "two"],
            "nearest": "x",
            "identity": [0.2, 0.6, 0.5, 0.1, 0.3, 0.4],
        }
    )
    percent, chance = percentages(table, ("one", "two"), np.array(["b", "a"], dtype=object))
    assert percent.tolist() == [60, 50]
    assert chance == pytest.approx(40)
    assert percentages(table, ("two",), np.array(["b", "a"], dtype=object))[0].tolist() == [10, 50]
