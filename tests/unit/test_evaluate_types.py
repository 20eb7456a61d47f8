"""Evaluation of tasks that are not binary, from predictions whose order is planted."""

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from fake_values import NAMES, make_typed_study, type_of
from scipy import stats

from seqgraft.errors import SeqgraftError
from seqgraft.evaluate import evaluate
from seqgraft.stats.metric_names import METRIC_NAMES

SMALL = {"n_test": 60, "sizes": ((50, False),), "draws": 30}
CURVE = {**SMALL, "sizes": ((50, False), (200, True))}
WORSE = dict.fromkeys(("linear-probe", "full"), 4.0)
BINARY_ONLY = {"prevalence", "temperature", "threshold"}


def rows(table: pd.DataFrame, **words) -> pd.DataFrame:
    for column, value in words.items():
        table = table[table[column] == value]
    return table


@pytest.fixture(scope="module")
def tables_of(tmp_path_factory):
    """Evaluate each type once for all tests."""
    return cache(
        lambda kind: evaluate(*make_typed_study(tmp_path_factory.getbasetemp() / kind, kind, **SMALL))
    )


@pytest.mark.parametrize("kind", NAMES)
def test_what_was_planted_is_found_for_every_type(kind, tables_of):
    tables = tables_of(kind)
    (entry,) = tables.verdicts
    assert entry["verdict"] == "helps"
    assert entry["best_baseline"] == "kmer-logistic"  # a constant has no correlation, and is never the best
    assert entry["thresholds"] == {}
    assert entry["metric"] == METRIC_NAMES[type_of(kind)][0]
    # The candidate with the least noise is chosen without a look at the test part.
    picked = {name for counts in entry["choices"].values() for name in counts}
    assert "linear-probe" not in picked
    metrics = set(tables.metrics["metric"])
    assert set(METRIC_NAMES[type_of(kind)]) <= metrics
    assert not metrics & BINARY_ONLY
    assert not tables.summary["note"].str.contains("threshold|prior").any()
    assert tables.summary["prevalence"].isna().all()
    assert set(tables.comparisons["metric"]) == set(METRIC_NAMES[type_of(kind)])
    assert tables.suspicions.empty or set(tables.suspicions["kind"]) <= {"small test part"}


def test_less_error_is_better_and_keeps_its_digits(tmp_path):
    better = evaluate(*make_typed_study(tmp_path / "a", "regression", metric="mse", scale=0.001, **CURVE))
    (entry,) = better.verdicts
    assert entry["verdict"] == "helps"
    assert entry["difference"] < 0
    assert "mean squared error on far is " in entry["sentence"]
    assert "e-06 lower than training from scratch" in entry["sentence"]
    savings = rows(better.savings, reference="scratch", train_size=50)
    assert savings["savings"].item() > 1
    worse = evaluate(*make_typed_study(tmp_path / "b", "regression", metric="mse", noise=WORSE, **CURVE))
    assert worse.verdicts[0]["verdict"] == "hurts"
    assert rows(worse.savings, reference="scratch", train_size=200)["savings"].item() < 1


def test_values_of_metrics_are_those_of_the_predictions(tables_of, tmp_path_factory):
    table = tables_of("outputs").metrics
    found = rows(table, strategy="full", train_size=50, replicate=2, part="test")
    value = dict(zip(found["metric"], found["value"], strict=True))
    folder = tmp_path_factory.getbasetemp() / "outputs"
    file = pd.read_parquet(folder / "transfers/near--far/full/predictions.parquet")
    own = rows(file, train_size=50, replicate=2, part="test")
    of_each = []
    for output in (0, 1):
        known = own[own[f"label_{output}"].notna()]
        of_each.append(stats.spearmanr(known[f"label_{output}"], known[f"prediction_{output}"]).statistic)
    assert value["spearman:affinity"] == pytest.approx(of_each[0])
    assert value["spearman:stability"] == pytest.approx(of_each[1])
    assert value["spearman"] == pytest.approx(np.mean(of_each))


def test_residues_count_as_the_chains_that_hold_them(tables_of):
    tables = tables_of("residue-values")
    assert set(tables.summary["n_test"]) == {60}
    # Residues of one chain are drawn together: 60 chains, not 720 residues, are behind an interval.
    known = rows(tables.summary, strategy="scratch", metric="spearman", train_size=50)
    assert known["df"].item() <= 64


def test_groups_are_drawn_whole(tmp_path):
    jobs, study = make_typed_study(tmp_path, "regression", **SMALL)
    # Sixty sequences that are five groups say less than sixty alone.
    groups = {"far": {f"tt{i:05d}": f"g{i % 5}" for i in range(60)}}
    tables = evaluate(jobs, study, groups=groups)
    found = tables.suspicions.set_index("kind")["message"]
    assert found["small test part"].startswith("The test part of far has only 5 independent groups")


