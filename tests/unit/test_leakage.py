"""The same sequence on both sides of a line, in toys of which each answer is known."""

import pandas as pd
import pytest

from seqgraft.data.leakage import EXCLUDED_COLUMNS, LEAKAGE_COLUMNS, find_leaks
from seqgraft.data.parts import Parts, check_lengths, parts_of, written_in
from seqgraft.errors import SeqgraftError

STRANDS = {"own": "single", "a": "single", "b": "single"}


def part(**sequences: str) -> pd.Series:
    return pd.Series(sequences, dtype=object)


def rows(table: pd.DataFrame) -> list[list]:
    """Return what a table said before there were kinds with limits; those are in test_leak_kinds.py."""
    names = LEAKAGE_COLUMNS[:8] if "sequences" in table else EXCLUDED_COLUMNS[:6]
    return table.loc[table["kind"] != "contained", names].to_dict("split")["data"]


def test_source_against_target_test_and_pool() -> None:
    own = Parts("own", test=part(t1="GGGA", t2="GGGC"), pool=part(s1="AAAC", s2="AAAG", s3="AAAT", s4="CCCA"))
    target = Parts(
        "a", test=part(x1="AAAC", x2="TTTC", x3="GGGA"), pool=part(y1="AAAG", y2="AAAT", y3="TTTG")
    )
    found = find_leaks(own, [target], alphabet="dna", strands=STRANDS)
    assert list(found.leakage.columns) == LEAKAGE_COLUMNS
    assert rows(found.leakage) == [
        ["own", "pool", "own", "test", "exact", 0, 0.0, "none found"],
        ["own", "pool", "a", "test", "exact", 1, 0.25, "left out of source training"],
        ["own", "pool", "a", "pool", "exact", 2, 0.5, "left out of source training"],
    ]
    assert list(found.excluded.columns) == EXCLUDED_COLUMNS
    assert rows(found.excluded) == [
        ["s1", "source", "exact", "a", "test", "x1"],
        ["s2", "source", "exact", "a", "pool", "y1"],
        ["s3", "source", "exact", "a", "pool", "y2"],
    ]  # t1 equals x3, but the source's own test part is never trained on


def test_the_pool_copy_goes() -> None:
    own = Parts("own", test=part(t1="AAAC", t2="CCGT"), pool=part(p1="AAAC", p2="TTTT"))
    found = find_leaks(own, [], alphabet="dna", strands=STRANDS)
    assert rows(found.leakage) == [["own", "pool", "own", "test", "exact", 1, 0.5, "pool copy left out"]]
    assert rows(found.excluded) == [["p1", "pool", "exact", "own", "test", "t1"]]


@pytest.mark.parametrize("both", ["own", "a"])
def test_the_other_strand_counts_where_one_of_the_two_tasks_says_so(both: str) -> None:
    # GTTT is the reverse complement of AAAC, ACGT its own.
    own = Parts("own", test=part(t="CCCC"), pool=part(s1="AAAC", s2="ACGT", s3="CAAA"))
    target = Parts("a", test=part(x1="GTTT", x2="ACGT"), pool=part(y="TTTT"))
    strands = STRANDS | {both: "both"}
    found = find_leaks(own, [target], alphabet="dna", strands=strands)
    against = [row[3:7] for row in rows(found.leakage) if row[2] == "a"]
    assert against == [
        ["test", "exact", 1, pytest.approx(1 / 3)],
        ["test", "reverse-complement", 2, pytest.approx(2 / 3)],
        ["pool", "exact", 0, 0.0],
        ["pool", "reverse-complement", 0, 0.0],
    ]
    assert rows(found.excluded) == [
        ["s2", "source", "exact", "a", "test", "x2"],  # once, though it matches on both strands
        ["s1", "source", "reverse-complement", "a", "test", "x1"],
    ]
    assert len([row for row in rows(found.leakage) if row[2] == "own"]) == (2 if both == "own" else 1)


