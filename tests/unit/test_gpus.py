"""A GPU belongs to one job at a time, until that job ends, however it ends. No torch and no real device here."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from seqgraft.running.gpus import VISIBLE, _take, choices, devices_of, granted, lease

# A job: leases one device, writes who has it (a second one would find the file), holds it a moment, and takes it away.
JOB = """
import os, sys, time
from pathlib import Path
from seqgraft.running.gpus import lease
locks, notes, forever = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3] == "forever"
lease(1, locks=locks)
own = os.environ["CUDA_VISIBLE_DEVICES"]
assert "torch" not in sys.modules
note = notes / f"device-{own}"
if not forever:
    note.open("x").close()
(notes / f"job-{os.getpid()}").write_text(own)
time.sleep(60 if forever else 0.02)
note.unlink()
"""
LISTING = """\
GPU 0: NVIDIA A100-PCIE-40GB (UUID: GPU-aaaa)
  MIG 1g.5gb      Device  0: (UUID: MIG-bbbb)
  MIG 2g.10gb     Device  1: (UUID: MIG-cccc)
GPU 1: Tesla K80 (UUID: GPU-dddd)
"""


@pytest.fixture
def held() -> Iterator[list[int]]:
    handles: list[int] = []
    yield handles
    for handle in handles:
        os.close(handle)


def start(notes: Path, devices: str, manner: str = "short") -> subprocess.Popen:
    library = Path(__file__).resolve().parents[2] / "scripts"
    environment = {k: v for k, v in os.environ.items() if k != VISIBLE and not k.startswith("SLURM_")}
    environment |= {"SEQGRAFT_GPUS": devices, "PYTHONPATH": str(library)}
    command = [sys.executable, "-S", "-c", JOB, str(notes / "locks"), str(notes), manner]
    return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)


def test_eight_jobs_share_two_devices_and_a_killed_one_gives_its_own_back(tmp_path: Path) -> None:
    killed = start(tmp_path, "0,1", "forever")
    while not (note := tmp_path / f"job-{killed.pid}").exists() or not note.read_text():
        assert killed.poll() is None
        time.sleep(0.005)
    others = [start(tmp_path, "0,1") for _ in range(7)]
    while (
        len([p for p in tmp_path.glob("job-*") if p.read_text()]) < 3
    ):  # they begin, on the device that is free
        time.sleep(0.005)
    assert {p.read_text() for p in tmp_path.glob("job-*") if p != note} - {""} == {"1"}
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    for job in others:
        said = job.communicate(timeout=60)[1]
        assert job.returncode == 0, said
    used = [p.read_text() for p in tmp_path.glob("job-*")]
    assert len(used) == 8
    assert set(used) == {"0", "1"}


def test_a_device_of_a_killed_job_can_be_leased(tmp_path: Path, held: list[int]) -> None:
    killed = start(tmp_path, "7", "forever")
    while not (tmp_path / f"job-{killed.pid}").exists():
        time.sleep(0.005)
    waiting = start(tmp_path, "7")
    assert waiting.stderr is not None
    assert waiting.stderr.readline() == "waiting for a GPU: all 1 of this machine are leased\n"
    killed.kill()
    killed.wait()
    assert waiting.wait(30) == 0
    environment = {"SEQGRAFT_GPUS": "7"}
    held += lease(1, locks=tmp_path / "locks", environment=environment)
    assert environment[VISIBLE] == "7"


def test_a_job_takes_all_its_devices_or_none(tmp_path: Path, held: list[int]) -> None:
    first, second = {"SEQGRAFT_GPUS": "a,b,c"}, {"SEQGRAFT_GPUS": "a,b,c"}
    held += lease(2, locks=tmp_path, environment=first)
    held += lease(1, locks=tmp_path, environment=second)
    assert (first[VISIBLE], second[VISIBLE]) == ("a,b", "c")
    assert len(held) == 3
    os.close(held.pop())
    assert _take(2, ["a", "b", "c"], tmp_path) is None  # and it keeps none of them
    held += lease(1, locks=tmp_path, environment=second)
    assert second[VISIBLE] == "c"


@pytest.mark.parametrize(
    ("environment", "granted", "expected"),
    [
        ({"SLURM_JOB_ID": "5", VISIBLE: "0"}, 1, []),
        ({"SLURM_JOB_ID": "5", VISIBLE: "0,1"}, 2, []),
        ({"SLURM_JOB_ID": "5", VISIBLE: "0,1,2"}, 1, ["0", "1", "2"]),  # several jobs inside one allocation
        ({VISIBLE: "2,3", "SEQGRAFT_GPUS": "0"}, 1, ["2", "3"]),
        ({VISIBLE: ""}, 1, []),
        ({"SEQGRAFT_GPUS": "4, 5"}, 1, ["4", "5"]),
        ({"SEQGRAFT_GPUS": "4, 5"}, 0, []),
    ],
)
def test_among_which_devices_a_job_chooses(environment: dict, granted: int, expected: list[str]) -> None:
    assert choices(granted, environment) == expected


def test_hands_off_where_a_scheduler_has_chosen(tmp_path: Path) -> None:
    environment = {"SLURM_JOB_ID": "5", VISIBLE: "0"}
    assert lease(1, locks=tmp_path / "locks", environment=environment) == []
    assert environment == {"SLURM_JOB_ID": "5", VISIBLE: "0"}
    assert not (tmp_path / "locks").exists()


def test_more_granted_than_there_are_is_left_to_the_check_before_training(tmp_path: Path) -> None:
    environment = {"SEQGRAFT_GPUS": "0"}
    assert lease(2, locks=tmp_path, environment=environment) == []
    assert VISIBLE not in environment


def test_devices_are_named_by_their_identifiers_and_parts_stand_for_a_divided_one() -> None:
    assert devices_of(LISTING) == ["MIG-bbbb", "MIG-cccc", "GPU-dddd"]
    assert devices_of("") == []


@pytest.mark.parametrize(
    ("resources", "count"),
    [
        ({}, 0),
        ({"gpu": 2}, 2),
        ({"gpu": 0, "gres": "gpu:1"}, 1),
        ({"gpu": 0, "gres": "shard:4,gpu:a100:2"}, 2),
        ({"gres": "shard:4"}, 0),
    ],
)
def test_a_gpu_may_be_granted_as_gres(resources: dict, count: int) -> None:
    assert granted(resources) == count
