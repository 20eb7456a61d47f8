"""Progress: plain lines in a log; on a terminal whole lines, now and then, and none without a terminal."""

import os
import pty
import subprocess
import sys
import time

import pytest

from seqgraft.learn import progress as module
from seqgraft.learn.progress import Progress, duration, heard


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(time, "perf_counter", lambda: now[0])
    return now


def test_a_log_gets_a_rate_and_the_time_left(clock: list[float]) -> None:
    lines: list[str] = []
    progress = Progress("full on b", 10, say=lines.append)
    for _ in range(4):
        clock[0] += 3
        progress.step()
    clock[0] += 3
    progress.step(reused=True)
    for _ in range(5):
        progress.step()
    assert lines == [
        "full on b: 2/10 fits, 3.00 s each, about 24 s left",
        "full on b: 4/10 fits, 3.00 s each, about 18 s left",
        "full on b: 10/10 fits (1 from the resume store), 1.67 s each, done in 15 s",
    ]


def test_megabytes_have_a_digit_and_an_unknown_size_no_time_left(clock: list[float]) -> None:
    lines: list[str] = []
    known, unknown = (Progress("fetching x", total, "MB", say=lines.append) for total in (40.0, None))
    clock[0] += 5
    known.step("25 %", amount=10.0)
    unknown.step(amount=10.0)
    assert lines == [
        "fetching x: 10.0/40.0 MB, 2.0 per second, about 15 s left; 25 %",
        "fetching x: 10.0 MB, 2.0 per second",
    ]


def test_durations() -> None:
    assert [duration(s) for s in (0, 89, 90, 5399, 7200)] == ["0 s", "89 s", "2 min", "90 min", "2.0 h"]


WORKER = """
import time
from seqgraft.learn import progress
progress.TERMINAL_EVERY = 0.0
progress.Terminal.__init__.__defaults__ = (0.0,)
own = progress.Progress("job {number}", 40, every=0.0, say=lambda line: None)
for _ in range(40):
    own.step()
    time.sleep(0.002)
"""


def through_a_terminal(count: int) -> str:
    """Run workers whose standard error is one pseudo-terminal and return what it showed."""
    leader, follower = pty.openpty()
    workers = [
        subprocess.Popen([sys.executable, "-c", WORKER.replace("{number}", str(k))], stderr=follower)
        for k in range(count)
    ]
    os.close(follower)
    shown = b""
    while True:
        try:
            block = os.read(leader, 65536)
        except OSError:  # Linux says so when the last writer is gone
            break
        if not block:
            break
        shown += block
    assert [worker.wait() for worker in workers] == [0] * count
    return shown.decode()


def test_jobs_that_share_a_terminal_write_whole_lines() -> None:
    lines = through_a_terminal(3).replace("\r\n", "\n").splitlines()
    assert len(lines) == 3 * 40
    for line in lines:
        assert line.startswith("job ")
        assert line.count("fits") == 1, line


def test_without_a_terminal_nothing_but_the_log_is_written() -> None:
    answer = subprocess.run([sys.executable, "-c", WORKER], capture_output=True, text=True, check=True)
    assert answer.stderr == answer.stdout == ""


def test_a_short_job_is_silent_on_a_terminal_and_a_long_one_speaks(
    clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[bytes] = []
    monkeypatch.setattr(module.sys, "stderr", sys.__stderr__)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(module.os, "write", lambda _, line: shown.append(line) or len(line))
    logged: list[str] = []
    short = heard(logged.append)
    short("epoch 1")
    clock[0] += 9
    short("epoch 2")
    assert shown == []
    long = Progress("full on b", 3, say=logged.append)
    for _ in range(3):
        clock[0] += 6
        long.step()
    assert [line.decode() for line in shown] == [
        "full on b: 2/3 fits, 6.00 s each, about 6 s left\n",
        "full on b: 3/3 fits, 6.00 s each, done in 18 s\n",
    ]
    assert len(logged) == 5
