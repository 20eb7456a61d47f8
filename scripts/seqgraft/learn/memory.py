"""What happens when memory does not suffice: smaller batches, and how much of it was used."""

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import torch

from seqgraft.errors import SeqgraftError

T = TypeVar("T")


def is_shortage(error: BaseException) -> bool:
    """Tell whether an error says that memory did not suffice, on a GPU or on the CPU."""
    return isinstance(error, torch.OutOfMemoryError) or (
        isinstance(error, RuntimeError) and "can't allocate memory" in str(error)
    )


def halving(work: Callable[[int], T], size: int, halved: Callable[[int], None] | None = None) -> T:
    """Do something with batches of a size, and with half of it as often as memory does not suffice.

    Parameters
    ----------
    work : callable
        Takes the number of sequences at once and begins anew each time.
    size : int
        To begin with.
    halved : callable, optional
        Told the new number before it is tried.

    Raises
    ------
    SeqgraftError
        When not even a single sequence fits.
    """
    while True:
        try:
            return work(size)
        except RuntimeError as error:
            if not is_shortage(error):
                raise
            if size == 1:
                raise SeqgraftError(
                    "The memory of the device does not suffice for a single sequence.",
                    where="config key backbone; resources: gpu, mem_mb",
                    remedy="use a smaller backbone or a device with more memory",
                ) from error
        # Outside of the handler: until then the error's frames hold on to the batch that did not fit.
        size = (size + 1) // 2
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        if halved is not None:
            halved(size)


def forget_peak(device: torch.device) -> None:
    """Begin to measure anew how much memory is used at most."""
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
    else:
        with contextlib.suppress(OSError):  # Linux only; elsewhere the peak is that of the whole job
            Path("/proc/self/clear_refs").write_text("5")


def peak_mib(device: torch.device) -> int:
    """Return the most memory used since `forget_peak` in MiB: of the GPU's by tensors, else of the whole process."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device) >> 20
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
        return int(status.partition("VmHWM:")[2].split()[0]) >> 10
    except (OSError, IndexError, ValueError):
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
