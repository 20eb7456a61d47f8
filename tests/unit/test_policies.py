"""What becomes of letters and lengths that cannot be taken as they stand, and that every effect is listed."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from raw_tables import cleaned, column, dna, raw, reasons

from seqgraft.config.policies import Policies
from seqgraft.config.tasks import Task
from seqgraft.data.clean import DEFAULTS, Cleaning
from seqgraft.data.lengths import spare_before
from seqgraft.data.policies import POLICIES
from seqgraft.data.summary import summarise
from seqgraft.known_alphabets import alphabet_of
from seqgraft.report.data_tables import reason_kind

PROTEIN = {"alphabet": "protein"}


def length(**settings: Any) -> dict[str, Any]:
    return {"length": settings}


# What the task says, the sequences, what is accepted, and what is listed.
BY_HAND: dict[str, tuple[dict[str, Any], list[str], list[str], list[tuple[str, str]]]] = {
    "lower case is read as upper case": (
        {}, ["acGT", "ACGA"], ["ACGT", "ACGA"], [("s0", "changed: lower case read as upper case: 2")],
    ),
    "lower case means something in SMILES": ({"alphabet": "smiles"}, ["c1ccccc1"], ["c1ccccc1"], []),
    "lower case means something where it is asked for": (
        {"alphabet": {"letters": "HPhp"}}, ["HPhp"], ["HPhp"], [],
    ),
    "U in DNA": (
        {"ut": "read"}, ["ACUU", "ACGT"], ["ACTT", "ACGT"], [("s0", "changed: U read as T: 2")],
    ),
    "u in DNA, in lower case": (
        {"ut": "read"}, ["acu"], ["ACT"],
        [("s0", "changed: lower case read as upper case: 3"), ("s0", "changed: U read as T: 1")],
    ),
    "T in RNA": (
        {"alphabet": "rna", "ut": "read"}, ["ACTT"], ["ACUU"], [("s0", "changed: T read as U: 2")],
    ),
    "gaps taken out": (
        {"gaps": "remove"}, ["A-C.G", "ACGT", "--"], ["ACG", "ACGT"],
        [("s0", "changed: gaps taken out: 2"), ("s2", "no letter left after gaps taken out: left out")],
    ),
    "sequences with gaps left out": (
        {"gaps": "drop"}, ["A-C", "ACGT"], ["ACGT"], [("s0", "gaps: left out")],
    ),
    "a point is a bond in SMILES": ({"alphabet": "smiles"}, ["[Na+].[Cl-]"], ["[Na+].[Cl-]"], []),
    "stop signs at the end": (
        PROTEIN | {"stops": "remove"}, ["MKV*", "MKL", "MK**"], ["MKV", "MKL", "MK"],
        [
            ("s0", "changed: stop signs at the end taken away: 1"),
            ("s2", "changed: stop signs at the end taken away: 2"),
        ],
    ),
    "sequences with stop signs left out": (
        PROTEIN | {"stops": "drop"}, ["M*K", "MKL"], ["MKL"], [("s0", "stop sign: left out")],
    ),
    "a rare bracket atom left out": (
        {"alphabet": "smiles"}, ["C[U]C", "CC"], ["CC"],
        [("s0", "bracket atom outside the vocabulary [U]: left out")],
    ),
    "a rare bracket atom kept": (
        {"alphabet": "smiles", "ambiguous": "unknown"}, ["C[U]C"], ["C[U]C"], [],
    ),
    "any length": ({}, ["A", "ACGT"], ["A", "ACGT"], []),
    "other lengths left out": (
        length(policy="error", letters=3, misfit="drop"), ["ACG", "ACGT"], ["ACG"],
        [("s1", "4 letters, where 3 are wanted: left out")],
    ),
    "filled up on the right": (
        length(policy="pad", letters=4, keep="left"), ["A", "ACGT"], ["ANNN", "ACGT"],
        [("s0", "changed: filled up with N: 3")],
    ),
    "filled up on both sides": (
        length(policy="pad", letters=4, keep="centre"), ["A"], ["NANN"], [("s0", "changed: filled up with N: 3")],
    ),
    "filled up on the left": (
        PROTEIN | length(policy="pad", letters=4, keep="right"), ["MK"], ["XXMK"],
        [("s0", "changed: filled up with X: 2")],
    ),
    "too long to fill up": (
        length(policy="pad", letters=2, misfit="drop"), ["ACG", "AC"], ["AC"],
        [("s0", "3 letters, too many to fill up to 2: left out")],
    ),
    "cut on the right": (
        length(policy="crop", letters=2, keep="left"), ["ACGTT"], ["AC"],
        [("s0", "changed: cut: letters 1 to 2 of 5")],
    ),
    "cut on both sides": (
        length(policy="crop", letters=2), ["ACGTT"], ["CG"], [("s0", "changed: cut: letters 2 to 3 of 5")],
    ),
    "cut on the left": (
        length(policy="crop", letters=2, keep="right"), ["ACGTC", "AC", "C"][:2], ["TC", "AC"],
        [("s0", "changed: cut: letters 4 to 5 of 5")],
    ),
    "too short to cut": (
        length(policy="crop", letters=2, misfit="drop"), ["ACG", "A"], ["AC"],
        [
            ("s0", "changed: cut: letters 1 to 2 of 3"),
            ("s1", "1 letters, too few to cut to 2: left out"),
        ],
    ),
    "windows": (
        length(policy="window", letters=2), ["ACGTT", "GG"], ["AC", "GT", "GG"],
        [("s0", "changed: cut into windows: 2 of 2 letters, 1 left over at the end")],
    ),
    "windows that overlap": (
        length(policy="window", letters=3, step=1), ["ACGTT"], ["ACG", "CGT", "GTT"],
        [("s0", "changed: cut into windows: 3 of 3 letters, 0 left over at the end")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BY_HAND)
def test_a_policy_by_hand(name: str) -> None:
    task, given_, accepted, listed = BY_HAND[name]
    records, found = cleaned(task, *dna(*given_))
    assert column(records) == accepted
    assert reasons(found) == listed
    effects = ["changed" if reason.startswith("changed") else "left out" for _, reason in listed]
    assert found["effect"].tolist() == effects


@pytest.mark.parametrize("policy", ["error", "pad", "crop", "window"])
@pytest.mark.parametrize("inputs", [1, 2])
def test_nothing_may_be_left(policy: str, inputs: int) -> None:
    task = {"gaps": "drop", "ut": "read", "stops": "remove", "strand": "both"}
    row = {"sequence": "-", "sequence_1": "-", "sequence_2": "-", "label": "yes"}
    records, listed = cleaned(task | {"inputs": inputs} | length(policy=policy, letters=2), row)
    assert records.empty
    assert listed["kind"].tolist() == ["gaps"]


def test_padding_is_the_unknown_token() -> None:
    for alphabet in ("dna", "rna", "protein", {"letters": "HP"}, {"letters": "HP", "ambiguous": "?"}):
        letters = alphabet_of(alphabet)
        assert letters.encode(letters.padding).tolist() == [letters.unknown]


def test_windows_say_where_they_are_from_and_belong_together() -> None:
    records, _ = cleaned(length(policy="window", letters=2), *dna("ACGTT", "GG"))
    assert column(records, "id") == ["s0:1-2", "s0:3-4", "s1"]
    assert column(records, "group") == ["s0", "s0", "s1"]
    assert column(records, "line") == [1, 1, 3]
    assert column(records, "label") == ["yes", "yes", "yes"]


def test_windows_keep_the_group_that_they_had() -> None:
    row = {"sequence": "ACGT", "label": "yes", "group": "family"}
    records, _ = cleaned(length(policy="window", letters=2), row)
    assert column(records, "group") == ["family", "family"]


def test_both_sequences_of_a_pair_are_treated() -> None:
    row = {"sequence_1": "ac", "sequence_2": "A-G", "label": "yes"}
    records, listed = cleaned({"inputs": 2, "gaps": "remove"}, row)
    assert records[["sequence_1", "sequence_2"]].to_numpy().tolist() == [["AC", "AG"]]
    assert reasons(listed) == [
        ("s0", "changed: lower case read as upper case: 2 (sequence_1)"),
        ("s0", "changed: gaps taken out: 1 (sequence_2)"),
    ]


def test_effects_are_counted_in_the_summary() -> None:
    how = Cleaning.of({"alphabet": "dna", "classes": ["yes", "no"], "gaps": "remove", "ut": "read"})
    records, listed = cleaned({"gaps": "remove", "ut": "read"}, *dna("A-CU", "AUG", "A-N", "ACG"))
    summary = summarise(records, listed, how)
    assert summary["changed"] == {"gaps taken out": 2, "U read as T": 2}
    assert summary["rejected"] == {"ambiguous letter": 1}
    assert summary["renamed"] == 0


def test_the_report_counts_equal_changes_together() -> None:
    listed = [reason for *_, found in BY_HAND.values() for _, reason in found if reason.startswith("changed")]
    assert {reason_kind(reason) for reason in listed} == {
        "changed: lower case read as upper case: …",
        "changed: U read as T: …",
        "changed: T read as U: …",
        "changed: gaps taken out: …",
        "changed: stop signs at the end taken away: …",
        "changed: filled up with N: …",
        "changed: filled up with X: …",
        "changed: cut: …",
        "changed: cut into windows: …",
    }


def test_where_nothing_is_changed_the_summary_says_nothing() -> None:
    how = Cleaning.of({"alphabet": "dna", "classes": ["yes", "no"]})
    assert "changed" not in summarise(*cleaned({}, *dna("ACG")), how)


def test_the_defaults_of_library_and_config_are_the_same() -> None:
    files = [{"path": f"{c}.fa", "class": c} for c in ("yes", "no")]
    task = Task.model_validate({"alphabet": "dna", "classes": ["yes", "no"], "files": files})
    said = Cleaning.of(task.cleaning)
    silent = Cleaning.of({"alphabet": "dna", "classes": ["yes", "no"]})
    assert said.labels == silent.labels
    assert {**said.policies, "length": said.policies["length"]["policy"]} == {**DEFAULTS, "length": "error"}
    assert (said.conflicts, said.strand, said.inputs, said.symmetric) == ("drop", "single", 1, False)
    assert set(POLICIES) == {*Policies.model_fields, "ambiguous"}


@given(
    sequences=st.lists(st.text(alphabet="ACGTUacgtuN-.*", min_size=1, max_size=12), min_size=1, max_size=8),
    wanted=st.integers(1, 9),
    policy=st.sampled_from(["error", "pad", "crop", "window"]),
    keep=st.sampled_from(["left", "centre", "right"]),
)
@settings(max_examples=12, deadline=None)
def test_nothing_vanishes_and_nothing_changes_unseen(
    sequences: list[str], wanted: int, policy: str, keep: str
) -> None:
    task = {"ut": "read", "gaps": "remove", "stops": "drop"} | length(
        policy=policy, letters=wanted, keep=keep, misfit="drop"
    )
    records, listed = cleaned(task, *dna(*sequences))
    kept = set(records["id"].str.split(":").str[0])
    out = set(listed.loc[listed["effect"] == "left out", "id"].str.split(":").str[0])
    assert kept | out == set(raw(*dna(*sequences))["id"])
    assert all(len(sequence) == wanted for sequence in records["sequence"])
    assert set("".join(records["sequence"])) <= set("ACGTN")
    touched = set(listed.loc[listed["effect"] == "changed", "id"])
    for name, sequence in zip(records["id"], records["sequence"], strict=True):
        was = sequences[int(name.split(":")[0][1:])]
        assert (sequence != was) == (name.split(":")[0] in touched)


@given(spare=st.integers(0, 9), keep=st.sampled_from(["left", "centre", "right"]))
def test_spare_letters_are_on_the_sides_that_are_named(spare: int, keep: str) -> None:
    before = spare_before(spare, keep)
    sides = {"left": (0, 0), "centre": (spare // 2, spare // 2), "right": (spare, spare)}[keep]
    assert sides[0] <= before <= sides[1]
