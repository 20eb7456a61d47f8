"""FASTA to tokens on disk: the same ids and sequences as Biopython reads, whatever the size of a piece."""

import bz2
import gzip
import lzma
import string
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from Bio import SeqIO
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from seqgraft.alphabets import ALPHABETS
from seqgraft.data.encode_fasta import _BLANKS, FILES, Encoded, _long, encode_fasta, letter_table
from seqgraft.data.fasta import read_fasta
from seqgraft.data.fasta_wrapped import wrapped
from seqgraft.data.names import Names
from seqgraft.data.tokens import TokenStore
from seqgraft.errors import SeqgraftError
from seqgraft.files import sha256_of

HEADERS = st.text(alphabet=string.ascii_letters + " \t|_.:>σß\u00a0", max_size=12)
# '>' within a line of sequence begins no record, and blanks within one mean nothing.
SEQUENCES = st.text(alphabet="ACGTacgtNx*>", min_size=1, max_size=120).filter(lambda s: s[0] != ">")
HARMLESS = [HealthCheck.function_scoped_fixture]


def found(
    path: Path, folder: Path, alphabet: str = "dna", size: int = 1 << 19
) -> list[tuple[str, list[int]]]:
    told = encode_fasta(path, alphabet, folder, size=size)
    store = TokenStore(folder / "tokens.npy", folder / "offsets.npy")
    names = Names(folder / "ids.npy", folder / "id_offsets.npy")
    assert len(names) == len(store) == told.sequences
    assert told.letters == len(store.tokens)
    assert told.unknown == np.sum(np.asarray(store.tokens) == ALPHABETS[alphabet].unknown)
    assert names.tolist() == [names[i] for i in range(len(names))]
    return [(names[i], store[i].tolist()) for i in range(len(store))]


def tokens(sequence: str) -> list[int]:
    return ["ACGT".find(letter) % 5 for letter in sequence.upper()]  # -1 % 5 is 4, the unknown token


def lines_of(header: str, sequence: str, width: int, gap: str) -> list[str]:
    rows = [sequence[i : i + width] for i in range(0, len(sequence), width)]
    # A wrapped line must not begin with '>', which would make it a header.
    rows = [row if not row.startswith(">") else f" {row}" for row in rows]
    return [f">{header}", *rows, *([gap] if gap != "none" else [])]


@given(
    records=st.lists(st.tuples(HEADERS, SEQUENCES), min_size=1, max_size=9),
    width=st.integers(1, 130),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    gap=st.sampled_from(["none", "", " ", "\t"]),
    final=st.booleans(),
    size=st.sampled_from([1, 2, 7, 40, 1 << 19]),
)
@example([("", "A" * 70), ("b", "C")], 9, "\n", "none", False, 1)
@example([("a b", "A" * 500), (" c", "C")], 60, "\r\n", "", True, 1 << 19)
@example([("a", "A" * 200), ("b", "C"), ("c", "G"), ("d", "T")], 60, "\n", "none", True, 40)
@settings(max_examples=60, deadline=None, suppress_health_check=HARMLESS)
def test_encodes_what_biopython_reads(
    tmp_path: Path,
    records: list[tuple[str, str]],
    width: int,
    end: str,
    gap: str,
    final: bool,
    size: int,
) -> None:
    text = end.join(line for record in records for line in lines_of(*record, width, gap))
    path = tmp_path / "a.fa"
    path.write_bytes((text + (end if final else "")).encode())
    with path.open(encoding="utf-8") as handle:
        reference = [(r.id, str(r.seq)) for r in SeqIO.parse(handle, "fasta")]
    assert [sequence for _, sequence in reference] == [sequence for _, sequence in records]
    assert found(path, tmp_path, size=size) == [(name, tokens(sequence)) for name, sequence in reference]
    assert [(r.id, r.sequence) for r in read_fasta(path)] == reference


def random_records(count: int, length: int) -> list[tuple[str, str]]:
    letters = np.random.default_rng(count).choice(list("ACGTN"), size=(count, length))
    return [(f"s{i}", "".join(row)) for i, row in enumerate(letters)]


