"""Letters as tokens, the other strand, and what sequences look like."""

import pytest
from Bio.Data import IUPACData
from Bio.Seq import Seq
from hypothesis import given
from hypothesis import strategies as st

from seqgraft.alphabets import ALPHABETS, looks_like
from seqgraft.data.tokens import encode
from seqgraft.known_alphabets import KNOWN, alphabet_of
from seqgraft.smiles import VOCABULARY, Smiles

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


@pytest.mark.parametrize(
    ("molecule", "tokens"),
    [
        ("CCl", "C Cl"),
        ("BrCBr", "Br C Br"),
        ("c1cc[nH]c1", "c 1 c c [nH] c 1"),
        ("C[C@@H](N)C(=O)O", "C [C@@H] ( N ) C ( = O ) O"),
        ("C[C@H]F", "C [C@H] F"),
        ("C%12CC%12", "C %12 C C %12"),
        ("C1%123", "C 1 %12 3"),
        ("[Na+].[Cl-]", "[Na+] . [Cl-]"),
        ("F/C=C\\F", "F / C = C \\ F"),
        ("[13CH3]C#N", "[13CH3] C # N"),
        ("Sc1[se]c1", "S c 1 [se] c 1"),
    ],
)
def test_molecules_are_cut_into_tokens(molecule: str, tokens: str) -> None:
    smiles = Smiles()
    assert smiles.tokens(molecule) == tokens.split()
    assert smiles.odd(molecule) == set()
    assert [VOCABULARY[number] for number in smiles.encode(molecule)] == tokens.split()


def test_the_vocabulary_is_stored_and_fits_a_byte() -> None:
    assert len(set(VOCABULARY)) == len(VOCABULARY) == Smiles().unknown <= 255
    # These numbers stand in the files of earlier studies.
    assert [VOCABULARY.index(token) for token in ("B", "C", "Cl", "c", "(", "1", "%10", "[H]", "[nH]")] == [
        0, 1, 7, 11, 25, 28, 37, 57, 59,
    ]  # fmt: skip
    assert VOCABULARY[-1] == "[131I]"


def test_what_is_outside_the_vocabulary() -> None:
    smiles = Smiles()
    assert smiles.encode("C[U]").tolist() == [1, smiles.unknown]
    assert smiles.odd("C[U]C[nH") == {"[U]", "[", "H"}
    assert smiles.doubtful("[U]")
    assert not smiles.doubtful("[")
    assert not smiles.doubtful("[]")
    with pytest.raises(ValueError, match="smiles has no reverse complement"):
        smiles.reverse_complement("C")


@given(text=st.text(alphabet="CNOclBr[]nH@%12()=#-+. é", max_size=30))
def test_tokens_joined_are_the_molecule(text: str) -> None:
    assert "".join(Smiles().tokens(text)) == text


def test_molecules_are_encoded_one_by_one() -> None:
    # Joined, C and l would become one atom, and %1 and 23 another ring.
    tokens, offsets = encode(["CC", "Cl", ""], "smiles")
    assert (tokens.tolist(), offsets.tolist()) == ([1, 1, 7], [0, 2, 3, 3])
    assert tokens.dtype == "uint8"
    tokens, offsets = encode([], "smiles")
    assert (len(tokens), offsets.tolist()) == (0, [0])


def test_letters_of_ones_own() -> None:
    own = alphabet_of({"letters": "abc", "ambiguous": "?", "complements": "cba?"})
    assert own.encode("cab?x").tolist() == [2, 0, 1, 3, 3]
    assert own.reverse_complement("aab?") == "?bcc"
    assert own.complement == (2, 1, 0)
    assert (own.cased, own.padding, own.odd("ab?x")) == (True, "?", {"?", "x"})
    assert own.doubtful("?")
    assert not own.doubtful("x")
    assert encode(["ab", "c"], {"letters": "abc"})[0].tolist() == [0, 1, 2]


def test_lower_case_means_nothing_in_ordinary_alphabets() -> None:
    assert {name: letters.cased for name, letters in KNOWN.items()} == {
        "dna": False, "rna": False, "protein": False, "smiles": True,
    }  # fmt: skip
