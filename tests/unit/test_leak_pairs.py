"""Leaks of pair tasks: who was seen in training, by partner, and what each claim makes of it."""

import pandas as pd
import pytest

from seqgraft.config.leakage import LeakageSettings
from seqgraft.data.leak_names import ALLOWED, KEPT
from seqgraft.data.leak_pairs import find_pair_leaks, pair_parts_of

STRANDS = {"own": "single", "goal": "single"}
# Proteins that hold nothing of each other.
A, B, C, D, E, F, G = (letter * 20 for letter in "ACDEFGH")


def parts(task: str, test: list[tuple[str, str]], pool: list[tuple[str, str]]):
    """Make a pair task; ids are t0, t1 … and p0, p1 …."""
    ids = [f"t{k}" for k in range(len(test))] + [f"p{k}" for k in range(len(pool))]
    first, second = zip(*test, *pool, strict=True)
    records = pd.DataFrame({"id": ids, "sequence_1": first, "sequence_2": second})
    splits = pd.DataFrame({"id": ids, "part": ["test"] * len(test) + ["pool"] * len(pool)})
    return pair_parts_of(task, records, splits)


def look(own, *targets, alphabets=("protein", "protein"), symmetric=None, **how):
    settings = {name: LeakageSettings(**how) for name in ("own", "goal")}
    return find_pair_leaks(
        own, list(targets), alphabets=alphabets, strands=STRANDS, settings=settings, symmetric=symmetric
    )


def counts(found, task: str = "own") -> dict[tuple[str, str], tuple[int, int, str]]:
    table = found.leakage[(found.leakage["to_task"] == task) & (found.leakage["to_part"] == "test")]
    return {(row.partner, row.kind): (row.sequences, row.matched, row.action) for row in table.itertuples()}


POOL = [(A, C), (B, D), (E, F), (G, G)]
TEST = [(A, D), (E, F)]


@pytest.mark.parametrize(
    ("claim", "left_out"),
    [
        ("none", {"p2"}),  # the pair itself
        ("cold-1", {"p0", "p2"}),  # A and E were seen as the first of a pair
        ("cold-2", {"p1", "p2"}),  # D and F as the second
        ("both", {"p0", "p1", "p2"}),
    ],
)
def test_the_claim_says_who_must_be_new(claim: str, left_out: set[str]) -> None:
    own = parts("own", TEST, POOL)
    found = look(own, alphabets=("dna", "protein"), pairs=claim, kinds=["exact"])
    assert set(found.excluded["id"]) == left_out
    assert not found.excluded["id"].duplicated().any()
    # What is known is counted by partner, whatever the claim.
    given = counts(found)
    assert {key: value[:2] for key, value in given.items()} == {
        ("1", "exact"): (2, 2),
        ("2", "exact"): (2, 2),
        ("pair", "exact"): (1, 1),
    }
    allowed = {key[0] for key, value in given.items() if value[2] == ALLOWED}
    assert allowed == {"none": {"1", "2"}, "cold-1": {"2"}, "cold-2": {"1"}, "both": set()}[claim]


def test_between_proteins_a_partner_is_known_wherever_it_stood() -> None:
    own = parts("own", [(A, B)], [(B, A), (C, A), (C, D)])
    assert look(own, pairs="none").excluded.empty  # B with A is another pair than A with B
    assert set(look(own, pairs="cold-1").excluded["id"]) == {
        "p0",
        "p1",
    }  # A, the first of the test pair, second there
    assert set(look(own, pairs="cold-2").excluded["id"]) == {"p0"}
    assert set(look(own, pairs="both").excluded["id"]) == {"p0", "p1"}
    assert set(look(own, pairs="none", symmetric={"own": True}).excluded["id"]) == {"p0"}
    apart = look(own, pairs="both", alphabets=("dna", "protein"))  # a gene is no protein
    assert apart.excluded.empty


@pytest.mark.parametrize("symmetric", [{"own": True, "goal": False}, {"own": False, "goal": True}, {}])
def test_a_swapped_pair_of_the_source_is_the_same_pair_where_one_task_is_symmetric(symmetric: dict) -> None:
    source = parts("own", [(G, G)], [(B, A), (C, D), (E, F)])
    target = parts("goal", [(A, B)], [(E, F)])
    found = look(source, target, pairs="none", symmetric=symmetric)
    assert set(found.excluded["id"]) == ({"p0", "p2"} if any(symmetric.values()) else {"p2"})


def test_a_protein_of_the_source_in_the_targets_test_part() -> None:
    source = parts("own", [(G, G)], [(A, B), (C, D)])
    target = parts("goal", [(E, B)], [(F, D)])
    found = look(source, target, pairs="cold-2", alphabets=("dna", "protein"))
    assert found.excluded[["id", "role", "match_part", "match_id", "partner"]].to_numpy().tolist() == [
        ["p0", "source", "test", "t0", "2"],
        ["p1", "source", "pool", "p0", "2"],
    ]
    kept = look(source, target, pairs="cold-2", alphabets=("dna", "protein"), action="report")
    assert kept.excluded.empty
    assert counts(kept, "goal")["2", "exact"] == (1, 1, KEPT)


def test_a_partner_that_is_part_of_a_longer_one() -> None:
    own = parts("own", [(A, B + C)], [(E, C)])
    found = look(own, pairs="cold-2")
    assert found.excluded[["kind", "coverage"]].to_numpy().tolist() == [["contained", 0.5]]


def test_kinds_that_an_alphabet_does_not_have_are_left_out_for_that_partner() -> None:
    own = parts("own", [(A, B)], [(C, D)])
    found = look(own, alphabets=("dna", "dna"), kinds=["exact", "reverse-complement"])
    assert list(counts(found)) == [("1", "exact"), ("2", "exact"), ("pair", "exact")]
