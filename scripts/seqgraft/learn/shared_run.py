"""The training loop of a shared backbone: batches from several sources, averaged weights, any epoch to stop at.

As in ``loop``, checkpoints of one run stand for runs of different lengths: a constant learning rate, and a running
average of the weights that favours recent steps.
"""

import math
from collections.abc import Sequence

import numpy as np
import torch

from seqgraft.learn.lessons import Lesson, loss_of
from seqgraft.learn.loop import AVERAGING, DivergedError, LoopSettings
from seqgraft.learn.optimizer import AdamW
from seqgraft.learn.shared_model import SharedModel
from seqgraft.seeds import seed


def draws_per_epoch(sizes: Sequence[int], temperature: float) -> list[int]:
    """Return how many sequences of each source an epoch shows.

    Parameters
    ----------
    sizes : sequence of int
        Sequences of each source.
    temperature : float
        1 shows each sequence once; above it a source of n sequences has the weight n ** (1 / temperature), the sum
        stays.

    Returns
    -------
    list of int
        At least 1 each.
    """
    weights = [float(size) ** (1 / temperature) for size in sizes]
    total = sum(sizes)
    return [max(1, round(total * weight / sum(weights))) for weight in weights]


def drawn(count: int, wanted: int) -> torch.Tensor:
    """Return `wanted` rows of `count`, each as often as any other to within one, the last ones at random."""
    whole = [
        torch.randperm(count) for _ in range(math.ceil(wanted / count))
    ]  # on the CPU: the same on every device
    return torch.cat(whole)[:wanted]


class SharedRun:
    """One training run over several sources that can be continued at any epoch.

    Parameters
    ----------
    model : SharedModel
        Trained in place, on its own device.
    lessons : sequence of Lesson
        The sources.
    rows : sequence of numpy.ndarray
        By source the rows to learn from.
    tokens, labels : sequence of torch.Tensor
        By source (N, L) uint8 and (N,) of all its sequences, on the model's device.
    settings : LoopSettings
        Learning rate and so on.
    temperature : float
        See `draws_per_epoch`.
    seed_words : tuple
        Name the run.
    """

    def __init__(
        self,
        model: SharedModel,
        lessons: Sequence[Lesson],
        rows: Sequence[np.ndarray],
        tokens: Sequence[torch.Tensor],
        labels: Sequence[torch.Tensor],
        settings: LoopSettings,
        temperature: float,
        seed_words: tuple,
    ) -> None:
        self.model, self.lessons, self.settings, self.seed_words = model, lessons, settings, seed_words
        self.rows = [torch.from_numpy(np.asarray(own, dtype=np.int64)) for own in rows]
        self.tokens, self.labels = tokens, labels
        self.wanted = draws_per_epoch([len(own) for own in self.rows], temperature)
        self.epoch = self.steps = self.examples = 0
        self.loss = math.nan
        self.parameters = dict(model.named_parameters())
        self.average = {name: value.detach().clone() for name, value in self.parameters.items()}
        self.optimizer = AdamW(
            list(self.parameters.values()),
            learning_rate=settings.learning_rate,
            weight_decay=settings.weight_decay,
        )

    def advance(self, epoch: int) -> None:
        """Train until `epoch` passes are done; a loss that is not finite raises `DivergedError`."""
        self.model.train()
        while self.epoch < epoch:
            # Seeded anew for each epoch: a run does not depend on what else was drawn in between.
            torch.manual_seed(seed(*self.seed_words, "epoch", self.epoch))
            self.loss = self._one_epoch()
            self.epoch += 1
            if not math.isfinite(self.loss):
                raise DivergedError(
                    f"the training loss became {self.loss} in epoch {self.epoch}"
                    f" at learning rate {self.settings.learning_rate:g}",
                    where="config keys pretraining.learning_rate, pretraining.second_stage.learning_rate",
                    remedy="use a smaller learning rate",
                )

    def state(self) -> dict[str, torch.Tensor]:
        """Return a copy of the averaged weights, by name."""
        return {name: value.clone() for name, value in self.average.items()}

    def _one_epoch(self) -> float:
        """Show each source as often as wanted, in a new order, and return the mean loss."""
        draws = [drawn(len(own), count) for own, count in zip(self.rows, self.wanted, strict=True)]
        source = torch.cat([torch.full((len(own),), place) for place, own in enumerate(draws)])
        row = torch.cat([rows[own] for rows, own in zip(self.rows, draws, strict=True)])
        order = torch.randperm(len(row))
        total = torch.zeros((), device=self.tokens[0].device)
        for batch in order.split(self.settings.batch_size):
            self.optimizer.zero_grad()
            # Each source counts by its sequences in the batch: the gradient is the mean over all of them.
            loss = torch.stack(
                [
                    self._batch_loss(int(place), row[batch][source[batch] == place]) / len(batch)
                    for place in source[batch].unique()
                ]
            ).sum()
            loss.backward()
            self.optimizer.step()
            self._update_average()
            total += loss.detach() * len(batch)
        self.examples += len(row)
        return float(total) / len(row)

    def _batch_loss(self, place: int, rows: torch.Tensor) -> torch.Tensor:
        """Return the loss of one source's sequences in a batch, times their number."""
        rows = rows.to(self.tokens[place].device)
        tokens = self._vary(self.lessons[place], self.tokens[place][rows])
        return loss_of(self.lessons[place], self.model, tokens, self.labels[place][rows]) * len(rows)

    @torch.no_grad()
    def _update_average(self) -> None:
        """Move the average towards the current weights, less and less as steps accumulate."""
        self.steps += 1
        weight = (AVERAGING + 1) / (self.steps + AVERAGING)
        for name, parameter in self.parameters.items():
            self.average[name].lerp_(parameter, weight)

    def _vary(self, lesson: Lesson, tokens: torch.Tensor) -> torch.Tensor:
        """Augment a batch: strand and shift, and hidden letters where none are to be filled in."""
        unknown = len(self.model.reading.letters)
        if self.model.reading.complement is not None:
            other = torch.rand(len(tokens), 1, device=tokens.device) < 0.5
            tokens = torch.where(other, self.model.reverse_complement(tokens), tokens)
        if most := self.settings.shift:
            padded = torch.nn.functional.pad(tokens, (most, most), value=unknown)
            first = torch.randint(0, 2 * most + 1, (len(tokens), 1), device=tokens.device)
            tokens = padded.gather(1, first + torch.arange(tokens.shape[1], device=tokens.device))
        if self.settings.token_dropout and lesson.objective is not None:
            hidden = torch.rand(tokens.shape, device=tokens.device) < self.settings.token_dropout
            tokens = tokens.masked_fill(hidden, unknown)
        return tokens
