import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from report_fixtures import make_inputs

from seqgraft.report.inputs import ReportInputs
from seqgraft.report.page import build
from seqgraft.report.reading import count_splits, read_inputs, read_table, score_source
from seqgraft.tables import write_tsv


def write_study(folder: Path, inputs: ReportInputs) -> dict:
    """Write the files of a study as the pipeline does; return what `read_inputs` asks for."""

    def put(name: str, content: object) -> Path:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, pd.DataFrame):
            content.to_parquet(path) if path.suffix == ".parquet" else write_tsv(content, path)
        elif path.suffix == ".yaml":
            path.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True))
        else:
            path.write_text(json.dumps(content))
        return path

    tasks = list(inputs.config["tasks"])
    models = inputs.source_models
    rows = [
        (part, label)
        for part, label, n in inputs.split_counts[tasks[0]].itertuples(index=False)
        for _ in range(n)
    ]
    parts = pd.DataFrame(rows, columns=["part", "label"]).assign(id=[f"s{k}" for k in range(len(rows))])
    logits = pd.DataFrame({"part": ["test"] * 4, "label": [0, 0, 1, 1], "prediction": [-1.0, 0.5, 0.4, 2.0]})
    held_out = logits.assign(part="held-out")
    return {
        **{
            name: put(f"{name}{suffix}", getattr(inputs, name))
            for name, suffix in (
                ("config", ".yaml"), ("provenance", ".json"), ("verdicts", ".json"), ("summary", ".tsv"),
                ("comparisons", ".tsv"), ("savings", ".tsv"), ("calibration", ".tsv"), ("reliability", ".tsv"),
                ("suspicions", ".tsv"), ("leakage", ".tsv"), ("excluded", ".tsv"),
            )
        },
        "tasks": tasks,
        "rejects": [put(f"data/{t}/rejects.tsv", inputs.rejects[t]) for t in tasks],
        "summaries": [put(f"data/{t}/summary.json", inputs.data_summaries[t]) for t in tasks],
        "splits": [put(f"data/{t}/splits.parquet", parts[["id", "part"]]) for t in tasks],
        "records": [put(f"data/{t}/records.parquet", parts[["id", "label"]]) for t in tasks],
        "bundles": [put(f"pretrained/{m}/bundle.json", models[m].bundle) for m in models],
        "source_histories": [put(f"pretrained/{m}/history.tsv", models[m].history) for m in models],
        "source_predictions": [
            put(f"pretrained/{m}/predictions.parquet", pd.concat([held_out, logits])) for m in models
        ],
        "histories": [put(f"{folder_}/history.tsv", table) for folder_, table in inputs.histories.items()],
    }  # fmt: skip


@pytest.mark.parametrize("verdict", ["helps", "no verdict"])
def test_a_study_read_from_its_files_is_the_study_that_was_written(tmp_path, verdict):
    inputs = make_inputs({"ecoli--bsubtilis": verdict})
    read = read_inputs(**write_study(tmp_path, inputs))
    for name in ("summary", "comparisons", "savings", "leakage", "excluded"):
        pd.testing.assert_frame_equal(
            getattr(read, name), getattr(inputs, name), check_dtype=False, rtol=1e-5, obj=name
        )
    assert read.config == inputs.config
    assert read.verdicts == inputs.verdicts
    assert list(read.histories) == list(inputs.histories)
    assert list(read.source_models) == list(inputs.source_models)
    for task, counts in inputs.split_counts.items():
        pd.testing.assert_frame_equal(read.split_counts[task], counts)
    # Three of four pairs are in order.
    assert read.source_models["ecoli/0"].test_scores["auroc"] == pytest.approx(0.75)
    assert "Planted sentence" in build(read)


def test_tables_keep_ids_texts_and_gaps(tmp_path):
    path = tmp_path / "table.tsv"
    path.write_text("id\tis_all\tvalue\tnote\ttrain_size\n007\tTrue\t0.5\tNA\t50\n1e5\tFalse\t\t\tcurve\n")
    table = read_table(path)
    assert table["id"].tolist() == ["007", "1e5"]
    assert table["is_all"].tolist() == [True, False]
    assert table["value"][0] == 0.5
    assert np.isnan(table["value"][1])
    assert table["note"].tolist() == ["NA", ""]
    assert table["train_size"].tolist() == ["50", "curve"]


def test_a_sequence_of_the_pool_counts_once_however_many_replicates_list_it():
    rows = [("a", "test", None), ("b", "pool", 1), ("c", "pool", 1), ("b", "pool", 2), ("c", "pool", 2)]
    splits = pd.DataFrame(rows, columns=["id", "part", "replicate"])
    records = pd.DataFrame({"id": ["a", "b", "c"], "label": ["x", "y", "x"]})
    counts = count_splits(splits, records)
    assert counts.to_numpy().tolist() == [
        ["test", "x", 1],
        ["test", "y", 0],
        ["pool", "x", 1],
        ["pool", "y", 1],
    ]


def test_a_source_without_a_test_part_has_no_score():
    table = pd.DataFrame({"part": ["held-out"] * 2, "label": [0, 1], "prediction": [0.1, 0.2]})
    assert score_source(table) == ({}, 0)