@pytest.mark.parametrize("length", [3, 90, 1_500])
@pytest.mark.parametrize("about", ["", " about it\tin words"])
@pytest.mark.parametrize("size", [1_000, 1 << 19])
def test_short_and_long_records_of_a_large_file(tmp_path: Path, length: int, about: str, size: int) -> None:
    """Both ways of reading, and pieces of many records."""
    records = random_records(40_000 // length, length)
    text = "".join(
        "\n".join(lines_of(name + about, sequence, 60, "none")) + "\n" for name, sequence in records
    )
    (tmp_path / "a.fa").write_text(text)
    assert found(tmp_path / "a.fa", tmp_path, size=size) == [(n, tokens(s)) for n, s in records]


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_compressed_files(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    (tmp_path / "a.fa").write_bytes(pack(b">a x\nAC\nG\n>b\nT\n"))
    assert found(tmp_path / "a.fa", tmp_path) == [("a", [0, 1, 2]), ("b", [3])]
    (tmp_path / "a.fa").write_bytes(pack(b">a x\nAC\nG\n>b\nT\n" * 1_000)[:-9])
    with pytest.raises(SeqgraftError, match="the compressed file is damaged or cut short"):
        encode_fasta(tmp_path / "a.fa", "dna", tmp_path / "out")
    assert not list((tmp_path / "out").iterdir())


@pytest.mark.parametrize(
    ("content", "records"),
    [
        (b"\xef\xbb\xbf>a\nAC\n", [("a", [0, 1])]),
        (b"\n \n\n>a\nAC\n", [("a", [0, 1])]),
        (b">\xe9 x\nAC\n", [("é", [0, 1])]),  # not UTF-8, so Latin-1
        (b">a\nA\xc3\x9fC\n", [("a", [0, 4, 1])]),  # a foreign letter is one letter
        # Control characters, the first two of them blanks; a piece ends before the last record.
        (b">a\x1fb\nA\x0bC\x01\n>c\nG\n>d\nT\n", [("a", [0, 1, 4]), ("c", [2]), ("d", [3])]),
        (b">a\nacgu\n", [("a", [0, 1, 2, 4])]),
        (b">" + b"a" * 3_000 + b"\n" + b"A" * 5_000, [("a" * 3_000, [0] * 5_000)]),
    ],
)
@pytest.mark.parametrize("size", [3, 1 << 19])
def test_records_by_hand(
    tmp_path: Path, content: bytes, records: list[tuple[str, list[int]]], size: int
) -> None:
    (tmp_path / "a.fa").write_bytes(content)
    if size == 3 and b"\xc3" in content:
        size = 20  # a letter of two bytes cut in two would be two unknown ones
    assert found(tmp_path / "a.fa", tmp_path, size=size) == records


def test_the_files_are_those_of_numpy(tmp_path: Path) -> None:
    (tmp_path / "a.fa").write_text(">a\nACGT\n>b\nTN\n")
    assert encode_fasta(tmp_path / "a.fa", "dna", tmp_path / "out") == Encoded(2, 6, 1)
    arrays = {
        "tokens": np.array([0, 1, 2, 3, 3, 4], np.uint8),
        "offsets": np.array([0, 4, 6]),
        "ids": np.frombuffer(b"ab", np.uint8),
        "id_offsets": np.array([0, 1, 2]),
    }
    assert sorted(path.stem for path in (tmp_path / "out").iterdir()) == sorted(FILES)
    for name, array in arrays.items():
        np.save(tmp_path / "expected.npy", array)
        assert sha256_of(tmp_path / "out" / f"{name}.npy") == sha256_of(tmp_path / "expected.npy"), name


@pytest.mark.parametrize("size", [1, 5, 1 << 19])
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b" \n\n",
        b"\n\n  hello world\n>a\nA\n",
        b"@r1\nACGT\n",
        b">a\nAC\n>b\n\n>c\nG\n",
        b">a\nAC\n>b",
        b">a\n\n>b\nAC\n",
        b">a\r\nAC\r\n\r\nG\x00T\r\n",
        b">a\r\n" + b"AC\r\n" * 60 + b"G\x00T\r\n",
        b">a\nAC\n" * 50 + b">b\n \n>c\nG\n",
        b">" + b"a" * 900 + b"\n>c\nG\n",
        ">a\nAC\n".encode("utf-16"),
        b"PK\x03\x04 and so on",
    ],
)
def test_refuses_what_read_fasta_refuses_with_the_same_words(
    tmp_path: Path, content: bytes, size: int
) -> None:
    path = tmp_path / "a.fa"
    path.write_bytes(content)
    with pytest.raises(SeqgraftError) as whole:
        read_fasta(path)
    with pytest.raises(SeqgraftError) as pieces:
        encode_fasta(path, "dna", tmp_path / "out", size=size)
    assert str(pieces.value) == str(whole.value)
    assert not (tmp_path / "out").exists() or not list((tmp_path / "out").iterdir())


def test_ids_and_offsets_of_different_runs(tmp_path: Path) -> None:
    np.save(tmp_path / "ids.npy", np.frombuffer(b"abc", np.uint8))
    np.save(tmp_path / "id_offsets.npy", np.array([0, 1, 2]))
    with pytest.raises(SeqgraftError, match="3 bytes of ids, but the offsets tell of 2"):
        Names(tmp_path / "ids.npy", tmp_path / "id_offsets.npy")


@given(
    records=st.lists(st.tuples(HEADERS.filter(str.isascii), SEQUENCES), min_size=2, max_size=5),
    width=st.integers(1, 130),
    gap=st.sampled_from(["none", "none", "", " "]),
    lead=st.text(alphabet="ACGT\n", max_size=9),
    final=st.booleans(),
)
@example([("a", "ACGTA"), ("b", "ACG"), ("c", "A")], 2, "none", "", True)
@settings(max_examples=150, deadline=None)
def test_lines_of_one_width_are_read_as_one_by_one(
    records: list[tuple[str, str]], width: int, gap: str, lead: str, final: bool
) -> None:
    """Also where a line is of another width: then nothing is guessed."""
    table = letter_table(ALPHABETS["dna"])
    text = "\n".join(line for record in records for line in lines_of(*record, width, gap))
    data = (f"{lead}\n{text}" + "\n" * final).encode()
    piece = wrapped(data, table, _BLANKS)
    if piece is None:
        assert gap != "none" or "\n >" in text
        return
    expected = _long(data, table)
    assert piece[:2] + piece[3:4] == (expected.tokens, expected.lead, expected.ids)
    assert piece[2].tolist() == expected.lengths.tolist()
    assert piece[4].tolist() == expected.id_lengths.tolist()


@pytest.mark.parametrize(
    "text", [">a\nACG\nA\nACG\n>b\nACG\n", ">a\nACG\nACG\nA\n>b\nAC\nACG\n", ">a\nACG\nACG\n>b\nA GCT\n"]
)
def test_lines_of_several_widths_are_not_guessed_at(text: str) -> None:
    assert wrapped(f"\n{text}".encode(), letter_table(ALPHABETS["dna"]), _BLANKS) is None
