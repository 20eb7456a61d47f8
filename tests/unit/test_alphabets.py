"""Letters as tokens, the other strand, and what sequences look like."""

import pytest
from Bio.Data import IUPACData
from Bio.Seq import Seq
from hypothesis import given
from hypothesis import strategies as st

from seqgraft.alphabets import ALPHABETS, looks_like

NUCLEIC = {"dna": "ACGT", "rna": "ACGU"}
CODES = "RYSWKMBDHVN"
INSULIN = (
    "MALWMRLLPLLALLALWGPDPAAAFVNQHLCGSHLVEALYLVCGERGFFYTPKTRREAEDLQVG"
    "QVELGGGPGAGSLQPLALEGSLQKRGIVEQCCTSICSLYQLENYCN"
)


@pytest.mark.parametrize("name", ["dna", "rna"])
@given(data=st.data())
def test_the_other_strand_is_biopythons(name: str, data: st.DataObject) -> None:
    text = data.draw(st.text(alphabet=NUCLEIC[name] + CODES))
    reference = Seq(text).reverse_complement() if name == "dna" else Seq(text).reverse_complement_rna()
    other = ALPHABETS[name].reverse_complement(text)
    assert other == str(reference)
    assert ALPHABETS[name].reverse_complement(other) == text


@pytest.mark.parametrize(
    ("name", "letters", "codes"),
    [
        ("dna", IUPACData.unambiguous_dna_letters, IUPACData.ambiguous_dna_letters),
        ("rna", IUPACData.unambiguous_rna_letters, IUPACData.ambiguous_rna_letters),
        ("protein", IUPACData.protein_letters, IUPACData.extended_protein_letters),
    ],
)
def test_letters_and_codes_are_biopythons(name: str, letters: str, codes: str) -> None:
    alphabet = ALPHABETS[name]
    assert sorted(alphabet.letters) == sorted(letters)
    assert set(alphabet.letters + alphabet.ambiguous) == set(letters + codes)
    assert not set(alphabet.letters) & set(alphabet.ambiguous)


def test_tokens_by_hand() -> None:
    assert ALPHABETS["dna"].encode("GATNRacU").tolist() == [2, 0, 3, 4, 4, 4, 4, 4]
    assert ALPHABETS["rna"].encode("UGT").tolist() == [3, 2, 4]
    assert ALPHABETS["protein"].encode("ACYX").tolist() == [0, 1, 19, 20]
    assert [ALPHABETS[name].unknown for name in ("dna", "rna", "protein")] == [4, 4, 20]


def test_tokens_of_complements() -> None:
    assert ALPHABETS["dna"].complement == (3, 2, 1, 0)
    assert ALPHABETS["rna"].complement == (3, 2, 1, 0)
    assert ALPHABETS["protein"].complement is None


def test_a_protein_has_no_other_strand() -> None:
    with pytest.raises(ValueError, match="protein has no reverse complement"):
        ALPHABETS["protein"].reverse_complement("MK")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("ACGTTGCA", "dna"),
        ("ACGTNNNNRY" * 2 + "ACGT" * 20, "dna"),
        ("ACGUUGCA", "rna"),
        (INSULIN, "protein"),
        ("MKRNDHKSTWYVRGKACDM", "protein"),  # every letter is also a code of DNA
        ("ACGGCA", None),  # DNA and RNA alike
        ("ACGTU", None),
        ("0 1 0 1 A", None),
        ("", None),
    ],
)
def test_what_sequences_look_like(text: str, name: str | None) -> None:
    assert looks_like(text) == name
