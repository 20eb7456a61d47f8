"""Whether the GPUs that a job was granted can be computed on: driver, build of torch, compute capability."""

import re
import socket
from collections.abc import Iterable
from pathlib import Path

import torch

from seqgraft.errors import SeqgraftError

DRIVER = Path("/proc/driver/nvidia/version")
_WHERE = "resources: gpu"
_CPU = "run with --resources gpu=0 to compute on the CPU"


def require_gpus(granted: int, driver: Path = DRIVER) -> None:
    """Stop a job whose GPUs cannot be used, with the reason and the remedy, before it trains.

    Parameters
    ----------
    granted : int
        GPUs that the job was given, at least 1.
    driver : pathlib.Path
        File that the NVIDIA driver shows where it is loaded.

    Raises
    ------
    SeqgraftError
        When torch is a build for the CPU only, no driver is loaded or it does not fit to torch, fewer GPUs are there
        than were granted, or a GPU has a compute capability for which torch was not built.
    """
    asked = f"{granted} GPU{' was' if granted == 1 else 's were'} granted to this job and torch"
    if torch.version.cuda is None:
        raise SeqgraftError(
            f"{asked} {torch.__version__} is a build for the CPU only",
            where=_WHERE,
            remedy=f"install a CUDA build of torch (docs/gpu.md), or {_CPU}",
        )
    try:
        count = torch.cuda.device_count()
        if count:
            torch.cuda.init()
    except (
        RuntimeError
    ) as error:  # a driver that is too old says so, with its version and the one that is needed
        raise SeqgraftError(
            f"{asked} cannot start CUDA {torch.version.cuda}: {str(error).splitlines()[0]}",
            where=_WHERE,
            remedy=f"update the NVIDIA driver, install a torch for an older CUDA (docs/gpu.md), or {_CPU}",
        ) from None
    if count < granted:
        found = "none" if not count else f"{count} only"
        loaded = "is loaded" if driver.exists() else "is not loaded"
        raise SeqgraftError(
            f"{asked} finds {found}; the NVIDIA driver {loaded} on {socket.gethostname()}",
            where=_WHERE,
            remedy=f"see what nvidia-smi and CUDA_VISIBLE_DEVICES say there, or {_CPU}",
        )
    architectures = torch.cuda.get_arch_list()
    for number in range(granted):
        capability = torch.cuda.get_device_capability(number)
        if not is_served(capability, architectures):
            raise SeqgraftError(
                f"{asked} {torch.__version__} was not built for it: {torch.cuda.get_device_name(number)} has compute "
                f"capability {capability[0]}.{capability[1]}, the build serves {', '.join(architectures)}",
                where=_WHERE,
                remedy=f"install a build of torch for this GPU (docs/gpu.md), take another (SEQGRAFT_GPUS), or {_CPU}",
            )


def is_served(capability: tuple[int, int], architectures: Iterable[str]) -> bool:
    """Tell whether code of a build of torch runs on a GPU.

    Parameters
    ----------
    capability : (int, int)
        The GPU's compute capability.
    architectures : iterable of str
        As ``torch.cuda.get_arch_list`` names them. Machine code (``sm_80``) runs on the same major and an equal or
        higher minor capability, and one with a letter (``sm_90a``) on its very own; portable code (``compute_80``)
        runs on every equal or higher one (CUDA C++ Programming Guide, binary and PTX compatibility).
    """
    for name in architectures:
        if not (told := re.fullmatch(r"(sm|compute)_(\d+)(\d)([af]?)", name)):
            continue
        kind, major, minor, own = told[1], int(told[2]), int(told[3]), told[4]
        if own:
            served = (major, minor) == capability
        elif kind == "sm":
            served = major == capability[0] and minor <= capability[1]
        else:
            served = (major, minor) <= capability
        if served:
            return True
    return False
