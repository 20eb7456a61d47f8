"""What a fit or a source model is given to learn from, and who is kept from it."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from seqgraft.data.tokens import encode, write_tokens
from seqgraft.learn.inputs import TASK_FILES, read_task

TASK = {"alphabet": "dna", "classes": ["yes", "no"], "strand": "single"}


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    """Three sequences; one leaks into a target, one is a copy of the task's own test part."""
    paths = dict(zip(TASK_FILES, ("r.parquet", "s.parquet", "e.tsv", "t.npy", "o.npy"), strict=True))
    paths = {name: str(tmp_path / path) for name, path in paths.items()}
    pd.DataFrame({"id": ["a", "b", "7"], "label": ["yes", "no", "yes"]}).to_parquet(paths["records"])
    pd.DataFrame({"id": ["a"], "part": ["test"]}).to_parquet(paths["splits"])
    Path(paths["excluded"]).write_text("id\trole\na\tsource\n7\tpool\n")
    write_tokens(*encode(["ACGT", "AAAA", "TTGN"], "dna"), Path(paths["tokens"]), Path(paths["offsets"]))
    return paths


def test_examples_in_the_order_of_the_records(files: dict[str, str]) -> None:
    task = read_task(TASK, files, roles=["pool"])
    assert list(task.examples.ids) == ["a", "b", "7"]
    assert task.examples.labels.tolist() == [1, 0, 1]
    np.testing.assert_array_equal(task.examples.tokens, [[0, 1, 2, 3], [0, 0, 0, 0], [3, 3, 2, 4]])
    assert task.examples.tokens.flags.writeable  # torch complains of memory that it does not own
    assert (task.reading.letters, task.reading.length) == ("ACGT", 4)


@pytest.mark.parametrize(
    ("roles", "left_out"), [(["pool"], {"7"}), (["source"], {"a"}), (["source", "pool"], {"a", "7"})]
)
def test_leaks_count_by_role(files: dict[str, str], roles: list[str], left_out: set[str]) -> None:
    assert read_task(TASK, files, roles=roles).excluded == left_out  # the id 7 stays a word


def test_both_strands_are_read_only_where_the_task_says_so(files: dict[str, str]) -> None:
    assert read_task(TASK, files, roles=["pool"]).reading.complement is None
    both = read_task({**TASK, "strand": "both"}, files, roles=["pool"])
    assert both.reading.complement == (3, 2, 1, 0)
