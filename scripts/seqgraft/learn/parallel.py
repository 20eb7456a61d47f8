"""Training one network in several processes, each with a share of every batch (torch's DistributedDataParallel).

The batch is that of all processes together and its order that of `seqgraft.learn.loop`, so the number of processes
changes speed and rounding and nothing else: a run may be continued with more or fewer. Each process reads its own rows
of the memory-mapped token file only. Dropout is drawn in each process, so with it runs of different numbers of
processes agree in what is expected and not step by step.

Started by torchrun, as in ``torchrun --standalone --nproc-per-node 2 -m seqgraft.learn.parallel FOLDER``, where FOLDER
holds ``job.json``, ``tokens.npy`` and ``labels.npy``; ``losses.json`` and ``checkpoint.pt`` are written there.
"""

import contextlib
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import distributed, nn
from torch.nn.functional import binary_cross_entropy_with_logits
from torch.nn.parallel import DistributedDataParallel

from seqgraft.config.learning import BackboneSettings
from seqgraft.files import atomic_path
from seqgraft.learn.examples import Reading
from seqgraft.learn.model import build
from seqgraft.seeds import seed


@dataclass(frozen=True)
class ParallelSettings:
    """What a run needs to know.

    Parameters
    ----------
    learning_rate, weight_decay : float
        Of AdamW.
    batch_size : int
        Sequences per step, of all processes together.
    at_once : int
        Sequences that one process passes through the network at once; gradients of several passes are added up.
    """

    learning_rate: float
    weight_decay: float
    batch_size: int
    at_once: int = 1024


class ParallelRun:
    """One process's part of a training run.

    Parameters
    ----------
    model : torch.nn.Module
        Gives logits (B,) of tokens (B, L); the same in every process, on its own device.
    tokens : numpy.ndarray
        (n, L) uint8, best memory-mapped: only the process's own rows are read.
    labels : numpy.ndarray
        (n,) of 0 and 1.
    settings : ParallelSettings
        The same in every process.
    seed_words : tuple
        Name the run: the order of each epoch follows from them.
    """

    def __init__(
        self,
        model: nn.Module,
        tokens: np.ndarray,
        labels: np.ndarray,
        settings: ParallelSettings,
        seed_words: tuple,
    ) -> None:
        self.tokens, self.labels, self.settings, self.seed_words = tokens, labels, settings, seed_words
        self.rank, self.processes = distributed.get_rank(), distributed.get_world_size()
        self.device = next(model.parameters()).device
        self.model = model
        self.shared = DistributedDataParallel(model)
        self.optimizer = torch.optim.AdamW(
            model.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay
        )
        self.losses: list[float] = []

    def advance(self, epoch: int) -> None:
        """Train until `epoch` passes over all examples are done; ``losses`` has the mean of each, as of one process."""
        self.model.train()
        while len(self.losses) < epoch:
            torch.manual_seed(seed(*self.seed_words, "epoch", len(self.losses)))
            order = torch.randperm(len(self.labels))
            if self.processes > 1:  # else the same dropout would fall on different sequences
                torch.manual_seed(seed(*self.seed_words, "epoch", len(self.losses), "process", self.rank))
            total = torch.zeros((), dtype=torch.float64, device=self.device)
            for rows in order.split(self.settings.batch_size):
                total += self._step(rows.numpy())
            distributed.all_reduce(total)
            self.losses.append(float(total) / len(self.labels))

    def save(self, path: Path) -> None:
        """Write all that the next epoch depends on; the first process writes, whole or not at all."""
        if self.rank == 0:
            state = {"model": self.model.state_dict(), "optimizer": self.optimizer.state_dict()}
            with atomic_path(path) as temporary:
                torch.save(state | {"losses": self.losses}, temporary)
        distributed.barrier()

    def load(self, path: Path) -> None:
        """Go on where a run was saved, whatever its number of processes."""
        state: dict[str, Any] = torch.load(path, map_location=self.device, weights_only=True)
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.losses = list(state["losses"])

    def _step(self, rows: np.ndarray) -> torch.Tensor:
        """Learn from the own share of a batch; return the sum of its losses."""
        own = rows[self.rank :: self.processes]
        total = torch.zeros((), dtype=torch.float64, device=self.device)
        self.optimizer.zero_grad()
        parts = list(_parts(own, self.settings.at_once))
        for number, part in enumerate(parts):
            # Gradients travel once per step, with the last part; an empty share takes part in that, too.
            wait = contextlib.nullcontext() if number == len(parts) - 1 else self.shared.no_sync()
            with wait:
                logits = self.shared(torch.from_numpy(self.tokens[part]).to(self.device))
                labels = torch.from_numpy(self.labels[part]).to(self.device, torch.float32)
                loss = binary_cross_entropy_with_logits(logits, labels, reduction="sum")
                # The mean over processes of what each sends must be the mean over the batch of all.
                (loss * self.processes / len(rows)).backward()
            total += loss.detach()
        self.optimizer.step()
        return total


def _parts(rows: np.ndarray, most: int) -> Iterator[np.ndarray]:
    """Cut a share into parts, one at least."""
    for start in range(0, max(1, len(rows)), most):
        yield np.sort(rows[start : start + most])  # in the order of the file


def main(folder: Path) -> None:
    """Be one process of a job that torchrun started; continue from the folder's checkpoint if there is one."""
    job = json.loads((folder / "job.json").read_text())
    gpu = torch.cuda.is_available()
    torch.set_num_threads(1)
    distributed.init_process_group("nccl" if gpu else "gloo")
    device = torch.device("cuda", int(os.environ["LOCAL_RANK"])) if gpu else torch.device("cpu")
    try:
        words = tuple(job["seed_words"])
        model = build(Reading(**job["reading"]), BackboneSettings(**job["backbone"]), seed(*words, "weights"))
        tokens, labels = (np.load(folder / f"{name}.npy", mmap_mode="r") for name in ("tokens", "labels"))
        run = ParallelRun(model.to(device), tokens, labels, ParallelSettings(**job["settings"]), words)
        checkpoint = folder / "checkpoint.pt"
        if checkpoint.exists():
            run.load(checkpoint)
        for epoch in range(len(run.losses) + 1, job["epochs"] + 1):
            run.advance(epoch)
            run.save(checkpoint)
        if run.rank == 0:
            (folder / "losses.json").write_text(json.dumps(run.losses))
    finally:
        distributed.destroy_process_group()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
