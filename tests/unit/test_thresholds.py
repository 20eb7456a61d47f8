import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from seqgraft.stats.metrics import Scored, compute, example_losses
from seqgraft.stats.thresholds import calibrate, fit_platt, fit_temperature, fit_threshold


def draw(n: int, seed: int, distance: float = 2.0, positives: float = 0.27) -> tuple[np.ndarray, np.ndarray]:
    """Labels and their true log odds, classes being normal with variance one."""
    generator = np.random.default_rng(seed)
    labels = np.arange(n) < round(positives * n)
    z = distance * (labels - 0.5) + generator.normal(size=n)
    return labels, distance * z + np.log(positives / (1 - positives))


def test_too_few_held_out_examples_keep_the_default():
    labels, logits = np.arange(40) < 9, np.linspace(3, -3, 40)
    found = calibrate(labels, logits)
    assert (found.temperature, found.threshold, found.fitted) == (1.0, 0.0, False)
    assert found.threshold_probability == 0.5
    assert calibrate(np.arange(40) < 10, logits).fitted
    assert not calibrate(np.array([], dtype=bool), np.array([])).fitted


@pytest.mark.parametrize("heat", [0.5, 1.0, 3.0])
def test_temperature_undoes_overconfidence(heat):
    labels, logits = draw(20000, 1)
    assert fit_temperature(labels, heat * logits) == pytest.approx(heat, rel=0.05)


def test_temperature_has_the_lowest_log_loss():
    labels, logits = draw(60, 2)
    best = minimize_scalar(
        lambda t: example_losses(labels, 2 * logits, t).mean(), bounds=(0.2, 5), method="bounded"
    )
    assert fit_temperature(labels, 2 * logits) == pytest.approx(best.x, rel=1e-3)


def test_temperature_stays_in_its_range():
    labels, logits = draw(200, 3)
    assert fit_temperature(labels, 100 * logits) == 5.0
    assert fit_temperature(labels, -logits) == 5.0
    assert fit_temperature(labels, 0.01 * logits) == 0.2


def test_platt_agrees_with_sklearn_on_the_smoothed_labels():
    labels, logits = draw(120, 4)
    yes, no = labels.sum(), (~labels).sum()
    goal = np.where(labels, (yes + 1) / (yes + 2), 1 / (no + 2))
    model = LogisticRegression(C=1e10, tol=1e-10).fit(
        np.concatenate([logits, logits])[:, None],
        np.repeat([1, 0], 120),
        sample_weight=np.concatenate([goal, 1 - goal]),
    )
    slope, bias = fit_platt(labels, logits)
    assert (slope, bias) == pytest.approx((model.coef_[0, 0], model.intercept_[0]), rel=1e-3)


def test_platt_survives_separated_and_constant_scores():
    labels = np.arange(50) < 20
    slope, bias = fit_platt(labels, np.where(labels, 500.0, -500.0))
    assert expit(slope * 500 + bias) == pytest.approx(21 / 22, abs=1e-3)
    assert fit_platt(labels, np.zeros(50))[0] == 0
    assert fit_threshold(labels, np.zeros(50)) == 0


def test_threshold_separates_separable_scores():
    labels = np.arange(50) < 20
    threshold = fit_threshold(labels, np.where(labels, 2.0, 1.0) + np.arange(50) * 1e-3)
    assert 1.05 < threshold < 2.0


def test_threshold_is_near_the_best_one_with_many_examples():
    labels, logits = draw(20000, 5)
    shifted = 1.5 * logits + 2
    grid = np.linspace(-4, 6, 401)
    best = max(compute(Scored(labels, shifted, 1, t), None, ["mcc"])["mcc"][0] for t in grid)
    found = compute(Scored(labels, shifted, 1, fit_threshold(labels, shifted)), None, ["mcc"])["mcc"][0]
    assert found > best - 0.003


def test_threshold_of_few_examples_beats_the_highest_held_out_mcc():
    test_labels, test_logits = draw(5000, 6)
    gain = []
    for seed in range(150):
        labels, logits = draw(60, 100 + seed)
        cuts = np.sort(logits)
        highest = cuts[
            np.argmax([compute(Scored(labels, logits, 1, t), None, ["mcc"])["mcc"][0] for t in cuts])
        ]
        ours, theirs = (
            compute(Scored(test_labels, test_logits, 1, t), None, ["mcc"])["mcc"][0]
            for t in (fit_threshold(labels, logits), highest)
        )
        gain.append(ours - theirs)
    assert np.mean(gain) > 0.005


def test_scores_that_fall_with_the_label_keep_the_default_threshold():
    labels, logits = draw(200, 7)
    assert fit_threshold(labels, -logits) == 0
