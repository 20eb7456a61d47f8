"""Work in several processes: the same results in the same order, nothing sent but results, nobody left behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from seqgraft.errors import SeqgraftError
from seqgraft.running.side_by_side import each


@pytest.mark.parametrize("processes", [0, 1, 2, 5])
def test_results_keep_the_order_of_the_items(processes: int) -> None:
    factor = 3  # what the function refers to is there, too
    assert each(lambda item: factor * item, [4, 1, 2], processes) == [12, 3, 6]
    assert each(lambda item: item, [], processes) == []


@pytest.mark.skipif(sys.platform != "linux", reason="forks are used on Linux alone")
def test_items_are_worked_on_in_other_processes() -> None:
    assert os.getpid() not in each(lambda _: os.getpid(), range(4), 2)
    assert each(lambda _: os.getpid(), range(2), 1) == [os.getpid()] * 2


def test_a_message_arrives_whole() -> None:
    def fail(item: int) -> None:
        raise SeqgraftError(f"item {item} is wrong", where="here", remedy="another one")

    with pytest.raises(SeqgraftError) as caught:
        each(fail, [1, 2], 2)
    assert str(caught.value) == "item 1 is wrong\n  where:  here\n  remedy: another one"


@pytest.mark.skipif(sys.platform != "linux", reason="forks are used on Linux alone")
def test_nobody_outlives_a_killed_job(tmp_path: Path) -> None:
    code = (
        "import os, sys, time; from pathlib import Path; from seqgraft.running.side_by_side import each\n"
        f"each(lambda k: (Path({str(tmp_path)!r}, str(os.getpid())).touch(), time.sleep(60)), range(2), 2)"
    )
    job = subprocess.Popen([sys.executable, "-c", code])
    until = time.monotonic() + 30
    while len(list(tmp_path.iterdir())) < 2 and time.monotonic() < until:
        time.sleep(0.05)
    children = [psutil.Process(int(path.name)) for path in tmp_path.iterdir()]
    assert len(children) == 2
    job.send_signal(signal.SIGKILL)
    job.wait()
    assert not psutil.wait_procs(children, timeout=10)[1]
