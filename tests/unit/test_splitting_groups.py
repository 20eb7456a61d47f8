"""Which sequences belong together: by hand, planted, and against looking at every pair the slow way."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqgraft.alphabets import ALPHABETS
from seqgraft.config.splitting import GROUPED
from seqgraft.data.overlap import has_stretch, overlaps
from seqgraft.data.splitting.edits import close_pairs
from seqgraft.data.splitting.groups import GROUPERS, find_groups

DNA = ALPHABETS["dna"]


def drawn(generator: np.random.Generator, number: int, length: int) -> list[str]:
    return ["".join(row) for row in np.array(list("ACGT"))[generator.integers(0, 4, (number, length))]]


def slowly(one: str, other: str, shared: int, identity: float) -> bool:
    """Look at every stretch at every shift."""
    for shift in range(-len(one), len(other)):
        same = [one[i] == other[i + shift] != "N" for i in range(len(one)) if 0 <= i + shift < len(other)]
        for start, end in itertools.combinations(range(len(same) + 1), 2):
            if end - start >= shared and sum(same[start:end]) >= identity * (end - start) - 1e-9:
                return True
    return False


def overlapping(
    queries: list[str], targets: list[str], shared: int, identity: float
) -> tuple[np.ndarray, ...]:
    return overlaps(queries, targets, DNA, letters=shared, identity=identity)[:2]


def pairs(left: np.ndarray, right: np.ndarray) -> set[tuple[int, int]]:
    return set(zip(left.tolist(), right.tolist(), strict=True))


@given(
    queries=st.lists(st.text("ACN", min_size=1, max_size=10), min_size=1, max_size=4),
    targets=st.lists(st.text("ACN", min_size=1, max_size=10), min_size=1, max_size=4),
    shared=st.integers(3, 8),
    identity=st.sampled_from([0.6, 0.75, 0.85, 1.0]),
)
@settings(max_examples=60, deadline=None)
def test_stretches_are_those_found_slowly(
    queries: list[str], targets: list[str], shared: int, identity: float
) -> None:
    """In both ways: all pairs at every shift, and those with a word in common."""
    expected = {
        (i, j)
        for i, one in enumerate(queries)
        for j, other in enumerate(targets)
        if slowly(one, other, shared, identity)
    }
    for all_pairs in (5e11, 0):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("seqgraft.data.overlap._ALL_PAIRS", all_pairs)
            assert pairs(*overlapping(queries, targets, shared, identity)) == expected


def test_where_all_that_agrees_is_shorter_than_a_stretch() -> None:
    assert pairs(*overlapping(["ACG", "CCCCCCCCCC"], ["ACGAAAAAAA"], 5, 0.6)) == set()


def test_a_stretch_by_hand() -> None:
    same = np.array([[1, 1, 1, 0, 1, 1], [1, 0, 1, 0, 1, 0], [1, 1, 1, 0, 0, 0]], dtype=bool)
    assert has_stretch(same, 6, 0.8).tolist() == [True, False, False]  # 5 of 6
    assert has_stretch(same, 3, 1.0).tolist() == [True, False, True]
    assert has_stretch(same, 5, 0.6).tolist() == [True, True, True]  # 3 of 5, twice
    assert has_stretch(same, 7, 0.1).tolist() == [False, False, False]


def test_windows_of_one_genome() -> None:
    (genome,) = drawn(np.random.default_rng(1), 1, 400)
    windows = {"a": (0, 81), "b": (41, 122), "c": (82, 163), "d": (200, 281), "e": (242, 323)}
    records = pd.DataFrame({"id": list(windows), "sequence": [genome[i:j] for i, j in windows.values()]})
    own = {"method": "overlap", "shared": 40, "identity": 0.85}
    found = find_groups(records, own, alphabet="dna", strand="single", task="toy")
    # a and b share 40 letters, b and c 40 (so a and c, which share none, are together), d and e only 39.
    assert found.to_numpy().tolist() == [["a", "a"], ["b", "a"], ["c", "a"], ["d", "d"], ["e", "e"]]
    found = find_groups(records, own | {"shared": 41}, alphabet="dna", strand="single", task="toy")
    assert found["group"].is_unique
    records["sequence"] = [
        s if i != "b" else DNA.reverse_complement(s)
        for i, s in zip(records["id"], records["sequence"], strict=True)
    ]
    for strand, groups in (("single", "abcde"), ("both", "aaade")):
        found = find_groups(records, own, alphabet="dna", strand=strand, task="toy")
        assert found["group"].tolist() == list(groups)


def edits(one: str, other: str) -> int:
    """Count edits by the textbook's table."""
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        last, row[0] = row[0], i
        for j, b in enumerate(other, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (a != b))
    return row[-1]


