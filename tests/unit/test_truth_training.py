"""The short form of the end-to-end truth: one small study of each kind, from FASTA files to the verdict."""

from pathlib import Path

import pytest
from bench_scripts import bench_module

truth = bench_module("truth_training")


@pytest.mark.parametrize(
    ("kind", "verdicts"),
    [
        ("helps", {"helps"}),
        ("hurts", {"hurts"}),
        ("leaks", {"no evidence", "hurts"}),  # its source teaches nothing but the planted copies
        ("shuffled", {"no evidence"}),
    ],
)
def test_a_planted_answer_is_given(kind: str, verdicts: set[str], tmp_path: Path) -> None:
    found = truth.run((kind, 0, tmp_path))
    assert found["verdict"] in verdicts
    assert found["found"] == found["planted"]
    assert found["wrongly"] == 0
    assert (found["planted"] > 0) == (kind == "leaks")
