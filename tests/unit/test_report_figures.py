import hashlib
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from report_fixtures import CURVES, make_inputs

from seqgraft.report.canvas import Frame, title_lines
from seqgraft.report.curve_figure import learning_curve, spread
from seqgraft.report.figure_names import figure_file_names
from seqgraft.report.figures import WRITERS, all_drawings, figure_files
from seqgraft.report.look import LOOKS, look_of
from seqgraft.report.matrix import GAIN, LOSS, matrix_of, tint
from seqgraft.report.series import Point, Series, series_of
from seqgraft.report.svg import to_svg


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
def made() -> dict[str, bytes]:
    return dict(figure_files(make_inputs()))


def test_processes_change_no_byte(made) -> None:
    assert dict(figure_files(make_inputs(), processes=2)) == made


@pytest.fixture(scope="module")
def files(made) -> dict[str, str]:
    return {name: content.decode() for name, content in made.items() if name.endswith(".svg")}


def drawn(lines, **changes) -> str:
    """Draw a learning curve as SVG text."""
    options = {"name": "a", "narrow": False} | changes
    return to_svg(
        learning_curve(lines, options.pop("frame", frame()), narrow=options["narrow"]), options["name"]
    )


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


@pytest.mark.parametrize("narrow", [False, True])
def test_no_name_is_cut_at_the_edge(lines, narrow):
    longest = [
        replace(line, name="nearest-neighbour") if line.name == "kmer-logistic" else line for line in lines
    ]
    figure = learning_curve(longest, frame(), narrow=narrow).figure
    FigureCanvasAgg(figure).draw()
    names = {text.get_text(): text.get_window_extent() for axes in figure.axes for text in axes.texts}
    assert "nearest-neighbour" in names
    assert max(box.x1 for box in names.values()) <= figure.bbox.x1


def test_figures_are_files_of_valid_svg_that_load_nothing(files):
    assert sorted(files) == [
        "ecoli--bsubtilis.comparisons.svg", "ecoli--bsubtilis.identity.svg", "ecoli--bsubtilis.learning-curve.svg",
        "ecoli--bsubtilis.reliability.svg", "ecoli.training.svg",
    ]  # fmt: skip
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
    simulated = make_inputs({"ecoli--bsubtilis": "helps", "human--ecoli": "hurts"}, simulated=True)
    drawings = list(all_drawings(simulated))
    assert len(drawings) == 11
    for drawing in drawings:
        assert "SIMULATED DATA" in to_svg(drawing.draw(False), "a")


def test_same_numbers_same_bytes(lines):
    assert drawn(lines) == drawn(lines)


def test_names_are_escaped(lines):
    content = drawn(lines, frame=frame(title="<script>alert(1)</script> & co"))
    ET.fromstring(content)
    assert "<script" not in content


def test_ids_of_two_drawings_never_meet(lines):
    first, second = (set(re.findall(r'id="([^"]+)"', drawn(lines, name=n))) for n in ("a", "b"))
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
    ET.fromstring(drawn(lines, frame=frame(greater_is_better=False), narrow=True))


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


def test_the_files_are_those_that_the_config_announces(made):
    assert list(made) == figure_file_names(["ecoli--bsubtilis"], ["ecoli"])
    two = make_inputs({"ecoli--bsubtilis": "helps", "ecoli--human": "no verdict"})
    names = figure_file_names(["ecoli--bsubtilis", "ecoli--human"], ["ecoli"])
    assert [f"{drawing.name}.{ending}" for drawing in all_drawings(two) for ending in WRITERS] == names
    assert names[-3:] == ["transfers.matrix.svg", "transfers.matrix.pdf", "transfers.matrix.png"]


def test_files_that_were_announced_exist_where_there_is_nothing_to_draw():
    inputs = make_inputs()
    verdict = inputs.verdicts[0] | dict.fromkeys(("difference", "ci_low", "ci_high", "p_value", "p_adjusted"))
    summary = inputs.summary[inputs.summary["strategy"] == "zero-shot"]
    empty = replace(
        inputs, verdicts=[verdict], comparisons=inputs.comparisons.iloc[:0], summary=summary, source_models={}
    )
    found = dict(figure_files(empty))
    assert list(found) == figure_file_names(["ecoli--bsubtilis"], ["ecoli"])
    assert b"Nothing could be compared." in found["ecoli--bsubtilis.comparisons.svg"]
    assert b"There is no score with target labels to draw." in found["ecoli--bsubtilis.learning-curve.svg"]
    assert b"No source model was trained." in found["ecoli.training.svg"]


