"""The report in a real browser: no error, no request, nothing wider than a phone."""

import functools
import http.server
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))
from report_fixtures import SIX, make_inputs, make_matrix

from seqgraft.report.page import build

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no chromium or google-chrome on the PATH: the page was not opened in a browser"
)
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *(
        "--disable-default-apps",
        "--disable-extensions",
        "--enable-logging=stderr",
        "--virtual-time-budget=3000",
    ),
)
# A page around the report that measures it; it is not part of the report, which has no script.
HARNESS = """<!DOCTYPE html><body style="margin:0"><iframe id="f" src="report.html{anchor}" width="{width}"
 height="900" style="border:0"></iframe><pre id="out"></pre><script>
document.getElementById("f").onload = () => {{
  const page = document.getElementById("f").contentDocument, root = page.documentElement;
  const boxes = [...page.querySelectorAll("svg")].filter(s => s.getBoundingClientRect().width > 0);
  document.getElementById("out").textContent = JSON.stringify({{
    width: root.scrollWidth, drawings: boxes.length, headings: page.querySelectorAll("h2").length,
    open: [...page.querySelectorAll("details.transfer")].filter(d => d.open).length,
    closed: [...page.querySelectorAll("details.transfer")].filter(d => !d.open).length,
    shown: page.getElementById("transfer-5") ? page.getElementById("transfer-5").checkVisibility() : null,
    unnamed: [...page.querySelectorAll("svg")]
      .filter(s => !s.querySelector("title") || !s.querySelector("desc")).length,
    red: [...page.querySelectorAll(".warning")].map(w => page.defaultView.getComputedStyle(w).color),
    loaded: page.defaultView.performance.getEntriesByType("resource").map(e => e.name)
      .filter(n => !n.startsWith("data:")),
    narrow: boxes.every(s => s.closest(".narrow")), scrolls: [...page.querySelectorAll(".scroll")]
      .some(s => s.scrollWidth > s.clientWidth)}});
}};</script>"""


class _Quiet(http.server.SimpleHTTPRequestHandler):
    """A server that remembers what it was asked for."""

    def log_message(self, *arguments: object) -> None:
        self.server.asked.append(self.path)  # type: ignore[attr-defined]


@pytest.fixture
def served(tmp_path):
    site = tmp_path / "site"
    site.mkdir()
    handler = functools.partial(_Quiet, directory=str(site))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.asked = []
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield site, server
    server.shutdown()
    server.server_close()


def browse(address: str, folder: Path, *more: str) -> subprocess.CompletedProcess:
    command = [CHROMIUM, *FLAGS, f"--user-data-dir={folder / 'profile'}", *more, address]
    environment = {**os.environ, "HOME": str(folder), "no_proxy": "127.0.0.1"}
    return subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment, check=False)


def console(result: subprocess.CompletedProcess) -> list[str]:
    return [line for line in result.stderr.splitlines() if "CONSOLE" in line]


def measure(served, folder: Path, content: str, width: int, anchor: str = "") -> dict:
    """Open a page in a frame of some width; return what the harness saw, after checking console and requests."""
    site, server = served
    site.joinpath("report.html").write_text(content, encoding="utf-8")
    site.joinpath("harness.html").write_text(HARNESS.format(width=width, anchor=anchor), encoding="utf-8")
    address = f"http://127.0.0.1:{server.server_address[1]}/harness.html"
    result = browse(address, folder, "--dump-dom", "--window-size=1400,1000")
    assert result.returncode == 0, result.stderr[-2000:]
    found = re.search(r'<pre id="out">(.+?)</pre>', result.stdout, flags=re.DOTALL)
    assert found, result.stderr[-2000:]
    seen = json.loads(found.group(1).replace("&amp;", "&"))
    assert console(result) == []
    assert seen["loaded"] == []
    assert {path for path in server.asked if "favicon" not in path} == {"/harness.html", "/report.html"}
    assert seen["width"] <= width
    assert seen["unnamed"] == 0
    return seen


@pytest.mark.parametrize("width", [375, 1280])
def test_the_page_asks_for_nothing_and_fits(served, tmp_path, width):
    inputs = make_inputs(simulated=True)
    inputs.comparisons.loc[inputs.comparisons["reference"] == "kmer-logistic", "ci_low"] = -0.001
    seen = measure(served, tmp_path, build(inputs), width)
    assert seen["headings"] == 9
    assert seen["drawings"] == 3  # the wide ones or the narrow ones, never both
    assert seen["narrow"] == (width < 700)
    assert seen["scrolls"] or width > 700
    assert seen["red"] == ["rgb(156, 28, 21)"]


@pytest.fixture(scope="module")
def many() -> str:
    return build(make_matrix(SIX[:3]))


@pytest.mark.parametrize("width", [375, 1280])
def test_many_transfers_are_closed_until_a_link_leads_into_one(served, tmp_path, many, width):
    seen = measure(served, tmp_path, many, width)
    assert (seen["open"], seen["closed"]) == (0, 6)
    followed = measure(served, tmp_path, many, width, "#transfer-5")
    assert (followed["open"], followed["closed"]) == (1, 5)
    assert not seen["shown"]
    assert followed["shown"]


def test_the_page_opens_from_a_file_without_a_network(tmp_path):
    page = tmp_path / "report.html"
    page.write_text(build(make_inputs()), encoding="utf-8")
    picture = tmp_path / "page.png"
    # Whatever is not this file would have to go through a proxy that does not exist, and be reported.
    result = browse(
        page.as_uri(),
        tmp_path,
        f"--screenshot={picture}",
        "--window-size=1280,1600",
        "--proxy-server=127.0.0.1:9",
    )
    assert result.returncode == 0, result.stderr[-2000:]
    assert console(result) == []
    assert picture.stat().st_size > 50_000  # a page with words and lines, not an empty one
