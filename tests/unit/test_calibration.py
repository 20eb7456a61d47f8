import numpy as np
import pandas as pd
import pytest
from fake_predictions import make_study
from scipy.optimize import minimize_scalar
from scipy.special import expit, logit
from scipy.stats import binomtest
from sklearn.metrics import brier_score_loss, log_loss, matthews_corrcoef

from seqgraft.evaluate import evaluate
from seqgraft.stats.calibration import ADAPTED
from seqgraft.stats.prior import estimate_prior, expected_threshold
from seqgraft.stats.reliability import calibration_error, error_by_chance, reliability, wilson


def test_a_reliability_curve_by_hand():
    curve = reliability([0, 1, 0, 1], [0.1, 0.2, 0.8, 0.9], bins=2)
    assert curve.counts.tolist() == [2, 2]
    assert curve.predicted == pytest.approx([0.15, 0.85])
    assert curve.observed == pytest.approx([0.5, 0.5])
    assert calibration_error(curve) == pytest.approx(0.35)


def test_equal_predictions_share_a_bin():
    curve = reliability([0, 1, 1, 0, 1], [0.3, 0.3, 0.3, 0.3, 0.9], bins=5)
    assert curve.counts.tolist() == [4, 1]
    assert curve.observed.tolist() == [0.5, 1.0]
    assert reliability(np.arange(100) < 27, np.full(100, 0.27)).counts.tolist() == [100]


@pytest.mark.parametrize(("n", "bins"), [(2, 1), (59, 2), (1000, 10)])
def test_bins_are_fewer_where_examples_are(n, bins):
    assert len(reliability(np.arange(n) % 2 == 0, np.linspace(0, 1, n)).counts) == bins


def test_right_probabilities_have_the_error_that_chance_gives():
    generator = np.random.default_rng(5)
    found, expected = [], []
    for _ in range(300):
        p = generator.beta(0.7, 1.5, size=400)
        curve = reliability(generator.random(400) < p, p)
        found.append(calibration_error(curve))
        expected.append(error_by_chance(curve))
    assert np.mean(found) == pytest.approx(np.mean(expected), rel=0.03)
    # Over-confident ones have more.
    p = generator.beta(0.7, 1.5, size=400)
    assert calibration_error(reliability(generator.random(400) < p, expit(3 * logit(p)))) > 1.5 * np.mean(
        expected
    )


def test_wilson_agrees_with_scipy():
    for positives, n in ((0, 12), (5, 12), (12, 12), (40, 41)):
        low, high = wilson(positives / n, n, 0.95)
        other = binomtest(positives, n).proportion_ci(0.95, method="wilson")
        assert (float(low), float(high)) == pytest.approx((other.low, other.high), abs=1e-12)


@pytest.mark.parametrize("share", [0.05, 0.27, 0.7])
def test_the_share_of_positives_is_found_without_labels(share):
    generator = np.random.default_rng(6)
    labels = np.arange(4000) < share * 4000
    # Two normals one apart by 2: the log odds at equal shares are exactly 2 x.
    odds = 2 * (generator.normal(size=4000) + np.where(labels, 1, -1)) + logit(0.4)
    shift = estimate_prior(odds, 0.4)
    assert shift.after == pytest.approx(share, abs=0.02)

    def loss(p):
        return -np.log(p * np.exp(odds - logit(0.4)) + 1 - p).sum()

    best = minimize_scalar(loss, bounds=(1e-6, 1 - 1e-6), method="bounded", options={"xatol": 1e-9})
    assert shift.after == pytest.approx(best.x, abs=1e-4)
    adapted = expit(odds + shift.bias)
    assert adapted.mean() == pytest.approx(shift.after, abs=1e-4)
    assert log_loss(labels, adapted) < log_loss(labels, expit(odds)) + 1e-9


def test_a_share_that_is_impossible_is_kept_from_the_ends():
    assert estimate_prior(np.full(50, -20.0), 0.5).after == pytest.approx(0.01)
    with pytest.raises(ValueError, match="share"):
        estimate_prior(np.zeros(3), 0.0)


