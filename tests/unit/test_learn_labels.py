"""From a task's files to what the learning code sees, for every type."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from raw_tables import cleaned

from seqgraft.data.tokens import encode, write_tokens
from seqgraft.learn.examples import Reading
from seqgraft.learn.inputs import TASK_FILES, read_task
from seqgraft.tables import write_parquet

NAN = np.nan


def files(tmp_path, task: dict[str, Any], *rows: dict[str, Any]) -> dict[str, str]:
    """Clean, write and encode raw rows as the rules do."""
    records, _ = cleaned(task, *rows)
    paths = {name: tmp_path / name for name in TASK_FILES}
    write_parquet(records.drop(columns="path"), paths["records"])
    columns = [name for name in ("sequence", "sequence_1", "sequence_2") if name in records]
    encoded = encode(records[columns].to_numpy(object).ravel().tolist(), task["alphabet"])
    write_tokens(*encoded, paths["tokens"], paths["offsets"])
    splits = pd.DataFrame({"id": records["id"], "part": "test", "replicate": pd.NA, "rank": pd.NA})
    write_parquet(splits.astype({"replicate": "Int64", "rank": "Int64"}), paths["splits"])
    paths["excluded"].write_text("id\trole\n")
    return {name: str(path) for name, path in paths.items()}


# The task, its rows, what is to be known of it, tokens, labels and the reading's further fields.
CASES = {
    "multiclass": (
        {"type": "multiclass", "classes": ["x", "y", "z"]},
        [{"sequence": "AC", "label": "z"}, {"sequence": "GT", "label": "x"}],
        [[0, 1], [2, 3]], [2, 0], {"outputs": 3},
    ),
    "multilabel": (
        {"type": "multilabel", "classes": ["x", "y"]},
        [{"sequence": "AC", "label": "y"}, {"sequence": "GT", "label": "-"}],
        [[0, 1], [2, 3]], [[0, 1], [0, 0]], {"outputs": 2},
    ),
    "regression, ragged": (
        {"type": "regression", "classes": []},
        [{"sequence": "ACG", "label": "1.5"}, {"sequence": "GT", "label": "-2"}],
        [[0, 1, 2], [2, 3, 5]], [1.5, -2], {"ragged": True},
    ),
    "regression of several": (
        {"type": "regression", "classes": [], "labels": {"outputs": ["u", "v"], "missing": "keep"}},
        [{"sequence": "AC", "label_u": "1", "label_v": ""}, {"sequence": "GT", "label_u": "3", "label_v": "4"}],
        [[0, 1], [2, 3]], [[1, NAN], [3, 4]], {"outputs": 2},
    ),
    "residue-classes": (
        {"type": "residue-classes", "classes": ["H", "E", "C"]},
        [{"sequence": "ACG", "label": "HCE"}, {"sequence": "GT", "label": "EE", "mask": "01"}],
        [[0, 1, 2], [2, 3, 5]], [[0, 2, 1], [-1, 1, -1]], {"outputs": 3, "per_residue": True, "ragged": True},
    ),
    "residue-classes of two": (
        {"type": "residue-classes", "classes": ["H", "E"]},
        [{"sequence": "ACG", "label": "HEH"}, {"sequence": "GT", "label": "EH"}],
        [[0, 1, 2], [2, 3, 5]], [[1, 0, 1], [0, 1, -1]], {"per_residue": True, "ragged": True},
    ),
    "residue-values": (
        {"type": "residue-values", "classes": []},
        [{"sequence": "ACG", "label": ["1", "2", "3"]}, {"sequence": "GT", "label": ["4", "5"]}],
        [[0, 1, 2], [2, 3, 5]], [[1, 2, 3], [4, 5, NAN]], {"per_residue": True, "ragged": True},
    ),
    "residue-multilabel": (
        {"type": "residue-multilabel", "classes": ["a", "b"]},
        [{"sequence": "AC", "label": ["0", "3"]}, {"sequence": "G", "label": ["2"]}],
        [[0, 1], [2, 5]], [[[0, 0], [1, 1]], [[0, 1], [NAN, NAN]]], {"outputs": 2, "per_residue": True, "ragged": True},
    ),
    "molecules": (
        {"type": "regression", "classes": [], "alphabet": "smiles"},
        [{"sequence": "CCl", "label": "1"}, {"sequence": "C", "label": "2"}],
        None, [1, 2], {"ragged": True},
    ),
    "letters of one's own": (
        {"type": "regression", "classes": [], "alphabet": {"letters": "HP"}},
        [{"sequence": "HP", "label": "1"}, {"sequence": "PP", "label": "2"}],
        [[0, 1], [1, 1]], [1, 2], {},
    ),
    "pairs": (
        {"inputs": 2, "symmetric": True, "classes": ["yes", "no"]},
        [
            {"sequence_1": "AC", "sequence_2": "GTA", "label": "yes"},
            {"sequence_1": "GG", "sequence_2": "T", "label": "no"},
        ],
        [[0, 1, 5, 2, 3, 0], [2, 2, 5, 3, 5, 5]], [1, 0],
        {"symmetric": True, "ragged": True, "second": Reading("ACGT", 3, ragged=True)},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_labels_and_sequences_arrive_as_they_are_learned(name, tmp_path):
    task, rows, tokens, labels, fields = CASES[name]
    task = {"alphabet": "dna", "type": "binary", **task}
    known = {key: task[key] for key in ("alphabet", "type", "classes", "inputs", "symmetric") if key in task}
    known |= {"strand": "single", "outputs": task.get("labels", {}).get("outputs", [])}
    found = read_task(known, files(tmp_path, task, *rows), roles=["pool"])
    if tokens is not None:
        assert found.examples.tokens.tolist() == tokens
    assert np.array_equal(
        found.examples.labels, np.array(labels), equal_nan=found.examples.labels.dtype.kind == "f"
    )
    usual = Reading("ACGT", 0)
    for field in ("outputs", "per_residue", "ragged", "second", "symmetric"):
        assert getattr(found.reading, field) == fields.get(field, getattr(usual, field)), field
    assert found.reading.length * (1 if found.reading.second is None else 2) == found.examples.tokens.shape[1]
    assert Reading.of(found.reading.plain()) == found.reading
