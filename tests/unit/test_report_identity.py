"""The report's section on identity: table, sentences, figure, methods, download."""

import base64
import xml.etree.ElementTree as ET
from dataclasses import replace
from itertools import pairwise

import pandas as pd
import pytest
from html_page import Page
from report_fixtures import NAN, make_inputs
from test_report_numbers import unexplained

from seqgraft.report.figures import all_drawings
from seqgraft.report.identity_tables import bands_table, label, panels, sentences
from seqgraft.report.methods import methods
from seqgraft.report.page import build
from seqgraft.report.svg import to_svg
from seqgraft.stats.identity_bands import COLUMNS, EDGES

TRANSFER = "ecoli--bsubtilis"
HEADING = "4 Does it work on sequences unlike those it learned from?"
#: By band: test sequences, positives, means of chosen and scratch (None: one class), whether there are intervals.
NONE = (0, 0, None, None, False)
POOL = (
    (120, 30, 0.91, 0.85, True),
    (180, 40, 0.93, 0.89, True),
    (50, 3, 0.97, 0.96, False),
    (42, 0, None, None, False),
    (20, 8, 0.98, 0.99, True),
)
SOURCE = ((400, 79, 0.934, 0.901, True), (12, 2, 0.8, 0.7, False), NONE, NONE, NONE)


def bands(transfer: str = TRANSFER, pool=POOL, source=SOURCE) -> pd.DataFrame:
    rows = []
    for part, given, chance in (("pool", pool, 28.4), ("source", source, 31.6)):
        examples, positives = sum(row[0] for row in given), sum(row[1] for row in given)
        whole = (examples, positives, 0.94, 0.9, True)
        for (low, high), (n, yes, chosen, scratch, sure) in zip(
            [(0, 100), *pairwise(EDGES)], [whole, *given], strict=True
        ):
            note = "no sequence" if not n else "one class: all negative" if chosen is None else ""
            half = 0.02 if sure else NAN
            chosen, scratch = (NAN if value is None else value for value in (chosen, scratch))
            rows.append(
                {
                    "transfer": transfer, "compared_with": part, "low": low, "high": high, "examples": n,
                    "positives": yes, "metric": "auroc", "train_size": 900, "is_all": True,
                    "scratch": scratch, "scratch_low": scratch - half, "scratch_high": scratch + half,
                    "chosen": chosen, "chosen_low": chosen - half, "chosen_high": chosen + half,
                    "difference": chosen - scratch, "ci_low": chosen - scratch - half,
                    "ci_high": chosen - scratch + half, "replicates": 10, "chance": chance,
                    "note": note or ("" if sure else f"no interval: only {yes} of a class"),
                }
            )  # fmt: skip
    table = pd.DataFrame(rows)
    assert list(table.columns) == COLUMNS
    return table


def with_bands(inputs, *tables: pd.DataFrame):
    content = pd.concat(tables).to_csv(sep="\t", index=False, lineterminator="\n", float_format="%.6g")
    return replace(inputs, attachments=inputs.attachments | {"identity_bands.tsv": content})


@pytest.fixture(scope="module")
def inputs():
    return with_bands(make_inputs(), bands())


@pytest.fixture(scope="module")
def html(inputs) -> str:
    return build(inputs)


@pytest.fixture(scope="module")
def page(html) -> Page:
    return Page(html)


def test_the_section_stands_after_the_comparisons(page):
    # Without the table there is no section: the order of sections in test_report_page.py.
    assert page.headings[3:6] == ["3 Comparisons", HEADING, "5 How the data were cleaned, split and checked"]


def test_the_table_has_the_numbers_of_the_file(page):
    first = page.row("transfer-1-identity-bands", "<30 %", "Nearest in the target's pool")
    assert first[1:] == [
        "120", "30", "0.910|0.890–0.930", "0.850|0.830–0.870", "+0.060|+0.040 to +0.080",
    ]  # fmt: skip
    rows = page.tables["transfer-1-identity-bands"]
    assert [row[0].split("|")[0] for row in rows[1:]] == [
        "Nearest in the target's pool", "<30 %", "30–50 %", "50–70 %", "70–90 %", "≥90 %", "all",
        "Nearest in the source's training part", "<30 %", "30–50 %", "50–70 %", "70–90 %", "≥90 %", "all",
    ]  # fmt: skip


