"""Fetching: right bytes or one clear message, and never a wrong or half file at the destination."""

import hashlib
import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from web import BODY, PROXIES, SHA256, Answer, Server, body, cut_chunk, nonsense, serving, status

from seqgraft.data.download import fetch
from seqgraft.data.places import cache_folder, mirror_name
from seqgraft.errors import SeqgraftError

LOG = logging.getLogger("test_download")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with serving(monkeypatch) as own:
        yield own


@pytest.fixture
def destination(tmp_path: Path) -> Path:
    return tmp_path / "results/raw/task/a b.fa"


def got(entry: dict, destination: Path, *, mirror: Path | None = None, cache: Path | None = None) -> bytes:
    fetch(entry, destination, mirror=mirror, cache=cache, log=LOG, pauses=(0.0, 0.0))
    assert [path.name for path in destination.parent.iterdir()] == [destination.name]  # nothing temporary
    return destination.read_bytes()


def refused(
    entry: dict, destination: Path, *, mirror: Path | None = None, cache: Path | None = None
) -> SeqgraftError:
    """Fetch in vain, first where there is no file, then where an old one must stay."""
    with pytest.raises(SeqgraftError) as caught:
        fetch(entry, destination, mirror=mirror, cache=cache, log=LOG, pauses=(0.0, 0.0))
    assert not destination.exists()
    assert not destination.parent.exists() or not list(destination.parent.iterdir())
    destination.parent.mkdir(parents=True, exist_ok=True)
    destination.write_text("old")
    with pytest.raises(SeqgraftError):
        fetch(entry, destination, mirror=mirror, cache=cache, log=LOG, pauses=(0.0, 0.0))
    assert destination.read_text() == "old"
    assert [path.name for path in destination.parent.iterdir()] == [destination.name]
    if cache is not None:
        assert not [
            path for path in cache.rglob("*") if path.is_file() and path.suffix not in (".lock", ".part")
        ]
    return caught.value


def wrong(found: bytes) -> str:
    return f"wrong checksum: expected sha256 {SHA256}, found {hashlib.sha256(found).hexdigest()}"


@pytest.fixture(params=["cache", "no cache"])
def cache(request: pytest.FixtureRequest, tmp_path: Path) -> Path | None:
    return tmp_path / "cache" if request.param == "cache" else None


def test_a_file_of_the_network(server: Server, destination: Path, cache: Path | None) -> None:
    assert got(server.entry, destination, cache=cache) == BODY
    assert server.requests == 1


def test_a_missing_page_is_asked_for_once(server: Server, destination: Path, cache: Path | None) -> None:
    server.answers = [status(404)]
    error = refused(server.entry, destination, cache=cache)
    assert server.requests == 2  # one try in each of the two calls
    assert error.what == "the file could not be fetched: the server answered 404 Not Found"
    assert error.where == server.url
    assert error.remedy == (
        f"check the network and the URL, or name a folder that holds the file as {server.host}/some/folder/a b.fa: "
        "--config mirror=FOLDER, or SEQGRAFT_MIRROR"
    )


@pytest.mark.parametrize(
    "first",
    [status(500), status(429), body(BODY[:100], announced=len(BODY)), cut_chunk, nonsense],
    ids=["500", "429", "cut", "cut chunk", "nonsense"],
)
def test_a_second_try_helps(server: Server, destination: Path, cache: Path | None, first: Answer) -> None:
    server.answers = [first, body()]
    assert got(server.entry, destination, cache=cache) == BODY
    assert server.requests == 2


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (status(503), "the server answered 503 Service Unavailable"),
        (body(BODY[:100], announced=len(BODY)), "the transfer broke off after 100 of 8000 bytes"),
        (cut_chunk, "the transfer broke off before the end of the file"),
    ],
    ids=["503", "cut", "cut chunk"],
)
def test_tries_come_to_an_end(
    server: Server, destination: Path, cache: Path | None, answer: Answer, reason: str
) -> None:
    server.answers = [answer]
    error = refused(server.entry, destination, cache=cache)
    assert server.requests == 6  # three tries in each of the two calls
    assert error.what == f"the file could not be fetched: {reason}"


def test_wrong_bytes_of_the_network(server: Server, destination: Path, cache: Path | None) -> None:
    server.answers = [body(b"<html>please log in</html>")]
    error = refused(server.entry, destination, cache=cache)
    assert error.what == wrong(b"<html>please log in</html>")
    assert error.where == server.url
    assert error.remedy == (
        "fetch the file again, or correct `sha256` in the config if this is the file that you mean"
    )
    assert server.requests == 2


