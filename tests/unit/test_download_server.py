"""What a server may do wrong, and what comes of it: the right bytes, or one message."""

import email.utils
import logging
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import web
from web import BODY, SHA256, Answer, Server

from seqgraft.data.download import fetch
from seqgraft.data.limits import Limits
from seqgraft.errors import SeqgraftError

LOG = logging.getLogger("test_download_server")
QUICK = Limits(silence=0.2, window=0.1, slowest=1000.0, longest_wait=0.5)
HALF = len(BODY) // 2
OTHER = b"x" * len(BODY)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with web.serving(monkeypatch) as own:
        yield own


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """Where the cache keeps the file."""
    return tmp_path / "cache" / SHA256[:2] / SHA256


def run(entry: dict, tmp_path: Path, pauses: tuple[float, ...] = (0.0, 0.0)) -> bytes:
    place = tmp_path / "raw/a.fa"
    fetch(entry, place, mirror=None, cache=tmp_path / "cache", log=LOG, pauses=pauses, limits=QUICK)
    assert [path.name for path in place.parent.iterdir()] == ["a.fa"]
    return place.read_bytes()


def fail(entry: dict, tmp_path: Path) -> SeqgraftError:
    with pytest.raises(SeqgraftError) as caught:
        run(entry, tmp_path)
    assert not list((tmp_path / "raw").rglob("*"))
    assert not (tmp_path / "cache" / SHA256[:2] / SHA256).exists()
    return caught.value


# What is answered in turn (the last for ever), and how many questions bring the right bytes.
MENDED: dict[str, tuple[list[Answer], int]] = {
    "500, then 200": ([web.status(500), web.body()], 2),
    "503 and 429": ([web.status(503), web.status(429), web.body()], 3),
    "chunks": ([web.chunked], 1),
    "no length": ([web.without_length()], 1),
    "no length, cut": ([web.without_length(BODY[:HALF]), web.without_length()], 2),
    "a length that is no number": ([web.body(announced="²")], 1),
    "a negative length": ([web.body(announced=-5)], 1),
    "more announced than comes": ([web.body(announced=len(BODY) + 7)], 1),
    "a body cut, no ranges": ([web.body(BODY[:HALF], announced=len(BODY)), web.body()], 2),
    "a body cut, ranges": ([web.ranged(upto=HALF), web.ranged()], 2),
    "a cut of wrong bytes": ([web.ranged(OTHER, upto=HALF), web.ranged(), web.ranged()], 3),
    "another part than asked for": ([web.ranged(upto=HALF), web.ranged(shift=3), web.ranged()], 3),
    "silence": ([web.dripping(2, 0.4), web.body()], 2),
    "a drip": ([web.dripping(400, 0.03), web.body()], 2),
    "slowly, but not too slowly": ([web.dripping(20, 0.01)], 1),
    "redirects": ([web.moved("/b"), web.moved("../c d", 307), web.moved("//{host}/e", 308), web.body()], 4),
}


@pytest.mark.parametrize("name", MENDED)
def test_the_right_bytes_come_in_the_end(name: str, server: Server, tmp_path: Path, kept: Path) -> None:
    answers, questions = MENDED[name]
    if name == "redirects":
        answers = [*answers[:2], web.moved(f"//{server.host}/e", 308), answers[3]]
    server.answers = answers
    assert run(server.entry, tmp_path) == BODY
    assert server.requests == questions
    assert kept.read_bytes() == BODY
    assert {path.name for path in kept.parent.iterdir()} == {SHA256, f"{SHA256}.lock"}


def wrong(content: bytes) -> str:
    return f"wrong checksum: expected sha256 {SHA256}, found {web.hashlib.sha256(content).hexdigest()}"


