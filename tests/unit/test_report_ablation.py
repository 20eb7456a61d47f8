"""The report on the gain against the size of the source, with planted numbers; and nothing of it without them."""

import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pandas as pd
import pytest
from report_fixtures import make_inputs
from test_report_page import Page, downloads

from seqgraft.report.ablation_tables import sentences
from seqgraft.report.figure_names import figure_file_names
from seqgraft.report.figures import WRITERS, ablation_drawings, all_drawings, figure_files
from seqgraft.report.inputs import ReportInputs
from seqgraft.report.methods import methods
from seqgraft.report.page import build
from seqgraft.stats.ablation import COLUMNS

TRANSFER = "ecoli--bsubtilis"
#: Gains by source size; the train sizes add and take away .01.
GAINS = {250: 0.0211, 1000: 0.0522, 2937: 0.0813}
NAN = float("nan")


def rows(
    transfer: str, gains: dict[int, float], last: tuple[float, float], replicates: int = 10
) -> list[dict]:
    """Plant the gains of one transfer; `last` is the interval of what the whole source gave beyond its largest part."""
    source, target = transfer.split("--")
    whole = max(gains)
    found = []
    for metric, sign in (("auroc", 1), ("mcc", 2)):
        for size, is_all, shift in (("curve", False, 0.0), ("50", False, 0.01), ("900", True, -0.01)):
            for n, gain in gains.items():
                more = NAN if n == whole else gains[whole] - gain
                wide = n != sorted(gains)[-2]
                low, high = (more - 0.03, more + 0.03) if wide else last
                fifth = 0.2 * gains[whole]
                found.append(
                    {
                        "transfer": transfer, "source": source, "target": target, "strategy": "full",
                        "source_size": n, "is_whole": n == whole, "train_size": size, "is_all": is_all,
                        "metric": metric, "gain": sign * gain + shift, "ci_low": sign * gain + shift - 0.012,
                        "ci_high": sign * gain + shift + 0.012, "more_from_whole": more,
                        "more_low": NAN if n == whole else low, "more_high": NAN if n == whole else high,
                        "beyond_a_fifth": more - fifth, "beyond_low": low - fifth if n < whole else NAN,
                        "beyond_high": high - fifth if n < whole else NAN, "replicates": replicates,
                    }
                )  # fmt: skip
    return found


def with_ablation(
    gains: dict[int, float] = GAINS,
    last: tuple[float, float] = (0.0112, 0.0471),
    replicates: int = 10,
    **options,
) -> ReportInputs:
    inputs = make_inputs(**options)
    table = pd.DataFrame(rows(TRANSFER, gains, last, replicates), columns=COLUMNS)
    content = table.to_csv(sep="\t", index=False, float_format="%.6g")
    ablation = {"source_sizes": sorted(gains)[:-1], "strategy": "full"}
    return replace(
        inputs,
        config=inputs.config | {"ablation": ablation},
        attachments=inputs.attachments | {"ablation.tsv": content},
    )


@pytest.fixture(scope="module")
def page() -> Page:
    return Page(build(with_ablation()))


def test_the_section_stands_between_data_and_training(page: Page) -> None:
    assert page.headings[7:10] == ["Leaks", "5 Would a smaller source do?", "6 How training went"]
    words = " ".join("".join(page.words).split())
    assert "drawn once for each of 3 source models, smaller parts inside larger ones" in words
    assert "No verdict rests on this section" in words
    assert "Figure 2." in words  # after those of the transfer, before that of training
    assert "Figure 3. How the source models of E. coli" in words


