"""Every number of the page is one of the study's tables."""

import io
import json
import re
from dataclasses import replace

import pandas as pd
import pytest
from html_page import Page, downloads
from report_fixtures import CURVES, VERDICTS, make_inputs

from seqgraft.report import text
from seqgraft.report.page import build


@pytest.fixture(scope="module")
def page() -> Page:
    return Page(build(make_inputs()))


def test_numbers_of_the_primary_table_equal_the_summary(page):
    for name, means in CURVES.items():
        if name == "constant":
            continue
        row = page.row("transfer-1-primary", name)
        assert row[1] == "–"
        assert row[2:] == [f"{mean:.3f}|{mean - 0.011:.3f}–{mean + 0.011:.3f}" for mean in means]
    assert page.row("transfer-1-primary", "zero-shot")[1:] == ["0.947|0.936–0.958", "same", "same", "same"]


def test_numbers_of_the_metrics_table_equal_the_summary(page):
    row = page.row("transfer-1-metrics", "full", "200 target labels")
    auroc = CURVES["full"][1]
    mcc, loss = 2 * auroc - 1.1, 1.1 - auroc
    assert row[1:] == [
        f"{mean:.3f}|{mean - half:.3f}–{mean + half:.3f}"
        for mean, half in ((auroc, 0.011), (mcc, 0.051), (loss, 0.03))
    ]
    assert page.row("transfer-1-metrics", "zero-shot")[2].startswith("0.793a|")  # its note is named below


def test_numbers_of_the_comparisons_equal_the_table(page):
    difference, low, high, p_value, p_adjusted = VERDICTS["helps"]
    row = page.row("transfer-1-comparison", "chosen − scratch")
    assert row[2:] == [
        text.signed(difference),
        text.signed_span(low, high),
        text.p_value(p_value),
        text.p_value(p_adjusted),
        "helps",
    ]
    assert page.row("transfer-1-comparison", "chosen − zero-shot")[2:4] == ["+0.016", "−0.004 to +0.036"]
    cell = page.row("transfer-1-sizes", "linear-probe − scratch")[2]
    assert cell == "+0.010|−0.005 to +0.025|p = 0.21"


NUMBER = re.compile(r"(?<![\w.])[+−]?\d[\d,]*(?:\.\d+)?(?![\w.]*[a-z])")


def table_numbers(page: Page) -> list[float]:
    """Return all numbers of the tables that a page offers, and what the savings table works out of them."""
    found: list[float] = []
    for name, content in downloads(page).items():
        if name.endswith(".tsv") and not name.startswith("rejects"):
            table = pd.read_csv(io.StringIO(content), sep="\t")
            for column in table:
                found += pd.to_numeric(table[column], errors="coerce").dropna().astype(float).tolist()
            if name == "savings.tsv":
                found += (table["train_size"] * table["savings"]).tolist()  # "labels needed without"
    for verdict in json.loads(downloads(page)["verdicts.json"]):
        found += [100 * verdict["level"], len(verdict["train_sizes"]), verdict["source_models"]]
        found += [
            n for counts in verdict["choices"].values() for n in (*counts.values(), sum(counts.values()))
        ]
    return found


def unexplained(words: str, numbers: list[float]) -> list[str]:
    """Return the numbers of a text that no number of the tables rounds to, as it is or without its sign."""
    lacking = []
    for word in NUMBER.findall(words):
        digits = len(word.split(".")[1]) if "." in word else 0
        value = float(word.replace(",", "").replace("−", "-"))
        signed = word[0] in "+−"
        if not any(
            round(n if signed else abs(n), digits) == (value if signed else abs(value)) for n in numbers
        ):
            lacking.append(word)
    return lacking


def first_screen(html: str) -> str:
    """Return the words between the badge and the end of the first panel."""
    panel = re.search(r'<div class="panel.*?</div>\s*</section>', html, flags=re.DOTALL).group(0)
    words = re.sub(r"<[^>]+>", " ", panel)
    return re.sub(r"\s+", " ", words)


SENTENCE = (
    "Transfer helps: with E. coli σ70 promoters as source, AUROC on B. subtilis promoters is 0.052 higher than "
    "training from scratch, averaged over 50 to 900 labels (95 % interval 0.030 to 0.074, p < 0.0001)."
)


@pytest.mark.parametrize("name", ["helps", "hurts", "no evidence"])
def test_every_number_of_the_first_screen_is_in_a_table(name):
    difference, low, high, _, adjusted = VERDICTS[name]
    sentence = SENTENCE.replace("0.052", f"{abs(difference):.3f}").replace(
        "p < 0.0001", f"p = {adjusted:.2g}"
    )
    sentence = sentence.replace("0.030 to 0.074", f"{low:.3f} to {high:.3f}".replace("-", "−"))
    inputs = make_inputs({"ecoli--bsubtilis": name})
    html = build(replace(inputs, verdicts=[inputs.verdicts[0] | {"sentence": sentence}]))
    words = first_screen(html).replace("p < 0.0001", "")
    numbers = table_numbers(Page(html))
    seen = NUMBER.findall(words)
    assert len(seen) > 20
    assert f"{difference:+.3f}".replace("-", "−") in seen
    assert unexplained(words, numbers) == []
    # The check itself can fail: a number that is nowhere, and one with the wrong sign.
    assert unexplained("+0.777 and −0.0009 and 12,345", numbers) == ["+0.777", "−0.0009", "12,345"]