def test_the_threshold_has_the_best_expected_mcc():
    generator = np.random.default_rng(7)
    odds = generator.normal(-1, 2, size=300)
    p = expit(odds)

    def expected(cut):
        yes = odds >= cut
        tp, fp = p[yes].sum(), (1 - p)[yes].sum()
        fn, tn = p[~yes].sum(), (1 - p)[~yes].sum()
        return (tp * tn - fp * fn) / np.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))

    ranked = np.sort(odds)
    best = max(expected(cut) for cut in (ranked[1:] + ranked[:-1]) / 2)
    assert expected(expected_threshold(odds)) == pytest.approx(best)
    assert expected_threshold(np.full(4, 0.3)) == 0


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return make_study(
        tmp_path_factory.mktemp("study"), n_test=240, sizes=((50, False), (120, True)), draws=60, replicates=5
    )


@pytest.fixture(scope="module")
def tables(study):
    return evaluate(*study)


def test_prior_adapted_rows_are_recomputed_from_predictions(study, tables):
    job = next(job for job in study[0] if job.strategy == "zero-shot")
    raw = pd.read_parquet(job.predictions)
    metrics = tables.metrics
    for replicate in (1, 2, 3):
        own = raw[raw["replicate"] == replicate]
        held, test = own[own["part"] == "held-out"], own[own["part"] == "test"]
        table = metrics[(metrics["strategy"] == "zero-shot") & (metrics["replicate"] == replicate)]
        value = table.set_index(["part", "metric"])["value"]
        temperature = value["source held-out", "temperature"]
        shift = estimate_prior(test["prediction"] / temperature, held["label"].mean())
        odds = test["prediction"].to_numpy() / temperature + shift.bias
        part = "test, prior adapted"
        assert value[part, "prevalence_estimate"] == pytest.approx(shift.after)
        assert value["source held-out", "prevalence"] == pytest.approx(held["label"].mean())
        assert value[part, "log_loss"] == pytest.approx(log_loss(test["label"], expit(odds)))
        assert value[part, "brier"] == pytest.approx(brier_score_loss(test["label"], expit(odds)))
        calls = odds >= expected_threshold(odds)
        assert value[part, "mcc"] == pytest.approx(matthews_corrcoef(test["label"], calls))
        assert (part, "auroc") not in value.index  # a ranking does not move


def test_adaptation_looks_at_no_test_label(study, tables, tmp_path):
    jobs, settings = make_study(
        tmp_path, n_test=240, sizes=((50, False), (120, True)), draws=60, replicates=5
    )
    for job in jobs:  # the labels of the test part turned round, everywhere
        raw = pd.read_parquet(job.predictions)
        raw["label"] = np.where(raw["part"] == "test", 1 - raw["label"], raw["label"]).astype("int8")
        raw.to_parquet(job.predictions, index=False)
    other = evaluate(jobs, settings).calibration

    def own(table):
        return table[table["probabilities"] == ADAPTED].set_index("metric")["mean"]

    for metric in ("prevalence_estimate", "threshold", "mean_probability", "temperature"):
        assert own(other)[metric] == own(tables.calibration)[metric]
    assert own(other)["log_loss"] > own(tables.calibration)["log_loss"]


def test_calibration_rows_are_complete_and_summary_has_no_adapted_row(tables):
    table = tables.calibration
    adapted = table[table["probabilities"] == ADAPTED]
    assert set(adapted["strategy"]) == {"zero-shot"}
    assert {"ece", "prevalence_source", "prevalence_estimate", "mcc", "precision"} <= set(adapted["metric"])
    row = adapted.set_index("metric").loc["mcc"]
    assert row["ci_low"] < row["mean"] < row["ci_high"]
    used = table[table["probabilities"] == "as used"]
    sizes = used[used["metric"] == "ece"].groupby("strategy")["train_size"].apply(list)
    assert sizes["chosen"] == sizes["scratch"] == [50, 120]
    assert sizes["zero-shot"] == [0]
    assert len(tables.summary[tables.summary["strategy"] == "zero-shot"]) == 10
    assert tables.summary["prevalence"].unique() == pytest.approx([65 / 240])


def test_reliability_counts_every_test_example_once(tables):
    own = tables.reliability.groupby(["strategy", "train_size", "probabilities"])
    assert own["examples"].sum().to_numpy() == pytest.approx(240)
    assert set(own["predictions"].sum()) == {240 * 5, 240 * 3}
    table = tables.reliability
    assert (table["ci_low"] <= table["observed"]).all()
    assert (table["observed"] <= table["ci_high"]).all()
    shares = table["observed"] * table["predictions"]
    assert shares.groupby([table["strategy"], table["train_size"], table["probabilities"]]).sum().min() > 0
