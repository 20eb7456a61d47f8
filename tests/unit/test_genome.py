"""Windows of a genome: what Biopython cuts out of the same file, both strands, beyond the ends too."""

from pathlib import Path

import numpy as np
import pytest
from Bio import SeqIO
from Bio.Seq import Seq
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seqgraft.data.genome import Genome, encode_genome, starts_around
from seqgraft.errors import SeqgraftError

CONTIGS = st.lists(st.text(alphabet="ACGTNacgt", min_size=1, max_size=60), min_size=1, max_size=4)


def made(folder: Path, contigs: list[str]) -> Genome:
    text = "".join(f">c{i} a contig\n{s[:25]}\n{s[25:]}\n" for i, s in enumerate(contigs))
    (folder / "genome.fa").write_text(text)
    return encode_genome(folder / "genome.fa", folder / "store")


@given(contigs=CONTIGS, length=st.integers(1, 12), seed=st.integers(0, 99))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_windows_are_those_of_biopython(tmp_path: Path, contigs: list[str], length: int, seed: int) -> None:
    genome = made(tmp_path, contigs)
    reference = [f"{'N' * 20}{r.seq.upper()}{'N' * 20}" for r in SeqIO.parse(tmp_path / "genome.fa", "fasta")]
    assert genome.names == [f"c{i}" for i in range(len(contigs))]
    generator = np.random.default_rng(seed)
    places = generator.integers(len(contigs), size=9)
    starts = np.array([generator.integers(-15, len(contigs[place]) + 3) for place in places])
    reverse = generator.random(9) < 0.5
    windows = genome.windows(places, starts, length, reverse=reverse, edge="pad")
    assert windows.shape == (9, length)
    assert windows.dtype == np.uint8
    for window, place, start, turned in zip(windows, places, starts, reverse, strict=True):
        expected = reference[place][start + 20 : start + 20 + length].ljust(length, "N")
        expected = str(Seq(expected).reverse_complement()) if turned else expected
        assert genome.text(window) == expected


def test_windows_by_hand(tmp_path: Path) -> None:
    genome = made(tmp_path, ["ACGTNN", "ttg"])
    assert genome.lengths.tolist() == [6, 3]
    assert genome.windows([0, 1], [1, 0], 3).tolist() == [[1, 2, 3], [3, 3, 2]]
    assert genome.windows([0, 1], [1, 0], 3, reverse=[False, True]).tolist() == [[1, 2, 3], [1, 0, 0]]
    assert genome.windows([0], [3], 3, reverse=[True]).tolist() == [[4, 4, 0]]
    assert genome.windows([1, 1, 1], [-2, 2, 9], 3, edge="pad").tolist() == [[4, 4, 3], [2, 4, 4], [4, 4, 4]]
    assert genome.windows([], [], 3).shape == (0, 3)
    assert genome.sequence(0, 2, 5) == "GTN"


@pytest.mark.parametrize(("contig", "start"), [(0, -1), (0, 4), (1, 1)])
def test_a_window_beyond_its_contig_is_an_error_where_asked_for(
    tmp_path: Path, contig: int, start: int
) -> None:
    """Also where another contig follows, whose letters stand next in the store."""
    with pytest.raises(ValueError, match=f"window 0 reaches beyond contig c{contig}"):
        made(tmp_path, ["ACGTNN", "TTG"]).windows([contig], [start], 3)


def test_a_window_longer_than_the_genome(tmp_path: Path) -> None:
    assert made(tmp_path, ["AC"]).windows([0], [-1], 4, edge="pad").tolist() == [[4, 0, 1, 4]]


def test_the_centre_is_in_the_middle_on_both_strands() -> None:
    assert starts_around(np.array([10, 10]), 5, np.array([False, True])).tolist() == [8, 8]
    # Four letters: two before the centre in reading direction, which on the other strand lie at greater places.
    assert starts_around(np.array([10, 10]), 4, np.array([False, True])).tolist() == [8, 9]


def test_two_contigs_of_one_name(tmp_path: Path) -> None:
    (tmp_path / "genome.fa").write_text(">a\nAC\n>b\nG\n>a x\nT\n")
    with pytest.raises(SeqgraftError) as caught:
        encode_genome(tmp_path / "genome.fa", tmp_path / "store")
    assert caught.value.what == "the genome holds two sequences called 'a'"
    assert caught.value.where == str(tmp_path / "genome.fa")


def test_proteins_have_no_other_strand(tmp_path: Path) -> None:
    (tmp_path / "genome.fa").write_text(">a\nMKLV\n")
    genome = encode_genome(tmp_path / "genome.fa", tmp_path / "store", alphabet="protein")
    with pytest.raises(ValueError, match="protein has no reverse complement"):
        genome.windows([0], [0], 2, reverse=[True])
