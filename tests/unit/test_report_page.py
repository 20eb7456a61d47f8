"""The page as a whole: its sections, what they say, and what it may not do."""

import base64
import gzip
import io
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from html_page import Page, downloads
from report_fixtures import SIX, make_inputs, make_matrix

from seqgraft.digest import modules_of
from seqgraft.errors import SeqgraftError
from seqgraft.report import page as page_module
from seqgraft.report import sections
from seqgraft.report.page import build


@pytest.fixture(scope="module")
def html() -> str:
    return build(make_inputs())


@pytest.fixture(scope="module")
def page(html: str) -> Page:
    return Page(html)


@pytest.fixture(scope="module")
def matrix_html() -> str:
    return build(make_matrix(), processes=2)


@pytest.fixture(scope="module")
def matrix_page(matrix_html: str) -> Page:
    return Page(matrix_html)


@pytest.fixture(scope="module")
def simulated() -> Page:
    return Page(build(make_inputs(simulated=True)))


def test_sections_come_in_order(page):
    assert page.headings == [
        "Promoters with and without a source",
        "1 Verdict",
        "2 Learning curve",
        "3 Comparisons",
        "4 How the data were cleaned, split and checked",
        "E. coli σ70 promoters",
        "B. subtilis promoters",
        "Leaks",
        "5 How training went",
        "Source models",
        "Fits on the target",
        "6 Methods, ready to paste",
        "7 How it was run",
        "The network",
        "Machine and versions",
        "Repeating it",
        "Checksums",
        "Words used here",
        "Tables to download",
    ]


def test_headings_never_skip_a_level(page, matrix_page):
    for shown in (page, matrix_page):
        assert shown.levels[0] == 1
        assert shown.levels.count(1) == 1
        assert all(after <= before + 1 for before, after in pairwise(shown.levels))


def test_every_drawing_and_table_can_be_read_aloud(html):
    for drawing in re.findall(r"<svg.*?</svg>", html, flags=re.DOTALL):
        assert 'role="img"' in drawing
        assert re.search(r"<title [^>]*>[^<]{10,}</title><desc [^>]*>[^<]{40,}</desc>", drawing)
    assert html.count("<table>") == html.count('role="region"')
    assert '<html lang="en">' in html


