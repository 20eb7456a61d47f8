"""The measurements of training run from end to end on a few examples; that of a GPU says where there is none."""

import pytest
import torch
from bench_scripts import bench_module

from seqgraft.config.learning import BackboneSettings
from seqgraft.learn.examples import Reading
from seqgraft.learn.model import build


def test_every_comparison_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = bench_module("training")
    for name, value in {"EXAMPLES": 32, "BATCH": 16, "LABELS": 40, "FROZEN_EPOCHS": 1}.items():
        monkeypatch.setattr(bench, name, value)
    rows = [*bench.training_rows(18, 4, 1), bench.frozen_row(18, 4, 1)]
    assert all(list(row) == bench.COLUMNS for row in rows)
    assert [row["asked"] for row in rows] == [">= .95", ">= .40", ">= 10"]
    assert all(row["ratio"] >= 0 for row in rows)


def test_operations_are_those_of_a_network_that_is_counted_by_hand() -> None:
    bench = bench_module("training")
    model = build(Reading("ACGT", 81), BackboneSettings(width=64, hidden=64), 1)
    convolutions = 64 * 4 * 11 * 81, 64 * 64 * 5 * 27
    dense = 64 * 9 * 64
    assert model.backbone.multiply_adds == sum(convolutions) + dense
    assert bench.operations(81, 64) == 4 * convolutions[0] + 6 * (convolutions[1] + dense)


def test_without_a_gpu_nothing_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(SystemExit, match="torch finds none here"):
        bench_module("gpu").main()