@given(
    sequences=st.lists(st.text("ACG", min_size=1, max_size=9), min_size=1, max_size=8),
    distance=st.integers(0, 4),
)
@settings(max_examples=60, deadline=None)
def test_close_pairs_are_those_of_the_textbook(sequences: list[str], distance: int) -> None:
    assert pairs(*close_pairs(sequences, distance)) == {
        (i, j)
        for (i, one), (j, other) in itertools.combinations(enumerate(sequences), 2)
        if edits(one, other) <= distance
    }


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    generator = np.random.default_rng(2)
    sequences = drawn(generator, 30, 12)
    whole, far = close_pairs(sequences, 6), overlapping(sequences, sequences, 6, 0.8)
    monkeypatch.setattr("seqgraft.data.splitting.edits.BLOCK", 70)
    monkeypatch.setattr("seqgraft.data.overlap_places.BLOCK", 7)
    assert pairs(*close_pairs(sequences, 6)) == pairs(*whole)
    assert len(whole[0]) > 5
    again = overlapping(sequences, sequences, 6, 0.8)
    assert pairs(*again) == pairs(*far)
    assert len(far[0]) > 35


def test_guides_chains_and_columns() -> None:
    guide = "ACGTTGCAACGTGGCATCCAA"
    chain = [
        guide,
        "TTTT" + guide[4:],
        "TTTT" + guide[4:17] + "CGTT",
        drawn(np.random.default_rng(3), 1, 21)[0],
    ]
    records = pd.DataFrame({"id": list("abcd"), "sequence": chain, "chromosome": ["2", "X", "2", 7]})
    own = {"method": "edit-distance", "distance": 4}
    found = find_groups(records, own, alphabet="dna", strand="single", task="toy")
    assert found["group"].tolist() == ["a", "a", "a", "d"]
    found = find_groups(records, {"method": "chromosome"}, alphabet="dna", strand="single", task="toy")
    assert found["group"].tolist() == ["2", "X", "2", "7"]


def test_homologous_sequences() -> None:
    generator = np.random.default_rng(4)
    parents = generator.integers(0, 4, (6, 120))
    changed = generator.random(parents.shape) < 0.1
    children = np.where(changed, generator.integers(0, 4, parents.shape), parents)
    sequences = ["".join(np.array(list("ACGT"))[row]) for row in np.concatenate([parents, children])]
    records = pd.DataFrame({"id": [f"s{i}" for i in range(12)], "sequence": sequences})
    own = {"method": "homology", "identity": 0.8, "coverage": 0.8}
    found = find_groups(records, own, alphabet="dna", strand="single", task="toy")
    assert found["group"].tolist() == [f"s{i % 6}" for i in range(12)]


def test_every_method_that_groups_is_in_the_config() -> None:
    # Published parts group nothing but windows that were cut from one sequence.
    assert set(GROUPERS) == {*GROUPED, "predefined"}


def test_windows_of_one_sequence_stay_with_it_and_with_what_is_like_them() -> None:
    own, other = drawn(np.random.default_rng(8), 2, 40)
    windows = {"a:1": own[:20], "a:2": own[20:], "b:1": own[20:], "b:2": other[:20], "c:1": other[20:]}
    records = pd.DataFrame({"id": list(windows), "sequence": list(windows.values()), "group": list("aabbc")})
    settings = {"method": "overlap", "shared": 20, "identity": 1.0}
    asked = {"alphabet": "dna", "strand": "single", "task": "toy"}
    assert find_groups(records, settings, **asked)["group"].tolist() == ["a:1", "a:2", "a:2", "b:2", "c:1"]
    together = find_groups(records, settings, **asked, windows=True)
    assert together["group"].tolist() == ["a:1", "a:1", "a:1", "a:1", "c:1"]
    published = find_groups(records, {"method": "predefined"}, **asked, windows=True)
    assert published["group"].tolist() == ["a:1", "a:1", "b:1", "b:1", "c:1"]
