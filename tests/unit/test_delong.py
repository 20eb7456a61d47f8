import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from seqgraft.stats.delong import delong


@pytest.fixture
def example() -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(7)
    labels = np.arange(60) < 25
    first = labels + generator.normal(size=60)
    scores = np.stack([first, 0.5 * first + generator.normal(size=60)])
    return labels, np.round(scores, 1)  # rounding makes ties


def test_areas_agree_with_sklearn(example):
    labels, scores = example
    assert delong(labels, scores).areas == pytest.approx([roc_auc_score(labels, row) for row in scores])


def test_covariance_agrees_with_the_definition(example):
    # The structural components written out: all pairs, no ranks.
    labels, scores = example
    positive, negative = scores[:, labels][:, :, None], scores[:, ~labels][:, None, :]
    kernel = (positive > negative) + 0.5 * (positive == negative)
    expected = np.cov(kernel.mean(axis=2)) / 25 + np.cov(kernel.mean(axis=1)) / 35
    np.testing.assert_allclose(delong(labels, scores).covariance, expected)


def test_variance_is_right_on_average():
    generator = np.random.default_rng(8)
    labels = np.arange(80) < 30
    found = [delong(labels, labels + generator.normal(size=80)) for _ in range(1500)]
    observed = np.var([result.areas[0] for result in found], ddof=1)
    assert np.mean([result.covariance[0, 0] for result in found]) == pytest.approx(observed, rel=0.12)