def test_the_cache_is_used_again(server: Server, destination: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    assert got(server.entry, destination, cache=cache) == BODY
    assert got(server.entry, tmp_path / "other/b.fa", cache=cache) == BODY
    assert server.requests == 1
    destination.write_text("changed in a study")
    assert (cache / SHA256[:2] / SHA256).read_bytes() == BODY  # a copy, not a link


def test_a_damaged_copy_in_the_cache_is_fetched_anew(
    server: Server, destination: Path, tmp_path: Path
) -> None:
    cached = tmp_path / "cache" / SHA256[:2] / SHA256
    cached.parent.mkdir(parents=True)
    cached.write_bytes(BODY[:-1])
    assert got(server.entry, destination, cache=tmp_path / "cache") == BODY
    assert server.requests == 1
    assert cached.read_bytes() == BODY


def test_the_mirror_comes_before_the_network(server: Server, destination: Path, tmp_path: Path) -> None:
    mirrored = tmp_path / "mirror" / server.host / "some/folder/a b.fa"
    mirrored.parent.mkdir(parents=True)
    mirrored.write_bytes(BODY)
    assert got(server.entry, destination, mirror=tmp_path / "mirror", cache=tmp_path / "cache") == BODY
    assert server.requests == 0
    assert not (tmp_path / "cache").exists()


def test_a_mirror_with_wrong_bytes(server: Server, destination: Path, tmp_path: Path) -> None:
    mirrored = tmp_path / "mirror" / server.host / "some/folder/a b.fa"
    mirrored.parent.mkdir(parents=True)
    mirrored.write_bytes(b"other")
    error = refused(server.entry, destination, mirror=tmp_path / "mirror")
    assert error.what == wrong(b"other")
    assert error.where == f"{mirrored} (mirror of {server.url})"
    assert server.requests == 0  # no silent way round a mirror that is wrong


def test_a_mirror_without_the_file(server: Server, destination: Path, tmp_path: Path) -> None:
    assert got(server.entry, destination, mirror=tmp_path) == BODY
    assert server.requests == 1


@pytest.mark.parametrize(
    ("url", "tries"),
    [
        ("http://host.invalid/a.fa", 3),  # RFC 6761: this name never resolves
        ("http://127.0.0.1:1/a.fa", 3),
        ("file:///nowhere/a.fa", 1),
        ("foo://host/a.fa", 1),
        ("http://host.invalid/a b.fa", 1),
    ],
)
def test_no_answer(
    destination: Path, url: str, tries: int, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
    with caplog.at_level(logging.INFO):
        error = refused({"url": url, "sha256": SHA256}, destination)
    assert error.what.startswith("the file could not be fetched: ")
    assert len(error.what) > len("the file could not be fetched: ")
    assert error.where == url
    assert caplog.text.count("trying again") == 2 * (tries - 1)


def test_a_file_url(destination: Path, tmp_path: Path) -> None:
    (tmp_path / "a.fa").write_bytes(BODY)
    assert got({"url": (tmp_path / "a.fa").as_uri(), "sha256": SHA256}, destination) == BODY


@pytest.mark.parametrize("sha256", [None, SHA256])
def test_a_local_file(destination: Path, tmp_path: Path, sha256: str | None) -> None:
    (tmp_path / "a.fa").write_bytes(BODY)
    assert got({"path": str(tmp_path / "a.fa"), "sha256": sha256}, destination) == BODY
    assert not destination.is_symlink()


def test_a_local_file_with_wrong_bytes(destination: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.fa"
    path.write_bytes(b"other")
    error = refused({"path": str(path), "sha256": SHA256}, destination)
    assert (error.what, error.where) == (wrong(b"other"), str(path))


def test_a_missing_local_file(destination: Path) -> None:
    error = refused({"path": "nowhere/a.fa"}, destination)
    assert error.what == "there is no file 'nowhere/a.fa'"
    assert error.where == "nowhere/a.fa"
    assert error.remedy == "mend `path`; it is relative to the folder in which snakemake runs"


def test_a_cache_that_cannot_be_made(server: Server, destination: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(SeqgraftError) as caught:
        fetch(server.entry, destination, mirror=None, cache=tmp_path / "file", log=LOG)
    assert caught.value.what == "the cache cannot be written: Not a directory"
    assert caught.value.where == str(tmp_path / "file" / SHA256[:2])
    assert caught.value.remedy == "name a folder of your own in the environment variable SEQGRAFT_CACHE"
    assert not destination.exists()
    assert server.requests == 0


def test_two_studies_want_the_same_file_at_once(server: Server, tmp_path: Path) -> None:
    places = [tmp_path / str(i) / "a.fa" for i in range(6)]
    options = {"mirror": None, "cache": tmp_path / "cache", "log": LOG}
    threads = [threading.Thread(target=fetch, args=(server.entry, p), kwargs=options) for p in places]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [path.read_bytes() for path in places] == [BODY] * 6
    assert server.requests == 1


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://host.org/a/b.fa", "host.org/a/b.fa"),
        ("https://host.org:8080/a%20b.fa?raw=1#top", "host.org:8080/a b.fa"),
        ("https://user:secret@host.org/b.fa", "host.org/b.fa"),
    ],
)
def test_names_in_a_mirror(url: str, name: str) -> None:
    assert mirror_name(url) == name


def test_where_the_cache_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SEQGRAFT_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    assert cache_folder() == Path("/somewhere/seqgraft")
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", "/home/someone")
    assert cache_folder() == Path("/home/someone/.cache/seqgraft")
    monkeypatch.setenv("SEQGRAFT_CACHE", "/own")
    assert cache_folder() == Path("/own")
