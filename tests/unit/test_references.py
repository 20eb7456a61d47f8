"""Metrics, DeLong, bootstrap and corrections against other libraries, on random inputs with ties and gaps."""

import warnings
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.special import expit
from sklearn import metrics as sklearn
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.weightstats import DescrStatsW

from seqgraft.stats.delong import delong
from seqgraft.stats.intervals import two_way_difference, two_way_interval, weight_blocks
from seqgraft.stats.metrics import METRICS, Scored, compute
from seqgraft.stats.multiplicity import holm

SOME = settings(max_examples=40, deadline=None)

Reference = Callable[[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray], float]

#: From labels, logits, calls, probabilities and weights.
REFERENCES: dict[str, Reference] = {
    "auroc": lambda y, z, c, p, w: sklearn.roc_auc_score(y, z, sample_weight=w),
    "auprc": lambda y, z, c, p, w: sklearn.average_precision_score(y, z, sample_weight=w),
    "mcc": lambda y, z, c, p, w: sklearn.matthews_corrcoef(y, c, sample_weight=w),
    "accuracy": lambda y, z, c, p, w: sklearn.accuracy_score(y, c, sample_weight=w),
    "recall": lambda y, z, c, p, w: sklearn.recall_score(y, c, sample_weight=w),
    "precision": lambda y, z, c, p, w: sklearn.precision_score(y, c, sample_weight=w),
    "specificity": lambda y, z, c, p, w: sklearn.recall_score(~y, ~c, sample_weight=w),
    "f1": lambda y, z, c, p, w: sklearn.f1_score(y, c, sample_weight=w),
    "log_loss": lambda y, z, c, p, w: sklearn.log_loss(y, p, sample_weight=w, labels=[False, True]),
    "brier": lambda y, z, c, p, w: DescrStatsW((p - y) ** 2, w).mean,
}


@st.composite
def answers(draw: st.DrawFn) -> tuple[Scored, np.ndarray]:
    """Labels of any share, logits with many ties, a threshold that may be one of them, and whole weights."""
    n = draw(st.integers(1, 40))
    labels = np.array(draw(st.lists(st.booleans(), min_size=n, max_size=n)))
    logits = np.array(draw(st.lists(st.integers(-6, 6), min_size=n, max_size=n))) / 2.0
    weights = np.array(draw(st.lists(st.integers(0, 3), min_size=n, max_size=n)), dtype=float)
    temperature, threshold = (
        draw(st.sampled_from([0.2, 1.0, 5.0])),
        draw(st.sampled_from([-9.0, -0.5, 0.0, 9.0])),
    )
    assume(weights.sum() > 0)
    return Scored(labels, logits, temperature, threshold), weights


def undefined(scored: Scored, weights: np.ndarray) -> set[str]:
    """Name the metrics that have no value: a class, or a call, that no example with weight belongs to."""
    labels, calls = scored.labels[weights > 0], (scored.logits >= scored.threshold)[weights > 0]
    found = set()
    if labels.all() or not labels.any():
        found |= {"auroc", "auprc", "mcc"}
    if not labels.any():
        found |= {"recall", "f1"}
    if labels.all():
        found |= {"specificity"}
    if not calls.any():
        found |= {"precision"}
    return found


@SOME
@given(answers())
def test_metrics_agree_with_sklearn_or_are_undefined(case: tuple[Scored, np.ndarray]) -> None:
    scored, weights = case
    assert set(REFERENCES) == set(METRICS)
    found = compute(scored, np.stack([np.ones(len(weights)), weights], axis=1))
    calls, probabilities = scored.logits >= scored.threshold, expit(scored.logits / scored.temperature)
    for column, own in enumerate((np.ones(len(weights)), weights)):
        gone = undefined(scored, own)
        for name, reference in REFERENCES.items():
            value = found[name][column]
            if name in gone:
                assert np.isnan(value), name
                continue
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                expected = reference(scored.labels, scored.logits, calls, probabilities, own)
            assert value == pytest.approx(expected, rel=1e-9, abs=1e-9), name


@SOME
@given(
    st.lists(st.integers(-4, 4), min_size=2, max_size=15),
    st.lists(st.integers(-4, 4), min_size=2, max_size=15),
    st.integers(0, 2**31),
)
def test_delong_agrees_with_mann_whitney_and_with_its_definition(
    positive: list[int], negative: list[int], seed: int
) -> None:
    m, n = len(positive), len(negative)
    labels = np.arange(m + n) < m
    first = np.array(positive + negative, dtype=float)
    second = np.round(first + np.random.default_rng(seed).normal(size=m + n))
    found = delong(labels, [first, second])
    for row, scores in enumerate((first, second)):
        statistic = stats.mannwhitneyu(scores[:m], scores[m:]).statistic
        assert found.areas[row] == pytest.approx(statistic / (m * n))
    kernels = [np.sign(s[:m, None] - s[None, m:]) / 2 + 0.5 for s in (first, second)]
    expected = np.cov([k.mean(axis=1) for k in kernels]) / m + np.cov([k.mean(axis=0) for k in kernels]) / n
    np.testing.assert_allclose(found.covariance, expected, atol=1e-12)


@SOME
@given(st.lists(st.one_of(st.just(np.nan), st.sampled_from([0.0, 0.01, 0.01, 0.2, 1.0])), max_size=12))
def test_holm_agrees_with_statsmodels_and_skips_what_is_missing(p_values: list[float]) -> None:
    values = np.array(p_values, dtype=float)
    found, made = holm(values), ~np.isnan(values)
    assert np.isnan(found[~made]).all()
    if made.any():
        np.testing.assert_allclose(found[made], multipletests(values[made], method="holm")[1])


@pytest.mark.parametrize("seed", range(4))
def test_bootstrap_agrees_with_scipy(seed: int) -> None:
    # One fit: the standard error of its accuracy, and that of the difference to another on the same examples.
    generator = np.random.default_rng(seed)
    n = int(generator.integers(30, 120))
    right = generator.random((2, n)) < [[0.8], [0.6]]
    drawn = np.concatenate(list(weight_blocks(n, 8000, seed)), axis=1)
    values = (right @ drawn / n)[:, None, :]
    one = two_way_interval(values[0], n)
    pair = two_way_difference(values[0], values[1], n)
    for found, data in ((one, right[0]), (pair, right[0].astype(float) - right[1])):
        expected = stats.bootstrap((data,), np.mean, n_resamples=8000, method="percentile", rng=generator)
        error = (found.high - found.low) / 2 / stats.t.ppf(0.975, found.df)
        assert error == pytest.approx(expected.standard_error, rel=0.04)


@SOME
@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), min_size=3, max_size=12), st.integers(0, 2))
def test_replicates_alone_agree_with_the_paired_t_test(pairs: list[tuple[int, int]], missing: int) -> None:
    first, second = np.array(pairs, dtype=float).T
    gaps = first.copy()
    gaps[:missing] = np.nan
    left = np.arange(len(pairs)) >= missing
    assume(left.sum() > 1 and np.ptp((first - second)[left]) > 0)
    found = two_way_difference(*(np.repeat(v[:, None], 6, axis=1) for v in (gaps, second)), units=50)
    expected = stats.ttest_rel(first[left], second[left])
    assert found.replicates == left.sum()
    assert found.p_value == pytest.approx(expected.pvalue, rel=1e-6)
    assert (found.low, found.high) == pytest.approx(tuple(expected.confidence_interval()), rel=1e-6)
