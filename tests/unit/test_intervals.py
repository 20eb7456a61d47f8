import numpy as np
import pandas as pd
import pytest
from scipy.special import stdtrit
from scipy.stats import norm, ttest_1samp
from statsmodels.formula.api import ols
from statsmodels.stats.anova import anova_lm
from statsmodels.stats.proportion import proportion_confint

from seqgraft.stats.auc import auroc
from seqgraft.stats.delong import delong
from seqgraft.stats.intervals import (
    Moments,
    example_df,
    standard_errors,
    two_way_difference,
    two_way_interval,
    two_way_moments,
    weight_blocks,
)


def weights(n: int, draws: int, seed: int = 1, groups=None) -> np.ndarray:
    return np.concatenate(list(weight_blocks(n, draws, seed, groups)), axis=1)


def readers(
    generator: np.random.Generator,
    labels: np.ndarray,
    replicates: int,
    spread: float = 0.15,
    distance: float = 1.8,
    sources: np.ndarray | None = None,
    source_spread: float = 0.0,
    common: np.ndarray | None = None,
) -> np.ndarray:
    """Binormal scores of several readers of the same cases (Roe & Metz), shape (R, N)."""
    n = len(labels)
    own = generator.normal(size=n)
    case = 0.8 * (own if common is None else np.sqrt(0.7) * common + np.sqrt(0.3) * own)
    shift = distance + spread * generator.normal(size=(replicates, 1))
    if sources is not None:
        shift = shift + source_spread * generator.normal(size=(sources.max() + 1, 1))[sources]
    return shift * labels + case + 0.6 * generator.normal(size=(replicates, n))


def gallas(labels: np.ndarray, scores: np.ndarray) -> float:
    """One-shot variance of the mean AUROC over readers: unbiased, readers and cases both random.

    Gallas (2006, Academic Radiology 13:353): the squared mean less the mean product of kernels that share
    neither reader, nor positive, nor negative case.
    """
    positive, negative = scores[:, labels][:, :, None], scores[:, ~labels][:, None, :]
    kernel = (positive > negative) + 0.5 * (positive == negative)
    readers_, m, n = kernel.shape

    def apart(a: np.ndarray, b: np.ndarray) -> float:
        """Sum of a[i, j] * b[k, l] over i != k and j != l."""
        rows = a.sum(axis=1) @ b.sum(axis=1)
        columns = a.sum(axis=0) @ b.sum(axis=0)
        return float(a.sum() * b.sum() - rows - columns + (a * b).sum())

    total = kernel.sum(axis=0)
    products = apart(total, total) - sum(apart(one, one) for one in kernel)
    pairs = readers_ * (readers_ - 1) * m * (m - 1) * n * (n - 1)
    return float(kernel.mean() ** 2 - products / pairs)


def parts(
    mean: float = 1.0,
    replicate: float = 0.0,
    example: float = 0.0,
    both: float = 0.0,
    source: float = 0.0,
    overlap: float = 0.0,
    replicates: int = 5,
    sources: int = 0,
) -> Moments:
    """Moments of one statistic."""
    matrices = (np.full((1, 1), part) for part in (replicate, example, both, source))
    return Moments(np.array([mean]), *matrices, overlap, replicates, sources)


def variance(values: np.ndarray) -> float:
    moments = two_way_moments(values[None])
    found = moments.replicate_part + moments.example_part - moments.interaction_part
    return float(found[0, 0])


def test_weights_are_counts_after_a_column_of_ones():
    drawn = weights(30, 200)
    assert drawn.shape == (30, 201)
    assert (drawn[:, 0] == 1).all()
    assert (drawn.sum(axis=0) == 30).all()
    assert drawn[:, 1:].var() == pytest.approx(1 - 1 / 30, rel=0.05)  # multinomial


def test_weights_do_not_depend_on_the_block(monkeypatch):
    whole = weights(30, 50)
    monkeypatch.setattr("seqgraft.stats.intervals.BLOCK", 7 * 30)
    blocks = list(weight_blocks(30, 50, 1))
    assert [block.shape[1] for block in blocks] == [7] * 7 + [2]
    np.testing.assert_array_equal(np.concatenate(blocks, axis=1), whole)
    assert not np.array_equal(weights(30, 50, seed=2), whole)


