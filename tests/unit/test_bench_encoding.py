"""The measurement of encoding runs from end to end on small files, and compares equal results."""

from pathlib import Path

import numpy as np
import pytest
from bench_scripts import bench_module

bench = bench_module("encoding")


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = {"READS": 300, "LONG_READS": 20, "LONG": 200, "CONTIGS": 2, "CONTIG": 5_000, "MANY": 500}
    for name, value in {**sizes, "WINDOWS": 50, "WINDOW": 100, "BATCHES": 3, "BATCH": 8}.items():
        monkeypatch.setattr(bench, name, value)
    # A process of its own would not see the small sizes.
    monkeypatch.setattr(bench, "memory_row", lambda folder: dict.fromkeys(bench.COLUMNS, ""))


@pytest.mark.usefixtures("small")
def test_every_comparison_runs(tmp_path: Path) -> None:
    rows = list(bench.measured(tmp_path, 1))
    assert len(rows) == 11
    assert all(list(row) == bench.COLUMNS for row in rows)
    assert {row["asked"] for row in rows} == {"", ">= 3", ">= 5", ">= 40", "<= 1.5"}
    assert all(row["ratio"] > 0 for row in rows[:-1])


def test_results_that_differ_are_no_comparison() -> None:
    case = bench.Case("task", "peer", "size", "", lambda: (np.ones(2),), lambda: (np.zeros(2),))
    with pytest.raises(AssertionError, match="task: the results differ"):
        bench.compared(case, 1)


def test_the_peak_is_that_of_a_process(tmp_path: Path) -> None:
    path = bench.fasta(tmp_path / "a.fa", 500, 50)
    mib, seconds = bench.peak(path, tmp_path / "out")
    assert mib > 10
    assert seconds >= 0