FAILED = "the file could not be fetched: "
# What is answered, the message, how many questions it took, and whether a part of the file is kept for the next run.
GIVEN_UP: dict[str, tuple[Answer, dict, str, int, bool]] = {
    "404": (web.status(404), {}, f"{FAILED}the server answered 404 Not Found", 1, False),
    "403": (web.status(403), {}, f"{FAILED}the server answered 403 Forbidden", 1, False),
    "500 for ever": (
        web.status(500), {}, f"{FAILED}the server answered 500 Internal Server Error", 3, False,
    ),
    "a redirect to nowhere": (web.status(302), {}, f"{FAILED}the server answered 302 Found", 1, False),
    "a redirect to a local file": (
        web.moved("file:///etc/passwd"), {},
        f"{FAILED}the server points to 'file:///etc/passwd', which is not fetched", 1, False,
    ),
    "a redirect to itself": (
        web.moved("/some/folder/a%20b.fa"), {}, f"{FAILED}the server redirects in a circle", 1, False,
    ),
    "wrong bytes": (web.body(OTHER), {}, wrong(OTHER), 1, False),
    "a login page": (
        web.body(b"log in"), {"size": 8000},
        f"{FAILED}the server announces 6 bytes, and `size` in the config is 8000", 1, False,
    ),
    "a body larger than declared": (web.body(BODY, announced=100), {}, wrong(BODY[:100]), 1, False),
    "a body larger than the size": (
        web.without_length(BODY * 2), {"size": 8000},
        f"{FAILED}the server sends more than the 8000 bytes of `size` in the config", 1, False,
    ),
    "always cut": (
        web.body(BODY[:100], announced=8000), {}, f"{FAILED}the transfer broke off after 100 of 8000 bytes", 3, True,
    ),
    "always cut, of known size": (
        web.without_length(BODY[:100]), {"size": 8000},
        f"{FAILED}the transfer broke off after 100 of 8000 bytes", 3, True,
    ),
    "silence": (
        web.dripping(2, 0.3, BODY), {}, f"{FAILED}the transfer broke off: the server sends nothing any more", 3, True,
    ),
    "too slow": (
        web.dripping(400, 0.03), {}, f"{FAILED}the server sends less than 1000 bytes per second", 3, True,
    ),
    "a long wait": (
        web.status(429, Retry_After="9"), {},
        f"{FAILED}the server answered 429 Too Many Requests and asks to come again in 9 s", 1, False,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", GIVEN_UP)
def test_it_is_given_up(name: str, server: Server, tmp_path: Path, kept: Path) -> None:
    answer, more, message, questions, part = GIVEN_UP[name]
    server.answers = [answer]
    error = fail({**server.entry, **more}, tmp_path)
    assert (error.what, error.where, server.requests) == (message, server.url, questions)
    assert kept.with_name(f"{SHA256}.part").exists() == part


def test_a_circle_of_redirects(server: Server, tmp_path: Path) -> None:
    server.of = {"/a": web.moved("/b"), "/b": web.moved("/c"), "/c": web.moved("/a")}
    error = fail({**server.entry, "url": server.at("/a")}, tmp_path)
    assert error.what == f"{FAILED}the server redirects in a circle"
    assert server.paths == ["/a", "/b", "/c"]


def test_redirects_without_end(server: Server, tmp_path: Path) -> None:
    server.of = {f"/{i}": web.moved(f"/{i + 1}") for i in range(20)}
    error = fail({**server.entry, "url": server.at("/0")}, tmp_path)
    assert error.what == f"{FAILED}the server redirects more than 10 times"
    assert server.requests == 11


def test_a_cut_body_is_gone_on_from(server: Server, tmp_path: Path) -> None:
    server.answers = [web.ranged(upto=1000), web.ranged(upto=1500), web.ranged()]
    assert run(server.entry, tmp_path) == BODY
    assert server.ranges == [None, "bytes=1000-", "bytes=1500-"]


def test_another_part_than_was_asked_for_is_told(server: Server, tmp_path: Path, kept: Path) -> None:
    server.answers = [web.ranged(upto=1000), web.ranged(shift=3)]
    with pytest.raises(SeqgraftError) as caught:
        run(server.entry, tmp_path, pauses=(0.0,))
    assert caught.value.what == f"{FAILED}the server sends another part of the file than it was asked for"
    assert not kept.with_name(f"{SHA256}.part").exists()


def test_the_next_run_goes_on_from_a_cut_body(server: Server, tmp_path: Path) -> None:
    server.answers = [web.ranged(upto=1000)] + [web.status(500)] * 2 + [web.ranged()]
    fail(server.entry, tmp_path)
    assert run(server.entry, tmp_path) == BODY
    assert server.ranges[-1] == "bytes=1000-"


def test_a_part_that_is_no_part_of_the_file(server: Server, tmp_path: Path, kept: Path) -> None:
    """Left there by whatever: of wrong bytes, too long, or the whole file."""
    part = kept.with_name(f"{SHA256}.part")
    kept.parent.mkdir(parents=True)
    server.answers = [web.ranged()]
    for content, asked in (
        (b"wrong", ["bytes=5-", None]),
        (OTHER + b"more", [f"bytes={len(OTHER) + 4}-", None]),
        (BODY, []),
    ):
        kept.unlink(missing_ok=True)
        part.write_bytes(content)
        server.ranges.clear()
        assert run(server.entry, tmp_path) == BODY
        assert server.ranges == asked


def test_a_body_that_comes_forth_in_small_steps_is_worth_more_tries(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("seqgraft.data.tries._PROGRESS", 1000)
    server.answers = [web.ranged(upto=end) for end in range(1000, 8000, 1000)] + [web.ranged()]
    assert run(server.entry, tmp_path, pauses=(0.0,)) == BODY
    assert server.requests == 8


def test_a_server_that_begins_anew_each_time_is_given_up(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("seqgraft.data.tries._PROGRESS", 1000)
    server.answers = [web.body(BODY[:HALF], announced=len(BODY))]
    fail(server.entry, tmp_path)
    assert server.requests == 3


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that would have been made."""
    pauses: list[float] = []
    monkeypatch.setattr("seqgraft.data.tries.time.sleep", pauses.append)
    return pauses


def test_pauses_grow(server: Server, tmp_path: Path, slept: list[float]) -> None:
    server.answers = [web.status(500)] * 3 + [web.body()]
    assert run(server.entry, tmp_path, pauses=(1.0, 4.0, 15.0)) == BODY
    assert slept == [1.0, 4.0, 15.0]


def test_a_server_may_ask_for_a_longer_pause(server: Server, tmp_path: Path, slept: list[float]) -> None:
    soon = email.utils.formatdate(time.time() - 5, usegmt=True)
    server.answers = [
        *(web.status(503, Retry_After=text) for text in ("0", soon, "some day", "-1")),
        web.status(429, Retry_After="9"),
        web.body(),
    ]
    limits = Limits(longest_wait=10.0)
    place = tmp_path / "a.fa"
    fetch(server.entry, place, mirror=None, cache=None, log=LOG, pauses=(1.0,) * 5, limits=limits)
    assert slept == [1.0, 1.0, 1.0, 1.0, 9.0]


def test_a_date_to_come_again(server: Server, tmp_path: Path, slept: list[float]) -> None:
    later = email.utils.formatdate(time.time() + 30, usegmt=True)
    server.answers = [web.status(503, Retry_After=later), web.body()]
    fetch(server.entry, tmp_path / "a.fa", mirror=None, cache=None, log=LOG, pauses=(1.0,))
    assert 25 < slept[0] <= 30


def test_mirrors_are_asked_in_turn(server: Server, tmp_path: Path) -> None:
    server.of = {
        "/404": web.status(404),
        "/500": web.status(500),
        "/wrong": web.body(OTHER),
        "/right": web.body(),
    }
    places = [server.at(path) for path in ("/500", "/wrong", "/right", "/never")]
    assert run({**server.entry, "url": server.at("/404"), "mirrors": places}, tmp_path) == BODY
    assert server.paths == ["/404", "/500", "/wrong", "/right"]


def test_a_mirror_goes_on_where_another_was_cut(server: Server, tmp_path: Path) -> None:
    server.of = {"/a": web.ranged(upto=1000), "/b": web.ranged()}
    assert run({**server.entry, "url": server.at("/a"), "mirrors": [server.at("/b")]}, tmp_path) == BODY
    assert server.ranges == [None, "bytes=1000-"]


def test_no_mirror_has_the_file(server: Server, tmp_path: Path) -> None:
    server.of = {"/404": web.status(404), "/500": web.status(500), "/wrong": web.body(OTHER)}
    urls = [server.at("/404"), server.at("/500"), server.at("/wrong"), "file:///nowhere/a.fa"]
    error = fail({**server.entry, "url": urls[0], "mirrors": urls[1:]}, tmp_path)
    assert error.what == (
        "none of the 4 addresses gave the file:\n"
        f"    {urls[0]}: the server answered 404 Not Found\n"
        f"    {urls[1]}: the server answered 500 Internal Server Error\n"
        f"    {urls[2]}: {wrong(OTHER)}\n"
        f"    {urls[3]}: there is no file '/nowhere/a.fa'"
    )
    assert server.paths == ["/404", "/500", "/wrong", "/500", "/500"]  # only what may change is asked again


def test_progress_is_told_with_a_rate(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    server.answers = [web.ranged(upto=HALF), web.ranged()]
    with caplog.at_level(logging.INFO):
        run(server.entry, tmp_path)
    text = caplog.text
    assert "going on after the first 4000 bytes" in text
    assert "fetching a b.fa: 0.0/0.0 MB, 100 % [====================], " in text
    assert "fetching a b.fa: 4000 bytes came, " in text
