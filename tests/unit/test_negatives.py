"""Classes that nobody observed: pairs of letters keep their counts, windows their length and GC content."""

from collections import Counter
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from Bio.SeqUtils import gc_fraction
from hypothesis import given, settings
from hypothesis import strategies as st
from mistakes import job, run

from seqgraft.config.load import read_study
from seqgraft.data.fasta import read_fasta
from seqgraft.data.negatives import genome_negatives, shuffled_negatives
from seqgraft.errors import SeqgraftError
from seqgraft.report.made_words import made_note

GENERATOR = np.random.default_rng


def drawn(seed: int, number: int, length: int) -> list[str]:
    return ["".join(row) for row in np.array(list("ACGT"))[GENERATOR(seed).integers(0, 4, (number, length))]]


@given(sequences=st.lists(st.text("ACGT", min_size=20, max_size=60), min_size=1, max_size=5, unique=True))
@settings(max_examples=40, deadline=None)
def test_shuffles_keep_every_pair(sequences: list[str]) -> None:
    made = shuffled_negatives(sequences, 2 * len(sequences), GENERATOR(0))
    for name, sequence in made:
        observed = sequences[int(name.split("-")[1]) - 1]
        assert Counter(pairwise(sequence)) == Counter(pairwise(observed))
        assert Counter(sequence) == Counter(observed)
    letters = [sequence for _, sequence in made]
    assert len(set(letters)) == len(letters)
    assert not set(letters) & set(sequences)


def test_seeds_and_sequences_without_another_order() -> None:
    sequences = drawn(1, 5, 50)
    assert shuffled_negatives(sequences, 12, GENERATOR(3)) == shuffled_negatives(sequences, 12, GENERATOR(3))
    assert shuffled_negatives(sequences, 12, GENERATOR(3)) != shuffled_negatives(sequences, 12, GENERATOR(4))
    assert len(shuffled_negatives(sequences, 12, GENERATOR(3))) == 12
    assert shuffled_negatives(["AAAAAAAA", "ACAC"], 4, GENERATOR(0)) == []


def test_windows_resemble_what_was_observed() -> None:
    genome = [("chr1", "N" * 500 + drawn(2, 1, 6000)[0]), ("chr2", drawn(3, 1, 3000)[0]), ("short", "ACGT")]
    observed = drawn(4, 60, 81) + drawn(5, 20, 30)
    made = genome_negatives(observed, 120, genome, 0.03, GENERATOR(0), "genome.fa")
    assert len({sequence for _, sequence in made}) == 120
    assert Counter(len(sequence) for _, sequence in made) == {81: 100, 30: 20}
    letters = dict(genome)
    for name, sequence in made:
        record, _, span = name.partition(":")
        start, end = map(int, span.split("-"))
        assert letters[record][start - 1 : end] == sequence
        assert set(sequence) <= set("ACGT")
    for length in (30, 81):
        own = np.sort([gc_fraction(s) for _, s in made if len(s) == length])
        asked = [gc_fraction(observed[i % 80]) for i in range(120) if len(observed[i % 80]) == length]
        assert np.abs(own - np.sort(asked)).max() <= 0.03 + 1e-9
    assert {name.partition(":")[0] for name, _ in made} == {"chr1", "chr2"}
    assert made == genome_negatives(observed, 120, genome, 0.03, GENERATOR(0), "genome.fa")


@pytest.mark.parametrize("genome", [[("chr1", "ACGT" * 100)], [("chr1", "ACGT")], [("chr1", "N" * 500)], []])
def test_a_genome_without_such_windows(genome: list[tuple[str, str]]) -> None:
    with pytest.raises(
        SeqgraftError, match=r"no further window of 40 letters .* within 0.02 of 0.950"
    ) as caught:
        genome_negatives(["GC" * 19 + "AA"], 1, genome, 0.02, GENERATOR(0), "genome.fa")
    assert caught.value.where == "genome.fa"


@pytest.mark.parametrize("kind", ["shuffle", "genome"])
def test_the_rule(kind: str, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    observed = drawn(6, 10, 40)
    (tmp_path / "site.fa").write_text("".join(f">s{i}\n{s.lower()}\n" for i, s in enumerate(observed)))
    (tmp_path / "genome.fa").write_text(f">chr1\n{drawn(7, 1, 4000)[0]}\n")
    own = {"from": kind, "class": "rest", "ratio": 1.5, "tolerance": 0.05, "seed": 1}
    made = "results/mine/made/a/made-rest.fasta"
    run(
        job(
            "negatives",
            input={"observed": ["site.fa"], "genome": ["genome.fa"] if kind == "genome" else []},
            output=[made],
            params={"negatives": own},
            wildcards={"task": "a", "file": "made-rest"},
        )
    )
    found = read_fasta(made)
    assert len({record.id for record in found}) == 15
    assert not {record.sequence for record in found} & set(observed)
    log = (tmp_path / "results/mine/logs/negatives.log").read_text()
    assert f"made 15 of 15 sequences of class rest ({kind}): these were not observed" in log


def study(**own: Any) -> dict[str, Any]:
    entry = {"url": "https://example.org/site.fa", "sha256": "a" * 64, "class": "site"}
    task = {"alphabet": "dna", "classes": ["site", "rest"], "files": [entry]}
    tasks = {"a": task | {"negatives": {"from": "shuffle", "class": "rest"}} | own}
    tasks["b"] = task | {"files": [entry, {**entry, "url": "https://example.org/rest.fa", "class": "rest"}]}
    return {"study": "mine", "tasks": tasks, "transfers": [{"source": "a", "target": "b"}]}


def test_a_made_class_needs_no_file_and_is_told_loudly() -> None:
    read = read_study(study(title="sites"), ["study.yaml"])
    own = read.as_understood()["tasks"]
    assert own["a"]["negatives"]["class"] == "rest"
    note = made_note(own)
    assert note.startswith(
        "Class rest of sites was made, not observed: each is an observed sequence with its letters"
    )
    assert made_note({"b": own["b"]}) == ""


@pytest.mark.parametrize(
    ("own", "told"),
    [
        ({"negatives": {"from": "genome", "class": "rest"}}, "`genome` names the FASTA file"),
        ({"negatives": {"from": "shuffle", "class": "rest", "genome": "x.fa"}}, "`genome` names the FASTA file"),
        ({"negatives": {"from": "shuffle", "class": "site"}}, "makes the class 'site', which a file holds"),
        ({"negatives": {"from": "shuffle", "class": "other"}}, "class 'other' of a file is not among `classes`"),
        ({"negatives": {"from": "thin air", "class": "rest"}}, "tasks.a.negatives.from: 'thin air' is not known"),
        ({"alphabet": "rna", "negatives": {"from": "genome", "class": "rest", "genome": "x"}}, "of a genome are DNA"),
    ],
)  # fmt: skip
def test_negatives_that_cannot_be_made(own: dict[str, Any], told: str) -> None:
    with pytest.raises(SeqgraftError) as caught:
        read_study(study(**own), ["study.yaml"])
    assert told in caught.value.what
