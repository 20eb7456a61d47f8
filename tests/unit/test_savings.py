import numpy as np
import pytest

from seqgraft.stats.intervals import two_way_difference
from seqgraft.stats.savings import label_savings

SIZES = [50, 100, 200, 400, 800]


def curve(n: np.ndarray | float) -> np.ndarray:
    """Metric of the reference: .05 for each doubling."""
    return 0.7 + 0.05 * np.log2(np.asarray(n, dtype=float) / 50)


def noisy(
    truth: float, generator: np.random.Generator, common: np.ndarray, noise: float, replicates: int = 8
) -> np.ndarray:
    """Values of one strategy at one size: replicates differ, draws are shared."""
    return truth + noise * generator.normal(size=(replicates, 1)) + common


def study(saving: float, n: int, seed: int, noise: float = 0.01, replicates: int = 8):
    generator = np.random.default_rng(seed)
    common = np.concatenate([[0.0], 0.01 * generator.normal(size=200)])
    reference = np.stack([noisy(curve(m), generator, common, noise, replicates) for m in SIZES])
    return noisy(curve(saving * n), generator, common, noise, replicates), reference


@pytest.mark.parametrize(("saving", "n"), [(4.0, 50), (2.0, 200), (1.0, 100), (0.5, 400), (3.0, 100)])
def test_planted_savings_without_noise(saving, n):
    ours, reference = study(saving, n, 1, noise=0.0)
    found = label_savings(n, ours, SIZES, reference, units=100)
    assert found.savings == pytest.approx(saving, rel=1e-6)
    assert (found.low, found.high) == pytest.approx((saving, saving), rel=0.01)
    assert found.censored == found.low_censored == found.high_censored == ""


@pytest.mark.parametrize(
    ("saving", "flag", "edge"), [(20.0, "at least", 800 / 100), (0.2, "at most", 50 / 100)]
)
def test_beyond_the_sizes_studied_is_flagged(saving, flag, edge):
    ours, reference = study(saving, 100, 2, noise=0.002)
    found = label_savings(100, ours, SIZES, reference, units=100)
    assert (found.savings, found.low, found.high) == (edge, edge, edge)
    assert (found.censored, found.low_censored, found.high_censored) == (flag, flag, flag)


def test_interval_that_reaches_the_edge_is_flagged_there_only():
    ours, reference = study(4.0, 200, 3, noise=0.03)
    found = label_savings(200, ours, SIZES, reference, units=100)
    assert found.high == 4.0
    assert found.high_censored == "at least"
    assert 0.25 < found.low < 4.0
    assert found.low_censored == ""


def test_interval_holds_one_exactly_when_the_difference_is_not_significant():
    agreed = []
    for seed in range(40):
        ours, reference = study(1.5, 100, seed, noise=0.02)
        # Pooling changes the reference's value only where its mean falls.
        if (np.diff(reference[:, :, 0].mean(axis=1)) <= 0).any():
            continue
        difference = two_way_difference(ours, reference[1], 100)
        found = label_savings(100, ours, SIZES, reference, units=100)
        agreed.append((found.low <= 1.0 <= found.high) == (difference.p_value >= 0.05))
    assert len(agreed) > 20
    assert all(agreed)


def test_coverage():
    truth, inside = 2.0, []
    for seed in range(300):
        ours, reference = study(truth, 100, seed, noise=0.015, replicates=6)
        found = label_savings(100, ours, SIZES, reference, units=100)
        inside.append(found.low <= truth <= found.high)
    assert 0.92 <= np.mean(inside) <= 0.99


def test_undefined_metric_and_single_size():
    ours, reference = study(2.0, 100, 4)
    ours = ours.copy()
    ours[0, 0] = np.nan
    assert np.isnan(label_savings(100, ours, SIZES, reference, units=100).savings)
    ours, reference = study(2.0, 100, 4)
    assert np.isnan(label_savings(100, ours, [100], reference[1:2], units=100).savings)
