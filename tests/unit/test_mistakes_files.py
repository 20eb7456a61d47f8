"""Mistakes in the files that a user gives: fetched by `download`, read by `prepare`."""

import gzip
import hashlib
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from mistakes import Told, job, job_is_refused, present, run

Capture = pytest.CaptureFixture[str]
FASTA = b">a\nACGTACGT\n>b\nTTTTACGT\n"
REFETCH = "fetch the file again, or correct `sha256` in the config if this is the file that you mean"
RECORDS = ("records", "records.parquet"), ("rejects", "rejects.tsv"), ("summary", "summary.json")
SITE = "results/mine/raw/a/site.fa"
FORMAT = "give a FASTA file, in which each sequence follows a header line that begins with '>'"
TEXT = "give a FASTA file, plain or compressed with gzip"
OTHER = "give the right file, or correct the task's `alphabet`"


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "SEQGRAFT_MIRROR", "SEQGRAFT_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SEQGRAFT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("seqgraft.data.tries.time.sleep", lambda _: None)


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    """A server that knows /site.fa and answers 404 to everything else."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path != "/site.fa":
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("Content-Length", str(len(FASTA)))
            self.end_headers()
            self.wfile.write(FASTA)

        def log_message(self, *_: object) -> None:
            """Be silent."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield f"127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def download(config: dict | None = None, **entry: str) -> SimpleNamespace:
    return job("download", output=[SITE], params={"entry": {"class": "site", **entry}}, config=config or {})


def checksum(expected: str, found: bytes) -> str:
    return f"wrong checksum: expected sha256 {expected}, found {hashlib.sha256(found).hexdigest()}"


def nowhere(address: str) -> str:
    return (
        f"check the network and the URL, or name a folder that holds the file as {address}: "
        "--config mirror=FOLDER, or SEQGRAFT_MIRROR"
    )


@pytest.fixture
def locked() -> None:
    """The empty lock that every fetch leaves in the cache, by design."""
    Path("cache/00").mkdir(parents=True)
    Path(f"cache/00/{'0' * 64}.lock").touch()


@pytest.mark.usefixtures("locked")
def test_a_page_that_is_not_there(host: str, capfd: Capture) -> None:
    message = Told(
        "the file could not be fetched: the server answered 404 Not Found",
        f"http://{host}/x.fa",
        nowhere(f"{host}/x.fa"),
    )
    job_is_refused(download(url=f"http://{host}/x.fa", sha256="0" * 64), message, capfd)


@pytest.mark.usefixtures("locked")
def test_wrong_bytes_from_the_network(host: str, capfd: Capture) -> None:
    url = f"http://{host}/site.fa"
    job_is_refused(download(url=url, sha256="0" * 64), Told(checksum("0" * 64, FASTA), url, REFETCH), capfd)


@pytest.mark.usefixtures("locked")
def test_a_server_that_does_not_answer(capfd: Capture) -> None:
    message = Told(
        "the file could not be fetched: [Errno 111] Connection refused",
        "http://127.0.0.1:1/a.fa",
        nowhere("127.0.0.1:1/a.fa"),
    )
    job_is_refused(download(url="http://127.0.0.1:1/a.fa", sha256="0" * 64), message, capfd)


def test_wrong_bytes_in_a_local_file(capfd: Capture) -> None:
    Path("a.fa").write_bytes(FASTA)
    message = Told(checksum("0" * 64, FASTA), "a.fa", REFETCH)
    job_is_refused(download(path="a.fa", sha256="0" * 64), message, capfd)


def test_wrong_bytes_in_the_mirror(capfd: Capture) -> None:
    mirrored = Path("mirror/host.org/a.fa")
    mirrored.parent.mkdir(parents=True)
    mirrored.write_bytes(FASTA)
    message = Told(
        checksum("0" * 64, FASTA), "mirror/host.org/a.fa (mirror of https://host.org/a.fa)", REFETCH
    )
    entry = {"url": "https://host.org/a.fa", "sha256": "0" * 64}
    job_is_refused(download({"mirror": "mirror"}, **entry), message, capfd)


