"""Where torch computes, and under which conditions a result is the same twice."""

import os

# cuBLAS reads this when it starts; without it torch refuses deterministic matrix products on a GPU.
os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")

import numpy as np
import torch

from seqgraft.errors import SeqgraftError
from seqgraft.learn.granted import require_gpus
from seqgraft.learn.threads import require


def prepare(granted_gpus: int, granted_threads: int, threads: int) -> torch.device:
    """Fix torch's threads and algorithms, and return the device to use.

    Parameters
    ----------
    granted_gpus : int
        GPUs that the job was given; 0 means the CPU.
    granted_threads : int
        Threads that the job was given.
    threads : int
        ``training.threads`` of the study: results change with it.

    Returns
    -------
    torch.device

    Raises
    ------
    SeqgraftError
        When a GPU was granted that cannot be used, or another number of threads was granted than the study names.
    """
    require(granted_threads, threads)
    torch.set_num_threads(threads)
    # The same switch as use_deterministic_algorithms(True), which loads the compiler: 1.8 CPU seconds of every job.
    torch.set_deterministic_debug_mode("error")
    if granted_gpus < 1:
        return torch.device("cpu")
    require_gpus(granted_gpus)
    torch.backends.cudnn.benchmark = False
    return torch.device("cuda")


def name_of(device: torch.device) -> str:
    """Return the device's name for histories and reports: ``cpu`` or the GPU's model."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu"


def on_device(array: np.ndarray, device: torch.device) -> torch.Tensor:
    """Copy an array to a device; to a GPU from pinned memory, which it reads without another copy on the way."""
    tensor = torch.from_numpy(np.ascontiguousarray(array))
    if device.type != "cuda":
        return tensor.to(device)
    return tensor.pin_memory().to(device, non_blocking=True)


def number_format(precision: str, device: torch.device) -> torch.dtype | None:
    """Return the type in which a training step multiplies, or None for fp32.

    Parameters
    ----------
    precision : {"auto", "fp32", "bf16"}
        `auto` takes bf16 on a GPU that computes with it.
    device : torch.device
        Where the network is.

    Raises
    ------
    SeqgraftError
        When bf16 is asked for and the device does not compute with it: on such CPUs it was 16 times slower than fp32.
    """
    able = device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)
    if precision == "bf16" and not able:
        raise SeqgraftError(
            f"bf16 was asked for and {name_of(device)} does not compute with it.",
            where="config keys training.precision, pretraining.precision",
            remedy="use `auto` or `fp32`, or a GPU of the Ampere generation or newer",
        )
    return torch.bfloat16 if able and precision != "fp32" else None
