"""How fast this machine is now, measured in about a second without torch.

A training step is made of calls, of matrix products and of passes over memory; each is timed with numpy. Several
processes measure at once, as many as will train at once, so that what they take from each other, and what others take
of the machine, is in the figures.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

import numpy as np

SECONDS = 0.2  # for each of the three measurements
# The libraries behind numpy read these when they are loaded.
THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True)
class Speed:
    """What one of the processes that train at once attains.

    Parameters
    ----------
    calls : float
        Operations on small arrays per second.
    products : float
        Floating-point operations per second in single-precision matrix products.
    passes : float
        Numbers per second through a pass over an array of 1 MB.
    """

    calls: float
    products: float
    passes: float


def measure(processes: int, threads: int = 1) -> Speed:
    """Measure with several processes at once and return the mean of what each attains.

    Parameters
    ----------
    processes : int
        Jobs that will run at once.
    threads : int
        Threads of each.

    Raises
    ------
    RuntimeError
        When a measuring process fails.
    """
    environment = os.environ | dict.fromkeys(THREAD_VARIABLES, str(threads))
    running = [
        subprocess.Popen([sys.executable, __file__], env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(processes)
    ]
    answers = [(process.communicate()[0], process.returncode) for process in running]
    if any(status for _, status in answers):
        raise RuntimeError("the speed of this machine could not be measured")
    found = [Speed(**json.loads(text)) for text, _ in answers]
    return Speed(
        calls=sum(own.calls for own in found) / processes,
        products=sum(own.products for own in found) / processes,
        passes=sum(own.passes for own in found) / processes,
    )


def measure_here() -> Speed:
    """Measure in this process alone."""
    small = np.ones(16, dtype=np.float32)
    square = np.full((192, 192), 0.5, dtype=np.float32)
    product = np.empty_like(square)
    large = np.ones(262_144, dtype=np.float32)
    result = np.empty_like(large)
    return Speed(
        calls=_per_second(lambda: small * 1.0),
        products=2 * 192**3 * _per_second(lambda: np.matmul(square, square, out=product)),
        passes=len(large) * _per_second(lambda: np.maximum(large, 0.5, out=result)),
    )


def _per_second(work: Callable[[], object]) -> float:
    """Count how often something can be done in a second."""
    work()  # the first time loads what later ones find loaded
    done, began = 0, time.perf_counter()
    while (seconds := time.perf_counter() - began) < SECONDS:
        for _ in range(10):
            work()
        done += 10
    return done / seconds


if __name__ == "__main__":
    print(json.dumps(asdict(measure_here())))
