"""Equal sequences: once with one label, by policy with several, and never in the pool where the test part has them."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from raw_tables import cleaned, column, reasons, residues

NUMBER = {"type": "regression", "classes": []}
STATES = {"alphabet": "protein", "type": "residue-classes", "classes": ["H", "E"]}


def numbers(*given_: tuple[str, str]) -> list[dict[str, Any]]:
    return [{"sequence": sequence, "label": label} for sequence, label in given_]


def pairs(*given_: tuple[str, str, str]) -> list[dict[str, Any]]:
    return [{"sequence_1": one, "sequence_2": two, "label": label} for one, two, label in given_]


def test_the_same_number_counts_once() -> None:
    records, listed = cleaned(NUMBER, *numbers(("AC", "0.5"), ("AC", "0.50"), ("AG", "1")))
    assert column(records, "id") == ["s0", "s2"]
    assert reasons(listed) == [("s1", "duplicate of s0")]


def test_other_numbers_go_with_all_their_copies() -> None:
    records, listed = cleaned(NUMBER, *numbers(("AC", "0.5"), ("AC", "0.7"), ("AG", "1")))
    assert column(records, "id") == ["s2"]
    assert reasons(listed) == [
        ("s0", "same sequence also labelled 0.7: all copies left out"),
        ("s1", "same sequence also labelled 0.5: all copies left out"),
    ]


def test_the_mean_of_near_numbers_and_nothing_of_far_ones() -> None:
    task = NUMBER | {"conflicts": "mean", "labels": {"tolerance": 0.5}}
    rows = numbers(("AC", "1"), ("AG", "1"), ("AC", "1.25"), ("AG", "1.75"), ("AC", "1.5"), ("AT", "3"))
    records, listed = cleaned(task, *rows)
    assert column(records, "id") == ["s0", "s5"]
    assert column(records, "label") == [1.25, 3.0]
    assert reasons(listed) == [
        ("s0", "changed: label is the mean: 1.25 of 3 copies"),
        ("s1", "same sequence also labelled 1.75: all copies left out"),
        ("s2", "duplicate of s0"),
        ("s3", "same sequence also labelled 1.0: all copies left out"),
        ("s4", "duplicate of s0"),
    ]


def test_the_mean_of_each_output() -> None:
    task = NUMBER | {
        "conflicts": "mean",
        "labels": {"tolerance": 1, "outputs": ["x", "y"], "missing": "keep"},
    }
    rows = [
        {"sequence": "AC", "label_x": "1", "label_y": "NA"},
        {"sequence": "AC", "label_x": "2", "label_y": "5"},
    ]
    records, _ = cleaned(task, *rows)
    assert records[["label_x", "label_y"]].to_numpy().tolist() == [[1.5, 5.0]]


def test_the_first_copy() -> None:
    records, listed = cleaned(
        NUMBER | {"conflicts": "first"}, *numbers(("AC", "0.5"), ("AC", "0.7"), ("AC", "0.5"))
    )
    assert column(records, "label") == [0.5]
    assert reasons(listed) == [
        ("s1", "labelled 0.7, but s0, the first copy, 0.5: left out"),
        ("s2", "duplicate of s0"),
    ]


def test_the_test_copy_wins_whatever_its_label() -> None:
    rows = [
        {"sequence": "AC", "label": "no", "part": "pool"},
        {"sequence": "AC", "label": "yes", "part": "test"},
        {"sequence": "AC", "label": "yes", "part": "test"},
        {"sequence": "AG", "label": "no", "part": "pool"},
    ]
    records, listed = cleaned({}, *rows)
    assert column(records, "id") == ["s1", "s3"]
    assert column(records, "part") == ["test", "pool"]
    assert reasons(listed) == [
        ("s0", "copy of s1, which is in the test part: left out"),
        ("s2", "duplicate of s1"),
    ]


def test_a_pool_copy_moves_no_mean_of_the_test_part() -> None:
    rows = [
        {"sequence": "AC", "label": "1", "part": "test"},
        {"sequence": "AC", "label": "2", "part": "pool"},
    ]
    records, _ = cleaned(NUMBER | {"conflicts": "mean", "labels": {"tolerance": 9}}, *rows)
    assert column(records, "label") == [1.0]


def test_both_strands_are_one_sequence() -> None:
    rows = [{"sequence": sequence, "label": "yes"} for sequence in ("AACC", "GGTT")]
    assert column(cleaned({"strand": "both"}, *rows)[0], "id") == ["s0"]
    assert column(cleaned({}, *rows)[0], "id") == ["s0", "s1"]


def test_pairs_are_equal_where_both_sequences_are() -> None:
    rows = pairs(("A", "C", "yes"), ("A", "G", "yes"), ("A", "C", "yes"), ("C", "A", "yes"))
    assert column(cleaned({"inputs": 2}, *rows)[0], "id") == ["s0", "s1", "s3"]
    assert column(cleaned({"inputs": 2, "symmetric": True}, *rows)[0], "id") == ["s0", "s1"]


def test_pairs_are_not_equal_because_their_letters_follow_alike() -> None:
    rows = pairs(("AC", "G", "yes"), ("A", "CG", "no"))
    assert len(cleaned({"inputs": 2, "symmetric": True}, *rows)[0]) == 2


def test_labels_of_residues_are_compared_to_the_last() -> None:
    long = "MKVLW" * 4
    rows = [
        *residues("H" * 20, sequence=long),
        *residues("H" * 19 + "E", sequence=long),
        *residues("H" * 5, sequence=long[:5]),
        *residues("HHHHH", sequence=long[:5]),
    ]
    records, listed = cleaned(STATES, *rows)
    assert column(records, "id") == ["s2"]
    assert listed["kind"].tolist() == ["conflicting labels", "conflicting labels", "duplicate"]
    assert all(len(reason) < 100 for _, reason in reasons(listed))


@pytest.mark.parametrize("policy", ["drop", "mean", "first"])
@given(
    rows=st.lists(
        st.tuples(st.sampled_from(["A", "C", "G"]), st.sampled_from(["0", "1", "2"]), st.sampled_from(["test",
        "pool"])), min_size=1, max_size=8,
    )
)  # fmt: skip
@settings(max_examples=8, deadline=None)
def test_each_sequence_is_left_once_and_none_in_both_parts(
    policy: str, rows: list[tuple[str, str, str]]
) -> None:
    task = NUMBER | {"conflicts": policy, "labels": {"tolerance": 1} if policy == "mean" else {}}
    given_ = [{"sequence": s, "label": label, "part": part} for s, label, part in rows]
    records, listed = cleaned(task, *given_)
    assert records["sequence"].is_unique
    tested = {s for s, _, part in rows if part == "test"}
    assert not set(records.loc[records["part"] == "pool", "sequence"]) & tested
    out = listed.loc[listed["effect"] == "left out", "id"]
    assert sorted([*records["id"], *out]) == sorted(f"s{i}" for i in range(len(rows)))
    for sequence, label in zip(records["sequence"], records["label"], strict=True):
        part = "test" if sequence in tested else "pool"
        own = [float(value) for s, value, where in rows if s == sequence and where == part]
        expected = {"drop": own[0], "first": own[0], "mean": sum(own) / len(own)}[policy]
        assert label == pytest.approx(expected)


def test_labels_of_residues_are_merged_where_copies_do_not_contradict_each_other() -> None:
    task = STATES | {"conflicts": "merge"}
    rows = [
        *residues("HHHEE", sequence="ACDEF", mask="11000"),
        *residues("HHHEE", sequence="ACDEG", mask="11100"),
        *residues("EEHEE", sequence="ACDEF", mask="00110"),
        *residues("EEEHH", sequence="ACDEG", mask="00111"),
        *residues("HHHEE", sequence="ACDEF", mask="11000"),
        *residues("HHHHH", sequence="GGGGG", mask="11111"),
    ]
    records, listed = cleaned(task, *rows)
    assert column(records, "id") == ["s0", "s5"]
    assert records["label"][0].tolist() == [0, 0, 0, 1, -1]
    assert reasons(listed) == [
        ("s0", "changed: labels of residues merged: 4 of 3 copies"),
        ("s1", "same sequence also labelled -1,-1,1,0,0: all copies left out"),
        ("s2", "duplicate of s0"),
        ("s3", "same sequence also labelled 0,0,0,-1,-1: all copies left out"),
        ("s4", "duplicate of s0"),
    ]


def test_values_of_residues_are_merged_too() -> None:
    task = {"alphabet": "protein", "type": "residue-values", "classes": [], "conflicts": "merge"}
    rows = [
        {"sequence": "ACD", "label": ["1.5", "-1", "999"]},
        {"sequence": "ACD", "label": ["999", "-1", "2"]},
    ]
    records, _ = cleaned(task | {"labels": {"missing_values": ["999"], "missing": "keep"}}, *rows)
    assert [own.tolist() for own in records["label"]] == [[1.5, -1.0, 2.0]]