def test_every_link_inside_the_page_leads_somewhere(page):
    ids = [value for _, name, value in page.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    targets = {
        value[1:] for tag, name, value in page.attributes if tag == "a" and name == "href" and value[0] == "#"
    }
    assert targets
    assert targets <= set(ids)
    labels = {one for _, name, value in page.attributes if name == "aria-labelledby" for one in value.split()}
    assert labels <= set(ids)


def test_the_verdict_stands_first_with_its_numbers(html):
    assert (
        html.index("Transfer helps") < html.index("Planted sentence of ecoli--bsubtilis") < html.index("<svg")
    )
    assert "+0.052" in html
    assert "+0.030 to +0.074" in html
    assert "50 labels with transfer did as well as about 358 labels with scratch: savings of 7.2×" in html
    assert (
        "50 labels with transfer did better than 900 labels with kmer-logistic, the most that were tried"
        in html
    )
    assert "Planted caution." in html


def test_label_savings_say_what_is_a_limit(page):
    assert page.row("transfer-1-savings", "50")[1:] == ["358", "7.2×", "4.9× to 13×"]
    assert page.row("transfer-1-savings", "all (900)")[1:] == [
        "more than 900",
        "more than 1.0×",
        "0.9× to more than 1.0×",
    ]


def test_data_section_counts(page):
    assert page.row("task-2-files", "together")[1:] == ["", "1,303", "1,300", "3"]
    assert page.row("task-2-split", "test part")[1:] == ["111", "301", "412", "26.9 %"]
    assert page.row("task-2-split", "pool")[1:] == ["289", "599", "888", "32.5 %"]
    assert page.row("task-2-reasons", "duplicate of …")[1] == "2"
    assert page.row("task-2-reasons", "duplicate of …")[2].startswith(
        "seq7 (promoter.fa, line 12) → seq1; seq9"
    )
    assert page.row("task-1-composition", "background")[1:3] == ["900", "40.1 %"]
    found = [row for row in page.tables["leakage"] if row[3] == "2"]
    assert [row[5] for row in found] == ["left out of source training"]
    assert page.row("excluded", "E. coli σ70 promoters")[3] == "2"


def test_run_section_names_models_fits_and_files(page, html):
    assert page.row("sources", "E. coli σ70 promoters")[1:] == [
        "1", "2,937", "8 of 12", "0.252", "0.961", "0.971", "0.812", "384", "6.0 s",
    ]  # fmt: skip
    assert page.row("fits", "full")[1] == "2"
    assert "a" * 64 in html
    assert "61,248, without the head" in html
    assert "31 letters seen by one cell" in html
    assert "torch 2.13.0" in html


def test_tables_can_be_taken_from_the_page(page):
    inputs = make_inputs()
    found = {a["download"]: a["href"] for a in page.links if a.get("download", "").endswith(".tsv")}
    assert set(found) >= {
        "summary.tsv", "comparisons.tsv", "savings.tsv", "leakage.tsv", "excluded.tsv", "rejects.ecoli.tsv",
        "rejects.bsubtilis.tsv",
    }  # fmt: skip
    content = base64.b64decode(found["summary.tsv"].split(",", 1)[1]).decode()
    table = pd.read_csv(io.StringIO(content), sep="\t", keep_default_na=False)
    assert table["mean"].tolist() == pytest.approx(inputs.summary["mean"].tolist(), rel=1e-5)


def test_nothing_is_loaded_from_anywhere(html, page):
    for tag, name, value in page.attributes:
        if name in ("src", "srcset", "action", "poster", "data") or (tag == "link" and name == "href"):
            assert value.startswith("data:"), (tag, name, value)
        if "http" in value and not name.startswith("xmlns"):
            assert (tag, name) == ("a", "href")
    style = re.search(r"<style>(.*?)</style>", html, flags=re.DOTALL).group(1)
    assert "url(" not in style
    assert "@import" not in style
    assert "<script" not in html
    assert len(html) < 2_000_000


def test_simulated_is_said_everywhere_and_only_where_it_is_so(html, simulated):
    assert "SIMULATED" not in html
    words = "".join(simulated.words)
    assert words.lstrip().index("SIMULATED DATA") < words.index("Verdict")
    assert all(
        "SIMULATED DATA" in heading for heading in simulated.headings if heading[:5] not in ("Words", "Table")
    )
    assert all("SIMULATED DATA" in heading for heading in simulated.headings)
    assert "says nothing about real ones" in " ".join(words.split())
    assert words.rstrip().splitlines()[-1].startswith("SIMULATED DATA")  # the footer, on every printed page


def test_what_comes_from_data_is_escaped():
    attack = "<script>alert('x')</script>"
    html = build(make_inputs(reject_id=attack, title=attack, source_title=attack))
    assert "<script" not in html
    assert "&lt;script&gt;alert(" in html


def test_same_inputs_same_bytes(html):
    assert build(make_inputs()) == html


def test_a_transfer_that_hurts_is_reported_as_plainly():
    page = Page(build(make_inputs({"ecoli--bsubtilis": "hurts"})))
    words = " ".join("".join(page.words).split())
    assert "Transfer hurts" in words
    assert "Transfer helps" not in words
    assert "Do not graft this source onto B. subtilis promoters" in words
    assert "−0.051 to −0.011" in words


def test_the_page_says_how_this_study_chose_and_what_means_are_over():
    inputs = make_inputs()
    named = replace(inputs, verdicts=[inputs.verdicts[0] | {"chosen_how": "full, named in the config"}])
    words = " ".join("".join(Page(build(named)).words).split())
    assert "Chosen without the test part: full, named in the config." in words
    assert "the strategy that did best on held-out labels, never" not in words
    assert "10 replicates (source models for zero-shot) on the same 412 test sequences" in words
    without = inputs.summary[inputs.summary["strategy"] != "zero-shot"]
    assert "source models for zero-shot" not in build(replace(inputs, summary=without))


def test_no_evidence_says_what_remains_possible():
    words = " ".join("".join(Page(build(make_inputs({"ecoli--bsubtilis": "no evidence"}))).words).split())
    assert "No evidence" in words
    assert "a loss of 0.009 and a gain of 0.022 AUROC are both compatible with these data" in words


def test_fewer_than_five_replicates_give_no_verdict_and_no_p_value():
    page = Page(build(make_inputs({"ecoli--bsubtilis": "no verdict"}, replicates=3)))
    words = " ".join("".join(page.words).split())
    assert "No verdict" in words
    assert "Set replicates to 5 or more" in words
    assert page.row("transfer-1-comparison", "chosen − scratch")[4:6] == ["–", "–"]


def test_nothing_to_compare_still_makes_a_page():
    inputs = make_inputs({"ecoli--bsubtilis": "no verdict"})
    empty = dict.fromkeys(("difference", "ci_low", "ci_high", "p_value", "p_adjusted"))
    verdict = inputs.verdicts[0] | empty | {"choices": {}, "thresholds": {}, "cautions": []}
    summary = inputs.summary[inputs.summary["strategy"] != "chosen"]
    html = build(
        replace(
            inputs,
            verdicts=[verdict],
            summary=summary,
            comparisons=inputs.comparisons.iloc[:0],
            savings=inputs.savings.iloc[:0],
            leakage=inputs.leakage.iloc[:0],
            excluded=inputs.excluded.iloc[:0],
            rejects={name: table.iloc[:0] for name, table in inputs.rejects.items()},
        )
    )
    assert "No verdict" in html
    assert "Nothing was rejected or renamed." in html
    Page(html)


def test_several_transfers_have_contents_and_a_section_each():
    page = Page(build(make_inputs({"ecoli--bsubtilis": "helps", "human--bsubtilis": "no evidence"})))
    assert [h for h in page.headings if h.startswith("Transfer ")] == [
        "Transfer 1: E. coli σ70 promoters → B. subtilis promoters",
        "Transfer 2: human → B. subtilis promoters",
    ]
    assert [row[1] for row in page.tables["overview-list"][1:]] == ["helps", "no evidence"]
    assert page.tables["matrix"] == [
        ["source ↓  target →", "B. subtilis promoters"],
        ["E. coli σ70 promoters", "+0.052|+0.030 to +0.074|▲ helps"],
        ["human", "+0.006|−0.009 to +0.022|○ no evidence"],
    ]
    assert not [
        tag for tag, name, value in page.attributes if (tag, name, value) == ("details", "class", "transfer")
    ]
    # What a strategy is, is said once.
    assert "".join(page.words).count("its features is the new head") == 2  # and once in the methods
    assert page.headings.count("Verdict") == 2
    assert page.headings.count("How it was run") == 1


def test_a_table_without_a_column_is_refused():
    inputs = make_inputs()
    with pytest.raises(SeqgraftError, match="'savings' has no column 'censored'"):
        replace(inputs, savings=inputs.savings.drop(columns="censored"))


def test_a_large_list_stays_in_the_folder():
    inputs = make_inputs()
    many = pd.concat([inputs.rejects["ecoli"]] * 25_000, ignore_index=True)
    many = many.assign(id=np.random.default_rng(1).integers(0, 2**62, len(many)))
    content = build(replace(inputs, rejects=inputs.rejects | {"ecoli": many}))
    assert "too large for this page, see results/planted/" in content
    assert len(content) < 1_000_000


def test_a_table_that_shrinks_is_compressed():
    inputs = make_inputs()
    content = "transfer\tmetric\tvalue\n" + "ecoli--bsubtilis\tauroc\t0.9\n" * 30_000
    page = Page(build(replace(inputs, attachments={"metrics.tsv": content})))
    (link,) = [link for link in page.links if link.get("download") == "metrics.tsv.gz"]
    packed = base64.b64decode(link["href"].split("base64,")[1])
    assert gzip.decompress(packed).decode() == content
    assert packed[4:8] == bytes(4)  # no date, so that the same study gives the same page


def test_every_table_of_the_study_can_be_downloaded(page):
    found = downloads(page)
    assert set(found) == {
        "methods.txt", "references.bib", "summary.tsv", "comparisons.tsv", "savings.tsv", "metrics.tsv",
        "calibration.tsv", "reliability.tsv",
        "verdicts.json", "leakage.tsv", "excluded.tsv", "source-models.history.tsv", "fits.history.tsv",
        "rejects.ecoli.tsv", "rejects.bsubtilis.tsv", "config.yaml",
    }  # fmt: skip
    inputs = make_inputs()
    assert found["metrics.tsv"] == inputs.attachments["metrics.tsv"]
    fits = pd.read_csv(io.StringIO(found["fits.history.tsv"]), sep="\t")
    assert len(fits) == sum(map(len, inputs.histories.values()))
    models = pd.read_csv(io.StringIO(found["source-models.history.tsv"]), sep="\t")
    assert models["epoch"][models["kept"]].tolist() == [8, 8, 8]


def test_a_model_no_better_than_kmers_is_said_in_red_on_the_first_screen(html):
    assert '<p class="warning">' not in html
    inputs = make_inputs()
    table = inputs.comparisons.copy()
    table.loc[table["reference"] == "kmer-logistic", "ci_low"] = -0.001
    warned = build(replace(inputs, comparisons=table))
    assert '<p class="warning"><strong>Not better than a k-mer model.</strong>' in warned
    assert warned.index('class="warning"') < warned.index('class="tiles"')
    style = (Path(page_module.__file__).parent / "style.css").read_text()
    assert re.search(r"\.warning \{[^}]*color: #9c1c15", style)


def test_a_task_that_is_only_prepared_is_not_on_the_page(html):
    inputs = make_inputs()
    other = {
        "title": "grades",
        "alphabet": {"letters": "AB"},
        "type": "multiclass",
        "classes": ["x", "y", "z"],
    }
    more = inputs.config | {"tasks": inputs.config["tasks"] | {"grades": other}}
    shown = build(replace(inputs, config=more))
    assert Page(shown).headings == Page(html).headings


def test_processes_change_no_byte():
    inputs = make_matrix(SIX[:2])
    assert build(inputs, processes=2) == build(inputs)


def test_thirty_transfers_fit_on_a_page(matrix_html, matrix_page):
    assert len(matrix_html.encode()) < 5_000_000
    rows = matrix_page.tables["matrix"]
    assert len(rows) == 7
    assert all(len(row) == 7 for row in rows)
    assert [row[k] for k, row in enumerate(rows[1:], start=1)] == ["–"] * 6
    assert rows[1][2] == "+0.052|+0.030 to +0.074|▲ helps"
    targets = {link["href"] for link in matrix_page.links if link.get("href", "").startswith("#transfer-")}
    assert targets == {f"#transfer-{k}" for k in range(1, 31)} | {
        link for link in targets if link.count("-") > 1
    }
    # Closed at first, opened by the browser itself when a link leads into one: the anchor is inside.
    assert matrix_html.count('<details class="transfer">') == 30
    for number in (1, 30):
        assert re.search(rf'<details class="transfer">\s*<summary>.*?</summary>\s*<section class="transfer" '
                         rf'id="transfer-{number}">', matrix_html, flags=re.DOTALL)  # fmt: skip
    assert "<script" not in matrix_html
    assert len({row[0] for row in rows[1:]}) == len(SIX)


def test_what_the_fits_chose_and_cost_is_told_once_a_strategy(matrix_page, page):
    assert page.row("chosen-settings", "full") == ["full", "4", "16"]
    assert page.row("fits", "full")[:6] == ["full", "2", "5", "2.5 s", "3.5 s", "5.0 s"]
    assert page.row("fits", "full")[6] == "5,100"
    rows = matrix_page.tables["fits"]
    assert [row[0].split("|")[0] for row in rows[1:]].count("full") == 1
    assert matrix_page.row("fits", "full")[1] == "60"


def test_a_section_is_an_entry_and_a_template_that_the_code_digest_knows():
    folder = Path(page_module.__file__).parent
    entries = [*sections.OPENING, *sections.OF_TRANSFER, *sections.OF_STUDY]
    templates = {entry.template for entry in entries}
    assert len(templates) == len(entries)
    assert {path.name for path in folder.glob("section_*.html")} == templates
    script = folder.parents[1] / "report.py"
    known = {path.name for path in modules_of(script, folder.parents[1])}
    assert {path.name for path in folder.iterdir() if path.suffix in (".html", ".css")} <= known


def test_a_new_section_is_shown_and_listed(monkeypatch):
    def content(study):
        return {"glossary": [("shown", "shown", f"{len(study.inputs.verdicts)} transfer")]}

    more = sections.StudySection("new", "A new section", "New", "section_words.html", content)
    monkeypatch.setattr(page_module, "OF_STUDY", (more, *sections.OF_STUDY))
    page = Page(build(make_inputs()))
    assert "4 A new section" in page.headings
    assert "#new" in [link.get("href") for link in page.links]
    nothing = replace(more, content=lambda study: None)
    monkeypatch.setattr(page_module, "OF_STUDY", (nothing, *sections.OF_STUDY))
    assert "A new section" not in " ".join(Page(build(make_inputs())).headings)


def test_how_to_repeat_and_to_verify_is_said(html):
    assert "snakemake --configfile results/planted/config.yaml --cores 2" in html
    assert "make verify STUDY=planted" in html
    assert "commit 0123456789abcdef0123456789abcdef01234567 of https://example.org/seqgraft.git" in html
    assert "changes that are in no commit: scripts/seqgraft/learn/loop.py" in html
    assert "some-package" in html
