"""The report's section on sources: every estimate has its sentence, and the methods say what was done."""

import re
from dataclasses import replace

import pytest
from report_fixtures import make_inputs

from seqgraft.learn.descriptions import ESTIMATES
from seqgraft.report.methods import methods
from seqgraft.report.page import build

RANKING = (
    "target\testimate\ttrain_size\tis_all\tmetric\tsources\treplicates\ttau\tci_low\tci_high\tpicked\tbest\t"
    "gain_of_picked\tgain_of_best\tregret\tnote\n"
    "bsubtilis\tleep\t50\tFalse\tauroc\t3\t10\t0.5\t0.25\t1\tecoli\tecoli\t0.05\t0.05\t0\t\n"
    "bsubtilis\tprobe-auroc\t50\tFalse\tauroc\t3\t10\t0.5\t0.25\t1\tecoli\tecoli\t0.05\t0.05\t0\t\n"
)
FORGETTING = (
    "transfer\tstrategy\ttrain_size\treplicate\thead\tmetric\tbefore\tafter\tdifference\tn_test\n"
    "ecoli--bsubtilis\tfull\t900\t1\tsource\tauroc\t0.95\t0.9\t-0.05\t400\n"
    "ecoli--bsubtilis\tfull\t900\t1\trefit\tauroc\t0.95\t0.94\t-0.01\t400\n"
)


@pytest.fixture(scope="module")
def inputs():
    inputs = make_inputs()
    files = {"source_ranking.tsv": RANKING, "forgetting.tsv": FORGETTING}
    return replace(inputs, attachments=inputs.attachments | files)


def test_every_estimate_of_the_table_has_its_sentence_below_it_and_no_other(inputs):
    html = build(inputs)
    below = html[html.index('id="source-promises"') : html.index('id="forgetting"')]
    for name, about in ESTIMATES.items():
        sentence = about.text.replace("'", "&#39;")
        assert (sentence in below) == (name in ("leep", "probe-auroc")), name
    assert "Nguyen et al. 2020, arXiv:2002.12462" in below


def test_the_methods_say_what_was_estimated_with_its_papers(inputs):
    made = methods(inputs, 0.95)
    words = dict(made.paragraphs)["Promises of the sources"]
    assert re.search(r"leep \[\d+\]: log expected empirical prediction", words)
    assert "probe-auroc: AUROC of held-out labels" in words
    assert "never from the test part" in words
    assert "logme" not in words
    listed = [reference for _, reference in made.references]
    assert "Nguyen et al. 2020, arXiv:2002.12462." in listed
    assert "Vigna 2015, WWW:1166." in listed
    assert "Promises of the sources" not in dict(methods(make_inputs(), 0.95).paragraphs)


def test_the_methods_say_how_forgetting_was_scored(inputs):
    words = dict(methods(inputs, 0.95).paragraphs)["Forgetting"]
    assert "(full, largest train size, replicate 1)" in words
    assert "the source model's head put back (source) and a new head fitted" in words
    assert "(own)" not in words
    assert "Forgetting" not in dict(methods(make_inputs(), 0.95).paragraphs)


@pytest.mark.parametrize(
    ("baseline", "there", "absent"),
    [
        ("random-backbone", ("The penalty C of logistic regressions was chosen",), ("number of neighbours",)),
        (
            "nearest-neighbour",
            ("(1, 3, 5, 9, 17 or 33)", "(0.03, 0.1, 0.3 or 1), were chosen in the same way"),
            ("The penalty C",),
        ),
    ],
)
def test_what_a_baseline_searches_is_said_also_where_it_is_the_only_one(inputs, baseline, there, absent):
    only = inputs.summary[inputs.summary["strategy"].isin(["scratch", "full", "chosen", "constant"])]
    renamed = only.assign(strategy=only["strategy"].replace("constant", baseline))
    words = dict(methods(replace(inputs, summary=renamed), 0.95).paragraphs)["Choosing"]
    assert all(sentence in words for sentence in there)
    assert not any(sentence in words for sentence in absent)
