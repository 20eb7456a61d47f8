"""The measurement of evaluation and report runs from end to end, on a study small enough for a test."""

import sys
from pathlib import Path

import pandas as pd
import pytest
from bench_scripts import bench_module

from seqgraft.report import figures

bench = bench_module("evaluation")


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two tasks, two train sizes, five replicates, few draws."""
    monkeypatch.setattr(bench, "TASKS", ("ant", "bee"))
    monkeypatch.setattr(bench, "PAIRS", [("ant", "bee"), ("bee", "ant")])
    monkeypatch.setattr(bench, "SIZES", ((50, False), (200, True)))
    monkeypatch.setattr(bench, "REPLICATES", 5)
    monkeypatch.setattr(bench, "DRAWS", 50)
    # The forms for a paper are slow, and tested where figures are.
    monkeypatch.setattr(figures, "WRITERS", {"svg": figures.WRITERS["svg"]})
    # Another test of this process may have loaded torch; only the measurement itself must do without.
    monkeypatch.delitem(sys.modules, "torch", raising=False)


@pytest.mark.usefixtures("small")
def test_every_stage_runs(tmp_path: Path) -> None:
    rows = {stage.__name__: bench.measured(stage, tmp_path, 200, 40) for stage in bench.STAGES}
    assert list(rows) == ["make", "evaluation", "bands", "report"]
    assert all(list(row) == bench.COLUMNS for row in rows.values())
    # Per target scratch and two baselines, per transfer zero-shot and seven strategies.
    assert rows["make"]["what"].startswith("22 files")
    metrics = pd.read_csv(tmp_path / "metrics.tsv", sep="\t")
    fits = metrics.query("strategy != 'chosen'").drop_duplicates(
        ["transfer", "strategy", "train_size", "replicate"]
    )
    assert len(fits) > 150
    # Per transfer: pool and source, each with all sequences and five bands.
    assert len(pd.read_csv(tmp_path / bench.BANDS, sep="\t")) == 2 * 2 * 6
    # Four figures per transfer, the training of two sources, and the matrix.
    assert rows["report"]["what"].startswith("11 figures")
