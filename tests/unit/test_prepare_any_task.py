"""From a raw table of any type to records, parts and tokens, by the scripts of the rules."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from mistakes import job, run
from raw_tables import cleaned

from seqgraft.data.tokens import TokenStore
from seqgraft.tables import read_parquet, write_parquet

DATA = "results/mine/data/a"
ENDS = [a + b for a in "ACGT" for b in "ACGT"]
TASKS: dict[str, tuple[dict[str, Any], list[dict[str, Any]]]] = {
    "multiclass": (
        {"type": "multiclass", "classes": ["x", "y", "z"]},
        [{"sequence": "AC" + end, "label": "xyz"[i % 3]} for i, end in enumerate(ENDS)],
    ),
    "several outputs": (
        {"type": "regression", "classes": [], "labels": {"outputs": ["on", "off"]}},
        [{"sequence": "AC" + end, "label_on": str(i), "label_off": "0.5"} for i, end in enumerate(ENDS)],
    ),
    "molecules": (
        {"type": "regression", "classes": [], "alphabet": "smiles"},
        [{"sequence": "C" * i + "Cl", "label": str(i)} for i in range(16)],
    ),
    "residues": (
        {"type": "residue-classes", "classes": ["H", "E"], "alphabet": "protein"},
        [{"sequence": "MK" + end, "label": "HHEE"} for end in ENDS],
    ),
    "pairs": (
        {"inputs": 2},
        [{"sequence_1": "A", "sequence_2": end, "label": ["yes", "no"][i % 2]} for i, end in enumerate(ENDS)],
    ),
}


def of(rule: str, task: dict[str, Any], output: dict[str, str], **params: Any) -> SimpleNamespace:
    return job(
        rule,
        input={"records": f"{DATA}/records.parquet"},
        output={name: f"{DATA}/{file}" for name, file in output.items()},
        params=params,
        wildcards={"task": "a"},
    )


@pytest.mark.parametrize("name", TASKS)
def test_a_task_is_split_and_encoded(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    task, rows = TASKS[name]
    task = {"alphabet": "dna", "type": "binary", "classes": ["yes", "no"], **task}
    records, _ = cleaned(task, *rows)
    write_parquet(records.drop(columns="path"), f"{DATA}/records.parquet")
    settings = {
        "replicates": 2,
        "numbers": [],
        "folds": 2,
        "split": {"method": "stratified", "test": 0.4, "seed": 1},
    }
    run(
        of(
            "split",
            task,
            {"splits": "splits.parquet"},
            classes=task["classes"],
            type=task["type"],
            **settings,
        )
    )
    splits = read_parquet(f"{DATA}/splits.parquet")
    assert (splits["part"] == "test").sum() == 6
    assert sorted(splits.loc[splits["replicate"].isna() | (splits["replicate"] == 1), "id"]) == sorted(
        records["id"]
    )
    if name == "multiclass":
        labels = records.set_index("id")["label"]
        assert labels[splits.loc[splits["part"] == "test", "id"]].value_counts().tolist() == [2, 2, 2]
    run(of("encode", task, {"tokens": "tokens.npy", "offsets": "offsets.npy"}, alphabet=task["alphabet"]))
    store = TokenStore(f"{DATA}/tokens.npy", f"{DATA}/offsets.npy")
    assert len(store) == 16 * task.get("inputs", 1)
    if name == "pairs":  # the first record's two sequences, then the second's
        assert [store[i].tolist() for i in range(4)] == [[0], [0, 0], [0], [0, 1]]
    if name == "molecules":
        np.testing.assert_array_equal(store.lengths, range(1, 17))


def test_records_of_residues_are_what_was_typed(tmp_path: Path) -> None:
    task, rows = TASKS["residues"]
    records, _ = cleaned(task, *rows)
    write_parquet(records, tmp_path / "records.parquet")
    assert pd.read_parquet(tmp_path / "records.parquet")["label"][0].tolist() == [0, 0, 1, 1]