def test_groups_are_drawn_whole():
    groups = np.array(["b", "a", "b", "c", "a"])
    drawn = weights(5, 100, groups=groups)
    np.testing.assert_array_equal(drawn[0], drawn[2])
    np.testing.assert_array_equal(drawn[1], drawn[4])
    assert (drawn[[0, 1, 3]].sum(axis=0) == 3).all()


def test_moments_are_those_of_the_pigeonhole_bootstrap():
    # Owen's bootstrap with both margins really drawn, for the mean of a small table.
    generator = np.random.default_rng(1)
    table = generator.normal(size=(6, 1)) + generator.normal(size=40) + generator.normal(size=(6, 40))
    drawn = weights(40, 20000)
    values = table @ drawn / 40
    moments = two_way_moments(values[None])
    rows = generator.multinomial(6, np.full(6, 1 / 6), size=20000).T
    both = np.einsum("rb,rb->b", rows / 6, values[:, 1:])
    expected = (moments.replicate_part + moments.interaction_part)[0, 0] * 5 / 6 + moments.example_part[0, 0]
    assert both.var(ddof=1) == pytest.approx(expected, rel=0.05)
    assert moments.mean[0] == pytest.approx(table.mean())


def test_moments_are_the_mean_squares_of_a_crossed_table():
    # Two-way analysis of variance without repeats: the mean squares over R * N, but for the (N - 1)/N of drawing.
    generator = np.random.default_rng(9)
    table = generator.normal(size=(6, 1)) + 2 * generator.normal(size=40) + generator.normal(size=(6, 40))
    frame = pd.DataFrame(
        {"y": table.ravel(), "r": np.repeat(np.arange(6), 40), "e": np.tile(np.arange(40), 6)}
    )
    squares = anova_lm(ols("y ~ C(r) + C(e)", frame).fit())["mean_sq"] / 240
    moments = two_way_moments((table @ weights(40, 20000) / 40)[None])
    assert moments.replicate_part[0, 0] == pytest.approx(squares["C(r)"])
    assert moments.example_part[0, 0] == pytest.approx(squares["C(e)"] * 39 / 40, rel=0.05)
    assert moments.interaction_part[0, 0] == pytest.approx(squares["Residual"] * 39 / 40, rel=0.05)


def test_moments_of_several_statistics_are_consistent():
    generator = np.random.default_rng(2)
    values = generator.normal(size=(3, 5, 60))
    moments = two_way_moments(values, sources=[0, 1, 0, 1, 0])
    row = np.array([1.0, -2.0, 0.5])
    alone = two_way_moments(np.einsum("s,srb->rb", row, values)[None], sources=[0, 1, 0, 1, 0])
    for name in ("replicate_part", "example_part", "interaction_part", "source_part"):
        assert row @ getattr(moments, name) @ row == pytest.approx(getattr(alone, name)[0, 0])


def test_one_replicate_agrees_with_delong():
    generator = np.random.default_rng(3)
    labels = np.arange(400) < 110
    first, second = readers(generator, labels, 2)
    drawn = weights(400, 4000)
    expected = delong(labels, [first, second])
    values = np.stack([auroc(labels, first, drawn), auroc(labels, second, drawn)])
    for found, theirs in (
        (values[0], expected.covariance[0, 0]),
        (values[0] - values[1], np.array([1, -1]) @ expected.covariance @ np.array([1, -1])),
    ):
        assert variance(found[None]) == pytest.approx(theirs, rel=0.1)
    interval = two_way_interval(values[:1], units=110)
    assert interval.df == pytest.approx(109)
    assert interval.mean == pytest.approx(expected.areas[0])


def test_variance_is_that_of_gallas():
    generator = np.random.default_rng(4)
    labels = np.arange(200) < 60
    drawn = weights(200, 150)
    ours, theirs, means = [], [], []
    for _ in range(150):
        scores = readers(generator, labels, 6)
        values = np.stack([auroc(labels, row, drawn) for row in scores])
        ours.append(variance(values))
        theirs.append(gallas(labels, scores))
        means.append(values[:, 0].mean())
    assert np.mean(theirs) == pytest.approx(np.var(means, ddof=1), rel=0.25)
    assert np.mean(ours) / np.mean(theirs) == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize("shared", [False, True], ids=["independent", "shared source models"])
