"""Whatever stands in the way of a file: one message, nothing half-written, and an old right byte stays."""

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import pytest
import web
from mistakes import Told, config_is_refused, in_config, job, job_is_refused, read_config, run
from web import BODY, SHA256, Server

from seqgraft.data.offline import files_are_here
from seqgraft.errors import SeqgraftError

RAW = "results/mine/raw/a/site.fa"
URL = "https://host.org/data/site.fa"
KEPT = f"cache/{SHA256[:2]}/{SHA256}"
MIRRORED = "mirror/host.org/data/site.fa"
OTHER = b"x" * len(BODY)
OWN_CACHE = "name a folder of your own in the environment variable SEQGRAFT_CACHE"
PATH = "mend `path`; it is relative to the folder in which snakemake runs"
MIRROR = "mend the mirror, or take it out of there"
IN_MIRROR = f"{MIRRORED} (mirror of {URL})"
NOWHERE = (
    "put it in the cache as {kept}, or in a folder as host.org/data/site.fa, named by --config mirror=FOLDER or "
    "SEQGRAFT_MIRROR; or take `offline` and SEQGRAFT_OFFLINE away"
)


@pytest.fixture(autouse=True)
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SEQGRAFT_MIRROR", raising=False)
    monkeypatch.delenv("SEQGRAFT_OFFLINE", raising=False)
    monkeypatch.setenv("SEQGRAFT_CACHE", "cache")
    monkeypatch.setattr("seqgraft.data.tries.time.sleep", lambda _: None)
    with web.serving(monkeypatch) as own:
        yield own


def give(path: str, content: bytes = BODY) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_bytes(content)


def folder(path: str) -> None:
    Path(path).mkdir(parents=True)


def link(path: str, target: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).symlink_to(target)


def locked() -> None:
    """What every fetch leaves in the cache, by design."""
    give(f"{KEPT}.lock", b"")


def checksum(found: bytes) -> str:
    return f"wrong checksum: expected sha256 {SHA256}, found {hashlib.sha256(found).hexdigest()}"


def again(key: str) -> str:
    return f"fetch the file again, or correct `{key}` in the config if this is the file that you mean"


class Case(NamedTuple):
    """What lies there beforehand, the file's entry, the message, and the rest of the config."""

    before: Callable[[], object]
    entry: dict
    message: Told
    config: Mapping[str, object] = MappingProxyType({})


