"""What strategies that learn from the source again may see of it."""

import numpy as np
import pandas as pd
from learn_toys import planted, split

from seqgraft.learn import source_examples
from seqgraft.learn.inputs import TASK_FILES, TaskInputs


def test_test_part_and_leaks_are_left_out_and_sources_are_put_together(monkeypatch):
    asked = []
    tasks = {"a": planted(150, 1), "b": planted(90, 2)}
    leaks = {"a": {"s60", "s61"}, "b": set()}

    def read(task, files, *, roles):
        asked.append((set(files.values()), tuple(roles)))
        own = tasks[task["name"]]
        return TaskInputs(own, None, split(own, test=45), leaks[task["name"]])  # type: ignore[arg-type]

    monkeypatch.setattr(source_examples, "read_task", read)
    files = {f"source_{name}": [f"a/{name}", f"b/{name}"] for name in TASK_FILES}
    made = source_examples.read_source_examples(
        [{"name": "a"}, {"name": "b"}], files, roles=["source", "pool"]
    )
    assert made is not None
    wanted = [f"0/s{row}" for row in range(45, 150) if row not in (60, 61)]
    assert made.ids.tolist() == wanted + [f"1/s{row}" for row in range(45, 90)]
    first = np.array([row for row in range(45, 150) if row not in (60, 61)])
    assert np.array_equal(made.tokens[: len(first)], tasks["a"].tokens[first])
    assert np.array_equal(made.labels[len(first) :], tasks["b"].labels[45:])
    assert asked[0] == ({f"a/{name}" for name in TASK_FILES}, ("source", "pool"))
    assert source_examples.read_source_examples([], files, roles=[]) is None
    assert pd.Index(made.ids).is_unique
