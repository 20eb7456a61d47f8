import math

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import multivariate_normal
from sklearn.covariance import LedoitWolf

from seqgraft.learn.transferability import h_score, leep, logme


def test_leep_by_hand():
    probabilities = np.array([[0.8, 0.2], [0.6, 0.4], [0.1, 0.9]])
    labels = np.array([1, 1, 0])
    # P(y, z) * 3: y=1: .8+.6, .2+.4; y=0: .1, .9; sums over y: 1.5, 1.5
    positive, negative = (1.4 / 1.5, 0.6 / 1.5), (0.1 / 1.5, 0.9 / 1.5)
    expected = [
        math.log(0.8 * positive[0] + 0.2 * positive[1]),
        math.log(0.6 * positive[0] + 0.4 * positive[1]),
        math.log(0.1 * negative[0] + 0.9 * negative[1]),
    ]
    assert leep(probabilities, labels) == pytest.approx(sum(expected) / 3)


def test_leep_of_sure_answers_and_of_none():
    labels = np.array([0, 1, 1, 0, 1])
    sure = np.eye(2)[labels]
    assert leep(sure, labels) == pytest.approx(0)
    assert leep(sure[:, ::-1], labels) == pytest.approx(0)  # classes called the other way round
    entropy = 0.4 * math.log(0.4) + 0.6 * math.log(0.6)
    assert leep(np.full((5, 2), 0.5), labels) == pytest.approx(entropy)
    assert leep(np.array([[1.0, 0.0]] * 5), labels) == pytest.approx(entropy)  # a source class never seen


def direct_logme(features, labels):
    """Maximise the evidence of both classes over both variances with a general-purpose optimiser."""
    total = 0.0
    for label in (0, 1):
        y = (labels == label).astype(float)

        def loss(logs, y=y):
            covariance = np.exp(logs[0]) * features @ features.T + np.exp(logs[1]) * np.eye(len(y))
            return -multivariate_normal.logpdf(y, np.zeros(len(y)), covariance)

        starts = [(a, b) for a in (-6.0, -3.0, 0.0) for b in (-4.0, -1.0)]
        found = [
            minimize(loss, s, method="Nelder-Mead", options={"xatol": 1e-7, "fatol": 1e-9}) for s in starts
        ]
        total -= min(one.fun for one in found) / len(y)
    return total / 2


@pytest.mark.parametrize("shape", [(30, 4), (12, 20)])
def test_logme_is_the_greatest_evidence(shape):
    generator = np.random.default_rng(sum(shape))
    features = generator.normal(size=shape) * generator.uniform(0.2, 3, shape[1]) + 0.5
    labels = (features[:, 0] + generator.normal(size=shape[0]) > 0.5).astype(int)
    assert logme(features, labels) == pytest.approx(direct_logme(features, labels), abs=1e-5)


def test_logme_of_features_that_say_nothing():
    labels = np.array([0, 1, 1, 0, 1, 1])
    noise = [-0.5 * (math.log(2 * math.pi * share) + 1) for share in (2 / 6, 4 / 6)]
    assert logme(np.zeros((6, 3)), labels) == pytest.approx(np.mean(noise))


@pytest.mark.parametrize("shape", [(40, 3), (10, 15)])
def test_h_score_is_its_trace_formula(shape):
    generator = np.random.default_rng(shape[0])
    features = generator.normal(size=shape) * np.linspace(0.2, 3, shape[1])
    labels = (features[:, 0] + 0.5 * generator.normal(size=shape[0]) > 0).astype(int)
    machine = LedoitWolf().fit(features)
    between = np.zeros((shape[1], shape[1]))
    for label in labels:
        gap = features[labels == label].mean(axis=0) - features.mean(axis=0)
        between += np.outer(gap, gap) / len(labels)
    naive = np.trace(np.linalg.inv(machine.covariance_) @ between) * (1 - machine.shrinkage_)
    assert h_score(features, labels) == pytest.approx(naive)
    assert 0 < naive < 1


def test_h_score_ignores_dead_features():
    generator = np.random.default_rng(1)
    features, labels = generator.normal(size=(30, 3)), np.arange(30) % 2
    dead = np.column_stack([features, np.full(30, 7.0)])
    assert h_score(dead, labels) == pytest.approx(h_score(features, labels))
    assert h_score(np.ones((30, 2)), labels) == 0


def test_all_prefer_features_that_know_the_labels():
    generator = np.random.default_rng(2)
    labels = np.arange(60) % 2
    good = generator.normal(size=(60, 8))
    bad = good.copy()
    good[:, 0] += 3 * labels
    for score in (logme, h_score):
        assert score(good, labels) > score(bad, labels) + 0.1
