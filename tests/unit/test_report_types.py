"""The page of studies that are not binary: sentences, tables and figures that are true for their type."""

import re
from functools import cache

import pandas as pd
import pytest
from typed_inputs import typed_inputs

from seqgraft.report import text, trust_tables, words
from seqgraft.report.calibration_tables import panels
from seqgraft.report.figures import reliability_drawing, training_drawings
from seqgraft.report.inputs import ReportInputs
from seqgraft.report.methods import methods
from seqgraft.report.reading import count_splits, score_source
from seqgraft.report.study_sections import data, training
from seqgraft.report.transfer_sections import calibration, trust
from seqgraft.report.view import Study, Transfer

SMALL = {"n_test": 60, "sizes": ((50, False), (200, True)), "draws": 20}
#: What makes sense only where there are positives.
BINARY = re.compile(r"positive|AUROC|threshold|temperature|both classes|prior adapted")


@pytest.fixture(scope="module")
def inputs_of(tmp_path_factory):
    """Make each study once for all tests."""
    return cache(lambda kind: typed_inputs(tmp_path_factory.mktemp(kind), kind, **SMALL))


def transfer(inputs: ReportInputs) -> Transfer:
    return Transfer(Study(inputs, 0.95), 1, inputs.verdicts[0])


def said(inputs: ReportInputs) -> str:
    """All sentences that depend on the type, as one text."""
    study = Study(inputs, 0.95)
    glossary = " ".join(f"{term} {about}" for term, _, about in words.glossary(inputs))
    return " ".join(
        [methods(inputs, 0.95).text, glossary, str(data(study)["tasks"]), inputs.verdicts[0]["sentence"]]
    )


@pytest.mark.parametrize("kind", ["regression", "multiclass", "residue-classes"])
def test_no_sentence_speaks_of_what_binary_tasks_have(kind, inputs_of):
    found = said(inputs_of(kind))
    assert not BINARY.search(found), BINARY.search(found)
    assert calibration(transfer(inputs_of(kind))) is None


def test_what_is_predicted_is_said(inputs_of):
    assert "a number" in said(inputs_of("regression"))
    assert "mean squared error" in said(inputs_of("regression"))
    assert "one of 4 classes (nucleus, cytoplasm, membrane or secreted)" in said(inputs_of("multiclass"))
    residues = said(inputs_of("residue-classes"))
    assert "one of 3 classes (helix, strand or coil) for each residue" in residues
    assert "chains are resampled whole" in residues
    assert "by chain" in residues


def test_regression_shows_residuals_and_the_figure_has_the_labels_range(inputs_of):
    inputs = inputs_of("regression")
    shown = trust(transfer(inputs))
    heads = [row.cells[0].text for row in shown["table"].rows if len(row.cells) == 1]
    assert heads == ["chosen", "scratch", "zero-shot"]
    own = inputs.calibration
    wanted = own[(own["strategy"] == "chosen") & (own["metric"] == "residual_sd")]["mean"].iloc[0]
    assert shown["table"].rows[1].cells[1].text == text.number(wanted, None)
    assert shown["confusion"] is None
    assert shown["outputs"] is None
    sketch = reliability_drawing(inputs, inputs.verdicts[0], "t").draw(False)
    reach = sketch.figure.axes[0].get_xlim()
    measured = [
        b.observed for panel in panels(inputs.reliability, "near--far") for c in panel.curves for b in c.bins
    ]
    assert reach[0] < min(measured) < 0
    assert max(measured) < reach[1]
    assert sketch.figure.texts[-1].get_text() == "measured"


def test_classes_show_who_is_taken_for_whom(inputs_of):
    inputs = inputs_of("multiclass")
    table = trust_tables.confusion_table(inputs, inputs.verdicts[0])
    assert table.columns[1:] == ("nucleus", "cytoplasm", "membrane", "secreted")
    own = inputs.calibration
    share = own[(own["strategy"] == "chosen") & (own["metric"] == "called:cytoplasm:membrane")]["mean"].item()
    assert table.rows[1].cells[3].text == text.percent(share)
    single = trust_tables.outputs_table(inputs, inputs.verdicts[0])
    assert [row.cells[0].text for row in single.rows] == ["nucleus", "cytoplasm", "membrane", "secreted"]


def test_source_models_without_an_auroc_have_no_column_and_no_panel_for_it(inputs_of):
    inputs = inputs_of("residue-classes")
    shown = training(Study(inputs, 0.95))
    assert not [head for head in shown["sources"].columns if "AUROC" in head]
    assert "test accuracy by chain" in shown["sources"].columns
    assert all(len(row.cells) == len(shown["sources"].columns) for row in shown["sources"].rows)
    assert shown["checkpoints"] == "Loss at every checkpoint"
    (drawing,) = training_drawings(inputs)
    assert len(drawing.draw(False).figure.axes) == 1


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (1234.56, "1,235"),
        (0.000123, "0.000123"),
        (1.2e-6, "1.2e-06"),
        (-12.345, "−12.3"),
        (0.0, "0"),
        (9.999, "10.00"),
    ],
)
def test_numbers_with_a_unit_have_three_digits_at_any_size(value, written):
    assert text.number(value, None) == written


def test_what_are_no_classes_is_counted_together():
    splits = pd.DataFrame({"id": ["a", "b", "c"], "part": ["test", "pool", "pool"]})
    for records in (
        pd.DataFrame({"id": ["a", "b", "c"], "label": [0.1, 2.0, 3.5]}),
        pd.DataFrame({"id": ["a", "b", "c"], "label_x": [0.1, 2.0, 3.5]}),
    ):
        assert count_splits(splits, records)["sequences"].tolist() == [1, 2]


def test_a_source_of_residues_is_scored_by_chain():
    rows = pd.DataFrame(
        {
            "id": ["a", "a", "b", "b"],
            "part": "test",
            "position": [0, 1, 0, 1],
            "label": [0, 1, 2, 2],
            "prediction_0": [3.0, 0, 0, 0],
            "prediction_1": [0.0, 2, 0, 1],
            "prediction_2": [0.0, 0, 4, 0],
        }
    )
    scores, n_test = score_source(rows, "residue-classes")
    assert n_test == 2
    assert scores["chain_accuracy"] == 0.75
    assert scores["accuracy"] == 0.75
