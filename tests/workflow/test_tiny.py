"""The tiny study of two transfers, from simulation to report, and what must not change it."""

import json
from pathlib import Path

import pandas as pd
from study_folder import ROOT, Folder
from warm import Warm

TINY = str(ROOT / "tests/config/tiny.yaml")


def test_the_study_ends_in_a_page_and_documented_files(finished: Folder) -> None:
    results = finished.path / "results/tiny"
    for name in [
        "config.yaml",
        "provenance.json",
        "leakage.tsv",
        "excluded.tsv",
        "metrics.tsv",
        "summary.tsv",
        "comparisons.tsv",
        "savings.tsv",
        "calibration.tsv",
        "reliability.tsv",
        "suspicions.tsv",
        "identity_bands.tsv",
        "verdicts.json",
        "report.html",
    ]:
        assert (results / name).stat().st_size > 0, name
    metrics = pd.read_csv(results / "metrics.tsv", sep="\t")
    assert list(metrics.columns) == [
        "transfer",
        "source",
        "target",
        "strategy",
        "train_size",
        "is_all",
        "replicate",
        "part",
        "metric",
        "value",
    ]
    assert set(metrics["transfer"]) == {"ecoli--bsubtilis", "bsubtilis--ecoli"}
    comparisons = pd.read_csv(results / "comparisons.tsv", sep="\t")
    primary = comparisons[comparisons["role"] == "primary"]
    assert sorted(primary["transfer"]) == ["bsubtilis--ecoli", "ecoli--bsubtilis"]


def test_simulated_data_is_called_simulated(finished: Folder) -> None:
    page = (finished.path / "results/tiny/report.html").read_text()
    assert page.lower().count("simulated") >= 5


def test_the_test_part_is_apart_from_the_labels(finished: Folder) -> None:
    results = finished.path / "results/tiny"
    for file in results.glob("t*/*/*/predictions.parquet"):
        table = pd.read_parquet(file)
        assert not set(table.loc[table["part"] == "test", "id"]) & set(
            table.loc[table["part"] == "held-out", "id"]
        )


def test_all_strategies_see_the_same_labels(finished: Folder) -> None:
    results = finished.path / "results/tiny"
    seen = {}
    for strategy in [
        "targets/bsubtilis/scratch",
        "targets/bsubtilis/kmer-logistic",
        "transfers/ecoli--bsubtilis/full",
    ]:
        table = pd.read_parquet(results / strategy / "predictions.parquet")
        held_out = table[table["part"] == "held-out"]
        seen[strategy] = {
            key: frozenset(group["id"]) for key, group in held_out.groupby(["train_size", "replicate"])
        }
    first, *others = seen.values()
    assert all(other == first for other in others)
    sizes = {size for size, _ in first}
    assert all(len(ids) == size for (size, _), ids in first.items() if size < 500)
    assert len(sizes) == 2


def test_nothing_is_left_to_do_after_a_run(finished: Folder, warm: Warm) -> None:
    result = finished.snakemake("--configfile", TINY, "--cores", "1", "-n", warm=warm)
    assert result.returncode == 0
    assert "Nothing to be done" in result.stdout, result.stdout


def test_provenance_names_every_byte(finished: Folder) -> None:
    record = json.loads((finished.path / "results/tiny/provenance.json").read_text())
    assert len(record["raw"]) == 4
    assert all(entry["simulated"] for entry in record["raw"].values())
    assert set(record["code"]) >= {"prepare", "pretrain", "finetune", "report"}
    assert "transfers/ecoli--bsubtilis/full/predictions.parquet" in record["sha256"]
    assert record["packages"]["torch"].startswith("2.")


def test_no_half_written_file_is_left(finished: Folder) -> None:
    hidden = [Path(name).name for name in finished.files() if Path(name).name.startswith(".")]
    assert set(hidden) <= {".snakemake_timestamp"}  # Snakemake's own mark in a folder that is an output