def test_the_other_strand_within_a_task() -> None:
    own = Parts("own", test=part(t="GUUU"), pool=part(p1="AAAC", p2="CAAA"))
    found = find_leaks(own, [], alphabet="rna", strands={"own": "both"})
    assert rows(found.excluded) == [["p1", "pool", "reverse-complement", "own", "test", "t"]]
    assert found.leakage["kind"].tolist() == ["exact", "reverse-complement", "contained"]


def test_the_other_strand_means_nothing_on_one_strand() -> None:
    own = Parts("own", test=part(t="GTTT"), pool=part(p="AAAC"))
    found = find_leaks(own, [], alphabet="dna", strands=STRANDS)
    assert found.excluded.empty
    assert list(found.excluded.columns) == EXCLUDED_COLUMNS


def test_two_targets_and_two_roles() -> None:
    own = Parts("own", test=part(t="AAAC"), pool=part(s1="AAAC", s2="CCCC"))
    targets = [
        Parts("a", test=part(x="AAAC"), pool=part(y="GGGG")),
        Parts("b", test=part(z="AAAC"), pool=part(w="CCCC")),
    ]
    found = find_leaks(own, targets, alphabet="dna", strands=STRANDS)
    assert rows(found.excluded) == [
        ["s1", "pool", "exact", "own", "test", "t"],
        ["s1", "source", "exact", "a", "test", "x"],
        ["s2", "source", "exact", "b", "pool", "w"],
    ]
    # the row of each pair is complete all the same
    assert [row[5] for row in rows(found.leakage)] == [1, 1, 0, 1, 1]


def test_ids_keep_their_looks() -> None:
    own = Parts("own", test=part(**{"0042": "AC"}), pool=part(**{"6400": "AC"}))
    found = find_leaks(own, [], alphabet="protein", strands=STRANDS)
    assert rows(found.excluded) == [["6400", "pool", "exact", "own", "test", "0042"]]


def test_parts_of_a_task() -> None:
    records = pd.DataFrame({"id": ["a", "b", "c"], "sequence": ["AC", "GT", "TT"]})
    splits = pd.DataFrame(
        {"id": ["b", "a", "c", "c", "a"], "part": ["test", *["pool"] * 4], "replicate": [None, 1, 1, 2, 2]}
    )
    parts = parts_of("own", records, splits)
    assert parts.task == "own"
    assert parts.test.to_dict() == {"b": "GT"}
    assert parts.pool.to_dict() == {"a": "AC", "c": "TT"}  # once, however many replicates


def test_one_network_reads_one_length() -> None:
    own = Parts("own", test=part(t="AAA"), pool=part(s="CCC"))
    check_lengths(own, [])
    check_lengths(own, [Parts("a", test=part(x="GGG"), pool=part(y="TTT"))])
    with pytest.raises(SeqgraftError) as caught:
        check_lengths(own, [Parts("a", test=part(x="GGG"), pool=part(y="TTTT"))])
    assert caught.value.what == (
        "the sequences differ in length (letters: 'own' 3, 'a' 3 to 4), and one network reads them all"
    )
    assert caught.value.where == "config keys tasks.own, tasks.a"
    with pytest.raises(SeqgraftError, match="differ in length"):  # one task has two lengths
        check_lengths(own, [Parts("a", test=part(x="GGG"), pool=part(y="TTTT"))], across=True)
    check_lengths(own, [Parts("a", test=part(x="GGGG"), pool=part(y="TTTT"))], across=True)


def test_a_sequence_is_the_same_in_dna_and_rna():
    own = Parts("a", test=part(x="GUT"), pool=part(y="TTA"))
    assert [*written_in(own, "dna").test, *written_in(own, "dna").pool] == ["GTT", "TTA"]
    assert [*written_in(own, "rna").test, *written_in(own, "rna").pool] == ["GUU", "UUA"]
    assert written_in(own, "protein") is own
    assert written_in(own, {"letters": "GUT"}) is own
