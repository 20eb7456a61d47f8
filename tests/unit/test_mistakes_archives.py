"""Files that cannot be unpacked, or that unpack to far too much."""

import bz2
import gzip
import io
import lzma
import warnings
import zipfile
from pathlib import Path

import pytest
from mistakes import Told, job_is_refused
from reading_mistakes import Given, at, prepare

from seqgraft.data.readers import unpack

FASTA = {"format": "fasta"}
CSV = {"format": "csv", "sequence": "s", "label": "y"}
YES = {"class": "yes"}
DAMAGED = ("the compressed file is damaged or cut short", "fetch it again")
MEMBER = "name one of its members, with its folders, under `member`"


def zipped(*members: tuple[str, str], encrypted: bool = False, level: int = 9) -> bytes:
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive,
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")  # of names that stand twice
        for name, text in members:
            archive.writestr(name, text)
    content = bytearray(buffer.getvalue())
    if encrypted:  # the flag's first bit, in the member's header and in the list at the end
        content[6] |= 1
        content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def cut(content: bytes) -> bytes:
    return content[: len(content) * 2 // 3]


MISTAKES = {
    "an archive without a member": (
        FASTA,
        [Given("x.zip", zipped(("in/a.fa", ">a\nAC\n"), ("in/b.fa", ">b\nGG\n")), YES)],
        Told(
            "the file is a .zip, and nothing says which of its members to read",
            at("x.zip"),
            "add `member` to the file's entry: in/a.fa, in/b.fa",
        ),
    ),
    "a member that is misspelt": (
        FASTA,
        [Given("x.zip", zipped(("in/a.fa", ">a\nAC\n")), {**YES, "member": "a.fa"})],
        Told("the archive holds no member 'a.fa'; did you mean 'in/a.fa'?", at("x.zip"), MEMBER),
    ),
    "two members of one name": (
        FASTA,
        [Given("x.zip", zipped(("a.fa", ">a\nAC\n"), ("a.fa", ">a\nGG\n")), {**YES, "member": "a.fa"})],
        Told("the archive holds several members 'a.fa'; did you mean 'a.fa'?", at("x.zip"), MEMBER),
    ),
    "a member of a plain file": (
        FASTA,
        [Given("x.fa", ">a\nAC\n", {**YES, "member": "a.fa"})],
        Told(
            "the file is not a .zip, and has no members", at("x.fa"), "give the .zip, or leave out `member`"
        ),
    ),
    "an encrypted member": (
        FASTA,
        [Given("x.zip", zipped(("a.fa", ">a\nAC\n"), encrypted=True), {**YES, "member": "a.fa"})],
        Told(
            "the member is encrypted",
            at("x.zip", ", member a.fa"),
            "unpack it with its password, and give the file",
        ),
    ),
    "an archive that is cut short": (
        FASTA,
        [Given("x.zip", cut(zipped(("a.fa", ">a\nAC\n" * 99))), {**YES, "member": "a.fa"})],
        Told(DAMAGED[0], at("x.zip", ", member a.fa"), DAMAGED[1]),
    ),
    "bzip2 that is cut short": (
        CSV,
        [Given("t.csv.bz2", cut(bz2.compress(b"s,y\nAC,1\n")))],
        Told(DAMAGED[0], at("t.csv.bz2"), DAMAGED[1]),
    ),
    "xz that is cut short": (
        FASTA,
        [Given("a.fa.xz", cut(lzma.compress(b">a\nAC\n" * 99)), YES)],
        Told(DAMAGED[0], at("a.fa.xz"), DAMAGED[1]),
    ),
    "gzip that is cut short": (
        CSV,
        [Given("t.csv.gz", cut(gzip.compress(b"s,y\nAC,1\n" * 99)))],
        Told(DAMAGED[0], at("t.csv.gz"), DAMAGED[1]),
    ),
    "FASTA that is wrong inside a member": (
        FASTA,
        [Given("x.zip", zipped(("a.fa", ">a\nAC\n>b\n")), {**YES, "member": "a.fa"})],
        Told(
            "a header without a sequence",
            at("x.zip", ", member a.fa, line 3"),
            "remove the header or complete the file; it may have been cut short",
        ),
    ),
}


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("name", MISTAKES)
def test_a_file_that_cannot_be_unpacked(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    reading, files, message = MISTAKES[name]
    job_is_refused(prepare(reading, files), message, capfd)


BOMBS = {
    "bomb.zip": (zipped(("a.fa", ">a\n" + "A" * 500_000)), {**YES, "member": "a.fa"}, ", member a.fa"),
    "bomb.gz": (gzip.compress(b">a\n" + b"A" * 500_000), YES, ""),
    "bomb.bz2": (bz2.compress(b">a\n" + b"A" * 500_000), YES, ""),
    "bomb.xz": (lzma.compress(b">a\n" + b"A" * 500_000), YES, ""),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_file_that_unpacks_to_far_too_much(
    name: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpack, "SMALL_ENOUGH", 100_000)  # instead of a hundred million
    content, says, place = BOMBS[name]
    packed = len(content)
    if place:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            packed = archive.getinfo("a.fa").compress_size
    message = Told(
        f"the file unpacks to more than 200 times its {packed:,} bytes, which no sequences do",
        at(name, place),
        "look into it with care; if it is right, unpack it yourself and give the file",
    )
    job_is_refused(prepare(FASTA, [Given(name, content, says)]), message, capfd)