def test_a_pdf_keeps_its_text_as_text_and_no_date(made):
    for name, content in made.items():
        if name.endswith(".pdf"):
            assert content.startswith(b"%PDF-")
            assert (
                b"/FontFile2" in content
            )  # the letters' own outlines, so that text can be searched and edited
            assert b"/Type3" not in content
            for word in (b"CreationDate", b"ModDate", b"Producer", b"Creator", b"/Subtype /Image"):
                assert word not in content


def test_a_png_has_the_resolution_that_journals_ask_for(made):
    content = made["ecoli--bsubtilis.learning-curve.png"]
    place = content.index(b"pHYs")
    per_metre = int.from_bytes(content[place + 4 : place + 8], "big")
    assert round(per_metre * 0.0254) == 300
    assert int.from_bytes(content[16:20], "big") == round(7.6 * 300)


def test_same_study_same_bytes_in_every_format(made):
    code = (
        "import hashlib\n"
        "from report_fixtures import make_inputs\n"
        "from seqgraft.report.figures import figure_files\n"
        "for name, content in figure_files(make_inputs()): print(name, hashlib.sha256(content).hexdigest())"
    )
    # Another process, whose sets and dictionaries are in another order.
    environment = os.environ | {"PYTHONHASHSEED": "4321"}
    environment["PYTHONPATH"] = os.pathsep.join(
        [str(Path(__file__).parent), environment.get("PYTHONPATH", "")]
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True
    )
    assert result.stdout.split() == [
        word for name, content in made.items() for word in (name, hashlib.sha256(content).hexdigest())
    ]


def test_the_training_figure_tells_each_model_and_its_kept_checkpoint(files):
    root = ET.fromstring(files["ecoli.training.svg"])
    about = root.find("{http://www.w3.org/2000/svg}desc").text
    assert (
        "model 2, kept at 8: 0.400 and 0.900 after 4, 0.252 and 0.961 after 8, 0.260 and 0.960 after 12"
        in about
    )
    words = "".join(root.itertext())
    for word in ("model 1", "model 3", "held out", "training", "epochs", "AUROC"):
        assert word in words


def test_the_matrix_has_every_transfer_at_its_place():
    inputs = make_inputs(
        {"ecoli--bsubtilis": "helps", "bsubtilis--ecoli": "hurts", "human--ecoli": "no evidence"}
    )
    matrix = matrix_of(inputs, ["#a", "#b", "#c"])
    assert [name for name, _ in matrix.sources] == ["ecoli", "bsubtilis", "human"]
    assert [name for name, _ in matrix.targets] == ["ecoli", "bsubtilis"]
    assert {key: (cell.difference, cell.verdict, cell.link) for key, cell in matrix.cells.items()} == {
        ("ecoli", "bsubtilis"): (0.0521, "helps", "#a"),
        ("bsubtilis", "ecoli"): (-0.0312, "hurts", "#b"),
        ("human", "ecoli"): (0.0064, "no evidence", "#c"),
    }
    assert matrix.cells["ecoli", "bsubtilis"].tint == tint(1.0)
    assert matrix.cells["bsubtilis", "ecoli"].tint == tint(-0.0312 / 0.0521)
    # Without evidence the color is pale, however large the difference.
    assert matrix.cells["human", "ecoli"].tint == tint(0.35 * 0.0064 / 0.0521)
    # Of a loss, a fall is a gain.
    losses = replace(inputs, verdicts=[verdict | {"metric": "log_loss"} for verdict in inputs.verdicts])
    assert matrix_of(losses).cells["ecoli", "bsubtilis"].tint == tint(-1.0)


def test_dark_text_can_be_read_on_every_tint():
    def light(color: str) -> float:
        parts = [int(color[k : k + 2], 16) / 255 for k in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    ink = light("#1d2328")
    assert tint(0.0) == "#ffffff"
    assert tint(2.0) == tint(1.0) == "#" + "".join(f"{v:02x}" for v in GAIN)
    assert tint(-1.0) == "#" + "".join(f"{v:02x}" for v in LOSS)
    for share in (-1.0, -0.5, 0.0, 0.5, 1.0):  # WCAG 2.2 asks for 4.5 of small text
        assert (light(tint(share)) + 0.05) / (ink + 0.05) > 7
