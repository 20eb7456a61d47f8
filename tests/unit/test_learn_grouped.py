"""Folds, held-out parts and source models' validation parts that keep groups whole."""

import numpy as np
import pandas as pd
import pytest
from mistakes import job, run

from seqgraft.learn.choosing import grouped_share, members
from seqgraft.learn.examples import Examples, groups_of_rows


def toy(number: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    groups = np.repeat(np.arange(number), generator.integers(1, 5, number))
    return (generator.random(len(groups)) < 0.35).astype(np.int8), groups.astype(str).astype(object)


@pytest.mark.parametrize("number", [30, 400])
def test_no_group_is_held_out_in_part(number: int) -> None:
    labels, groups = toy(number)
    assert (len(labels) < 500) is (number == 30)
    parts = members(labels, folds=5, large_members=3, seed_words=("s", 1), groups=groups)
    for part in parts:
        assert not set(groups[part.fit]) & set(groups[part.held_out])
        assert sorted([*part.fit, *part.held_out]) == list(range(len(labels)))
        assert abs(labels[part.held_out].mean() - labels.mean()) < 0.08
    if number == 30:
        assert len(parts) == 5
        assert sorted(np.concatenate([part.held_out for part in parts])) == list(range(len(labels)))
    else:
        assert {len(part.held_out) for part in parts} == {round(0.2 * len(labels))}
    plain = members(labels, folds=5, large_members=3, seed_words=("s", 1))
    assert any(set(groups[part.fit]) & set(groups[part.held_out]) for part in plain)


def test_fewer_groups_than_folds_make_fewer_folds() -> None:
    labels = np.array([1, 1, 0, 0, 1, 1, 0, 0, 0])
    groups = np.array(list("aabbccddd"))
    parts = members(labels, folds=5, large_members=3, seed_words=("s",), groups=groups)
    assert len(parts) == 2
    assert all(len(set(labels[part.fit])) == 2 for part in parts)


def test_a_share_of_whole_groups() -> None:
    labels, groups = toy(200, seed=3)
    held = grouped_share(labels, groups, 0.15, np.random.default_rng(0))
    assert abs(len(held) / len(labels) - 0.15) < 0.01
    assert not set(groups[held]) & set(np.delete(groups, held))


def test_groups_are_looked_up_by_id_and_absent_where_there_are_none() -> None:
    examples = Examples(np.array(["a", "b", "c"]), np.zeros((3, 4), np.uint8), np.zeros(3, np.int8))
    splits = pd.DataFrame({"id": ["c", "a", "b", "a"], "part": "pool"})
    assert groups_of_rows(examples, splits) is None
    found = groups_of_rows(examples, splits.assign(group=["z", "x", "y", "x"]))
    assert found is not None
    assert found.tolist() == ["x", "y", "z"]


def test_the_two_rules(tmp_path, monkeypatch, capfd) -> None:
    monkeypatch.chdir(tmp_path)
    generator = np.random.default_rng(1)
    (genome,) = ["".join(row) for row in np.array(list("ACGT"))[generator.integers(0, 4, (1, 3000))]]
    starts = np.sort(generator.integers(0, 2950, 120))
    records = pd.DataFrame(
        {
            "id": [f"w{i}" for i in range(120)],
            "sequence": [genome[i : i + 40] for i in starts],
            "label": np.where(generator.random(120) < 0.5, "site", "rest"),
        }
    )
    folder = tmp_path / "results/mine/data/b"
    folder.mkdir(parents=True)
    records.to_parquet(folder / "records.parquet")
    names = {name: f"results/mine/data/b/{name}.parquet" for name in ("records", "groups", "splits")}
    own = {"method": "overlap", "shared": 30, "identity": 0.9}
    run(
        job(
            "group",
            input={"records": names["records"]},
            output={"groups": names["groups"]},
            params={"split": own, "alphabet": "dna", "strand": "single", "padded": False, "windows": False},
            wildcards={"task": "b"},
        )
    )
    run(
        job(
            "split",
            input={"records": names["records"], "groups": [names["groups"]]},
            output={"splits": names["splits"]},
            params={
                "split": own | {"test": 0.3, "seed": 1, "respect_groups": "folds"},
                "classes": ["site", "rest"],
                "replicates": 2,
                "numbers": [20],
                "folds": 3,
            },
            wildcards={"task": "b"},
        )
    )
    start_of = dict(zip(records["id"], starts, strict=True))
    table = pd.read_parquet(names["splits"])
    test, pool = (
        table.loc[table["part"] == part, "id"].map(start_of).to_numpy() for part in ("test", "pool")
    )
    assert np.abs(test[:, None] - pool[None, :]).min() > 10  # windows of 40 that share less than 30
    assert set(table.columns) == {"id", "part", "replicate", "rank", "group"}
    told = (tmp_path / "results/mine/logs/split.log").read_text()
    assert "in both" in told
    assert ", 0 in both" in told
    assert "of class site is in the test part" in told
    assert "120 sequences in " in (tmp_path / "results/mine/logs/group.log").read_text()
