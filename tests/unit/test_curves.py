import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.isotonic import IsotonicRegression

from seqgraft.stats.curves import curve_weights, interpolation, labels_to_reach, monotone, pooling


def test_weights_are_trapezoids_in_log_n():
    # Steps of one and two doublings: widths 1 and 2 of 3.
    assert curve_weights([50, 100, 400]).tolist() == pytest.approx([1 / 6, 1 / 2, 1 / 3])


def test_one_size_is_the_plain_value():
    assert curve_weights([200]).tolist() == [1.0]


def test_the_same_size_twice_shares():
    # The whole pool may be as large as a size that is listed.
    assert curve_weights([400, 400]).tolist() == [0.5, 0.5]
    assert curve_weights([100, 400, 400]).tolist() == pytest.approx([0.5, 0.5, 0.0])


def test_sizes_must_ascend():
    with pytest.raises(ValueError, match="ascend"):
        curve_weights([100, 50])


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=9))
def test_monotone_agrees_with_sklearn(values):
    expected = IsotonicRegression().fit_transform(np.arange(len(values)), values)
    np.testing.assert_allclose(monotone(values), expected, atol=1e-9)
    np.testing.assert_allclose(pooling(values).sum(axis=1), 1.0)


def test_interpolation_is_straight_in_log_n():
    rows = interpolation([50, 200, 400], [50, 100, 400])
    assert rows.tolist() == [pytest.approx(row) for row in ([1, 0, 0], [0.5, 0.5, 0], [0, 0, 1])]


@pytest.mark.parametrize(
    ("goal", "expected"),
    [
        (0.7, (100.0, "")),  # half-way between 50 and 200 in log n
        (0.9, (400.0, "")),
        (0.8, (200.0, "")),
        (0.6, (50.0, "")),
        (0.95, (400.0, "at least")),
        (0.5, (50.0, "at most")),
    ],
)
def test_labels_to_reach(goal, expected):
    labels, censored = labels_to_reach([50, 200, 400], [0.6, 0.8, 0.9], goal)
    assert (labels, censored) == (pytest.approx(expected[0]), expected[1])


def test_labels_to_reach_takes_the_first_point_of_a_plateau():
    assert labels_to_reach([50, 100, 200, 400], [0.6, 0.8, 0.8, 0.9], 0.8)[0] == pytest.approx(100)
