"""Planted leaks of every kind, each with a known answer; what is left is looked at letter by letter."""

import random

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqgraft.alphabets import ALPHABETS
from seqgraft.config.leakage import LeakageSettings, StudyLeakage
from seqgraft.config.study import Study
from seqgraft.data.contained import contained_in
from seqgraft.data.leak_names import KEPT, KIND_NAMES
from seqgraft.data.leakage import find_leaks
from seqgraft.data.matches import KINDS
from seqgraft.data.overlap import overlaps
from seqgraft.data.overlap_places import word_length
from seqgraft.data.parts import Parts
from seqgraft.errors import SeqgraftError

SINGLE = {"own": "single", "goal": "single"}
BOTH = {"own": "both", "goal": "both"}
DNA, RESIDUES = "ACGT", ALPHABETS["protein"].letters


def drawn(letters: str, number: int, length: int, seed: int) -> list[str]:
    """Return random sequences, in which nothing is planted."""
    generator = random.Random(seed)
    return ["".join(generator.choices(letters, k=length)) for _ in range(number)]


def part(prefix: str, sequences: list[str]) -> pd.Series:
    return pd.Series(sequences, index=[f"{prefix}{k}" for k in range(len(sequences))], dtype=object)


def asked(source: list[str], test: list[str], strands: dict[str, str] = SINGLE, alphabet: str = "dna", **how):
    """Look for leaks from a source into a target's test part."""
    own = Parts("own", part("t", []), part("s", source))
    goal = Parts("goal", part("x", test), part("y", []))
    return find_leaks(
        own, [goal], alphabet=alphabet, strands=strands, settings={"goal": LeakageSettings(**how)}
    )


def against_test(found, kind: str) -> dict:
    table = found.leakage
    return table[(table["to_part"] == "test") & (table["to_task"] == "goal") & (table["kind"] == kind)].iloc[
        0
    ]


def differing(sequence: str, number: int, letters: str = DNA) -> str:
    """Change so many letters, evenly spread."""
    places = np.linspace(0, len(sequence) - 1, number).astype(int)
    changed = list(sequence)
    for place in places:
        changed[place] = letters[(letters.index(changed[place]) + 1) % len(letters)]
    return "".join(changed)


def test_the_registry_has_what_the_config_names() -> None:
    assert tuple(KINDS) == KIND_NAMES


# --- contained


def test_contained_on_either_side_and_how_much_of_the_longer_one() -> None:
    long, other, *rest = drawn(DNA, 6, 60, seed=1)
    found = asked([long[10:40], other, *rest], [long, other[20:50], "ACGT" * 10], kinds=["contained"])
    assert found.excluded[["id", "match_id", "coverage"]].to_numpy().tolist() == [
        ["s0", "x0", 0.5],
        ["s1", "x1", 0.5],
    ]
    row = against_test(found, "contained")
    assert (row["sequences"], row["matched"], row["letters"]) == (2, 2, 16)


def test_contained_on_the_other_strand_only_where_both_mean_the_same() -> None:
    (long,) = drawn(DNA, 1, 60, seed=2)
    turned = ALPHABETS["dna"].reverse_complement(long)
    for source, test in (([turned[5:40]], [long]), ([turned], [long[5:40]])):
        assert asked(source, test, kinds=["contained"]).excluded.empty
        assert asked(source, test, BOTH, kinds=["contained"]).excluded["id"].tolist() == ["s0"]


def test_what_is_too_short_is_chance() -> None:
    (long,) = drawn(DNA, 1, 60, seed=3)
    assert asked([long[:15]], [long], kinds=["contained"]).excluded.empty
    assert len(asked([long[:16]], [long], kinds=["contained"]).excluded) == 1
    assert len(asked([long[:5]], [long], kinds=["contained"], shortest=5).excluded) == 1
    (protein,) = drawn(RESIDUES, 1, 60, seed=3)
    assert asked([protein[:7]], [protein], alphabet="protein", kinds=["contained"]).excluded.empty
    assert len(asked([protein[:8]], [protein], alphabet="protein", kinds=["contained"]).excluded) == 1


def test_equal_sequences_are_exact_and_not_contained() -> None:
    (same,) = drawn(DNA, 1, 40, seed=4)
    found = asked([same], [same])
    assert against_test(found, "exact")["sequences"] == 1
    assert against_test(found, "contained")["sequences"] == 0


WORDS = st.lists(st.text("AC", min_size=1, max_size=24), min_size=1, max_size=12, unique=True)


@settings(max_examples=150, deadline=None)
@given(WORDS, WORDS, st.integers(1, 4))
def test_contained_is_what_python_says(short: list[str], long: list[str], shortest: int) -> None:
    rows, others = contained_in(short, long, shortest)
    assert list(zip(rows.tolist(), others.tolist(), strict=True)) == [
        (i, j)
        for i, a in enumerate(short)
        for j, b in enumerate(long)
        if len(shortest * "A") <= len(a) < len(b) and a in b
    ]


@settings(max_examples=40, deadline=None)
@given(WORDS, WORDS, WORDS, st.booleans())
def test_nothing_that_remains_is_in_the_test_part(source, test, pool, both) -> None:
    source, test, pool = (
        ["".join("ACGT"["AC".index(c)] for c in s) for s in side] for side in (source, test, pool)
    )
    own = Parts("own", part("t", []), part("s", source))
    goal = Parts("goal", part("x", test), part("y", pool))
    how = {"goal": LeakageSettings(shortest=1)}
    found = find_leaks(own, [goal], alphabet="dna", strands=BOTH if both else SINGLE, settings=how)
    left = own.pool[~own.pool.index.isin(found.excluded["id"])]
    turn = ALPHABETS["dna"].reverse_complement
    for sequence in left:
        for seen in [*test, *pool]:
            for other in [seen, turn(seen)] if both else [seen]:
                assert sequence not in other
                assert other not in sequence
    # And nothing was left out for nothing.
    for name, match in found.excluded[["id", "match_id"]].itertuples(index=False):
        sequence, seen = own.pool[name], {**goal.test, **goal.pool}[match]
        others = [seen, turn(seen)] if both else [seen]
        assert any(sequence in other or other in sequence for other in others)