def test_a_local_file_that_went_away_meanwhile(capfd: Capture) -> None:
    message = Told(
        "there is no file 'a.fa'",
        "a.fa",
        "mend `path`; it is relative to the folder in which snakemake runs",
    )
    job_is_refused(download(path="a.fa"), message, capfd)


def test_a_cache_that_is_a_file(tmp_path: Path, capfd: Capture) -> None:
    Path("cache").write_text("")
    message = Told(
        "the cache cannot be written: Not a directory",
        f"{tmp_path}/cache/00",
        "name a folder of your own in the environment variable SEQGRAFT_CACHE",
    )
    job_is_refused(download(url="https://host.org/a.fa", sha256="0" * 64), message, capfd)


def test_the_right_file_is_fetched(host: str) -> None:
    run(download(url=f"http://{host}/site.fa", sha256=hashlib.sha256(FASTA).hexdigest()))
    assert Path(SITE).read_bytes() == FASTA


def prepare(alphabet: str = "dna", **policies: str) -> SimpleNamespace:
    return job(
        "prepare",
        input=[SITE, "results/mine/raw/a/rest.fa"],
        output={name: f"results/mine/data/a/{file}" for name, file in RECORDS},
        wildcards={"task": "a"},
        params={
            "reading": {"format": "fasta"},
            "contents_of_files": ["site", "rest"],
            "cleaning": {"alphabet": alphabet, "classes": ["site", "rest"], **policies},
        },
    )


def give(site: bytes, rest: bytes = b">c\nGGGGACGT\n>d\nCCCCACGT\n") -> None:
    Path(SITE).parent.mkdir(parents=True)
    Path(SITE).write_bytes(site)
    Path("results/mine/raw/a/rest.fa").write_bytes(rest)


def not_fasta(begins: str, hint: str = "", line: int = 1) -> Told:
    what = f"the file is not FASTA: it begins with {begins!r} and not with '>'{hint}"
    return Told(what, f"{SITE}, line {line}", FORMAT)


def packed(name: str) -> Told:
    what = f"the file is compressed with {name}, which is not read here"
    return Told(what, SITE, "unpack it, or compress it with gzip")


