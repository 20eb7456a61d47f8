"""Leaks of published data sets, of which the counts are known, found straight through the library."""

import os
import random
from pathlib import Path

import pandas as pd
import pytest

from seqgraft.config.leakage import LeakageSettings
from seqgraft.data.leakage import find_leaks
from seqgraft.data.parts import Parts

SINGLE = {"own": "single", "goal": "single"}


@pytest.fixture(scope="module")
def mirror() -> Path:
    named = os.environ.get("SEQGRAFT_MIRROR")
    if not named:
        pytest.skip("SEQGRAFT_MIRROR is not set: real data not tested")
    return Path(named)


def fasta(mirror: Path, *names: str) -> list[str]:
    """Return the distinct sequences of some files, in their order."""
    found: list[str] = []
    for name in names:
        for line in next(mirror.rglob(name)).read_text().splitlines():
            if line.startswith(">"):
                found.append("")
            elif line.strip():
                found[-1] += line.strip().upper()
    return list(dict.fromkeys(found))


def part(prefix: str, sequences: list[str]) -> pd.Series:
    return pd.Series(sequences, index=[f"{prefix}{k}" for k in range(len(sequences))], dtype=object)


def divided(sequences: list[str], test: float = 0.3) -> tuple[list[str], list[str]]:
    """Draw a test part at random; return it and the pool."""
    drawn = sequences.copy()
    random.Random(1).shuffle(drawn)
    return drawn[: round(test * len(drawn))], drawn[round(test * len(drawn)) :]


def line(found, to: str, kind: str) -> pd.Series:
    table = found.leakage
    return table[(table["to_task"] == "goal") & (table["to_part"] == to) & (table["kind"] == kind)].iloc[0]


@pytest.mark.parametrize(("file", "shared", "of"), [("acp740.txt", 335, 740), ("acp240.txt", 158, 240)])
def test_anticancer_peptides_among_the_antimicrobial_ones(
    mirror: Path, file: str, shared: int, of: int
) -> None:
    source = fasta(mirror, "AMPlify_AMP_train_common.fa", "AMPlify_non_AMP_train_balanced.fa")
    target = fasta(mirror, file)
    assert len(target) == of
    test, pool = divided(target)
    own = Parts("own", part("t", []), part("s", source))
    goal = Parts("goal", part("x", test), part("y", pool))
    found = find_leaks(own, [goal], alphabet="protein", strands=SINGLE)
    parts = {name: line(found, name, "exact") for name in ("test", "pool")}
    assert sum(row["matched"] for row in parts.values()) == shared
    known = set(source)
    assert parts["test"]["matched"] == sum(sequence in known for sequence in test) > 0
    # Whatever touches the test part is gone, fragments of eight letters and more included.
    left = own.pool[~own.pool.index.isin(found.excluded["id"])]
    assert len(left) < len(source) - shared
    for peptide in left:
        assert not any(
            min(len(peptide), len(seen)) >= 8 and (peptide in seen or seen in peptide) for seen in test
        )


def test_half_of_the_independent_enhancers_are_in_training(mirror: Path) -> None:
    training = fasta(mirror, "enhancer.cv.txt") + fasta(mirror, "non.cv.txt")
    positives, others = fasta(mirror, "enhancer.ind.txt"), fasta(mirror, "non.ind.txt")
    own = Parts("own", part("x", positives + others), part("p", training))
    found = find_leaks(own, [], alphabet="dna", strands=SINGLE)
    row = found.leakage[found.leakage["kind"] == "exact"].iloc[0]
    assert (len(positives), row["matched"], row["action"]) == (200, 100, "pool copy left out")
    assert {int(name[1:]) < 200 for name in found.excluded["match_id"]} == {True}  # no other one is known


def test_tissues_of_one_species_share_windows(mirror: Path) -> None:
    brain = fasta(mirror, "h_b_all.fa", "h_b_Test.fa")
    own = Parts("own", part("t", []), part("s", brain))
    goal = Parts("goal", part("x", fasta(mirror, "h_k_Test.fa")), part("y", fasta(mirror, "h_k_all.fa")))
    found = find_leaks(own, [goal], alphabet="rna", strands=SINGLE)
    assert found.excluded["id"].nunique() == 1228
    assert line(found, "test", "exact")["sequences"] > 0


def test_background_windows_of_a_bacterium_overlap_across_a_random_split(mirror: Path) -> None:
    how = {"own": LeakageSettings(kinds=["overlap"])}
    shares = {}
    for file in ("Bacillus_non_prom.fa", "Bacillus_prom.fa"):
        test, pool = divided(fasta(mirror, file))
        found = find_leaks(
            Parts("own", part("x", test), part("p", pool)), [], alphabet="dna", strands=SINGLE, settings=how
        )
        shares[file] = found.leakage["matched_fraction"].item()
    assert shares["Bacillus_non_prom.fa"] == pytest.approx(0.68, abs=0.04)
    assert shares["Bacillus_prom.fa"] == pytest.approx(0.053, abs=0.03)