def test_coverage_of_a_paired_difference(shared):
    generator = np.random.default_rng(5)
    n, replicates, studies = (400 if shared else 160), 9, 250
    labels = np.arange(n) < round(0.3 * n)
    drawn = weights(n, 100)
    sources = np.arange(replicates) % 3 if shared else None
    source_spread = 0.3 if shared else 0.0
    # What a reader's AUROC is on average: source and replicate shifts add to the noise of a pair.
    truth = norm.cdf(2.2 / np.sqrt(2 + 0.15**2 + source_spread**2)) - norm.cdf(1.8 / np.sqrt(2 + 0.15**2))
    inside = {"ours": 0, "replicates only": 0, "no sources": 0}
    for _ in range(studies):
        common = generator.normal(size=n)
        pair = (
            readers(
                generator,
                labels,
                replicates,
                common=common,
                distance=2.2,
                sources=sources,
                source_spread=source_spread,
            ),
            readers(generator, labels, replicates, common=common),
        )
        values = [np.stack([auroc(labels, row, drawn) for row in scores]) for scores in pair]
        difference = values[0] - values[1]
        mean = difference[:, 0].mean()
        intervals = {
            "ours": two_way_difference(*values, labels.sum(), sources=sources, bounds=(0.0, 1.0)),
            "no sources": two_way_difference(*values, labels.sum(), bounds=(0.0, 1.0)),
        }
        half = {name: (found.high - found.low) / 2 for name, found in intervals.items()}
        half["replicates only"] = 2.306 * difference[:, 0].std(ddof=1) / 3
        for name in inside:
            inside[name] += abs(mean - truth) <= half[name]
    share = {name: count / studies for name, count in inside.items()}
    assert 0.92 <= share["ours"] <= 0.995, share
    assert share["replicates only"] < 0.85, share
    if shared:
        assert share["no sources"] < share["ours"] - 0.03, share


def test_source_part_is_the_variance_component():
    # Three source models, replicates differing by exactly +-1 about their model's value.
    values = np.array([5.0, 1.0, 9.0, 7.0, 3.0, 11.0])
    found = two_way_moments(np.repeat(values[:, None], 4, axis=1)[None], sources=[0, 1, 2, 0, 1, 2])
    between, within = 2 * np.var([6, 2, 10], ddof=1), 2.0
    assert found.source_part[0, 0] == pytest.approx((between - within) / 2 / 3)
    assert found.overlap == pytest.approx(0.5)
    assert found.sources == 3


@pytest.mark.parametrize("sources", [None, [0, 0, 0, 0], [0, 1, 2, 3]])
def test_no_source_part_without_shared_models(sources):
    values = np.random.default_rng(6).normal(size=(1, 4, 20))
    found = two_way_moments(values, sources)
    assert found.sources == 0
    assert not found.source_part.any()


def test_replicates_alone_give_the_usual_t_test():
    values = np.array([1.0, 2.0, 4.0, 5.0])
    found = two_way_interval(np.repeat(values[:, None], 10, axis=1), units=50)
    expected = ttest_1samp(values, 0)
    low, high = expected.confidence_interval(0.95)
    assert (found.low, found.high, found.df) == pytest.approx((low, high, 3))
    assert found.p_value == pytest.approx(expected.pvalue)


def test_satterthwaite_by_hand():
    # Parts 1 and 3 with 4 and 9 degrees of freedom: 16 / (1/4 + 9/9).
    moments = parts(replicate=1.0, example=3.0)
    (error,), (df,) = standard_errors(moments, [[1.0]], units=10)
    assert (error, df) == pytest.approx((2.0, 16 / 1.25))


