"""Which of a machine's GPUs a job computes on: leased, so that two jobs never share one by accident.

Snakemake counts GPUs and names none, so without a lease all jobs of one machine would land on its first. A lease is a
lock of the operating system (``flock``) on one file per device; the system lets go of it when the process ends, however
it ends. This module imports nothing but the standard library: CUDA reads its variable once, so scripts lease before
they import torch.
"""

import contextlib
import fcntl
import os
import re
import subprocess
import sys
import time
from collections.abc import Mapping, MutableMapping, Sequence
from pathlib import Path
from typing import Any

from seqgraft.running.ending import die_with_parent, listen

VISIBLE = "CUDA_VISIBLE_DEVICES"
ALLOWED = "SEQGRAFT_GPUS"  # the user's list of the GPUs of this machine that jobs may take
# Schedulers hand out devices themselves, under numbers that mean something inside one of their jobs only.
_SCHEDULERS = ("SLURM_JOB_ID", "PBS_JOBID", "LSB_JOBID", "JOB_ID", "FLUX_JOB_ID")
# The same for all users and studies of a machine; TMPDIR may be another in each job.
LOCKS = Path("/tmp/seqgraft-gpus")
PAUSE = 0.5  # seconds between two looks at devices that are all leased

Held = list[int]


def granted(resources: Any) -> int:
    """Count the GPUs that a job was given, by Snakemake's ``gpu`` or by SLURM's ``gres`` (``gpu:1``, ``gpu:a100:1``).

    Parameters
    ----------
    resources : snakemake.io.ResourceList
        Of the job; a site that wants ``--gres`` has ``gpu`` 0 in its profile.

    Returns
    -------
    int
    """
    parts = [part.split(":") for part in str(resources.get("gres", "")).split(",")]
    return int(resources.get("gpu", 0)) + sum(int(part[-1]) for part in parts if part[0] == "gpu")


def lease(granted: int, *, locks: Path = LOCKS, environment: MutableMapping[str, str] = os.environ) -> Held:
    """Take as many free GPUs as the job was granted, wait where all are taken, and show torch only these.

    Parameters
    ----------
    granted : int
        The job's ``resources: gpu``; with 0 nothing is done.
    locks : pathlib.Path
        Folder of the lock files, one per device.
    environment : mutable mapping
        Read and written: ``CUDA_VISIBLE_DEVICES`` names the leased devices afterwards.

    Returns
    -------
    list of int
        Open files that hold the lease until this process ends. Empty where there is nothing to choose: a scheduler
        gave the job its devices, or the machine does not have so many (then the check before training says why).
    """
    devices = choices(granted, environment)
    if granted < 1 or len(devices) < granted:
        return []
    folder = locks / "-".join(_safe(environment[name]) for name in _SCHEDULERS if name in environment)
    with contextlib.suppress(OSError):
        folder.mkdir(mode=0o777, parents=True)
        for made in (folder, locks):
            made.chmod(0o1777)  # other users lease the same devices
    told = False
    while (taken := _take(granted, devices, folder)) is None:
        if not told:
            told = True
            die_with_parent()
            listen()
            print(f"waiting for a GPU: all {len(devices)} of this machine are leased", file=sys.stderr)
        time.sleep(PAUSE)
    environment[VISIBLE] = ",".join(taken)
    return list(taken.values())


def choices(granted: int, environment: Mapping[str, str]) -> list[str]:
    """Name the devices among which a job may choose; none where its scheduler has chosen."""
    given = environment.get(VISIBLE)
    if given is not None:
        devices = _listed(given)
        scheduled = any(name in environment for name in _SCHEDULERS)
        return [] if scheduled and len(devices) <= granted else devices
    if granted < 1:
        return []
    return _listed(environment[ALLOWED]) if ALLOWED in environment else devices_of(_nvidia_smi())


def devices_of(listing: str) -> list[str]:
    """Read the identifiers of devices from what ``nvidia-smi -L`` prints; a divided GPU counts as its parts.

    Identifiers and not numbers, because CUDA may count the devices in another order.
    """
    found: list[list[str]] = []
    for line in listing.splitlines():
        if told := re.search(r"\(UUID: ((?:GPU|MIG)-[^)]+)\)", line):
            if line.startswith(" ") and found:
                found[-1].append(told[1])
            else:
                found.append([told[1]])
    return [name for whole, *parts in found for name in (parts or [whole])]


def _nvidia_smi() -> str:
    """Return the driver's list of devices; nothing where there is no driver."""
    try:
        asked = subprocess.run(["nvidia-smi", "-L"], capture_output=True, text=True, check=True, timeout=60)
    except (OSError, subprocess.SubprocessError):
        return ""
    return asked.stdout


def _take(granted: int, devices: Sequence[str], folder: Path) -> dict[str, int] | None:
    """Lock so many devices, or none: a job that held some while it waits for more could wait for ever."""
    taken: dict[str, int] = {}
    for device in devices:
        handle = _open(folder / f"{_safe(device)}.lock")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            continue
        taken[device] = handle
        if len(taken) == granted:
            return taken
    for handle in taken.values():
        os.close(handle)
    return None


def _open(path: Path) -> int:
    """Open a lock file that may be another user's: in a shared folder Linux lets only its owner open to create."""
    while True:
        with contextlib.suppress(FileNotFoundError):
            return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        with contextlib.suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDONLY, 0o644))


def _listed(text: str) -> list[str]:
    """Split a list of devices at its commas."""
    return [name.strip() for name in text.split(",") if name.strip()]


def _safe(name: str) -> str:
    """Make a file name of a device's or a job's."""
    return re.sub(r"[^A-Za-z0-9._-]", "_", name)
