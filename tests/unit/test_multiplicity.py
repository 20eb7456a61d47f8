import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests

from seqgraft.stats.multiplicity import holm


def test_by_hand():
    # .01 x 3; .02 x 2; .04 x 1, never below the one before.
    assert holm([0.04, 0.01, 0.02]).tolist() == pytest.approx([0.04, 0.03, 0.04])


@pytest.mark.parametrize("tests", [1, 2, 5, 40])
def test_agrees_with_statsmodels(tests):
    p_values = np.round(np.random.default_rng(tests).random(tests) ** 3, 2)  # rounding makes ties
    np.testing.assert_allclose(holm(p_values), multipletests(p_values, method="holm")[1])


def test_tests_not_made_do_not_count():
    assert holm([np.nan, 0.03, np.nan, 0.01])[[1, 3]].tolist() == pytest.approx([0.03, 0.02])
    assert np.isnan(holm([np.nan, 0.03])).tolist() == [True, False]


def test_none():
    assert holm([]).shape == (0,)