def test_source_models_bring_their_own_degrees_of_freedom():
    # Source part 4, of which the replicate part's 3 already holds a quarter: 4 + 2 with 2 df, 3 with 9.
    moments = parts(replicate=3.0, example=3.0, source=4.0, overlap=0.25, replicates=6, sources=3)
    (error,), (df,) = standard_errors(moments, [[1.0]], units=10)
    assert (error, df) == pytest.approx((3.0, 81 / (36 / 2 + 9 / 9)))
    # Without a difference between source models there are six independent replicates.
    moments = parts(replicate=3.0, example=3.0, source=-1.0, overlap=0.25, replicates=6, sources=3)
    (error,), (df,) = standard_errors(moments, [[1.0]], units=10)
    assert (error, df) == pytest.approx((np.sqrt(6), 36 / (9 / 5 + 9 / 9)))


def test_what_replicates_and_examples_share_is_counted_once():
    # Of 3 and 4, 2 are interaction, seen in both: 1 + 2 + 2.
    moments = parts(replicate=3.0, example=4.0, both=2.0)
    (error,), (df,) = standard_errors(moments, [[1.0]], units=10)
    assert (error, df) == pytest.approx((np.sqrt(5), 25 / (9 / 4 + 16 / 9 + 4 / 36)))
    # A part smaller than the interaction adds nothing, and takes nothing away.
    (error,), _ = standard_errors(parts(replicate=1.0, example=4.0, both=2.0), [[1.0]], units=10)
    assert error == pytest.approx(2.0)


def test_near_the_edge_few_examples_count():
    # .98 with an SE of .014 is as good as 100 answers, two of them wrong: four degrees of freedom.
    one = parts(mean=0.98, example=0.98 * 0.02 / 100)
    assert example_df(one, units=30, bounds=(0.0, 1.0)) == pytest.approx(4.0)
    # The same on another scale, at the other edge, and where there is no edge.
    other = parts(mean=-0.96, example=4 * 0.98 * 0.02 / 100)
    assert example_df(other, units=30, bounds=(-1.0, 1.0)) == pytest.approx(4.0)
    assert example_df(one, units=30) == pytest.approx(29)
    assert example_df(parts(mean=0.5, example=0.25 / 100), units=30, bounds=(0.0, 1.0)) == pytest.approx(29)


def test_one_replicate_in_bounds_is_the_interval_of_a_proportion():
    # The share of right answers of one fit: Wilson's interval, but for Student's t and bootstrapping.
    right = np.arange(200) < 170
    values = right @ weights(200, 20000) / 200
    found = two_way_interval(values[None], units=200, bounds=(0.0, 1.0))
    assert found.df == pytest.approx(60, rel=0.05)  # 30 wrong answers
    low, high = proportion_confint(170, 200, alpha=2 * norm.sf(stdtrit(found.df, 0.975)), method="wilson")
    assert (found.low, found.high) == pytest.approx((low, high), abs=2e-3)


def test_at_the_edge_the_interval_is_that_of_no_error_among_the_units():
    found = two_way_interval(np.ones((4, 50)), units=30, bounds=(0.0, 1.0))
    low, high = proportion_confint(30, 30, alpha=2 * norm.sf(stdtrit(29, 0.975)), method="wilson")
    assert (found.mean, found.low, found.high) == pytest.approx((1.0, low, high))
    # A constant scores one half on any test part: nothing is uncertain about it.
    found = two_way_interval(np.full((4, 50), 0.5), units=30, bounds=(0.0, 1.0))
    assert (found.low, found.high) == (0.5, 0.5)


def test_no_difference_at_all():
    found = two_way_interval(np.zeros((5, 20)), units=50)
    assert (found.mean, found.low, found.high, found.p_value) == (0, 0, 0, 1)


def test_undefined_values():
    values = np.random.default_rng(7).normal(size=(4, 101))
    values[1] = np.nan
    values[2, 5] = np.nan
    found = two_way_interval(values, units=50, sources=[0, 1, 0, 1])
    assert found.replicates == 3
    assert found.mean == pytest.approx(values[[0, 2, 3], 0].mean())
    assert found.low < found.mean < found.high
    values[0, 2:80] = np.nan
    found = two_way_interval(values, units=50)
    assert not np.isnan(found.mean)
    assert np.isnan(found.low)
    assert np.isnan(two_way_interval(np.full((4, 11), np.nan), units=50).mean)