def test_the_table_has_the_planted_numbers(page: Page) -> None:
    table = page.tables["source-sizes"]
    assert table[0] == [
        "source sequences", "mean over sizes", "50 labels", "all labels", "whole source gave more by",
    ]  # fmt: skip
    assert table[1] == ["E. coli σ70 promoters → B. subtilis promoters, full"]
    assert page.row("source-sizes", "250") == [
        "250", "+0.021|+0.009 to +0.033", "+0.031|+0.019 to +0.043", "+0.011|−0.001 to +0.023",
        "+0.060|+0.030 to +0.090",
    ]  # fmt: skip
    assert page.row("source-sizes", "1,000")[-1] == "+0.029|+0.011 to +0.047"
    assert page.row("source-sizes", "all (2,937)")[-1] == "–"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "the gain still grows with the source: from 1,000 to all 2,937 source sequences it changed by +0.029 "
             "(+0.011 to +0.047) AUROC. A smaller source would have given less; a larger one of this kind may be worth "
             "getting."),
        ({"gains": {250: 0.021, 1000: 0.079, 2937: 0.081}, "last": (-0.004, 0.008)},
         "the gain has levelled off: from 1,000 to all 2,937 source sequences it changed by +0.002 (−0.004 to +0.008) "
         "AUROC, surely less than 20 % of the whole gain of +0.081. 1,000 sequences would have done; a larger source "
         "of this kind promises little. 250 was not enough: the whole source gave more by +0.060 (+0.030 to +0.090)."),
        ({"gains": {250: 0.021, 1000: 0.079, 2937: 0.081}, "last": (-0.004, 0.018)},
         "whether the gain grows with the source cannot be told: from 1,000 to all 2,937 source sequences it changed "
         "by +0.002 (−0.004 to +0.018) AUROC, and the interval holds no growth as well as growth worth having. "
         "250 was not enough: the whole source gave more by +0.060 (+0.030 to +0.090)."),
        ({"gains": {250: 0.001, 1000: 0.003, 2937: 0.005}, "last": (-0.01, 0.014)},
         "and the whole source itself is not shown to give a gain (−0.007 to +0.017)."),
        ({"gains": {250: 0.021, 1000: 0.099, 2937: 0.081}, "last": (-0.03, -0.006)},
         "the gain falls as the source grows: from 1,000 to all 2,937 source sequences it changed by −0.018 (−0.030 to "
         "−0.006) AUROC. More of this source does not help. 250 was not enough: the whole source gave more by +0.060 "
         "(+0.030 to +0.090)."),
        ({"replicates": 4}, "cannot be told: from 1,000 to all 2,937 source sequences it changed by +0.029 (+0.011 to "
                            "+0.047) AUROC, and there are fewer than 5 replicates."),
    ],
    ids=["grows", "level", "unclear", "no gain", "falls", "few replicates"],
)  # fmt: skip
def test_the_sentence_reads_the_last_step_and_its_interval(changes: dict, words: str) -> None:
    (sentence,) = sentences(with_ablation(**changes))
    assert sentence.startswith("E. coli σ70 promoters → B. subtilis promoters: ")
    assert sentence.endswith(words)


def test_the_methods_say_what_was_done_and_only_then() -> None:
    words = methods(with_ablation(), 0.95).text
    assert "trained in the same way on 250 and 1,000 of the source sequences" in words
    assert "a permutation of its own for each source model" in words
    assert "no verdict or correction takes them in" in words
    assert "smaller source" not in methods(make_inputs(), 0.95).text


def test_without_an_ablation_there_is_no_trace_of_it() -> None:
    plain = build(make_inputs())
    assert "smaller source" not in plain
    assert "source-size" not in plain
    assert list(ablation_drawings(make_inputs())) == []


def test_the_table_can_be_downloaded(page: Page) -> None:
    assert downloads(page)["ablation.tsv"] == with_ablation().attachments["ablation.tsv"]


def test_the_figure_has_its_numbers_in_words_and_is_a_file_of_each_kind() -> None:
    inputs = with_ablation(simulated=True)
    names = figure_file_names([TRANSFER], ["ecoli"], [TRANSFER])
    assert [f"{d.name}.{ending}" for d in all_drawings(inputs) for ending in WRITERS] == names
    assert names[-3:] == [f"{TRANSFER}.source-size.{ending}" for ending in ("svg", "pdf", "png")]
    made = {name: content for name, content in figure_files(inputs) if "source-size" in name}
    root = ET.fromstring(made[f"{TRANSFER}.source-size.svg"])
    about = root.find("{http://www.w3.org/2000/svg}desc").text
    assert "mean over sizes: +0.021 (+0.009 to +0.033) from 250 source sequences" in about
    assert "50 labels: +0.031" in about
    assert "from all 2,937 source sequences" in about
    words = "".join(root.itertext())
    for word in (
        "SIMULATED DATA",
        "mean over sizes",
        "50 labels",
        "all labels",
        "gain in AUROC over scratch",
        "1,000",
    ):
        assert word in words
    assert made[f"{TRANSFER}.source-size.pdf"].startswith(b"%PDF-")


@pytest.mark.parametrize(
    "gains",
    [{1000: NAN, 2937: NAN}, {1000: 0.1, 2937: NAN}, {2900: 0.1, 2937: 0.1}],
    ids=["none", "some", "close"],
)
def test_gains_that_are_missing_or_alike_do_no_harm(gains: dict) -> None:
    inputs = with_ablation(gains, last=(NAN, NAN))
    content = build(inputs)
    Page(content)
    assert not re.search(r"\bnan\b", content)
    assert "cannot be told" in content
