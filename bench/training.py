"""Time training against a plain loop, against the machine's matrix product, and frozen fits against a frozen loop.

    make bench, or: .venv/bin/python bench/training.py [rounds] [threads]

The network is that of the studies that ship, on made-up sequences. Ways are run in turn; the medians of their CPU
seconds give the ratios. The fraction of sgemm wants an idle machine all the same. The plain loop is what one writes:
whole batches indexed from one tensor, torch's own optimiser, nothing averaged, nothing saved. The frozen loop is an
honest one, too: the backbone in evaluation mode without gradients, batch by batch in each of 20 epochs, a head trained
behind it for each fold; the fit that it is compared with chooses a penalty beside. What was measured is printed and
written to bench/training.tsv.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from seqgraft.config.learning import BackboneSettings, TrainingSettings
from seqgraft.learn.choosing import Member, members
from seqgraft.learn.examples import Reading
from seqgraft.learn.logistic import search
from seqgraft.learn.loop import LoopSettings, Run
from seqgraft.learn.model import Model, build, extract
from seqgraft.tables import write_tsv

ROOT = Path(__file__).resolve().parents[1]
SIZES = ((81, 64), (200, 128))  # letters per sequence, width of the network
EXAMPLES, BATCH, EPOCHS = 1024, 64, 1
LABELS, FROZEN_EPOCHS, FROZEN_BATCH = 400, 20, 32
MATRIX = 1024
SETTINGS = LoopSettings(learning_rate=1e-3, weight_decay=0.01, batch_size=BATCH)
COLUMNS = ["task", "size", "threads", "cpu_seconds", "peer_cpu_seconds", "ratio", "asked", "what"]


def toy(length: int, width: int, count: int) -> tuple[Model, torch.Tensor, torch.Tensor]:
    """Return a network and made-up examples."""
    generator = np.random.default_rng(1)
    tokens = torch.from_numpy(generator.integers(0, 4, (count, length)).astype(np.uint8))
    labels = torch.from_numpy((generator.random(count) < 0.3).astype(np.float32))
    return build(Reading("ACGT", length), BackboneSettings(width=width, hidden=width), 1), tokens, labels


def own_loop(model: Model, tokens: torch.Tensor, labels: torch.Tensor) -> None:
    """Train as a study does."""
    Run(model, tokens, labels, SETTINGS, ("bench",)).advance(EPOCHS)


def plain_loop(model: Model, tokens: torch.Tensor, labels: torch.Tensor) -> None:
    """Train as one would write it down."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.01, fused=True)
    model.train()
    for _ in range(EPOCHS):
        for rows in torch.randperm(len(labels)).split(BATCH):
            loss = binary_cross_entropy_with_logits(model(tokens[rows]), labels[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()


def operations(length: int, width: int) -> float:
    """Return the floating-point operations of one example in one training step.

    Two per multiplication with addition; forward, gradients of the weights, gradients of the cells. The first
    convolution needs none of its input.
    """
    settings = BackboneSettings(width=width, hidden=width)
    model = build(Reading("ACGT", length), settings, 1)
    first = width * 4 * settings.kernels[0] * length
    return 6.0 * model.backbone.multiply_adds - 2.0 * first


def product() -> None:
    """Multiply two matrices."""
    torch.mm(*_MATRICES)


_MATRICES = (torch.ones(MATRIX, MATRIX), torch.ones(MATRIX, MATRIX))


def frozen_fit(model: Model, tokens: torch.Tensor, labels: torch.Tensor, parts: list[Member]) -> None:
    """Fit as `linear-probe` does: features once, then a logistic regression per fold and penalty."""
    features = extract(model, tokens).numpy().astype(np.float64)
    search(features, labels.numpy(), parts, TrainingSettings().penalties)


def frozen_loop(model: Model, tokens: torch.Tensor, labels: torch.Tensor, parts: list[Member]) -> None:
    """Train a head behind the frozen backbone for each fold, and predict what is held out."""
    model.eval()
    for part in parts:
        head = torch.nn.Linear(model.backbone.features, 1)
        optimizer = torch.optim.AdamW(head.parameters(), lr=1e-3, fused=True)
        fit = torch.from_numpy(part.fit)
        for _ in range(FROZEN_EPOCHS):
            for rows in fit[torch.randperm(len(fit))].split(FROZEN_BATCH):
                with torch.no_grad():
                    features = model.features(tokens[rows])
                loss = binary_cross_entropy_with_logits(head(features).squeeze(1), labels[rows])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
        with torch.no_grad():
            head(model.features(tokens[torch.from_numpy(part.held_out)]))


def in_turn(ways: dict[str, Callable[[], None]], rounds: int) -> dict[str, float]:
    """Return the median CPU seconds of each way; a first round counts for none."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(rounds + 1):
        for name, way in ways.items():
            start = time.process_time()
            way()
            if turn:
                times[name].append(time.process_time() - start)
    return {name: median(own) for name, own in times.items()}


def training_rows(length: int, width: int, rounds: int) -> list[dict[str, Any]]:
    """Compare the training loop with the plain one and with a matrix product."""
    given = toy(length, width, EXAMPLES)
    ways = {
        "own": lambda: own_loop(*given),
        "plain": lambda: plain_loop(*given),
        "product": product,
    }
    own, plain, matrix = in_turn(ways, rounds).values()
    seen = EXAMPLES * EPOCHS
    reached, peak = seen * operations(length, width) / own, 2.0 * MATRIX**3 / matrix
    size = f"{length} nt, width {width}, batches of {BATCH}"
    told = f"{reached / 1e9:.0f} of {peak / 1e9:.0f} GFLOP per CPU second"
    return [
        row("training against a plain loop", size, own, plain, plain / own, ">= .95", f"{seen / own:,.0f} examples/s"),
        row("training against sgemm", size, own, matrix, reached / peak, ">= .40", told),
    ]  # fmt: skip


def frozen_row(length: int, width: int, rounds: int) -> dict[str, Any]:
    """Compare a fit of a head with a loop behind the frozen backbone."""
    model, tokens, labels = toy(length, width, LABELS)
    parts = members(labels.numpy().astype(int), folds=5, large_members=3, seed_words=("bench",))
    ways = {
        "own": lambda: frozen_fit(model, tokens, labels, parts),
        "loop": lambda: frozen_loop(model, tokens, labels, parts),
    }
    own, loop = in_turn(ways, rounds).values()
    size = f"{LABELS} labels of {length} nt, width {width}"
    what = (
        f"{len(parts)} folds x {FROZEN_EPOCHS} epochs, or features once and a regression per fold and penalty"
    )
    return row("frozen fit against a frozen loop", size, own, loop, loop / own, ">= 10", what)


def rows_of(rounds: int) -> Iterator[dict[str, Any]]:
    """Yield one row after the other."""
    for size in SIZES:
        yield from training_rows(*size, rounds)
    yield frozen_row(*SIZES[0], rounds)


def row(task: str, size: str, own: float, peer: float, ratio: float, asked: str, what: str) -> dict[str, Any]:
    """Return a row of the table."""
    threads = torch.get_num_threads()
    return dict(
        zip(
            COLUMNS,
            (task, size, threads, round(own, 4), round(peer, 4), round(ratio, 2), asked, what),
            strict=True,
        )
    )


def main() -> None:
    """Print a line a row and write the table."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    torch.set_num_threads(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    rows: list[dict[str, Any]] = []
    print(f"load of the machine: {os.getloadavg()[0]:.1f}; medians of {rounds} runs in turn, CPU seconds")
    for each in rows_of(rounds):
        rows.append(each)
        told = f"{each['size']}; {each['what']}"
        print(f"{each['task']:<34}{each['ratio']:8.2f}  {each['asked']:<8}{told}", flush=True)
    write_tsv(pd.DataFrame(rows, columns=COLUMNS), ROOT / "bench/training.tsv")


if __name__ == "__main__":
    main()