def test_a_band_without_scores_is_shown_with_its_reason(page):
    single = page.row("transfer-1-identity-bands", "70–90 %")
    assert single == ["70–90 %|one class: all negative", "42", "0", "–", "–", "–"]
    few = page.row("transfer-1-identity-bands", "50–70 %")
    assert few == ["50–70 %|no interval: only 3 of a class", "50", "3", "0.970", "0.960", "+0.010"]
    empty = page.row("transfer-1-identity-bands", "≥90 %", "Nearest in the source's training part")
    assert empty == ["≥90 %|no sequence", "0", "0", "–", "–", "–"]


def test_the_sentences_read_the_lowest_band_with_scores(inputs):
    pool, source = sentences(inputs, TRANSFER)
    assert pool == (
        "120 of 412 test sequences have less than 30 % identity to their nearest sequence of the target's pool; there "
        "chosen has AUROC 0.910 and scratch 0.850 (difference +0.060, +0.040 to +0.080). Of shuffled sequences, which "
        "are related to nothing, 95 % stay below 28 %."
    )
    assert source.startswith(
        "400 of 412 test sequences have less than 30 % identity to their nearest sequence of the source's training "
        "part; "
    )
    nothing = tuple((n, 0, None, None, False) for n, *_ in POOL)
    pool, _ = sentences(with_bands(inputs, bands(pool=nothing)), TRANSFER)
    assert pool.startswith(
        "No band of identity to the nearest sequence of the target's pool has scores of both"
    )
    assert "28 %" in pool


@pytest.mark.parametrize(
    ("pool", "opening", "rest"),
    [
        (  # one class only below
            ((120, 0, None, None, False), *POOL[1:]),
            "180 of 412 test sequences have 30 to 50 % identity to their nearest sequence",
            "+0.060). The 120 sequences below that have no score (one class: all negative). Of shuffled",
        ),
        (  # nothing below: no sentence about it
            (NONE, *POOL[1:]),
            "180 of 292 test sequences have 30 to 50 % identity",
            "+0.060). Of shuffled",
        ),
        (  # an interval is preferred to a lower band without one
            ((1, 0, None, None, False), (9, 3, 0.7, 0.69, False), *POOL[2:4], (20, 8, 0.98, 0.94, True)),
            "20 of 122 test sequences have at least 90 % identity",
            "(difference +0.040, +0.020 to +0.060). The 43 sequences below that have no score (one class: all "
            "negative). The 59 sequences below that have scores without an interval (only 3 of a class). Of shuffled",
        ),
        (  # no band has an interval: the reason stands beside the difference
            ((1, 0, None, None, False), (9, 3, 0.7, 0.69, False), NONE, NONE, NONE),
            "9 of 10 test sequences have 30 to 50 % identity",
            "(difference +0.010, no interval: only 3 of a class). The 1 sequence below that has no score (one "
            "class: all negative). Of shuffled",
        ),
    ],
)
def test_the_sentence_says_what_the_bands_below_lack(inputs, pool, opening, rest):
    first, _ = sentences(with_bands(inputs, bands(pool=pool)), TRANSFER)
    assert first.startswith(opening)
    assert rest in first


def test_the_page_says_that_it_is_exploratory_and_what_identity_is(html, page):
    assert "Exploratory: bands hold few sequences" in html
    assert "none of their differences was tested" in html
    assert 'id="word-identity"' in html
    assert "the identical positions of their best local alignment" in "".join(page.words)


def test_every_number_of_the_sentences_is_in_the_table(page, inputs):
    found = {
        link["download"]: base64.b64decode(link["href"].split("base64,")[1]).decode()
        for link in page.links
        if link.get("download") == "identity_bands.tsv"
    }
    assert found == {"identity_bands.tsv": inputs.attachments["identity_bands.tsv"]}
    table = bands()
    numbers = [95.0] + [float(v) for column in table.select_dtypes("number") for v in table[column].dropna()]
    for sentence in sentences(inputs, TRANSFER):
        assert unexplained(sentence, numbers) == []
    assert unexplained("13 of 412", numbers) == ["13"]


