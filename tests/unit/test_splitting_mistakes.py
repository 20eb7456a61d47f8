"""Splits that cannot be made: what is told, where, and that the remedy names what to do."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from pydantic import TypeAdapter, ValidationError

from seqgraft.config.load import read_study
from seqgraft.config.splitting import SplitSettings
from seqgraft.data.split import split
from seqgraft.data.splitting.groups import find_groups
from seqgraft.errors import SeqgraftError
from seqgraft.learn.choosing import grouped_share, members

CLASSES = ["yes", "no"]
HALF = ["yes", "no"] * 30


def splits(own: dict[str, Any], labels: list = HALF, **changes: Any) -> pd.DataFrame:
    options: dict[str, Any] = {
        "classes": CLASSES, "seed_words": ("s", "t", 1), "replicates": 1, "numbers": [], "folds": 2, "task": "toy",
    }  # fmt: skip
    return split([f"s{i}" for i in range(len(labels))], labels, settings=own, **(options | changes))


def grouped(groups: list[str], labels: list = HALF, own: dict[str, Any] | None = None, **changes: Any) -> Any:
    settings = {"method": "group", "test": 0.3, "respect_groups": "folds"} | (own or {})
    return splits(settings, labels, groups=groups, **changes)


def found(own: dict[str, Any], **columns: list) -> Any:
    records = pd.DataFrame({"id": ["a", "b", "c"], "sequence": ["ACGT" * 6, "ACGA" * 6, "TTTTTT"]} | columns)
    return find_groups(records, own, alphabet="dna", strand="single", task="toy")


PREDEFINED = {"method": "predefined"}
ONE_GIANT = ["g"] * 57 + ["a", "b", "c"]
CASES: dict[str, tuple[Any, str, str]] = {
    "one giant group": (
        lambda: grouped(ONE_GIANT),
        "the groups of task 'toy' allow no test part of 30%: whole groups make 5.0%, and the largest, 'g', holds 95.0%",
        "tasks.toy.split",
    ),
    "a test part of one group that is too large": (
        lambda: grouped(["g"] * 30 + ["h"] * 30, own={"test": 0.1}),
        "allow no test part of 10%: whole groups make 0.0%",
        "tasks.toy.split",
    ),
    "a single group": (
        lambda: grouped(["g"] * 60),
        "the sequences of task 'toy' are in 1 group(s), and 2 parts are asked for",
        "tasks.toy.split",
    ),
    "fewer groups than folds": (
        lambda: grouped(list("abc") * 20, own={"folds": 5, "fold": 1, "test": 0.2}),
        "are in 3 group(s), and 5 parts are asked for",
        "tasks.toy.split",
    ),
    "a class in one group": (
        lambda: grouped(["g"] * 20 + [f"h{i}" for i in range(40)], ["yes"] * 20 + ["no"] * 40),
        "puts 0 sequences of class 'yes' into the test part (at least 2 are needed)",
        "tasks.toy.split",
    ),
    "too few for the folds": (
        lambda: splits({"method": "random", "test": 0.3}, ["yes"] * 20 + ["no"] * 20, folds=18),
        "into the pool (at least 18 are needed, one for each fold)",
        "tasks.toy.split",
    ),
    "a train size above the pool": (
        lambda: splits({"method": "random", "test": 0.5}, numbers=[31]),
        "train_sizes asks for 31 labels, but the pool of task 'toy' holds 30",
        "train_sizes",
    ),
    "a train size above a pool of numbers": (
        lambda: splits({"method": "stratified", "test": 0.5}, [i / 7 for i in range(60)], classes=[], numbers=[40]),
        "train_sizes asks for 40 labels, but the pool of task 'toy' holds 30",
        "train_sizes",
    ),
    "first labels of one class": (
        lambda: grouped(
            [f"g{i // 8}" for i in range(96)], (["yes"] * 8 + ["no"] * 8) * 6,
            {"respect_groups": "prefixes"}, numbers=[8],
        ),
        "because prefixes take whole groups: too few to choose anything on",
        "tasks.toy.split.respect_groups",
    ),
    "no column": (
        lambda: found({"method": "group"}),
        "the split method 'group' of task 'toy' needs a column 'group', and its sequences have none",
        "tasks.toy.split.method",
    ),
    "no chromosome": (
        lambda: found({"method": "chromosome"}),
        "needs a column 'chromosome'",
        "tasks.toy.split.method",
    ),
    "blank groups": (
        lambda: found({"method": "group"}, group=["x", " ", None]),
        "2 of the 3 sequences of task 'toy' have no value in column 'group', the first is 'b'",
        "tasks.toy.split.method",
    ),
    "pairs": (
        lambda: find_groups(
            pd.DataFrame({"id": ["a"], "sequence_1": ["AC"], "sequence_2": ["GT"]}),
            {"method": "homology", "identity": 0.5, "coverage": 0.8}, alphabet="dna", strand="single", task="toy",
        ),
        "the split method 'homology' compares single sequences, and task 'toy' has pairs",
        "tasks.toy.split.method",
    ),
    "sequences shorter than what they share": (
        lambda: found({"method": "overlap", "shared": 40, "identity": 0.85}),
        "no two sequences of task 'toy' can share 40 letters: the longest has 24",
        "tasks.toy.split.shared",
    ),
    "a distance that makes all one": (
        lambda: found({"method": "edit-distance", "distance": 6}),
        "a distance of 6 turns any sequence of task 'toy' with 6 letters into any other of that length",
        "tasks.toy.split.distance",
    ),
    "an unknown part": (
        lambda: splits(PREDEFINED, parts=["pool", "test", "dev"] * 20),
        "the column 'part' of task 'toy' says 'dev', which means neither the test part (test) nor the pool (pool)",
        "tasks.toy.split",
    ),
    "no pool": (
        lambda: splits(PREDEFINED, parts=["test"] * 60),
        "the column 'part' of task 'toy' leaves the pool empty: it never says pool",
        "tasks.toy.split",
    ),
    "no test part": (
        lambda: splits(PREDEFINED, parts=["pool"] * 60),
        "leaves the test part empty: it never says test",
        "tasks.toy.split",
    ),
    "a chromosome that is not there": (
        lambda: grouped(["chr1", "chr2"] * 30, own={"method": "chromosome", "chromosomes": ["chr9"]}),
        "no sequence of task 'toy' is on a chromosome 'chr9'; there are chr1, chr2",
        "tasks.toy.split.chromosomes",
    ),
    "every chromosome": (
        lambda: grouped(["chr1", "chr2"] * 30, own={"method": "chromosome", "chromosomes": ["chr1", "chr2"]}),
        "`chromosomes` names every chromosome of task 'toy'",
        "tasks.toy.split.chromosomes",
    ),
    "one class's labels in one group": (
        lambda: members(
            np.array([1] * 5 + [0] * 20), folds=5, large_members=3, seed_words=("s",),
            groups=np.array(["g"] * 5 + [f"h{i}" for i in range(20)]),
        ),
        "Among 25 labels whole groups leave a class to one fold alone",
        "config keys train_sizes of targets, pretraining.validation of sources",
    ),
    "one class of a source in one group": (
        lambda: grouped_share(
            np.array([1] * 5 + [0] * 20), np.array(["g"] * 5 + [f"h{i}" for i in range(20)]), 0.2,
            np.random.default_rng(0),
        ),
        "Among 25 labels whole groups leave a class to one fold alone",
        "config keys train_sizes of targets, pretraining.validation of sources",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_cannot_be_split(case: str) -> None:
    mistake, what, where = CASES[case]
    with pytest.raises(SeqgraftError) as caught:
        mistake()
    assert what in caught.value.what
    assert caught.value.where.removeprefix("config key ") == where
    assert len(caught.value.remedy) > 10
    assert "\n" not in caught.value.what


def study(own: Any) -> dict[str, Any]:
    counts = {"yes": 80, "no": 80}
    simulated = {"alphabet": "dna", "classes": CLASSES, "simulate": {"species": "ecoli", "counts": counts}}
    tasks = {"a": simulated | {"split": own}, "b": simulated}
    return {"study": "mine", "tasks": tasks, "transfers": [{"source": "b", "target": "a"}]}


@pytest.mark.parametrize(
    ("own", "told"),
    [
        ({"method": "homologie"}, "tasks.a.split.method: 'homologie' is not known; did you mean 'homology'?"),
        ({"method": "homology", "identiti": 0.3}, "tasks.a.split.identiti: unknown key; did you mean 'identity'?"),
        ({"method": "overlap", "shared": 3}, "tasks.a.split.shared: must be 8 or more, not 3"),
        ({"method": "overlap", "distance": 3}, "tasks.a.split.distance: unknown key"),
        ({"tset": 0.3}, "tasks.a.split.tset: unknown key; did you mean 'test'?"),
        ({"folds": 5}, "tasks.a.split: `folds` and `fold` need each other: fold i of k"),
        ({"folds": 5, "fold": 6}, "tasks.a.split: `fold` is 6, and there are only 5 folds"),
        ({"folds": 5, "fold": 1, "test": 0.3}, "tasks.a.split: `test` is 1/folds where `folds` is given, here 0.2"),
        ({"method": "predefined", "test": 0.3}, "tasks.a.split.test: unknown key"),
        ({"method": "chromosome", "chromosomes": ["1"], "folds": 2, "fold": 1}, "so there are no `folds` of it"),
        ("overlap", "tasks.a.split: must be a table of keys, not 'overlap'"),
    ],
)  # fmt: skip
def test_config_of_a_split(own: Any, told: str) -> None:
    with pytest.raises(SeqgraftError) as caught:
        read_study(study(own), ["study.yaml"])
    assert told in caught.value.what


def test_a_fold_is_a_fraction_and_a_config_reads_its_own_words() -> None:
    adapter: TypeAdapter = TypeAdapter(SplitSettings)
    own = adapter.validate_python({"method": "overlap", "folds": 4, "fold": 2})
    assert own.test == 0.25
    assert adapter.validate_python(own.model_dump(exclude_none=True)) == own
    assert list(adapter.validate_python({}).model_dump(exclude_none=True)) == ["method", "test", "seed"]
    with pytest.raises(ValidationError):
        adapter.validate_python({"method": "overlap", "respect_groups": "no"})
