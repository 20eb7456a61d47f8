"""Ways to split: nobody on both sides, everybody once, groups whole, shares as asked."""

from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from seqgraft.data.split import split
from seqgraft.data.splitting.assign import deal_groups
from seqgraft.data.splitting.balance import balance
from seqgraft.data.splitting.order import order_of_groups, stratified_order
from seqgraft.data.splitting.parts import Draw, draw_test
from seqgraft.data.splitting.strata import strata_of

CLASSES = ["yes", "no"]
GROUPED = {"method": "group", "test": 0.3, "respect_groups": "folds"}


def drawn(labels: list, own: dict[str, Any], groups: Any = None, **changes: Any) -> pd.DataFrame:
    options: dict[str, Any] = {
        "classes": CLASSES, "seed_words": ("study", "task", 1), "replicates": 2, "numbers": [], "folds": 2,
        "task": "toy", "groups": groups,
    }  # fmt: skip
    return split([f"s{i}" for i in range(len(labels))], labels, settings=own, **(options | changes))


def in_test(table: pd.DataFrame) -> set[str]:
    return set(table.loc[table["part"] == "test", "id"])


@st.composite
def tasks(draw: Any) -> tuple[list[str], list[str], int]:
    """Classes and groups of a task: many small groups, of which some hold both classes."""
    sizes = draw(st.lists(st.integers(1, 6), min_size=30, max_size=60))
    groups = [f"g{i}" for i, size in enumerate(sizes) for _ in range(size)]
    labels = draw(st.lists(st.sampled_from(CLASSES), min_size=len(groups), max_size=len(groups)))
    labels[: len(groups) // 4] = ["yes"] * (len(groups) // 4)
    labels[-(len(groups) // 4) :] = ["no"] * (len(groups) // 4)
    return labels, groups, draw(st.integers(0, 10**6))


@given(task=tasks(), respected=st.sampled_from(["folds", "prefixes", "nothing"]))
@settings(max_examples=40, deadline=None)
def test_groups_are_whole_and_everybody_is_there_once(task: Any, respected: str) -> None:
    labels, groups, seed = task
    own = GROUPED | {"respect_groups": respected}
    table = drawn(labels, own, groups, seed_words=("study", "task", seed))
    group_of = dict(zip((f"s{i}" for i in range(len(labels))), groups, strict=True))
    test = in_test(table)
    pool = table[table["part"] == "pool"]
    assert not {group_of[name] for name in test} & {group_of[name] for name in pool["id"]}
    for _, order in pool.groupby("replicate"):
        assert sorted([*order["id"], *test]) == sorted(group_of)
        assert order["rank"].tolist() == list(range(len(order)))
        runs = order["id"].map(group_of)
        changes = int((runs != runs.shift()).sum())
        assert (changes == runs.nunique()) or respected != "prefixes"
    assert ("group" in table) is (respected != "nothing")
    if "group" in table:
        assert (table["group"] == table["id"].map(group_of)).all()


@given(task=tasks(), folds=st.integers(2, 6), method=st.sampled_from(["random", "stratified", "group"]))
@settings(max_examples=30, deadline=None)
def test_folds_cut_everything_into_parts_of_one_size(task: Any, folds: int, method: str) -> None:
    labels, groups, seed = task
    strata, group_of = strata_of(labels, CLASSES), np.array(groups) if method == "group" else None
    parts = []
    for fold in range(1, folds + 1):
        draw = Draw(
            {"method": method, "test": 1 / folds, "folds": folds, "fold": fold}, strata, group_of, None, "t"
        )
        parts.append(np.flatnonzero(draw_test(draw, np.random.default_rng(seed))))
    assert sorted(np.concatenate(parts)) == list(range(len(labels)))
    sizes = [len(part) for part in parts]
    assert max(sizes) - min(sizes) <= (6 if method == "group" else 1)  # one group, one sequence
    if method == "stratified":
        held = [sum(labels[row] == "yes" for row in part) for part in parts]
        assert max(held) - min(held) <= 1


def test_classes_and_sizes_are_as_even_as_groups_allow() -> None:
    generator = np.random.default_rng(0)
    sizes = generator.geometric(0.3, 600)
    groups = np.repeat(np.arange(600), sizes)
    strata = (generator.random(len(groups)) < 0.3).astype(np.int64)
    part = deal_groups(groups, strata, np.array([0.7, 0.3]), generator)
    for value in (0, 1):
        assert abs((part[strata == value] == 1).mean() - 0.3) < 0.002
    # Groups of every size are on both sides: the test part is not made of the small ones alone.
    large = sizes[groups] >= 8
    assert abs((part[large] == 1).mean() - 0.3) < 0.1


def test_dealing_by_hand() -> None:
    # 6 + 3 + 1 sequences of one class to two halves: 6 here, 3 there, and the last one to the smaller.
    groups = np.repeat(["a", "b", "c"], [6, 3, 1])
    part = deal_groups(groups, np.zeros(10, dtype=np.int64), np.array([0.5, 0.5]), np.random.default_rng(1))
    assert part[0] != part[6] == part[9]


def test_a_group_takes_the_place_of_a_member_drawn_at_random() -> None:
    # Nine in one group and one alone: the place of a large group's first member would nearly always be earlier.
    groups = np.array(["big"] * 9 + ["one"])
    first = 0
    for seed in range(300):
        generator = np.random.default_rng(seed)
        order = order_of_groups(generator.permutation(10), groups, generator)
        first += groups[order][0] == "big"
    assert 120 < first < 180  # 150 expected, standard deviation 8.7


def test_strata_of_every_kind_of_label() -> None:
    assert strata_of(["no", "yes", "no"], CLASSES).tolist() == [1, 0, 1]
    assert strata_of(["a", "c", "b"], ["a", "b", "c"]).tolist() == [0, 2, 1]
    values = np.random.default_rng(0).permutation(100) / 7
    assert strata_of(values).tolist() == (np.argsort(np.argsort(values)) // 10).tolist()
    assert (
        strata_of([0.0] * 95 + [1.5] * 5).tolist() == [0] * 95 + [1] * 5
    )  # equal numbers are not torn apart
    assert strata_of([0.0] * 50 + list(range(1, 51))).tolist() == [0] * 50 + [
        k for k in range(5, 10) for _ in range(10)
    ]
    assert strata_of(["HHC", "EEH"], ["H", "E", "C"]).tolist() == [0, 0]  # a class per residue
    assert strata_of([["H"], ["E"]]).tolist() == [0, 0]
    assert strata_of([1.0, np.nan, 2.0]).tolist() == [0, 0, 0]


def test_numbers_and_three_classes_are_balanced() -> None:
    generator = np.random.default_rng(2)
    values = list(generator.lognormal(size=400))
    table = drawn(values, {"method": "stratified", "test": 0.25}, classes=[])
    test = np.array([f"s{i}" in in_test(table) for i in range(400)])
    ranks = np.argsort(np.argsort(values))
    assert [int(test[ranks // 40 == k].sum()) for k in range(10)] == [10] * 10
    order = table.loc[table["replicate"] == 1, "id"].str[1:].astype(int)
    assert abs(np.median(np.array(values)[order[:50]]) - np.median(values)) < 0.2
    labels = list(generator.choice(["a", "b", "c"], 300))
    table = drawn(labels, {"method": "stratified", "test": 0.3}, classes=["a", "b", "c"])
    for name in "abc":
        rows = [f"s{i}" for i, label in enumerate(labels) if label == name]
        assert len(in_test(table) & set(rows)) == round(0.3 * len(rows))


def test_published_parts_and_named_chromosomes() -> None:
    parts = ["pool", "test", "pool"] * 20
    own = {"method": "predefined"}
    labels = ["yes", "no"] * 30
    assert in_test(drawn(labels, own, parts=parts)) == {f"s{i}" for i in range(1, 60, 3)}
    # Windows of one sequence: groups, which the folds of the pool respect.
    windows = drawn(labels, own, [f"g{i // 3}" for i in range(60)], parts=parts)
    assert windows.set_index("id").loc["s4", "group"] == "g1"
    own = {"method": "chromosome", "test": 0.3, "chromosomes": ["chr2"], "respect_groups": "nothing"}
    chromosomes = ["chr1", "chr1", "chr2"] * 20
    assert in_test(drawn(labels, own, chromosomes)) == {f"s{i}" for i in range(2, 60, 3)}


def test_random_does_not_look_at_labels() -> None:
    labels = ["yes", "no"] * 50
    other = ["yes"] * 50 + ["no"] * 50
    own = {"method": "random", "test": 0.3}
    assert in_test(drawn(labels, own)) == in_test(drawn(other, own))
    assert len(in_test(drawn(labels, own))) == 30


def test_imbalance_is_told() -> None:
    records = pd.DataFrame({"id": list("abcdef"), "label": ["yes", "yes", "no", "no", "no", "no"]})
    table = pd.DataFrame({"id": list("abcdef"), "part": ["test", "pool", "test", "pool", "pool", "pool"]})
    assert list(balance(table, records, pd.Series(list("uvuwww")), CLASSES)) == [
        "50.0% of class yes is in the test part, 33.3% of all sequences",
        "25.0% of class no is in the test part, 33.3% of all sequences",
        "1 groups in the test part, 2 in the pool, 0 in both",
    ]


@given(labels=st.lists(st.sampled_from("abc"), min_size=1, max_size=80), seed=st.integers(0, 1000))
@settings(max_examples=40, deadline=None)
def test_orders_are_permutations(labels: list[str], seed: int) -> None:
    generator = np.random.default_rng(seed)
    order = stratified_order(np.array(labels, dtype=object), generator)
    assert sorted(order) == list(range(len(labels)))
    grouped = order_of_groups(order, generator.integers(0, 5, len(labels)), generator)
    assert sorted(grouped) == list(range(len(labels)))
