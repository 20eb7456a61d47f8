"""FASTA files: the same records as Biopython reads, and one clear message for what is not FASTA."""

import gzip
import string
from pathlib import Path

import pytest
from Bio import SeqIO
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seqgraft.data.fasta import FastaRecord, read_fasta
from seqgraft.errors import SeqgraftError

HEADERS = st.text(alphabet=string.ascii_letters + string.digits + " \t|_.:;=+-/>σß", max_size=20)
SEQUENCES = st.text(alphabet=string.ascii_letters + "*-", min_size=1, max_size=200)


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@given(
    records=st.lists(st.tuples(HEADERS, SEQUENCES), min_size=1, max_size=8),
    width=st.integers(1, 80),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    gap=st.sampled_from(["", "\n"]),
    final=st.booleans(),
    packed=st.booleans(),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_reads_what_biopython_reads(
    tmp_path: Path,
    records: list[tuple[str, str]],
    width: int,
    end: str,
    gap: str,
    final: bool,
    packed: bool,
) -> None:
    lines, starts = [], []
    for header, sequence in records:
        starts.append(len(lines) + 1)
        lines += [f">{header}", *(sequence[i : i + width] for i in range(0, len(sequence), width))]
        lines += [""] if gap else []
    text = end.join(lines) + (end if final else "")
    plain = write(tmp_path / "a.fa", text)
    path = write(tmp_path / "b.fa", gzip.compress(text.encode())) if packed else plain
    reference = list(SeqIO.parse(plain.open(encoding="utf-8"), "fasta"))
    found = read_fasta(path)
    assert [(r.id, r.sequence) for r in found] == [(r.id, str(r.seq)) for r in reference]
    assert [r.sequence for r in found] == [sequence for _, sequence in records]
    assert [r.line for r in found] == starts


@pytest.mark.parametrize(
    ("content", "records"),
    [
        (">a b\nAC\nGT\n>c\nT", [("a", "ACGT", 1), ("c", "T", 4)]),
        ("\n\n> 6400\nA C\tg\n", [("6400", "ACg", 3)]),
        (">\nAC\n", [("", "AC", 1)]),
        (">a\r\nAC\r\n\r\nGT\r\n", [("a", "ACGT", 1)]),
        (b"\xef\xbb\xbf>a\nAC\n", [("a", "AC", 1)]),
        (">\u03c370 x\nAC\n", [("\u03c370", "AC", 1)]),
        (b">\xe9\nAC\n", [("\u00e9", "AC", 1)]),  # not UTF-8, so Latin-1
        (
            gzip.compress(b">a\nAC\n", mtime=0) + gzip.compress(b">b\nG\n", mtime=0),
            [("a", "AC", 1), ("b", "G", 3)],
        ),
    ],
)
def test_records_by_hand(tmp_path: Path, content: str | bytes, records: list[tuple[str, str, int]]) -> None:
    assert read_fasta(write(tmp_path / "a.fa", content)) == [FastaRecord(*record) for record in records]


@pytest.mark.parametrize(
    ("content", "what", "line", "remedy"),
    [
        ("", "the file holds no sequence", None, "give a FASTA file with at least one record"),
        (" \n\n", "the file holds no sequence", None, "give a FASTA file with at least one record"),
        (
            "\n<!DOCTYPE html>\n",
            "the file is not FASTA: it begins with '<!DOCTYPE html>' and not with '>'; this looks like a web page",
            2,
            "give a FASTA file, in which each sequence follows a header line that begins with '>'",
        ),
        (
            ">a\nAC\n>b\n\n>c\nG\n",
            "a header without a sequence",
            3,
            "remove the header or complete the file; it may have been cut short",
        ),
        (
            ">a\nAC\n>b",
            "a header without a sequence",
            3,
            "remove the header or complete the file; it may have been cut short",
        ),
        (
            b">a\nAC\nG\x00T\n",
            "the file is not text: it holds a zero byte",
            3,
            "give a FASTA file, plain or compressed with gzip",
        ),
        (
            ">a\nAC\n".encode("utf-16"),
            "the file is encoded in UTF-16, not plain text",
            None,
            "save it as UTF-8 or ASCII",
        ),
        (
            gzip.compress(b">a\nACGTACGT\n", mtime=0)[:-6],
            "the compressed file is damaged or cut short",
            None,
            "fetch it again",
        ),
        (
            gzip.compress(b">a\nAC\n", mtime=0) + b"tail",
            "the compressed file is damaged or cut short",
            None,
            "fetch it again",
        ),
    ],
)
def test_refused(tmp_path: Path, content: str | bytes, what: str, line: int | None, remedy: str) -> None:
    path = write(tmp_path / "a.fa", content)
    with pytest.raises(SeqgraftError) as caught:
        read_fasta(path)
    where = f"{path}, line {line}" if line else str(path)
    assert (caught.value.what, caught.value.where, caught.value.remedy) == (what, where, remedy)
