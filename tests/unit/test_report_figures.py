import dataclasses
import re
import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest
from report_fixtures import CURVES, make_inputs

from seqgraft.report.curve_figure import learning_curve, spread
from seqgraft.report.figures import figure_files
from seqgraft.report.look import LOOKS, look_of
from seqgraft.report.series import Point, Series, series_of
from seqgraft.report.svg import Frame, title_lines


def frame(**changes) -> Frame:
    settings = {
        "title": "A → B", "metric_title": "AUROC", "greater_is_better": True, "n_test": 412, "level": 0.95,
        "simulated": False,
    }  # fmt: skip
    return Frame(**(settings | changes))


@pytest.fixture(scope="module")
def lines() -> list[Series]:
    return series_of(make_inputs().summary, "ecoli--bsubtilis", "auroc")


@pytest.fixture(scope="module")
def files() -> dict[str, str]:
    return figure_files(make_inputs())


def test_the_lines_carry_the_numbers_of_the_table(lines):
    assert [line.name for line in lines][:2] == ["chosen", "scratch"]
    assert {line.name for line in lines} == {*CURVES, "zero-shot"}
    scratch = lines[1]
    assert [(p.size, p.is_all, p.mean) for p in scratch.points] == [
        (50, False, 0.8511),
        (200, False, 0.9222),
        (900, True, 0.9777),
    ]
    assert [line.name for line in lines if line.without_labels] == ["zero-shot"]


def test_figures_are_files_of_valid_svg_that_load_nothing(files):
    assert sorted(files) == ["ecoli--bsubtilis.comparisons.svg", "ecoli--bsubtilis.learning-curve.svg"]
    for content in files.values():
        ET.fromstring(content)
        assert "<image" not in content
        assert "<style" not in content
        assert not re.search(r'href="(?!#)', content)


def test_text_stays_text_and_names_stand_at_the_lines(files):
    words = "".join(ET.fromstring(files["ecoli--bsubtilis.learning-curve.svg"]).itertext())
    for name in ("chosen", "scratch", "full-kept-head", "linear-probe", "zero-shot", "kmer-logistic"):
        assert name in words
    assert "AUROC on 412 test sequences" in words
    assert "all" in words
    assert "(900)" in words
    # The constant baseline would squeeze everything else, so it is told and not drawn.
    assert "below the axis: constant 0.500" in words


def test_the_drawing_has_its_numbers_in_words_for_who_cannot_see_it(files):
    root = ET.fromstring(files["ecoli--bsubtilis.learning-curve.svg"])
    about = root.find("{http://www.w3.org/2000/svg}desc").text
    assert "scratch: 0.851 (0.840 to 0.862) at 50 labels" in about


def test_simulated_stands_on_every_figure_of_a_simulated_study_alone(files):
    assert not any("SIMULATED DATA" in content for content in files.values())
    simulated = figure_files(make_inputs(simulated=True))
    assert len(simulated) == 2
    for content in simulated.values():
        assert "SIMULATED DATA" in content


def test_same_numbers_same_bytes(lines):
    assert learning_curve(lines, frame(), "a") == learning_curve(lines, frame(), "a")


def test_names_are_escaped(lines):
    content = learning_curve(lines, frame(title="<script>alert(1)</script> & co"), "a")
    ET.fromstring(content)
    assert "<script" not in content


def test_ids_of_two_drawings_never_meet(lines):
    first, second = (set(re.findall(r'id="([^"]+)"', learning_curve(lines, frame(), n))) for n in ("a", "b"))
    assert first
    assert not first & second


def test_looks_differ_without_color():
    seen = {(look.dashes, look.marker) for look in LOOKS.values()}
    assert len(seen) == len(LOOKS)
    assert look_of("brand-new", ("brand-new",)) not in LOOKS.values()


@pytest.mark.parametrize(
    "points",
    [
        (Point(50, False, 0.9, 0.85, 0.95),),
        (
            Point(50, False, 0.9, float("nan"), float("nan")),
            Point(60, True, 0.95, float("nan"), float("nan")),
        ),
        (Point(900, True, 0.9, 0.85, 0.95),),
    ],
)
def test_one_size_close_sizes_and_missing_intervals_can_be_drawn(points):
    lines = [
        Series("scratch", "strategy", points),
        Series("zero-shot", "strategy", (Point(0, False, 0.8, 0.7, 0.9),)),
    ]
    ET.fromstring(learning_curve(lines, frame(greater_is_better=False), "a", narrow=True))


def test_spread_keeps_the_gap_the_order_and_the_room():
    moved = spread([0.5, 0.5, 0.51, 0.97, 0.99], 0.1)
    assert moved == sorted(moved)
    assert all(b - a >= 0.1 - 1e-9 for a, b in pairwise(moved))
    assert moved[0] >= 0
    assert moved[-1] <= 1
    assert spread([0.1, 0.9], 0.1) == [0.1, 0.9]


def test_a_long_title_is_cut():
    lines = title_lines(frame(title="word " * 60), 40)
    assert len(lines) == 3
    assert lines[-1].endswith("…")


def test_a_transfer_without_comparisons_still_has_both_files():
    inputs = make_inputs()
    bare = dataclasses.replace(inputs, comparisons=inputs.comparisons.iloc[:0])
    drawings = figure_files(bare)
    assert sorted(drawings) == ["ecoli--bsubtilis.comparisons.svg", "ecoli--bsubtilis.learning-curve.svg"]
    assert "Nothing could be compared." in drawings["ecoli--bsubtilis.comparisons.svg"]
    ET.fromstring(drawings["ecoli--bsubtilis.comparisons.svg"])
