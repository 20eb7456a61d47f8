"""What the page says of leaks: kinds and limits, both sides of a line, what was kept, what would have been claimed."""

from dataclasses import replace

import pandas as pd
import pytest
from html_page import Page
from report_fixtures import make_inputs

from seqgraft.data.leak_names import ALLOWED, KEPT
from seqgraft.report.leak_tables import CLAIMS, claims_sentences, kinds_in_words, leakage_sentence
from seqgraft.report.methods import methods
from seqgraft.report.page import build
from seqgraft.stats.leak_claims import COLUMNS
from seqgraft.stats.suspicions import LEAK_CHECK

MESSAGE = "7 sequences of ecoli (pool) are found again in bsubtilis (test) and were not left out (exact)."


def looked(action: str = "left out of source training", **more):
    """Return a study of which one line is known in full."""
    inputs = make_inputs()
    row = {
        "from_task": "ecoli", "from_part": "pool", "to_task": "bsubtilis", "to_part": "test", "kind": "homologous",
        "sequences": 7, "fraction": 0.002, "action": action, "matched": 5, "matched_fraction": 0.0121, "partner": "",
        "identity": 0.5, "coverage": 0.8, "letters": float("nan"),
    }  # fmt: skip
    return replace(inputs, leakage=pd.DataFrame([{**row, **more}]))


def with_claims(difference: float = 0.07):
    rows = [
        (
            "ecoli--bsubtilis",
            "ecoli",
            "bsubtilis",
            quantity,
            metric,
            size,
            is_all,
            0.12,
            0.05,
            difference,
            0.01,
            0.13,
            10,
        )
        for metric in ("auroc", "mcc")
        for quantity in ("score", "gain")
        for size, is_all in (("curve", False), ("50", False), ("961", True))
    ]
    content = pd.DataFrame(rows, columns=COLUMNS).to_csv(sep="\t", index=False)
    inputs = make_inputs()
    return replace(inputs, attachments={**inputs.attachments, CLAIMS: content})


@pytest.fixture(scope="module")
def html() -> str:
    inputs = with_claims()
    suspicious = pd.DataFrame(
        [("ecoli--bsubtilis", LEAK_CHECK, "serious", MESSAGE, "sequences=7")],
        columns=["transfer", "kind", "severity", "message", "evidence"],
    )
    verdicts = [{**v, "cautions": [MESSAGE, *v["cautions"]]} for v in inputs.verdicts]
    leakage = looked(KEPT).leakage
    return build(replace(inputs, suspicions=suspicious, verdicts=verdicts, leakage=leakage))


@pytest.fixture(scope="module")
def page(html) -> Page:
    return Page(html)


def test_a_verdict_with_leaks_left_in_says_so_in_red_and_once(html) -> None:
    panel = html[html.index('class="badge') : html.index("What to do next")]
    assert "Leaks were left in." in panel
    assert MESSAGE in panel
    after = html[html.index("What to do next") : html.index("Learning curve", html.index("What to do next"))]
    assert MESSAGE not in after


def test_both_sides_of_a_line_are_counted(page) -> None:
    (row,) = [row for row in page.tables["leakage"] if "homologous" in row]
    assert row[3:] == ["7", "0.2 %", KEPT, "5 (1.2 %)"]


def test_scores_and_gains_with_the_leaks_left_in(page) -> None:
    found = page.tables["leak-claims"]
    assert [row[1:3] for row in found[1:]] == [
        [what, size]
        for what in ("chosen strategy", "its gain over scratch")
        for size in ("mean over sizes", "50", "all (961)")
    ]
    assert found[4][3:5] == ["+0.120", "+0.050"]


def test_what_would_have_been_claimed_in_a_sentence() -> None:
    (words,) = claims_sentences(with_claims())
    assert words == (
        "E. coli σ70 promoters → B. subtilis promoters: with the leaks left in, a gain of +0.120 AUROC over scratch "
        "would have been claimed; with the leaks left out it is +0.050. The leaks changed it by +0.070 (+0.010 to "
        "+0.130)."
    )
    (words,) = claims_sentences(with_claims(float("nan")))
    assert words.endswith("with the leaks left in, nothing could be compared.")


def test_what_was_not_computed_is_not_passed_over() -> None:
    (words,) = claims_sentences(make_inputs())
    assert "was not computed" in words
    nothing = make_inputs()
    assert claims_sentences(replace(nothing, excluded=nothing.excluded.iloc[:0])) == []


def test_kinds_are_told_with_their_limits() -> None:
    assert kinds_in_words(looked()) == [
        (
            "homologous",
            "of common descent, by an alignment (at least 50 % identical, over at least 80 % of the shorter sequence)",
        )
    ]
    assert kinds_in_words(make_inputs()) == [("exact", "the same letters from end to end")]


def test_what_was_kept_is_said() -> None:
    nothing = make_inputs().excluded.iloc[:0]
    assert leakage_sentence(replace(looked(KEPT), excluded=nothing)) == (
        "1 check (homologous matches): 1 found sequences on both sides of a line; in 1 check what was found was kept, "
        "as the config asks."
    )
    assert "known partners of pairs were kept" in leakage_sentence(looked(ALLOWED, partner="1"))
    words = dict(methods(looked(KEPT), 0.95).paragraphs)["Test part and leaks"]
    assert "Some of what was found was kept, as the config asks" in words