WEB = {"url": URL, "sha256": SHA256}
CASES: dict[str, Case] = {
    "a cache where nothing can be made": Case(
        lambda: os.environ.update(SEQGRAFT_CACHE="/proc/seqgraft"), WEB,
        Told("the cache cannot be written: No such file or directory", f"/proc/seqgraft/{SHA256[:2]}", OWN_CACHE),
    ),
    "a folder where the cache keeps the file": Case(
        lambda: folder(KEPT), WEB, Told("the cache cannot be written: Is a directory", KEPT, OWN_CACHE)
    ),
    "a folder where the cache keeps its lock": Case(
        lambda: folder(f"{KEPT}.lock"), WEB,
        Told("the cache cannot be written: Is a directory", f"cache/{SHA256[:2]}", OWN_CACHE),
    ),
    "a local file that is a folder": Case(
        lambda: folder("a.fa"), {"path": "a.fa"}, Told("'a.fa' is a folder, not a file", "a.fa", PATH)
    ),
    "a local file that is a pipe": Case(
        lambda: os.mkfifo("a.fa"), {"path": "a.fa"},
        Told("'a.fa' is a pipe or a device, not a file", "a.fa", PATH),
    ),
    "a local file that links to itself": Case(
        lambda: link("a.fa", "a.fa"), {"path": "a.fa"},
        Told("the file 'a.fa' cannot be reached: Too many levels of symbolic links", "a.fa", PATH),
    ),
    "a local file of another size": Case(
        lambda: give("a.fa"), {"path": "a.fa", "size": 8001},
        Told("wrong size: expected 8001 bytes, found 8000", "a.fa", again("size")),
    ),
    "a mirror with a cut file": Case(
        lambda: give(MIRRORED, BODY[:-1]), {**WEB, "size": 8000},
        Told("wrong size: expected 8000 bytes, found 7999", IN_MIRROR, again("size")), {"mirror": "mirror"},
    ),
    "a mirror with a folder": Case(
        lambda: folder(MIRRORED), WEB,
        Told(f"'{MIRRORED}' is a folder, not a file", IN_MIRROR, MIRROR), {"mirror": "mirror"},
    ),
    "a mirror with a dead link": Case(
        lambda: link(MIRRORED, "gone"), WEB,
        Told(f"there is no file '{MIRRORED}'", IN_MIRROR, MIRROR), {"mirror": "mirror"},
    ),
    "a mirror with a link to itself": Case(
        lambda: link(MIRRORED, "site.fa"), WEB,
        Told(f"the file '{MIRRORED}' cannot be reached: Too many levels of symbolic links", IN_MIRROR, MIRROR),
        {"mirror": "mirror"},
    ),
    "offline, and nowhere": Case(
        lambda: None, WEB,
        Told("nothing is fetched while offline, and the file 'site.fa' is not here", URL, NOWHERE.format(kept=KEPT)),
        {"offline": True},
    ),
    "offline, and only on other servers": Case(
        lambda: os.environ.update(SEQGRAFT_OFFLINE="1"), {**WEB, "mirrors": ["https://other.org/site.fa"]},
        Told("nothing is fetched while offline, and the file 'site.fa' is not here", URL, NOWHERE.format(kept=KEPT)),
    ),
    "offline, and damaged in the cache": Case(
        lambda: give(KEPT, OTHER), WEB, Told(checksum(OTHER), KEPT, again("sha256")), {"offline": True}
    ),
    "neither offline nor online": Case(
        lambda: os.environ.update(SEQGRAFT_OFFLINE="perhaps"), WEB,
        Told(
            "'perhaps' is neither yes nor no",
            "environment variable SEQGRAFT_OFFLINE", "set it to 1 to fetch nothing, or to 0",
        ),
    ),
    "a file address on another machine": Case(
        lambda: None, {"url": "file://host.org/data/site.fa", "sha256": SHA256},
        Told(
            "the file could not be fetched: a file address names no other machine", "file://host.org/data/site.fa",
            "check the network and the URL, or name a folder that holds the file as host.org/data/site.fa: "
            "--config mirror=FOLDER, or SEQGRAFT_MIRROR",
        ),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_one_message_and_nothing_half_written(
    name: str, server: Server, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    case = CASES[name]
    monkeypatch.setenv("SEQGRAFT_OFFLINE", "")  # so that what a case sets is put back
    case.before()
    told = job("download", output=[RAW], params={"entry": case.entry}, config=case.config)
    job_is_refused(told, case.message, capfd)


def test_a_file_address_with_wrong_bytes(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    give("own.fa", OTHER)
    url = (tmp_path / "own.fa").as_uri()
    told = job("download", output=[RAW], params={"entry": {"url": url, "sha256": SHA256}})
    job_is_refused(told, Told(checksum(OTHER), url, again("sha256")), capfd)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full on this system")
def test_a_disk_that_fills_while_fetching(server: Server, capfd: pytest.CaptureFixture[str]) -> None:
    locked()
    link(f"{KEPT}.part", "/dev/full")
    remedy = "free some space, then run again: what was finished is kept"
    told = job("download", output=[RAW], params={"entry": server.entry})
    job_is_refused(told, Told("No space left on device", KEPT, remedy), capfd)
    assert server.requests == 1  # not the network's fault
    assert not os.path.lexists(f"{KEPT}.part")


def test_wrong_bytes_replace_no_right_ones(server: Server, capfd: pytest.CaptureFixture[str]) -> None:
    """Neither in the cache, nor an old result; and a right copy in the cache needs no server."""
    give(KEPT)
    server.answers = [web.body(OTHER)]
    run(job("download", output=[RAW], params={"entry": server.entry}))
    assert (Path(RAW).read_bytes(), server.requests) == (BODY, 0)
    os.environ["SEQGRAFT_CACHE"] = "new"
    told = Told(checksum(OTHER), server.url, again("sha256"))
    give(f"new/{SHA256[:2]}/{SHA256}.lock", b"")
    job_is_refused(job("download", output=[RAW], params={"entry": server.entry}), told, capfd)
    assert Path(KEPT).read_bytes() == BODY


@pytest.mark.parametrize("place", ["mirror", "cache", "file address"])
def test_offline_takes_what_is_here(place: str, tmp_path: Path) -> None:
    entry: dict = {
        "url": URL,
        "sha256": SHA256,
        "size": len(BODY),
        "mirrors": [(tmp_path / "own.fa").as_uri()],
    }
    give({"mirror": MIRRORED, "cache": KEPT, "file address": "own.fa"}[place])
    config = {"offline": True, "mirror": "mirror"}
    run(
        job(
            "download",
            output=[RAW],
            params={"entry": {"url": URL, "sha256": SHA256}, "beside": entry},
            config=config,
        )
    )
    assert Path(RAW).read_bytes() == BODY


def test_what_is_missing_offline_is_told_at_once(tmp_path: Path) -> None:
    give(MIRRORED)
    give(KEPT)
    here = [
        {"path": "a.fa"},
        {"url": URL, "sha256": "0" * 64},
        {"url": "https://other.org/a.fa", "sha256": SHA256},
        {"url": "https://other.org/b.fa", "sha256": "0" * 64, "mirrors": ["file:///b.fa"]},
    ]
    files_are_here(here, Path("mirror"), Path("cache"))
    gone = [{"url": f"https://other.org/{name}.fa", "sha256": "0" * 64} for name in "xy"]
    with pytest.raises(SeqgraftError) as caught:
        files_are_here(here + gone, Path("mirror"), Path("cache"))
    assert caught.value.what == (
        "nothing is fetched while offline, and 2 files are neither in the mirror nor in the cache:\n"
        "    https://other.org/x.fa\n    https://other.org/y.fa"
    )
    assert caught.value.where == "the cache is cache, the mirror mirror"


def test_a_cache_that_may_only_be_read_is_used(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    give(KEPT)
    real = os.access
    monkeypatch.setattr("os.access", lambda path, mode: mode == os.R_OK and real(path, mode))
    run(job("download", output=[RAW], params={"entry": server.entry}))
    assert Path(RAW).read_bytes() == BODY
    assert not Path(f"{KEPT}.lock").exists()


def entry_of(**more: object) -> dict:
    """A study whose first file has these keys as well, or no `url` where that is None."""
    first = {"url": "https://example.org/site.fa", "sha256": "a" * 64, "class": "site", **more}
    files = [
        {key: value for key, value in first.items() if value is not None},
        {"url": "https://example.org/rest.fa", "sha256": "b" * 64, "class": "rest"},
    ]
    task = {"alphabet": "dna", "classes": ["site", "rest"], "files": files}
    return {"study": "mine", "tasks": {"a": task, "b": task}, "transfers": [{"source": "a", "target": "b"}]}


HERE = "tasks.{task}.files[0]"
CONFIGS: dict[str, tuple[dict, str]] = {
    "a foreign scheme": (
        {"mirrors": ["ftp://example.org/site.fa"]},
        f"{HERE}: the mirror 'ftp://example.org/site.fa' must begin with https, http, file",
    ),
    "no host": ({"mirrors": ["https:///site.fa"]}, f"{HERE}: the mirror 'https:///site.fa' names no host"),
    "the same address": (
        {"mirrors": ["https://example.org/site.fa"]},
        f"{HERE}: `url` and `mirrors` name an address twice",
    ),
    "mirrors of no url": (
        {"url": None, "path": "study.yaml", "mirrors": ["https://example.org/site.fa"]},
        f"{HERE}: `mirrors` are further addresses of a `url`, and there is none",
    ),
    "one text": ({"mirrors": "https://a.org/b"}, f"{HERE}.mirrors: must be a list, not 'https://a.org/b'"),
    "no mirror": ({"mirrors": []}, f"{HERE}.mirrors: must have 1 or more entries, not []"),
    "no bytes": ({"size": 0}, f"{HERE}.size: must be 1 or more, not 0"),
    "a unit": ({"size": "2 MB"}, f"{HERE}.size: must be a whole number, not '2 MB'"),
}


@pytest.mark.parametrize("name", CONFIGS)
def test_an_entry_that_cannot_be_right(name: str) -> None:
    more, line = CONFIGS[name]
    config_is_refused(entry_of(**more), in_config(*(line.format(task=task) for task in "ab")))


def test_an_entry_that_is_right() -> None:
    study = read_config(entry_of(size=10, mirrors=["http://b.org/c", "file:///d"]))
    assert study.tasks["a"].files[0].size == 10
    assert study.as_understood()["tasks"]["a"]["files"][0]["mirrors"] == ["http://b.org/c", "file:///d"]
    assert "offline" not in study.as_understood()