DAMAGED = Told("the compressed file is damaged or cut short", SITE, "fetch it again")
EMPTY = Told("the file holds no sequence", SITE, "give a FASTA file with at least one record")
# The bytes of the file of class `site`, and the whole message.
FILES: dict[str, tuple[bytes, Told]] = {
    "an empty file": (b"", EMPTY),
    "nothing but empty lines": (b"\n\n  \n", EMPTY),
    "an empty file, compressed": (gzip.compress(b""), EMPTY),
    "a .gz cut short": (gzip.compress(FASTA * 100)[:-12], DAMAGED),
    "a .gz with a damaged byte": (gzip.compress(FASTA * 100)[:-8] + b"\x00" * 8, DAMAGED),
    "a damaged .zip": (b"PK\x03\x04 and so on", DAMAGED),
    "a .bz2 cut short": (b"BZh91AY&SY", DAMAGED),
    "a .xz cut short": (b"\xfd7zXZ\x00\x00", DAMAGED),
    "zstd": (b"\x28\xb5\x2f\xfd\x04", packed("zstd")),
    "a zero byte": (
        b">a\nACGT\x00ACGT\n",
        Told("the file is not text: it holds a zero byte", f"{SITE}, line 2", TEXT),
    ),
    "UTF-16": (
        ">a\nACGT\n".encode("utf-16"),
        Told("the file is encoded in UTF-16, not plain text", SITE, "save it as UTF-8 or ASCII"),
    ),
    "a table": (b"id\tsequence\n", not_fasta("id\tsequence")),
    "FASTQ": (b"@r1\nACGT\n+\nFFFF\n", not_fasta("@r1", "; this looks like FASTQ")),
    "a web page": (
        b"\n<html><body>please log in</body></html>\n",
        not_fasta("<html><body>please l", "; this looks like a web page", 2),
    ),
    "GenBank": (b"LOCUS       NC_000913\n", not_fasta("LOCUS       NC_00091", "; this looks like GenBank")),
    "a header without a sequence": (
        b">a\nACGT\n>b\n>c\nACGT\n",
        Told(
            "a header without a sequence",
            f"{SITE}, line 3",
            "remove the header or complete the file; it may have been cut short",
        ),
    ),
    "cut in the last header": (
        FASTA + b">c",
        Told(
            "a header without a sequence",
            f"{SITE}, line 5",
            "remove the header or complete the file; it may have been cut short",
        ),
    ),
    "a letter outside the alphabet": (
        b">a\nACGT\n>b\nACGT5\n",
        Told("'5' is not a letter of the dna alphabet", f"{SITE}, record at line 3", OTHER),
    ),
    "RNA given as DNA": (
        b">a\nACGUACGUUUGCA\n",
        Told("'U' is not a letter of the dna alphabet; this looks like rna", f"{SITE}, record at line 1", OTHER),
    ),
    "protein given as DNA": (
        b">a\nMALWMRLLPLLALLALWGPDPAAAFVNQHLCGSHLVEALYLVCGERGFFYTPKT\n",
        Told(
            "'E' is not a letter of the dna alphabet; this looks like protein",
            f"{SITE}, record at line 1",
            OTHER,
        ),
    ),
    "an alignment": (
        b">a\nAC--GT\n",
        Told(
            "'-' is not a letter of the dna alphabet",
            f"{SITE}, record at line 1",
            "set the task's `gaps` to remove or drop, or take the gaps out: sequences are read one by one, not aligned",
        ),
    ),
    "nothing but ambiguous letters": (
        b">a\nNNNNNNNN\n>b\nACGTNNNN\n",
        Told(
            "no sequence of class 'site' is left after checking (2 ambiguous letter)",
            SITE,
            "give the right file, or change the task's `alphabet`, `ambiguous` or `conflicts`",
        ),
    ),
    "the same file for both classes": (
        b">c\nGGGGACGT\n>d\nCCCCACGT\n",
        Told(
            "no sequence of class 'site' is left after checking (2 conflicting labels)",
            SITE,
            "give the right file, or change the task's `alphabet`, `ambiguous` or `conflicts`",
        ),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_cannot_be_used(name: str, capfd: Capture) -> None:
    content, message = FILES[name]
    give(content)
    job_is_refused(prepare(), message, capfd)


def test_dna_given_as_protein(capfd: Capture) -> None:
    give(b">a\n" + b"ACGT" * 30 + b"\n")
    what = "nearly all letters of the file are nucleotides; this looks like dna, not protein"
    job_is_refused(prepare("protein"), Told(what, SITE, OTHER), capfd)


def test_an_ambiguous_letter_where_the_policy_calls_it_an_error(capfd: Capture) -> None:
    give(b">a\nACGTNACG\n")
    message = Told(
        "'N' is an ambiguity code of the dna alphabet",
        f"{SITE}, record at line 1",
        "set the task's `ambiguous` to drop or unknown, or clean the file",
    )
    job_is_refused(prepare(ambiguous="error"), message, capfd)


def test_the_same_sequence_with_both_labels_where_the_policy_calls_it_an_error(capfd: Capture) -> None:
    give(FASTA + b">x\nGGGGACGT\n")
    message = Told(
        "the sequence of 'x' is labelled site here and rest elsewhere",
        f"{SITE}, record at line 5",
        "remove the wrong copy, or set the task's `conflicts` to drop",
    )
    job_is_refused(prepare(conflicts="error"), message, capfd)


def test_what_is_mended_is_listed_and_no_error() -> None:
    give(FASTA + b">a\nAAAAACGT\n>x\nGGGGACGT\n")  # a repeated id, and a sequence with both labels
    run(prepare())
    rejects = Path("results/mine/data/a/rejects.tsv").read_text()
    for line in (
        "site.fa\t1\ta\tid repeated, renamed to site.fa:1",
        "site.fa\t5\ta\tid repeated, renamed to site.fa:5",
        "site.fa\t7\tx\tsame sequence also labelled rest: all copies left out",
    ):
        assert line in rejects.splitlines()
    assert "results/mine/data/a/records.parquet" in present()
