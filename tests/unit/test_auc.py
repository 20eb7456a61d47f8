import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from seqgraft.stats.auc import auprc, auroc
from seqgraft.stats.count_areas import areas_of_counts, running_sums


def test_auroc_by_hand():
    # Pairs (positive, negative): .9>.5, .9>.1, .5=.5 (half), .5>.1 -> 3.5 of 4.
    assert auroc([1, 0, 1, 0], [0.9, 0.5, 0.5, 0.1]) == pytest.approx(3.5 / 4)


def test_auprc_by_hand():
    # Ranks: + - + -. Precision 1 at the first positive, 2/3 at the second.
    assert auprc([1, 0, 1, 0], [0.9, 0.8, 0.7, 0.1]) == pytest.approx((1 + 2 / 3) / 2)


def test_auprc_of_one_score_is_the_prevalence():
    assert auprc([1, 0, 0, 0], np.zeros(4)) == pytest.approx(0.25)


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize(
    ("ours", "theirs"), [(auroc, roc_auc_score), (auprc, average_precision_score)], ids=["auroc", "auprc"]
)
def test_weighted_areas_agree_with_sklearn(ours, theirs, ties):
    generator = np.random.default_rng(1)
    labels = generator.random(80) < 0.3
    scores = labels + generator.normal(size=80)
    if ties:
        scores = np.round(scores * 2) / 2
    weights = generator.multinomial(80, np.full(80, 1 / 80), size=25).T.astype(float)
    expected = [theirs(labels, scores, sample_weight=column) for column in weights.T]
    np.testing.assert_allclose(ours(labels, scores, weights), expected, rtol=1e-12)


@pytest.mark.parametrize("area", [auroc, auprc])
def test_a_weight_of_two_is_an_example_twice(area):
    labels, scores = np.array([1, 0, 1, 0, 0]), np.array([0.3, 0.3, 0.8, 0.5, 0.1])
    weights = np.array([2.0, 1.0, 0.0, 3.0, 1.0])
    copies = np.repeat(np.arange(5), weights.astype(int))
    assert area(labels, scores, weights) == pytest.approx(area(labels[copies], scores[copies]))


@pytest.mark.parametrize("area", [auroc, auprc])
@pytest.mark.parametrize("label", [0, 1])
def test_one_class_has_no_area(area, label):
    assert np.isnan(area(np.full(4, label), np.arange(4.0)))
    weights = np.array([[1.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    labels = np.array([label, 1 - label, label])
    assert np.isnan(area(labels, np.arange(3.0), weights)).tolist() == [False, True]


def test_rows_must_match():
    with pytest.raises(ValueError, match="one row per example"):
        auroc([1, 0], [0.1, 0.2, 0.3])


@pytest.mark.parametrize("ties", [0, 2, 50])
@pytest.mark.parametrize("n", [2, 80, 3000])
def test_areas_of_counts_are_those_of_any_weights(ties, n):
    generator = np.random.default_rng(n + ties)
    labels = np.arange(n) < max(1, 0.3 * n)
    scores = labels + generator.normal(size=n)
    if ties:
        scores = np.round(scores * 2 / ties)
    weights = generator.multinomial(n, np.full(n, 1 / n), size=120)
    roc, precision_recall = areas_of_counts(labels, scores, weights.T.astype(np.uint8))
    floats = weights.T.astype(float)
    np.testing.assert_array_equal(roc, auroc(labels, scores, floats))
    np.testing.assert_allclose(precision_recall, auprc(labels, scores, floats), rtol=1e-12)


@pytest.mark.parametrize("rows", [0, 1, 17, 800])
@pytest.mark.parametrize("most", [3, 255, 60_000])
def test_running_sums_are_those_of_cumsum(rows, most):
    counts = np.random.default_rng(rows).integers(0, most, size=(rows, 5)).astype(np.uint32)
    sums = running_sums(counts)
    assert sums[:1].tolist() == [[0] * 5]
    np.testing.assert_array_equal(sums[1:], np.cumsum(counts, axis=0))


@pytest.mark.parametrize("label", [0, 1])
def test_counts_of_one_class_have_no_area(label):
    counts = np.array([[1, 1], [1, 0], [1, 1]], dtype=np.uint8)
    for area in areas_of_counts(np.array([label, 1 - label, label]), np.arange(3.0), counts):
        assert np.isnan(area).tolist() == [False, True]
    for area in areas_of_counts(np.full(3, label), np.arange(3.0), counts):
        assert np.isnan(area).all()


def test_counts_must_match():
    with pytest.raises(ValueError, match="one row per example"):
        areas_of_counts([1, 0], [0.1, 0.2], np.ones((3, 4), dtype=np.uint8))
