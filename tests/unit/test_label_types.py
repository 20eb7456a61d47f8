"""Labels of every type: typed, checked, described with their classes in the config's order."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from raw_tables import cleaned, column, labelled, reasons, residues

from seqgraft.config.labels import CLASSES, LabelTypeName
from seqgraft.data.label_texts import Labels
from seqgraft.data.label_types import TYPES, describe_labels, label_columns
from seqgraft.tables import read_parquet, write_parquet

NUMBER = {"type": "regression", "classes": []}
MANY = {"type": "multilabel", "classes": ["a", "b"]}
STATES = {"alphabet": "protein", "type": "residue-classes", "classes": ["H", "E", "C"]}
SCORES = {"alphabet": "protein", "type": "residue-values", "classes": []}
BITS = {"alphabet": "protein", "type": "residue-multilabel", "classes": ["metal", "nucleic", "small"]}


def described(task: dict[str, Any], records: Any) -> dict[str, Any]:
    given = {name: tuple(v) if isinstance(v, list) else v for name, v in task.get("labels", {}).items()}
    return describe_labels(records, Labels(task["type"], tuple(task["classes"]), **given))


def test_config_and_library_know_the_same_types() -> None:
    assert set(TYPES) == set(CLASSES) == set(LabelTypeName.__args__)


def test_classes_keep_the_order_of_the_config() -> None:
    task = {"type": "multiclass", "classes": ["z", "a", "m", "unused"]}
    records, _ = cleaned(task, *labelled("a", "m", "z", "a"))
    assert column(records, "label") == ["a", "m", "z", "a"]
    said = described(task, records)
    assert said == {
        "type": "multiclass",
        "classes": ["z", "a", "m", "unused"],
        "counts": {"z": 1, "a": 2, "m": 1, "unused": 0},
    }
    assert list(said["counts"]) == ["z", "a", "m", "unused"]


@pytest.mark.parametrize("given", [["1", "0"], [1, 0], [1.0, 0.0], [True, False]])
def test_texts_and_numbers_that_mean_a_class(given: list[Any]) -> None:
    task = {"labels": {"names": {"1": "yes", "0": "no"}}}
    records, _ = cleaned(task, *labelled(*given))
    assert column(records, "label") == ["yes", "no"]


def test_a_class_may_be_called_na() -> None:
    records, _ = cleaned({"classes": ["NA", "B"]}, *labelled("NA", "B"))
    assert column(records, "label") == ["NA", "B"]


def test_missing_labels_are_left_out_where_asked() -> None:
    records, listed = cleaned(
        {"labels": {"missing": "drop", "missing_values": ["?"]}}, *labelled("yes", "?", " ", None)
    )
    assert column(records, "id") == ["s0"]
    assert reasons(listed) == [(f"s{i}", "label missing: left out") for i in (1, 2, 3)]


def test_several_classes_in_one_text() -> None:
    records, _ = cleaned(MANY, *labelled("a", "b; a", "-"))
    assert (column(records, "label_a"), column(records, "label_b")) == ([1, 1, 0], [0, 1, 0])
    assert records["label_a"].dtype == np.int8
    assert "label" not in records
    assert described(MANY, records) == {**MANY, "counts": {"a": 2, "b": 1}, "none": 1}


def test_several_classes_in_columns() -> None:
    rows = [
        {"sequence": "AC", "label_b": "1", "label_a": "0"},
        {"sequence": "AG", "label_b": 0.0, "label_a": ""},
    ]
    records, listed = cleaned(MANY | {"labels": {"missing": "drop"}}, *rows)
    assert list(records.columns[:4]) == ["id", "sequence", "label_a", "label_b"]
    assert records[["label_a", "label_b"]].to_numpy().tolist() == [[0, 1]]
    assert reasons(listed) == [("s1", "label missing: left out")]


@pytest.mark.parametrize(
    ("text", "value"), [("1", 1.0), (" -0.5 ", -0.5), ("+1.5e-3", 0.0015), (".5", 0.5), ("5.", 5.0), (7, 7.0)]
)
def test_a_number(text: Any, value: float) -> None:
    records, _ = cleaned(NUMBER, *labelled(text))
    assert column(records, "label") == [value]
    assert records["label"].dtype == np.float64


def test_numbers_are_described_by_quantiles() -> None:
    records, _ = cleaned(NUMBER, *labelled("1", "2", "3", "4", "10"))
    of_all = {"values": 5, "missing": 0, "min": 1, "q25": 2, "median": 3, "q75": 4, "max": 10, "mean": 4}
    assert described(NUMBER, records) == {
        "type": "regression",
        "outputs": {"label": of_all | {"sd": pytest.approx(math.sqrt(10), rel=1e-5)}},
    }


def test_outputs_that_are_missing_in_part() -> None:
    task = NUMBER | {"labels": {"outputs": ["on", "off"], "missing": "keep", "missing_values": ["-1"]}}
    rows = [
        {"sequence": "AC", "label_on": "1", "label_off": "-1.0"},
        {"sequence": "AG", "label_on": "NA", "label_off": ""},
    ]
    records, listed = cleaned(task, *rows)
    assert np.isnan(records.loc[0, "label_off"])
    assert column(records, "label_on") == [1.0]
    assert reasons(listed) == [("s1", "label missing: left out")]
    assert described(task, records)["outputs"]["off"] == {"values": 0, "missing": 1}


@pytest.mark.parametrize("labels", ["HEC", ["H", "E", "C"]])
def test_a_class_of_each_residue(labels: Any) -> None:
    records, _ = cleaned(STATES, *residues(labels))
    assert records.loc[0, "label"].tolist() == [0, 1, 2]
    assert records.loc[0, "label"].dtype == np.int8


def test_classes_of_more_than_one_letter_and_renamed_ones() -> None:
    task = STATES | {
        "classes": ["helix", "other"],
        "labels": {"names": {"H": "helix", "G": "helix", "C": "other"}},
    }
    records, _ = cleaned(task, *residues("GCH"))
    assert records.loc[0, "label"].tolist() == [0, 1, 0]


def test_residues_that_a_mask_hides_have_no_label_whatever_stands_there() -> None:
    task = STATES | {"labels": {"missing_values": ["?"]}}
    records, _ = cleaned(task, *residues("H?C", mask="101"))
    assert records.loc[0, "label"].tolist() == [0, -1, 2]
    records, _ = cleaned(STATES, *residues("HEC", mask="011"))
    assert records.loc[0, "label"].tolist() == [-1, 1, 2]
    counts = {"H": 0, "E": 1, "C": 1}
    assert described(STATES, records) == {
        "type": "residue-classes", "classes": ["H", "E", "C"], "residues": 3, "counts": counts, "missing": 1,
    }  # fmt: skip


def test_a_sequence_that_its_mask_hides_is_left_out() -> None:
    records, listed = cleaned(STATES, *residues("HEC", mask="000"), *residues("HE", sequence="MK", mask="10"))
    assert column(records, "id") == ["s1"]
    assert reasons(listed) == [("s0", "label missing: left out")]


def test_values_of_residues_and_missing_ones() -> None:
    task = SCORES | {"labels": {"missing": "keep", "missing_values": ["999"]}}
    records, listed = cleaned(
        task, *residues(["1.5", "999", "-2"]), *residues(["999", "999.0"], sequence="MK")
    )
    assert records.loc[0, "label"].tolist() == pytest.approx([1.5, math.nan, -2], nan_ok=True)
    assert reasons(listed) == [("s1", "label missing: left out")]
    said = described(task, records)
    assert (said["residues"], said["values"], said["missing"], said["min"]) == (3, 2, 1, -2.0)


def test_sequences_with_one_residue_missing_are_left_out_where_asked() -> None:
    task = SCORES | {"labels": {"missing": "drop", "missing_values": ["999"]}}
    rows = [
        *residues(["1", "999", "2"]),
        *residues(["1", "2"], sequence="MK"),
        *residues(["1", "999"], sequence="ML", mask="10"),
    ]
    records, _ = cleaned(task, *rows)
    assert column(records, "id") == ["s1", "s2"]  # the mask of the last hides what is missing


def test_bits_of_residues() -> None:
    records, _ = cleaned(BITS, *residues("057"))
    assert records.loc[0, "label"].tolist() == [0, 5, 7]
    assert described(BITS, records) == {
        "type": "residue-multilabel", "classes": ["metal", "nucleic", "small"], "residues": 3,
        "counts": {"metal": 2, "nucleic": 1, "small": 2}, "none": 1, "missing": 0,
    }  # fmt: skip


@pytest.mark.parametrize("task", [STATES, SCORES, BITS])
def test_labels_of_residues_come_back_from_the_disk(task: dict[str, Any], tmp_path: Path) -> None:
    task = task | {"labels": {"missing": "keep", "missing_values": ["?"]}}
    rows = [*residues(["?", "1", "2"]), *residues(["1", "1"], sequence="MK")]
    if task["type"] == "residue-classes":
        rows = [*residues("?HC"), *residues("EE", sequence="MK")]
    records, _ = cleaned(task, *rows)
    write_parquet(records.drop(columns="path"), tmp_path / "records.parquet")
    back = read_parquet(tmp_path / "records.parquet")
    for was, now in zip(records["label"], back["label"], strict=True):
        np.testing.assert_array_equal(was, now)
        assert was.dtype == now.dtype


def test_columns_of_records_by_type() -> None:
    assert label_columns(Labels("binary", ("a", "b"))) == ["label"]
    assert label_columns(Labels("multilabel", ("a", "b"))) == ["label_a", "label_b"]
    assert label_columns(Labels("regression", outputs=("x",))) == ["label_x"]


def test_what_readers_found_is_carried_on() -> None:
    row = {"sequence": "AC", "label": "yes", "group": "g", "chromosome": "chr1", "part": "test", "extra": 1}
    records, _ = cleaned({}, row)
    assert list(records.columns) == [
        "id",
        "sequence",
        "label",
        "file",
        "line",
        "group",
        "chromosome",
        "part",
        "path",
    ]


def test_pairs_have_two_sequences_and_their_ids() -> None:
    row = {"sequence_1": "AC", "sequence_2": "GT", "id_1": "p", "id_2": "q", "label": "yes"}
    records, _ = cleaned({"inputs": 2}, row)
    assert list(records.columns) == [
        "id",
        "sequence_1",
        "sequence_2",
        "label",
        "id_1",
        "id_2",
        "file",
        "line",
        "path",
    ]
