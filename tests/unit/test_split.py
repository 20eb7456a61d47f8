"""The test part and the replicates' permutations."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqgraft.data.split import split
from seqgraft.errors import SeqgraftError

CLASSES = ["yes", "no"]


def drawn(labels: list[str], ids: list[str] | None = None, **changes: object) -> pd.DataFrame:
    """Split a task whose sequences are called after their place."""
    options = {
        "classes": CLASSES,
        "seed_words": ("study", "task", 1),
        "replicates": 2,
        "numbers": [],
        "folds": 2,
        "task": "toy",
    }
    settings = {"method": "stratified", "test": changes.pop("test", 0.3)}
    options |= {"settings": settings} | changes
    return split(ids or [f"s{i}" for i in range(len(labels))], labels, **options)


def test_a_toy_by_hand() -> None:
    labels = ["yes"] * 10 + ["no"] * 21
    table = drawn(labels)
    assert list(table.columns) == ["id", "part", "replicate", "rank"]
    assert str(table["replicate"].dtype) == str(table["rank"].dtype) == "Int64"
    test, pool = table[table["part"] == "test"], table[table["part"] == "pool"]
    assert test["replicate"].isna().all()
    assert test["rank"].isna().all()
    label_of = {f"s{i}": label for i, label in enumerate(labels)}
    assert test["id"].map(label_of).value_counts().to_dict() == {"yes": 3, "no": 6}  # .3 of 10 and of 21
    everyone = set(label_of)
    for replicate in (1, 2):
        own = pool[pool["replicate"] == replicate]
        assert own["rank"].tolist() == list(range(22))
        assert sorted([*own["id"], *test["id"]]) == sorted(everyone)
    assert len(table) == 9 + 2 * 22


@given(
    yes=st.integers(8, 90),
    no=st.integers(8, 90),
    test=st.sampled_from([0.25, 0.3, 0.5, 0.7]),
    seed=st.integers(0, 10**6),
    mixed=st.randoms(use_true_random=False),
)
@settings(max_examples=60, deadline=None)
def test_every_prefix_is_stratified(yes: int, no: int, test: float, seed: int, mixed: object) -> None:
    labels = ["yes"] * yes + ["no"] * no
    mixed.shuffle(labels)
    table = drawn(labels, test=test, seed_words=("study", "task", seed))
    label_of = np.array(labels, dtype=object)
    for _, own in table[table["part"] == "pool"].groupby("replicate"):
        positive = label_of[own["id"].str[1:].astype(int)] == "yes"
        sizes = np.arange(1, len(own) + 1)
        off = np.cumsum(positive) - sizes * positive.mean()
        assert np.abs(off).max() < 1 + 1e-9
    in_test = label_of[table.loc[table["part"] == "test", "id"].str[1:].astype(int)]
    assert (in_test == "yes").sum() == round(test * yes)
    assert (in_test == "no").sum() == round(test * no)


def test_replicates_depend_on_nothing_but_the_draws_name() -> None:
    labels = ["yes", "no", "no"] * 20
    few = drawn(labels, replicates=2)
    many = drawn(labels, replicates=7, numbers=[10, 30], folds=5)
    shared = many[(many["part"] == "test") | (many["replicate"] <= 2)].reset_index(drop=True)
    pd.testing.assert_frame_equal(few, shared)
    pd.testing.assert_frame_equal(few, drawn(labels))
    other = drawn(labels, seed_words=("study", "task", 2))
    assert set(other.loc[other["part"] == "test", "id"]) != set(few.loc[few["part"] == "test", "id"])


def test_replicates_differ_in_order_and_in_the_class_that_comes_first() -> None:
    table = drawn(["yes", "no"] * 40, replicates=20)
    pool = table[table["part"] == "pool"]
    orders = {tuple(own["id"]) for _, own in pool.groupby("replicate")}
    assert len(orders) == 20
    first = pool.loc[pool["rank"] == 0, "id"].str[1:].astype(int) % 2
    assert 0 < first.sum() < 20
    # Each sequence is early in some replicates: with fixed blocks the mean rank would not centre.
    assert pool.groupby("id")["rank"].mean().between(10, 45).all()


def test_the_rare_class_seldom_comes_first() -> None:
    labels = ["yes"] * 10 + ["no"] * 40
    table = drawn(labels, test=0.2, replicates=200)
    first = table.loc[table["rank"] == 0, "id"].str[1:].astype(int)
    # u/8 < v/32 with u and v uniform: in 1 of 8 replicates, 25 of 200 with a standard deviation of 4.7.
    assert 6 < (first < 10).sum() < 44


def test_every_sequence_can_be_in_the_test_part() -> None:
    labels = ["yes", "no"] * 10
    tests = [drawn(labels, seed_words=("s", seed)).query("part == 'test'")["id"] for seed in range(60)]
    assert set(pd.concat(tests)) == {f"s{i}" for i in range(20)}


@pytest.mark.parametrize(
    ("yes", "changes", "what", "where", "remedy"),
    [
        (
            3,
            {},
            "class 'yes' of task 'toy' has 3 sequences: a test fraction of 0.3 takes 1 of them (at least 2 are "
            "needed) and leaves 2 for the pool (at least 2 are needed, one for each fold)",
            "config key tasks.toy",
            "give more sequences of that class, or change tasks.toy.split.test or training.folds",
        ),
        (
            10,
            {"folds": 8},
            "class 'yes' of task 'toy' has 10 sequences: a test fraction of 0.3 takes 3 of them (at least 2 are "
            "needed) and leaves 7 for the pool (at least 8 are needed, one for each fold)",
            "config key tasks.toy",
            "give more sequences of that class, or change tasks.toy.split.test or training.folds",
        ),
        (
            10,
            {"numbers": [10, 22]},
            "train_sizes asks for 22 labels, but the pool of task 'toy' holds 21",
            "config key train_sizes",
            "leave out the sizes above 21; `all` stands for the whole pool",
        ),
    ],
)
def test_refused(yes: int, changes: dict[str, object], what: str, where: str, remedy: str) -> None:
    with pytest.raises(SeqgraftError) as caught:
        drawn(["yes"] * yes + ["no"] * 20, **changes)
    assert (caught.value.what, caught.value.where, caught.value.remedy) == (what, where, remedy)


def test_the_smallest_class_and_the_largest_size_that_will_do() -> None:
    table = drawn(["yes"] * 5 + ["no"] * 10, test=0.4, folds=3, numbers=[9])
    assert (table["part"] == "test").sum() == 2 + 4


def test_a_size_that_holds_too_few_of_a_class() -> None:
    labels = ["yes"] * 20 + ["no"] * 180
    with pytest.raises(
        SeqgraftError, match=r"10 labels of task 'toy' hold about 1\.0 of class 'yes' \(10\.0%"
    ) as caught:
        drawn(labels, test=0.5, numbers=[10, 40])
    assert caught.value.remedy == "leave out the sizes below 30, or collect more of that class"
    table = drawn(labels, test=0.5, numbers=[30, 40], replicates=50)
    early = table[table["rank"] < 30]
    assert early[early["id"].str[1:].astype(int) < 20].groupby("replicate").size().min() >= 2