def test_calibration_of_numbers_and_classes(tables_of):
    numbers = tables_of("regression")
    own = rows(numbers.calibration, strategy="chosen", train_size=50).set_index("metric")["mean"]
    assert set(own.index) == {"residual_sd", "bias", "slope"}
    mse = rows(numbers.summary, strategy="chosen", train_size=50, metric="mse")["mean"].item()
    assert own["residual_sd"] ** 2 == pytest.approx(mse, rel=0.1)
    bins = rows(numbers.reliability, strategy="chosen", train_size=50)
    assert bins["predicted"].is_monotonic_increasing
    assert bins["predictions"].sum() == 60 * 5
    classes = tables_of("multiclass")
    own = rows(classes.calibration, strategy="chosen", train_size=50).set_index("metric")["mean"]
    accuracy = rows(classes.summary, strategy="chosen", train_size=50, metric="accuracy")["mean"].item()
    assert own["accuracy"] == pytest.approx(accuracy)
    row = [own[f"called:nucleus:{name}"] for name in NAMES["multiclass"]]
    assert sum(row) == pytest.approx(1)
    recall = rows(classes.metrics, strategy="chosen", train_size=50, metric="recall:nucleus", part="test")
    assert row[0] == pytest.approx(recall["value"].mean())


def test_what_is_suspicious_of_numbers(tmp_path):
    noise = {"full": np.inf, "linear-probe": 2.5}
    jobs, study = make_typed_study(tmp_path, "regression", noise=noise, **{**SMALL, "n_test": 250})
    files = {job.strategy: job.predictions for job in jobs}
    scratch = pd.read_parquet(files["scratch"])
    scratch.assign(prediction=-scratch["label"]).to_parquet(files["scratch"])
    # Copies of the test part inside the pool: held out they are known by heart.
    probe = pd.read_parquet(files["linear-probe"])
    known = probe["part"] == "held-out"
    probe.loc[known, "prediction"] = probe.loc[known, "label"]
    probe.to_parquet(files["linear-probe"])
    found = evaluate(jobs, study).suspicions
    (constant,) = rows(found, kind="constant predictions")["message"]
    assert constant.startswith("full gives every test sequence the same score")
    (useless,) = rows(found, kind="did not learn")["message"]
    assert useless.startswith(
        "scratch is not shown to do better than chance with 50 labels: Spearman correlation −1"
    )
    (above,) = rows(found, kind="held-out above test")["message"]
    assert "the held-out Spearman correlation of linear-probe is" in above


@pytest.mark.parametrize(
    ("kind", "change", "words"),
    [
        ("residue-values", lambda t: t.drop(columns="position"), "lack the column"),
        ("multiclass", lambda t: t.drop(columns=[c for c in t if "prediction" in c]), "prediction"),
        ("outputs", lambda t: t.assign(prediction_1=np.nan), "not finite numbers"),
        ("regression", lambda t: t.assign(label=t["label"] + 1.0), "test examples differ"),
        ("residue-classes", lambda t: t.assign(position=t["position"] + 1), "test examples differ"),
    ],
)
def test_predictions_that_do_not_belong_together_are_refused(kind, change, words, tmp_path):
    jobs, study = make_typed_study(tmp_path, kind, **SMALL)
    path = next(job.predictions for job in jobs if job.strategy == "full")
    change(pd.read_parquet(path)).to_parquet(path)
    with pytest.raises(SeqgraftError, match=words):
        evaluate(jobs, study)


def test_one_logit_of_two_classes_is_that_of_the_first(tmp_path):
    jobs, study = make_typed_study(tmp_path, "residue-values", metric="chain_accuracy", **SMALL)
    for job in jobs:
        file = pd.read_parquet(job.predictions)
        # The label is 1 where the first class is right.
        file.assign(label=(file["label"] > 0).astype(np.int8)).to_parquet(job.predictions)
    jobs = [replace(job, type="residue-classes", names=("buried", "exposed")) for job in jobs]
    tables = evaluate(jobs, study)
    assert tables.verdicts[0]["verdict"] == "helps"
    assert rows(tables.summary, strategy="chosen", metric="accuracy", train_size=50)["mean"].item() > 0.7


@pytest.mark.parametrize("kind", ["regression", "multiclass"])
def test_two_test_examples_are_no_crash(kind, tmp_path):
    tables = evaluate(*make_typed_study(tmp_path, kind, **{**SMALL, "n_test": 2}))
    assert tables.verdicts[0]["verdict"] in ("no verdict", "no evidence", "helps")
    assert "small test part" in set(tables.suspicions["kind"])
