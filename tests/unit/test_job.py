"""What a rule's script does when its work fails."""

import errno
import logging
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from seqgraft.errors import SeqgraftError
from seqgraft.running.job import run


@pytest.fixture
def job(tmp_path: Path) -> SimpleNamespace:
    return SimpleNamespace(
        rule="prepare", log=[str(tmp_path / "logs/prepare.log")], output=[str(tmp_path / "out")]
    )


def failing(job: SimpleNamespace, error: Exception) -> None:
    def work(snakemake: SimpleNamespace, log: logging.Logger) -> None:
        Path(snakemake.output[0]).write_text("half")
        raise error

    with pytest.raises(SystemExit) as exit_:
        run(job, work)
    assert exit_.value.code == 1


def test_a_mistake_is_told_once_and_leaves_nothing(
    job: SimpleNamespace, capsys: pytest.CaptureFixture[str]
) -> None:
    failing(job, SeqgraftError("no such class", where="a.fa, line 3", remedy="rename it"))
    told = "prepare: error: no such class\n  where:  a.fa, line 3\n  remedy: rename it\n"
    assert capsys.readouterr().err == told
    assert Path(job.log[0]).read_text().endswith(told)
    assert not Path(job.output[0]).exists()


def test_a_defect_has_its_traceback_in_the_log_only(
    job: SimpleNamespace, capsys: pytest.CaptureFixture[str]
) -> None:
    failing(job, ZeroDivisionError("by zero"))
    terminal = capsys.readouterr().err
    assert "Traceback" not in terminal
    assert "ZeroDivisionError: by zero" in terminal
    assert "Traceback" in Path(job.log[0]).read_text()


def test_a_full_disk_is_not_called_a_defect(job: SimpleNamespace, capsys: pytest.CaptureFixture[str]) -> None:
    failing(job, OSError(errno.ENOSPC, "No space left on device", "out"))
    terminal = capsys.readouterr().err
    assert "No space left on device" in terminal
    assert "defect" not in terminal


def test_information_goes_to_the_log_only(job: SimpleNamespace, capsys: pytest.CaptureFixture[str]) -> None:
    run(job, lambda snakemake, log: log.info("three sequences"))
    assert capsys.readouterr().err == ""
    assert "three sequences" in Path(job.log[0]).read_text()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_is_told_in_one_line_and_leaves_nothing(
    job: SimpleNamespace, capsys: pytest.CaptureFixture[str], number: signal.Signals
) -> None:
    def work(snakemake: SimpleNamespace, log: logging.Logger) -> None:
        Path(snakemake.output[0]).write_text("half")
        os.kill(os.getpid(), number)
        raise AssertionError("went on")

    with pytest.raises(SystemExit) as exit_:
        run(job, work)
    assert exit_.value.code == 128 + number
    assert capsys.readouterr().err == f"prepare: interrupted ({number.name})\n"
    assert not Path(job.output[0]).exists()


def test_a_job_without_its_snakemake_does_not_begin(job: SimpleNamespace, monkeypatch) -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    space = Path("/proc/self/ns/pid").stat().st_ino
    monkeypatch.setenv("SEQGRAFT_RUN", f"{ended.pid}:{space}")
    with pytest.raises(SystemExit):
        run(job, lambda snakemake, log: Path(snakemake.output[0]).write_text("orphan"))
    assert not Path(job.output[0]).exists()


ENDING = """
import os, sys, threading, time, signal, subprocess
from seqgraft.running import ending
if sys.argv[1] == "child":
    time.sleep(0.5)  # importing its libraries
    try:
        ending.listen()
        time.sleep(20)
    except ending.Interrupted as stop:
        print(stop.name)
else:
    ending.hold_back_interrupts()
    out = []
    start = lambda: out.append(subprocess.Popen([sys.executable, "-c", sys.argv[2], "child"]))
    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    time.sleep(0.02)
    out[0].send_signal(signal.SIGINT)
    out[0].wait()
"""


def test_an_interrupt_waits_until_a_starting_job_can_tell_it() -> None:
    command = [sys.executable, "-c", ENDING, "parent", ENDING]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert (done.stdout, done.stderr) == ("SIGINT\n", "")


def test_a_job_ends_with_its_snakemake() -> None:
    child = (
        "import time; from seqgraft.running.ending import *; die_with_parent(); print(1, flush=True); "
        "time.sleep(60)"
    )
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    with subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "1\n"
        process.kill()
        began = time.monotonic()
        assert process.stdout.read() == ""  # the pipe closes when the child, its last writer, is gone
        assert time.monotonic() - began < 30
