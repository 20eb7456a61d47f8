"""Several processes train what one trains. Forks of this process, so that torch is loaded once; gloo, no GPU."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from learn_toys import BACKBONE, READING, planted
from torch import distributed

from seqgraft.learn.loop import LoopSettings, Run
from seqgraft.learn.model import build
from seqgraft.learn.parallel import ParallelRun, ParallelSettings, main

WIDE = BACKBONE.model_copy(update={"dropout": 0.0})
SETTINGS = ParallelSettings(learning_rate=0.01, weight_decay=0.01, batch_size=16, at_once=5)
EXAMPLES = planted(41, 1)  # the last batch has 9, shares of 5 and 4; parts of 5 and 3 before


@pytest.fixture(scope="module", autouse=True)
def _loaded() -> None:
    """Load once what torch loads for its first optimiser, so that not every fork does."""
    torch.optim.AdamW([torch.nn.Parameter(torch.zeros(1))])


def work(place: Path, rank: int, processes: int, epochs: int, batch_size: int) -> None:
    """Be one process: continue from the checkpoint if there is one, and leave one."""
    distributed.init_process_group(
        "gloo", init_method=f"file://{place}/meet", rank=rank, world_size=processes
    )
    tokens = np.load(place / "tokens.npy", mmap_mode="r")
    settings = ParallelSettings(**(vars(SETTINGS) | {"batch_size": batch_size}))
    run = ParallelRun(build(READING, WIDE, 3), tokens, EXAMPLES.labels, settings, ("w",))
    if (place / "checkpoint.pt").exists():
        run.load(place / "checkpoint.pt")
    run.advance(epochs)
    run.save(place / "checkpoint.pt")
    (place / f"losses-{rank}.json").write_text(json.dumps(run.losses))
    distributed.destroy_process_group()


def train(place: Path, processes: int, epochs: int, batch_size: int = 16) -> list[float]:
    """Train in forks and return the losses, which all processes must agree on."""
    place.mkdir(exist_ok=True)
    (place / "meet").unlink(missing_ok=True)
    np.save(place / "tokens.npy", EXAMPLES.tokens)
    torch.set_num_threads(1)
    children = []
    for rank in range(processes):
        if (child := os.fork()) == 0:
            status = 1
            try:
                work(place, rank, processes, epochs, batch_size)
                status = 0
            finally:
                os._exit(status)
        children.append(child)
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0] * processes
    losses = [json.loads((place / f"losses-{rank}.json").read_text()) for rank in range(processes)]
    assert all(own == losses[0] for own in losses)
    return losses[0]


def alone(epochs: int, batch_size: int = 16) -> list[float]:
    """Train by the usual loop."""
    tokens, labels = torch.from_numpy(EXAMPLES.tokens), torch.from_numpy(EXAMPLES.labels).float()
    settings = LoopSettings(learning_rate=0.01, weight_decay=0.01, batch_size=batch_size)
    run, losses = Run(build(READING, WIDE, 3), tokens, labels, settings, ("w",)), []
    for epoch in range(1, epochs + 1):
        run.advance(epoch)
        losses.append(run.loss)
    return losses


def test_two_processes_have_the_loss_curve_of_one(tmp_path: Path) -> None:
    losses = train(tmp_path, 2, 4)
    assert losses[3] < losses[0]
    np.testing.assert_allclose(losses, alone(4), rtol=1e-5)


def test_a_share_may_be_empty(tmp_path: Path) -> None:
    """Batches of 8 of 41 sequences: the last has one, so the second process has none of it."""
    np.testing.assert_allclose(train(tmp_path, 2, 2, 8), alone(2, 8), rtol=1e-5)


def test_a_run_goes_on_with_another_number_of_processes(tmp_path: Path) -> None:
    train(tmp_path, 2, 2)
    losses = train(tmp_path, 1, 4)
    np.testing.assert_allclose(losses, alone(4), rtol=1e-5)


@pytest.mark.skipif(
    "SEQGRAFT_PARALLEL" not in os.environ, reason="starts torch three times: make test-parallel runs it"
)
def test_by_torchrun(tmp_path: Path) -> None:
    np.save(tmp_path / "tokens.npy", EXAMPLES.tokens)
    np.save(tmp_path / "labels.npy", EXAMPLES.labels)
    job = {
        "reading": {"letters": READING.letters, "length": READING.length},
        "backbone": WIDE.model_dump(mode="json"),
        "settings": vars(SETTINGS),
        "seed_words": ["w"],
    }
    losses = {}
    for processes, epochs in ((2, 2), (1, 4)):
        (tmp_path / "job.json").write_text(json.dumps(job | {"epochs": epochs}))
        command = [
            sys.executable,
            "-m",
            "torch.distributed.run",
            "--standalone",
            "--nproc-per-node",
            str(processes),
        ]
        subprocess.run([*command, "-m", main.__module__, str(tmp_path)], check=True, timeout=300)
        losses[processes] = json.loads((tmp_path / "losses.json").read_text())
    assert losses[1][:2] == losses[2]
    assert losses[1][3] < losses[1][0]
