"""Two workflows that want the same file at once: one fetches it, both get it, and a killed one harms nobody."""

import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
import web
from web import BODY, SHA256, Server

from seqgraft.data.download import fetch

FETCH = """
import logging, sys
from pathlib import Path
from seqgraft.data.download import fetch
url, sha256, place, cache = sys.argv[1:]
log = logging.getLogger()
logging.basicConfig(level=logging.INFO, stream=sys.stdout)
fetch({"url": url, "sha256": sha256}, Path(place), mirror=None, cache=Path(cache), log=log, pauses=(0.0,))
"""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with web.serving(monkeypatch) as own:
        yield own


class Slow:
    """Half of the body at once, the rest when told."""

    def __init__(self) -> None:
        self.asked, self.go = threading.Event(), threading.Event()

    def __call__(self, handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(BODY)))
        handler.end_headers()
        handler.wfile.write(BODY[:4000])
        self.asked.set()
        self.go.wait(20)
        handler.wfile.write(BODY[4000:])


def start(server: Server, folder: Path, name: str) -> subprocess.Popen[str]:
    command = [
        sys.executable,
        "-c",
        FETCH,
        server.url,
        SHA256,
        str(folder / name / "a.fa"),
        str(folder / "cache"),
    ]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def waits(process: subprocess.Popen[str]) -> None:
    """Read what a process says until it waits for another."""
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if "waiting for another process" in line:
            return
    raise AssertionError(said)


class Here(threading.Thread):
    """Fetches in this process; `waiting` is set when it waits for the other one."""

    def __init__(self, server: Server, folder: Path, name: str) -> None:
        super().__init__(daemon=True)
        self.server, self.folder, self.place = server, folder, folder / name / "a.fa"
        self.waiting = threading.Event()
        self.start()

    def run(self) -> None:
        log = logging.Logger("here")
        log.addFilter(self.heard)
        fetch(self.server.entry, self.place, mirror=None, cache=self.folder / "cache", log=log, pauses=(0.0,))

    def heard(self, record: logging.LogRecord) -> bool:
        if "waiting for another process" in record.getMessage():
            self.waiting.set()
        return False


def test_one_fetches_and_both_have_it(server: Server, tmp_path: Path) -> None:
    server.answers = [slow := Slow()]
    first = Here(server, tmp_path, "first")
    assert slow.asked.wait(20)
    second = start(server, tmp_path, "second")
    waits(second)
    assert not (tmp_path / "second").exists()
    slow.go.set()
    said = second.communicate(timeout=20)[0]
    first.join(20)
    assert second.returncode == 0, said
    assert (tmp_path / "first/a.fa").read_bytes() == (tmp_path / "second/a.fa").read_bytes() == BODY
    assert server.requests == 1


def test_when_one_is_killed_the_other_goes_on(server: Server, tmp_path: Path) -> None:
    server.answers = [slow := Slow(), web.ranged()]
    part = tmp_path / "cache" / SHA256[:2] / f"{SHA256}.part"
    first = start(server, tmp_path, "first")
    assert slow.asked.wait(20)
    second = Here(server, tmp_path, "second")
    assert second.waiting.wait(20)
    assert not (tmp_path / "second").exists()
    first.kill()
    first.communicate(timeout=20)
    second.join(20)
    assert (tmp_path / "second/a.fa").read_bytes() == BODY
    assert not (tmp_path / "first/a.fa").exists()
    assert not part.exists()
    assert server.requests == 2
    slow.go.set()
