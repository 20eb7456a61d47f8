"""That a baseline does as well is said in red and as a next step, and not twice more on the same page."""

import json
from dataclasses import replace

import pandas as pd
import pytest
from fake_predictions import make_study
from report_fixtures import make_inputs

from seqgraft.evaluate import evaluate
from seqgraft.report import advice
from seqgraft.report.page import build
from seqgraft.report.suspicions import sentence, shown

CAUTION = "The chosen strategy is not shown to be better than the best baseline (kmer-logistic)."
OTHER = "One source model: the verdict holds for this source model."
NAMES = {"ecoli--bsubtilis": "helps", "human--bsubtilis": "helps"}


def warned_inputs(low: float):
    """Return two transfers, of which the first differs from its best baseline by `low` to 0.06."""
    inputs = make_inputs(NAMES)
    table = inputs.comparisons.copy()
    table.loc[
        (table["reference"] == "kmer-logistic") & (table["transfer"] == "ecoli--bsubtilis"), "ci_low"
    ] = low
    suspicions = pd.DataFrame(
        [
            (transfer, kind, "serious", f"{kind} of {transfer}", "x=1")
            for transfer in NAMES
            for kind in ("no better than a baseline", "did not learn")
        ],
        columns=["transfer", "kind", "severity", "message", "evidence"],
    )
    verdicts = [verdict | {"cautions": [CAUTION, OTHER]} for verdict in inputs.verdicts]
    files = inputs.attachments | {"verdicts.json": json.dumps(verdicts)}
    return replace(inputs, comparisons=table, suspicions=suspicions, verdicts=verdicts, attachments=files)


def test_the_red_warning_and_the_next_step_stand_alone():
    inputs = warned_inputs(-0.001)
    html = build(inputs)
    assert html.count("Not better than a k-mer model.") == 1
    assert html.count("kmer-logistic is simpler and not shown to be worse") == 1
    assert html.count(CAUTION) == 1  # that of the other transfer, which has no warning
    assert html.count(OTHER) == 2
    assert [(row.kind, row.message.split()[-1]) for row in shown(inputs)] == [
        ("did not learn", "ecoli--bsubtilis"),
        ("no better than a baseline", "human--bsubtilis"),
        ("did not learn", "human--bsubtilis"),
    ]
    assert "stands at the top and in red in the verdicts." in sentence(inputs)


def test_without_a_warning_nothing_is_held_back():
    inputs = warned_inputs(0.001)
    assert len(shown(inputs)) == 4
    assert all(advice.cautions(v, inputs.comparisons) == [CAUTION, OTHER] for v in inputs.verdicts)
    assert "stands at the top. They" in sentence(inputs)


@pytest.mark.parametrize("distance", [3.2, 2.26])  # worse than the baseline, and not better
def test_the_cautions_that_evaluation_writes_are_recognised(tmp_path, distance):
    effects = {"ecoli--bsubtilis": {"scratch": (1.7, 0.2), "kmer-logistic": (distance, 0.1)}}
    tables = evaluate(*make_study(tmp_path, effects=effects, n_test=240, draws=100, replicates=6))
    (verdict,) = tables.verdicts
    about = [words for words in verdict["cautions"] if "best baseline (kmer-logistic)" in words]
    assert len(about) == 1
    assert advice.cautions(verdict, tables.comparisons) == [w for w in verdict["cautions"] if w not in about]
