import warnings

import numpy as np
import pytest
from scipy.special import expit
from sklearn import metrics as reference

from seqgraft.stats.metric_names import facts
from seqgraft.stats.metrics import METRICS, Draws, Scored, compute, worst_and_best


@pytest.fixture
def scored() -> Scored:
    generator = np.random.default_rng(3)
    labels = generator.random(120) < 0.3
    logits = 2.0 * labels - 1.2 + generator.normal(size=120)
    return Scored(labels, logits, temperature=1.7, threshold=-0.4)


def test_every_metric_agrees_with_sklearn_under_weights(scored):
    generator = np.random.default_rng(4)
    weights = generator.multinomial(120, np.full(120, 1 / 120), size=6).T.astype(float)
    found = compute(scored, weights)
    y, calls, p = scored.labels, scored.logits >= -0.4, expit(scored.logits / 1.7)
    for column, w in enumerate(weights.T):
        expected = {
            "auroc": reference.roc_auc_score(y, scored.logits, sample_weight=w),
            "auprc": reference.average_precision_score(y, scored.logits, sample_weight=w),
            "mcc": reference.matthews_corrcoef(y, calls, sample_weight=w),
            "accuracy": reference.accuracy_score(y, calls, sample_weight=w),
            "recall": reference.recall_score(y, calls, sample_weight=w),
            "precision": reference.precision_score(y, calls, sample_weight=w),
            "specificity": reference.recall_score(~y, ~calls, sample_weight=w),
            "f1": reference.f1_score(y, calls, sample_weight=w),
            "log_loss": reference.log_loss(y, p, sample_weight=w),
            "brier": reference.brier_score_loss(y, p, sample_weight=w),
        }
        assert set(expected) == set(METRICS)
        for name, value in expected.items():
            assert found[name][column] == pytest.approx(value, rel=1e-10), name


def test_confusion_by_hand():
    # Calls + + - - for labels + - + -: TP FP FN TN, one each, then with weights 3, 1, 1, 2.
    scored = Scored(np.array([True, False, True, False]), np.array([2.0, 1.0, -1.0, -2.0]))
    weights = np.array([[1.0, 3.0], [1.0, 1.0], [1.0, 1.0], [1.0, 2.0]])
    found = compute(scored, weights)
    assert found["accuracy"].tolist() == pytest.approx([0.5, 5 / 7])
    assert found["recall"].tolist() == pytest.approx([0.5, 3 / 4])
    assert found["specificity"].tolist() == pytest.approx([0.5, 2 / 3])
    assert found["precision"].tolist() == pytest.approx([0.5, 3 / 4])
    assert found["mcc"].tolist() == pytest.approx([0.0, (3 * 2 - 1) / np.sqrt(4 * 4 * 3 * 3)])


def test_a_logit_at_the_threshold_is_called_positive():
    assert compute(Scored(np.array([True, False]), np.array([0.5, 0.4]), threshold=0.5))["accuracy"] == 1.0


def test_nothing_called_positive():
    found = compute(Scored(np.array([True, False, False]), np.full(3, -1.0)))
    assert found["mcc"] == 0
    assert found["f1"] == 0
    assert found["recall"] == 0
    assert np.isnan(found["precision"])
    assert found["auroc"] == 0.5


@pytest.mark.parametrize(
    ("label", "defined"),
    [
        (True, {"accuracy", "recall", "precision", "f1", "log_loss", "brier"}),
        (False, {"accuracy", "specificity", "log_loss", "brier", "precision"}),
    ],
)
def test_one_class_gives_nan_without_a_warning(label, defined):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = compute(Scored(np.full(3, label), np.array([1.0, 2.0, 3.0])))
    assert {name for name, value in found.items() if not np.isnan(value[0])} == defined


def test_extreme_logits_stay_finite():
    found = compute(Scored(np.array([True, False]), np.array([-800.0, -800.0])))
    assert found["log_loss"][0] == pytest.approx(400)
    assert found["brier"][0] == pytest.approx(0.5)


def test_direction_and_range_of_each_metric(scored):
    perfect = Scored(scored.labels, np.where(scored.labels, 30.0, -30.0))
    wrong = Scored(scored.labels, np.where(scored.labels, -30.0, 30.0))
    best, worst = compute(perfect), compute(wrong)
    for name in METRICS:
        metric = facts(name)
        assert (best[name][0] > worst[name][0]) == metric.greater_is_better, name
        for value in (best[name][0], worst[name][0]):
            assert metric.low - 1e-9 <= value <= metric.high + 1e-9, name


def test_weights_that_are_not_whole_give_the_same_metrics_as_whole_ones(scored):
    whole = np.random.default_rng(8).integers(0, 4, size=(120, 5)).astype(float)
    slow = compute(scored, whole / 7)  # any weights
    fast = compute(scored, Draws(whole))  # counted
    assert Draws(whole).counts is not None
    assert Draws(whole / 7).counts is None
    for name in METRICS:
        np.testing.assert_allclose(slow[name], fast[name], rtol=1e-12)


def test_the_ends_of_an_interval_are_turned_where_less_is_better():
    assert worst_and_best(-0.1, 0.3, greater_is_better=True) == (-0.1, 0.3)
    assert worst_and_best(-0.1, 0.3, greater_is_better=False) == (-0.3, 0.1)
