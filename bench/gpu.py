"""Time training on a GPU against the card's own limits: examples, operations and bytes per second.

    .venv/bin/python bench/gpu.py [seconds per measurement]

For `resnet` and `transformer` at two sizes, trained as studies train them (bf16 where the card computes with it). The
limits are measured here, too: a product of two large matrices in the same numbers, and a copy within the card's memory.
Operations are counted by the backbone for a forward pass and taken three times for a training step; bytes are a lower
bound, every activation written and read once forwards and once backwards, and the weights with what the optimiser
remembers. What was measured is printed as a table with the card's name, and written to bench/gpu.tsv.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch

from seqgraft.config.learning import BackboneSettings
from seqgraft.learn import device
from seqgraft.learn.backbones import describe
from seqgraft.learn.examples import Reading
from seqgraft.learn.loop import LoopSettings, Run
from seqgraft.learn.memory import forget_peak, peak_mib
from seqgraft.learn.model import build
from seqgraft.tables import write_tsv

ROOT = Path(__file__).resolve().parents[1]
#: Backbone, its options, letters per sequence, sequences per step.
CASES: tuple[tuple[str, dict[str, Any], int, int], ...] = (
    ("resnet", {"width": 128}, 512, 256),
    ("resnet", {"width": 512}, 1024, 256),
    ("transformer", {"width": 256}, 512, 256),
    ("transformer", {"width": 1024}, 1024, 64),
)
STEPS = 16  # of one pass over the made-up examples
MATRIX, COPIED = 8192, 1 << 30
COLUMNS = [
    "card", "backbone", "size", "numbers", "examples_per_second", "tflops", "of_peak", "gb_per_second", "of_copy",
    "peak_mib",
]  # fmt: skip


def rate(work: Callable[[], float], seconds: float) -> float:
    """Repeat work for so many seconds after a first time; return what it says it did per second."""
    work()
    torch.cuda.synchronize()
    done, began = 0.0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        done += work()
        torch.cuda.synchronize()
    return done / (time.perf_counter() - began)


def limits(where: torch.device, numbers: torch.dtype, seconds: float) -> tuple[float, float]:
    """Measure the card: operations per second of a matrix product, bytes per second of a copy (read and written)."""
    matrix = torch.randn(MATRIX, MATRIX, device=where, dtype=numbers)
    bytes_ = torch.empty(COPIED, dtype=torch.uint8, device=where)
    other = torch.empty_like(bytes_)

    def product() -> float:
        torch.mm(matrix, matrix)
        return 2.0 * MATRIX**3

    def copy() -> float:
        other.copy_(bytes_)
        return 2.0 * COPIED

    return rate(product, seconds), rate(copy, seconds)


def measured(
    case: tuple[str, dict[str, Any], int, int], where: torch.device, seconds: float
) -> dict[str, Any]:
    """Train one backbone at one size; return its row of the table."""
    name, options, length, batch = case
    backbone, letters = BackboneSettings(name=name, **options), "ACGT"
    generator = np.random.default_rng(1)
    tokens = device.on_device(generator.integers(0, 4, (STEPS * batch, length)).astype(np.uint8), where)
    labels = device.on_device((generator.random(STEPS * batch) < 0.3).astype(np.float32), where)
    model = build(Reading(letters, length), backbone, 1).to(where)
    run = Run(model, tokens, labels, LoopSettings(1e-4, 0.01, batch), ("bench",))
    numbers = device.number_format("auto", where) or torch.float32
    peak, copied = limits(where, numbers, seconds)
    forget_peak(where)

    def one_pass() -> float:
        run.advance(run.epoch + 1)
        return STEPS * batch

    examples = rate(one_pass, seconds)
    about = describe(len(letters), length, backbone)
    reached = 3.0 * about.flops_per_sequence * examples
    size_of = getattr(backbone, "size", None)
    activations = size_of(len(letters), length).activations if size_of else 0
    weights = (
        4 * 7 * sum(p.numel() for p in model.parameters())
    )  # gradient, weight, two moments: read or written
    moved = examples * (4.0 * activations * numbers.itemsize + weights / batch)
    size = ", ".join(
        [f"{key} {value}" for key, value in options.items()] + [f"{length} nt", f"batches of {batch}"]
    )
    numbers_told = str(numbers).removeprefix("torch.")
    values = (
        device.name_of(where), name, size, numbers_told, round(examples), round(reached / 1e12, 1),
        round(reached / peak, 3), round(moved / 1e9), round(moved / copied, 3), peak_mib(where),
    )  # fmt: skip
    return dict(zip(COLUMNS, values, strict=True))


def main() -> None:
    """Print a line a row and write the table."""
    if not torch.cuda.is_available():
        raise SystemExit(
            "bench/gpu.py measures a GPU, and torch finds none here. Nothing was measured or written."
        )
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 5.0
    where = device.prepare(1, 1, 1)
    rows = []
    for case in CASES:
        rows.append(measured(case, where, seconds))
        print("  ".join(f"{key} {value}" for key, value in rows[-1].items()), flush=True)
    write_tsv(pd.DataFrame(rows, columns=COLUMNS), ROOT / "bench/gpu.tsv")


if __name__ == "__main__":
    main()
