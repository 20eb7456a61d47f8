"""Label transforms: values worked out by hand, fits that test values never move, and predictions brought back."""

import json
import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import rankdata

from seqgraft.config.labels import TransformName
from seqgraft.data.transforms import TRANSFORMS, apply, fit, undo
from seqgraft.errors import SeqgraftError

# The names, the training labels, and what becomes of 1, 3 and 8.
BY_HAND = {
    "log": (["log"], [1.0, 9.0], [0.0, math.log(3), math.log(8)]),
    "log1p": (["log1p"], [1.0], [math.log(2), math.log(4), math.log(9)]),
    "sign": (["sign"], [1.0], [-1.0, -3.0, -8.0]),
    "min-max": (["min-max"], [1.0, 5.0], [0.0, 0.5, 1.75]),
    "z-score": (["z-score"], [1.0, 3.0, 5.0, 7.0], [-3 / math.sqrt(5), -1 / math.sqrt(5), 4 / math.sqrt(5)]),
    # 1 is the lowest of four, half of it counted; 3 lies midway between 1 and 5; 8 is beyond the greatest.
    "rank": (["rank"], [1.0, 5.0, 5.0, 7.0], [1 / 8, (1 / 8 + 4 / 8) / 2, 7 / 8]),
    "sign, then min-max": (["sign", "min-max"], [0.0, 4.0], [0.75, 0.25, -1.0]),
    "log, then z-score": (["log", "z-score"], [1.0, math.e**2], [-1.0, math.log(3) - 1, math.log(8) - 1]),
    "none": ([], [1.0], [1.0, 3.0, 8.0]),
}


@pytest.mark.parametrize("name", BY_HAND)
def test_values_by_hand(name: str) -> None:
    names, training, expected = BY_HAND[name]
    chain = fit(names, np.array(training))
    assert apply(chain, np.array([1.0, 3.0, 8.0])) == pytest.approx(expected)


def test_every_transform_is_known_to_the_config_and_tested() -> None:
    assert set(TRANSFORMS) == set(TransformName.__args__)
    assert set(TRANSFORMS) == {name for names, _, _ in BY_HAND.values() for name in names}


VALUES = st.lists(st.floats(0.01, 1e4), min_size=2, max_size=20)


@given(
    training=VALUES,
    other=VALUES,
    names=st.lists(st.sampled_from(sorted(TRANSFORMS)), max_size=3, unique=True),
)
@settings(max_examples=60, deadline=None)
def test_predictions_come_back(training: list[float], other: list[float], names: list[str]) -> None:
    labels = np.array(training)
    assume(labels.max() - labels.min() > 1e-3 * labels.max())
    try:
        chain = fit(names, labels)
        values = labels if "rank" in names else np.array(other)
        there = apply(chain, values)
    except SeqgraftError:  # what is no longer positive, or equal to rounding, after another transform
        assume(False)
    chain = json.loads(json.dumps(chain))
    assert undo(chain, there) == pytest.approx(values, rel=1e-6, abs=1e-6 * labels.max())


@given(training=VALUES, tests=VALUES, name=st.sampled_from(sorted(TRANSFORMS)))
@settings(max_examples=40, deadline=None)
def test_a_fit_depends_on_training_labels_alone(training: list[float], tests: list[float], name: str) -> None:
    labels = np.array(training)
    assume(len(set(training)) > 1 and labels.std() > 1e-6)
    chain = fit([name], labels)
    before = json.dumps(chain)
    together = apply(chain, np.array([*training, *tests]))
    assert json.dumps(chain) == before
    assert together[: len(labels)].tolist() == apply(chain, labels).tolist()


@given(training=st.lists(st.integers(-5, 5), min_size=2, max_size=12).filter(lambda v: len(set(v)) > 1))
@settings(max_examples=40, deadline=None)
def test_ranks_are_scipys(training: list[int]) -> None:
    labels = np.array(training, dtype=float)
    found = apply(fit(["rank"], labels), labels)
    assert found == pytest.approx((rankdata(labels) - 0.5) / len(labels))


def test_ranks_end_where_training_ends() -> None:
    chain = fit(["rank"], np.array([1.0, 2.0, 3.0]))
    assert undo(chain, apply(chain, np.array([-7.0, 9.0]))).tolist() == [1.0, 3.0]


@pytest.mark.parametrize("name", sorted(TRANSFORMS))
def test_missing_labels_stay_missing_and_move_nothing(name: str) -> None:
    with_gap = fit([name], np.array([1.0, np.nan, 4.0]))
    assert with_gap == fit([name], np.array([1.0, 4.0]))
    assert np.isnan(apply(with_gap, np.array([np.nan, 1.0]))).tolist() == [True, False]


def test_only_missing_labels() -> None:
    with pytest.raises(SeqgraftError, match="there is no label to fit a transform to"):
        fit(["sign"], np.array([np.nan]))


def test_a_test_label_without_a_logarithm() -> None:
    chain = fit(["log"], np.array([1.0, 2.0]))
    with pytest.raises(SeqgraftError, match="the label -1 has no log"):
        apply(chain, np.array([3.0, -1.0]))
