"""A server on this machine that gives prepared answers, for tests of fetching."""

import hashlib
import http.server
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

BODY = b">a\nACGT\n" * 1000
SHA256 = hashlib.sha256(BODY).hexdigest()
PROXIES = ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY")
Answer = Callable[[http.server.BaseHTTPRequestHandler], None]


def body(content: bytes = BODY, announced: str | int | None = None) -> Answer:
    """Answer with a body and its length, or with another length."""

    def answer(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(content) if announced is None else announced))
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def status(code: int, **headers: str) -> Answer:
    """Answer with a status, and headers in which `_` stands for `-`."""

    def answer(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


def moved(place: str, code: int = 302) -> Answer:
    """Answer that the file is elsewhere."""
    return status(code, Location=place)


def without_length(content: bytes = BODY) -> Answer:
    """Answer with a body that ends where the connection does."""

    def answer(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.0 200 OK\r\n\r\n" + content)

    return answer


def dripping(pieces: int, pause: float, content: bytes = BODY) -> Answer:
    """Answer with a body in equal pieces, a pause before each."""

    def answer(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        step = -(-len(content) // pieces)
        for start in range(0, len(content), step):
            time.sleep(pause)
            handler.wfile.write(content[start : start + step])

    return answer


def ranged(content: bytes = BODY, upto: int | None = None, shift: int = 0, size: int | None = None) -> Answer:
    """Answer as a server that knows ranges does, perhaps cut at byte `upto`, or with the wrong part."""

    def answer(handler: http.server.BaseHTTPRequestHandler) -> None:
        asked = re.fullmatch(r"bytes=(\d+)-", handler.headers.get("Range", ""))
        start = int(asked[1]) + shift if asked else 0
        if asked and start >= len(content):
            status(416)(handler)
            return
        handler.send_response(206 if asked else 200)
        if asked:
            handler.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        handler.send_header("Content-Length", str(len(content) - start))
        handler.end_headers()
        handler.wfile.write(content[start:upto])

    return answer


def cut_chunk(handler: http.server.BaseHTTPRequestHandler) -> None:
    """Begin a chunk and go away."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1000\r\nACGT")


def chunked(handler: http.server.BaseHTTPRequestHandler) -> None:
    """Answer with a whole body in chunks."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    for start in range(0, len(BODY), 3000):
        piece = BODY[start : start + 3000]
        handler.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
    handler.wfile.write(b"0\r\n\r\n")


def nonsense(handler: http.server.BaseHTTPRequestHandler) -> None:
    """Answer with what is no HTTP."""
    handler.wfile.write(b"this is not HTTP\r\n\r\n")


class Server:
    """Gives prepared answers one after the other; the last one for ever.

    A path in `of` has its own one instead. `ranges` keeps what part each request asked for, None for all.
    """

    def __init__(self) -> None:
        self.answers: list[Answer] = [body()]
        self.of: dict[str, Answer] = {}
        self.paths: list[str] = []
        self.ranges: list[str | None] = []
        self.times: list[float] = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.paths.append(self.path)
                outer.ranges.append(self.headers.get("Range"))
                outer.times.append(time.monotonic())
                plain = [path for path in outer.paths if path not in outer.of]
                answer = outer.of.get(self.path) or outer.answers[min(len(plain), len(outer.answers)) - 1]
                try:
                    answer(self)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True  # the client gave up, as some tests want it to

            def log_message(self, *_: object) -> None:
                """Be silent."""

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.http.block_on_close = False
        self.host = f"127.0.0.1:{self.http.server_address[1]}"
        self.url = self.at("/some/folder/a%20b.fa")
        self.entry = {"url": self.url, "sha256": SHA256, "class": "promoter"}
        threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    @property
    def requests(self) -> int:
        """How often it was asked."""
        return len(self.paths)

    def at(self, path: str) -> str:
        """Return the URL of a path."""
        return f"http://{self.host}{path}"


@contextmanager
def serving(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """Run a server; no proxy is asked in its place."""
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
    own = Server()
    yield own
    own.http.shutdown()
    own.http.server_close()