def test_the_methods_say_how_sequences_were_aligned(inputs):
    words = methods(inputs, 0.95)
    about = dict(words.paragraphs)["Identity to training sequences"]
    assert (
        "+2 for the same letter, −3 for another, −7 for the first and −2 for each further letter of a gap"
        in about
    )
    assert "divided by the test sequence's length" in about
    assert "40 sequences that share most words" in about
    assert "95 % of them reach less" in about
    assert "no tests" in about
    assert "both strands" not in about
    assert "Identification of common molecular subsequences" in words.text
    inputs = with_bands(make_inputs(), bands())
    inputs.config["tasks"]["bsubtilis"] |= {"strand": "both", "alphabet": "protein"}
    protein = dict(methods(inputs, 0.95).paragraphs)["Identity to training sequences"]
    assert "BLOSUM62" in protein
    assert "both strands" in protein
    assert "Henikoff" in methods(inputs, 0.95).text
    assert "Identity to training sequences" not in dict(methods(make_inputs(), 0.95).paragraphs)


def test_the_methods_point_from_similar_sequences_to_identity(inputs):
    words = "not left out; how alike they are, and what scores they get, is in the section on identity"
    assert words in dict(methods(inputs, 0.95).paragraphs)["Test part and leaks"]
    assert words not in methods(make_inputs(), 0.95).text


def drawing(inputs):
    return next(d for d in all_drawings(inputs) if d.name == f"{TRANSFER}.identity")


def test_the_figure_has_its_numbers_in_words_and_below_each_band_its_sequences(inputs):
    for narrow in (False, True):
        root = ET.fromstring(to_svg(drawing(inputs).draw(narrow), "a"))
        about = root.find("{http://www.w3.org/2000/svg}desc").text
        assert "<30 %: 120 sequences, chosen 0.910 (0.890 to 0.930), scratch 0.850 (0.830 to 0.870)" in about
        assert "70–90 %: 42 sequences, one class: all negative" in about
        assert "50–70 %: 50 sequences, chosen 0.970, scratch 0.960;" in about
        assert "shuffled sequences reach 28 %" in about
        words = "".join(root.itertext())
        for word in ("chosen", "scratch", "n=120", "n=180", "≥90", "one class: all negative", "AUROC"):
            assert word in words


def test_markers_are_hollow_without_an_interval_and_chance_has_its_place(inputs):
    pool, source = panels(inputs, TRANSFER)
    assert (pool.chance, source.chance) == (28.4, 31.6)
    figure = drawing(inputs).draw(False).figure
    axes = figure.axes[0]
    dotted = [
        line for line in axes.lines if len(set(line.get_xdata())) == 1 and list(line.get_ydata()) == [0, 1]
    ]
    assert [line.get_xdata()[0] for line in dotted] == [pytest.approx(-0.5 + 28.4 / 30)]
    assert figure.axes[1].lines[0].get_xdata()[0] == pytest.approx(0.5 + 1.6 / 20)
    faces = [line.get_markerfacecolor() for line in axes.lines if line.get_marker() in ("o", "s")]
    # Four bands with scores, two strategies each; the third of them has no interval.
    assert [face == "white" for face in faces] == [False] * 4 + [True] * 2 + [False] * 2


def test_the_figure_exists_also_where_nothing_was_compared(inputs):
    words = to_svg(drawing(make_inputs()).draw(False), "a")
    assert "Test sequences were not compared with training sequences." in words
    nothing = (NONE,) * 5
    ET.fromstring(to_svg(drawing(with_bands(inputs, bands(pool=nothing, source=nothing))).draw(True), "a"))


def test_each_transfer_shows_its_own_bands():
    names = {TRANSFER: "helps", "human--bsubtilis": "hurts"}
    other = bands("human--bsubtilis", pool=((7, 2, 0.5, 0.4, False), *POOL[1:]))
    inputs = with_bands(make_inputs(names), bands(), other)
    first, second = (bands_table(inputs, name, 0.95).rows[1] for name in names)
    assert [cell.text for cell in first.cells[:3]] == ["<30 %", "120", "30"]
    assert [cell.text for cell in second.cells[:3]] == ["<30 %", "7", "2"]


def test_labels_of_bands():
    assert [label(low, high) for low, high in pairwise(EDGES)] == ["<30", "30–50", "50–70", "70–90", "≥90"]
