"""Studies in which something cannot be computed: shown as what it is, in the tables and on the page."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from fake_predictions import make_study
from report_fixtures import make_inputs

from seqgraft.errors import SeqgraftError
from seqgraft.evaluate import NAMES, Tables, evaluate, write_tables
from seqgraft.report.figures import WRITERS, all_drawings
from seqgraft.report.page import build
from seqgraft.report.reading import read_table

SMALL = {"n_test": 120, "sizes": ((50, False), (120, True)), "draws": 60, "replicates": 5}


def page_of(tables: Tables, folder) -> str:
    """Write the tables, read them back as the report does, and make figures and page."""
    write_tables(tables, folder)
    read = {name: read_table(folder / f"{name}.tsv") for name in NAMES if name != "metrics"}
    inputs = make_inputs({entry["transfer"]: "no verdict" for entry in tables.verdicts})
    inputs = replace(inputs, verdicts=tables.verdicts, **read)
    for drawing in all_drawings(inputs):
        assert b"nan" not in WRITERS["svg"](drawing.draw(False)).lower(), drawing.name
    html = build(inputs)
    assert (
        "nan"
        not in " ".join(html.split("<style>")[1].split("</style>")[1].split("base64")[0].split()).split()
    )
    return html


def summary(tables: Tables, **where) -> pd.Series:
    rows = tables.summary
    for column, value in where.items():
        rows = rows[rows[column] == value]
    return rows.iloc[0]


def change(jobs, strategy, edit):
    for job in jobs:
        if job.strategy == strategy:
            edit(pd.read_parquet(job.predictions)).to_parquet(job.predictions, index=False)


def test_a_test_part_of_one_class(tmp_path):
    tables = evaluate(*make_study(tmp_path, **SMALL, positives=0.0))
    html = page_of(tables, tmp_path)
    assert "No verdict: AUROC is undefined on the test part" in html
    assert "has only 0 sequences of the rarer class" in html
    row = summary(tables, strategy="scratch", metric="auroc")
    assert np.isnan(row["mean"])
    assert "undefined in 5 of 5 fits" in row["note"]
    assert "undefined in 5 of 5 fits" in html
    ece = tables.calibration[tables.calibration["metric"] == "ece"]["mean"]
    assert ece.notna().all()


def test_two_test_examples(tmp_path):
    tables = evaluate(*make_study(tmp_path, **{**SMALL, "n_test": 2, "positives": 0.5}))
    html = page_of(tables, tmp_path)
    assert "has only 1 sequences of the rarer class (1 positive, 1 negative sequences)" in html
    assert (tables.reliability.groupby(["strategy", "train_size"])["bin"].max() == 1).all()
    assert tables.verdicts[0]["verdict"] in ("no verdict", "no evidence")


@pytest.mark.parametrize("replicates", [1, 3])
def test_few_replicates(tmp_path, replicates):
    tables = evaluate(*make_study(tmp_path, **{**SMALL, "replicates": replicates, "source_models": 1}))
    html = page_of(tables, tmp_path)
    assert "few replicates" in tables.suspicions["kind"].tolist()
    assert "no verdict is given below 5" in html
    assert tables.comparisons["p_value"].isna().all()


def test_predictions_that_are_all_equal(tmp_path):
    jobs, study = make_study(tmp_path, **SMALL)
    for name in ("scratch", "full", "full-kept-head", "linear-probe", "zero-shot"):
        change(jobs, name, lambda table: table.assign(prediction=0.25))
    tables = evaluate(jobs, study)
    html = page_of(tables, tmp_path)
    assert "gives every test sequence the same score in 10 of 10 fits" in html
    assert summary(tables, strategy="scratch", metric="auroc")["mean"] == 0.5
    assert summary(tables, strategy="scratch", metric="mcc")["mean"] == 0
    assert tables.verdicts[0]["difference"] == 0
    assert tables.reliability["bin"].max() > 1  # the k-mer model still has a curve
    assert tables.reliability[tables.reliability["strategy"] == "scratch"]["bin"].max() == 1


def test_one_train_size(tmp_path):
    tables = evaluate(*make_study(tmp_path, **{**SMALL, "sizes": ((60, False),)}))
    html = page_of(tables, tmp_path)
    assert ", at 60 labels (" in html
    assert (tables.savings["note"] == "one train size: no curve").all()


def test_an_undefined_metric(tmp_path):
    tables = evaluate(*make_study(tmp_path, **SMALL))
    html = page_of(tables, tmp_path)
    row = summary(tables, strategy="constant", metric="precision")
    assert np.isnan(row["mean"])
    assert f"{row['note']}." in html
    assert "precision (26.7 % positive)" in html


def empty(jobs, *names):
    for name in names:
        change(jobs, name, lambda table: table.iloc[:0])


def test_strategies_of_which_no_fit_was_finished(tmp_path):
    jobs, study = make_study(tmp_path, **SMALL)
    empty(jobs, "linear-probe", "zero-shot", "kmer-logistic")
    tables = evaluate(jobs, study)
    html = page_of(tables, tmp_path)
    for name, sizes in (("linear-probe", [50, 120]), ("zero-shot", [0]), ("kmer-logistic", [50, 120])):
        rows = tables.summary[(tables.summary["strategy"] == name) & (tables.summary["metric"] == "auroc")]
        assert rows["train_size"].tolist() == sizes
        assert rows["mean"].isna().all()
        assert set(rows["note"]) == {"no finished fit"}
    assert "no finished fit." in html
    assert tables.verdicts[0]["best_baseline"] == "constant"
    assert tables.verdicts[0]["difference"] is not None
    assert set(tables.verdicts[0]["choices"]["50"]) <= {"full", "full-kept-head"}


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (("scratch",), "No verdict: no fit of scratch was finished."),
        (
            ("linear-probe", "full", "full-kept-head"),
            "No verdict: no fit of linear-probe, full, full-kept-head was finished.",
        ),
    ],
)
def test_no_finished_fit_of_what_the_verdict_compares(tmp_path, names, words):
    jobs, study = make_study(tmp_path, **SMALL)
    empty(jobs, *names)
    tables = evaluate(jobs, study)
    assert tables.verdicts[0]["sentence"] == words
    assert words in page_of(tables, tmp_path)


def test_no_finished_fit_at_all_is_refused(tmp_path):
    jobs, study = make_study(tmp_path, **SMALL)
    empty(jobs, *{job.strategy for job in jobs})
    with pytest.raises(SeqgraftError, match="No fit of any strategy has predictions for target bsubtilis"):
        evaluate(jobs, study)
    jobs, study = make_study(tmp_path / "again", **SMALL)
    empty(jobs, *({job.strategy for job in jobs} - {"zero-shot"}))
    with pytest.raises(SeqgraftError, match="No fit that learns from labels of bsubtilis was finished"):
        evaluate(jobs, study)
