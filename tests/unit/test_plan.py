"""The plan counts what a study trains."""

from pathlib import Path

import yaml

from seqgraft.config.load import read_study
from seqgraft.plan import plan_of, plan_text

ROOT = Path(__file__).resolve().parents[2]


def test_the_tiny_study_counted_by_hand() -> None:
    study = read_study(yaml.safe_load((ROOT / "tests/config/tiny.yaml").read_text()))
    plan = plan_of(study)
    assert plan.source_models == 2
    # Two targets; scratch, full and two baselines each; two sizes; five replicates.
    assert plan.fits == 2 * 4 * 2 * 5
    # Of these scratch and full are networks, in three folds.
    assert plan.networks == 2 * 2 * 2 * 5 * 3
    # At most 2 epochs over two thirds of 20 and of 96 labels (rounded as the folds are).
    assert plan.passes == 2 * 2 * 5 * 3 * 2 * ((20 - 6) + (96 - 32))
    assert plan.open_sizes == 0
    assert "SIMULATED data" in plan_text(study)


def test_files_hide_the_size_of_all() -> None:
    study = read_study(yaml.safe_load((ROOT / "config/bacteria.yaml").read_text()))
    assert plan_of(study).open_sizes == 1
    assert "`all` and the source models not counted" in plan_text(study)