# --- homologous


def test_homologous_proteins_by_identity_and_coverage() -> None:
    ancestor, *rest = drawn(RESIDUES, 20, 120, seed=5)
    close, far = differing(ancestor, 24, RESIDUES), differing(ancestor, 60, RESIDUES)
    half, third = close[:60] + rest[0][:60], close[:40] + rest[1][:80]
    how = {"alphabet": "protein", "kinds": ["homologous"], "identity": 0.7, "coverage": 0.4}
    found = asked([close, far, half, third, *rest[2:]], [ancestor], **how)
    assert found.excluded["id"].tolist() == ["s0", "s2"]
    assert found.excluded["identity"].iloc[0] == pytest.approx(96 / 120, abs=0.02)
    assert found.excluded["coverage"].tolist() == pytest.approx([1, 0.5], abs=0.03)
    row = against_test(found, "homologous")
    assert (row["identity"], row["coverage"], row["matched"]) == (0.7, 0.4, 1)


def test_homologous_is_refused_where_it_means_nothing() -> None:
    with pytest.raises(SeqgraftError) as caught:
        find_leaks(
            Parts("own", part("t", ["CCO"]), part("s", ["CCN"])),
            [],
            alphabet="smiles",
            strands={"own": "single"},
            settings={"own": LeakageSettings(kinds=["homologous"])},
        )
    assert caught.value.what == (
        "leaks of kind 'homologous' are not defined for the alphabet 'smiles', only for dna, rna, protein"
    )
    assert caught.value.where == "config key leakage.kinds"


# --- overlap


def test_windows_of_one_genome_overlap() -> None:
    (genome,) = drawn(DNA, 1, 200, seed=6)
    window = genome[:81]
    shifted = [genome[shift : shift + 81] for shift in (10, 41, 42)]
    found = asked([*shifted, *drawn(DNA, 20, 81, seed=7)], [window], kinds=["overlap"])
    assert found.excluded["id"].tolist() == ["s0", "s1"]  # the third has 39 letters in common
    row = against_test(found, "overlap")
    assert (row["identity"], row["letters"], row["matched_fraction"]) == (0.85, 40, 1)
    turned = [ALPHABETS["dna"].reverse_complement(other) for other in shifted]
    assert asked(turned, [window], kinds=["overlap"]).excluded.empty
    assert len(asked(turned, [window], BOTH, kinds=["overlap"]).excluded) == 2


def test_six_differences_in_forty_letters_are_allowed_and_seven_are_not() -> None:
    first, second = drawn(DNA, 2, 40, seed=8)
    found = asked([differing(first, 6), differing(second, 7)], [first, second], kinds=["overlap"])
    assert found.excluded[["id", "identity"]].to_numpy().tolist() == [["s0", 0.85]]


def test_many_identical_letters_without_a_stretch_are_no_overlap() -> None:
    (long,) = drawn(DNA, 1, 120, seed=10)
    found = asked([differing(long, 22), differing(long, 16)], [long], kinds=["overlap"])
    assert found.excluded["id"].tolist() == ["s1"]  # 82 % against 87 % of 120 letters


def test_both_ways_find_the_same_overlaps(monkeypatch: pytest.MonkeyPatch) -> None:
    (genome,) = drawn(DNA, 1, 600, seed=6)
    windows = [genome[at : at + 81 - at % 7] for at in range(0, 500, 9)]
    changed = [differing(window, 5) for window in windows[::3]]
    every = overlaps(windows, changed, ALPHABETS["dna"], letters=40, identity=0.85)
    monkeypatch.setattr("seqgraft.data.overlap._ALL_PAIRS", 0)
    by_words = overlaps(windows, changed, ALPHABETS["dna"], letters=40, identity=0.85)
    assert len(every.left) > 100
    for one, other in zip(every, by_words, strict=True):
        assert one.tolist() == other.tolist()


def test_words_grow_only_where_chance_is_too_frequent() -> None:
    assert word_length(33_000, 78_000, 4, 40, 0.85) == 5
    assert word_length(4_100_000, 4_100_000, 4, 40, 0.85) == 11
    assert word_length(10**9, 10**9, 20, 40, 0.85) <= 14  # a word's number must fit into 63 bits


# --- what is done


def test_reported_leaks_are_kept_and_listed() -> None:
    (same,) = drawn(DNA, 1, 40, seed=9)
    found = asked([same], [same], action="report")
    assert found.excluded.empty
    assert against_test(found, "exact")["action"] == KEPT
    assert found.found[["id", "kind", "action"]].to_numpy().tolist() == [["s0", "exact", KEPT]]
    assert asked([same], [same]).found["action"].tolist() == ["left out of source training"]


def test_a_task_has_its_own_settings_or_the_studys() -> None:
    task = {
        "alphabet": "dna",
        "classes": ["a", "b"],
        "files": [{"path": f"{c}.fa", "class": c} for c in "ab"],
    }
    study = Study(
        study="s",
        tasks={"one": task, "two": {**task, "leakage": {"kinds": ["exact"]}}},
        transfers=[{"source": "one", "target": "two"}],
        leakage=StudyLeakage(kinds=["exact", "overlap"], compare=True),
    )
    assert study.leakage_of("one") == LeakageSettings(kinds=["exact", "overlap"])
    assert study.leakage_of("two") == LeakageSettings(kinds=["exact"])
