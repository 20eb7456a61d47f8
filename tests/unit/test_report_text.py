import math

import pytest

from seqgraft.report import text
from seqgraft.signs import true_minus


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.9554, "0.955"),
        (-0.0123, "−0.012"),
        (-0.0001, "0.000"),
        (math.nan, "–"),
        (None, "–"),
        (1234.5678, "1,234.568"),
    ],
)
def test_number(value, words):
    assert text.number(value) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.0521, "+0.052"),
        (-0.0312, "−0.031"),
        (0.0003, "+0.0003"),
        (-0.00002, "−0.00002"),
        (0.0, "0.000"),
        (None, "–"),
    ],
)
def test_a_difference_keeps_its_sign_and_is_not_rounded_to_nothing(value, words):
    assert text.signed(value) == words


def test_intervals():
    assert text.span(0.94, 0.9684) == "0.940–0.968"
    assert text.span(-0.1, 0.2) == "−0.100 to 0.200"  # a dash beside a minus would be misread
    assert text.signed_span(-0.0056, 0.0184) == "−0.006 to +0.018"
    assert text.span(math.nan, 1.0) == "–"


@pytest.mark.parametrize(
    ("value", "words"),
    [(5e-8, "<0.0001"), (0.00031, "0.0003"), (0.0123, "0.012"), (0.27, "0.27"), (1.0, "1.00"), (None, "–")],
)
def test_p_value(value, words):
    assert text.p_value(value) == words


def test_counts_and_units():
    assert text.count(13153) == "13,153"
    assert text.large(1_654_321) == "1.65 million"
    assert text.large(61_248) == "61,248"
    assert text.size(76_123) == "76 kB"
    assert text.size(512) == "512 bytes"
    assert text.size(1_200_000) == "1.2 MB"
    assert text.percent(0.2718) == "27.2 %"
    assert text.percent(0.0001) == "<0.1 %"
    assert text.percent(0.0) == "0.0 %"
    assert text.times(7.159) == "7.2×"
    assert text.times(19.22) == "19×"
    assert text.duration(0.44) == "0.4 s"
    assert text.duration(85) == "85 s"
    assert text.duration(740) == "12 min"
    assert text.duration(12240) == "3.4 h"


def test_words():
    assert text.plural(1, "fit") == "1 fit"
    assert text.plural(4000, "fit") == "4,000 fits"
    assert text.listed(["a"]) == "a"
    assert text.listed(["a", "b", "c"]) == "a, b and c"
    assert text.train_size(50, False) == "50"
    assert text.train_size("961", True) == "all (961)"


def test_a_setting_of_several_values_joins_them():
    assert text.setting([11, 5]) == text.setting((11, 5)) == "11 and 5"
    assert text.setting(64) == "64"
    assert text.setting("cnn") == "cnn"


def test_a_true_minus_stands_for_every_hyphen():
    assert true_minus("-0.012 to -0.003, 4") == "−0.012 to −0.003, 4"
