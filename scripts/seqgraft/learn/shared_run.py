"""The training loop of a shared backbone: that of `loop`, with batches from several sources."""

import contextlib
import math
from collections.abc import Sequence

import numpy as np
import torch

from seqgraft.learn.augment import augmented
from seqgraft.learn.batches import random_batches
from seqgraft.learn.lessons import Lesson, loss_of
from seqgraft.learn.loop import LoopSettings, Run
from seqgraft.learn.shared_model import SharedModel


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


class SharedRun(Run):
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
        By source (N, L) uint8 and (N, …) of all its sequences, on the model's device. Where lengths differ between
        sources, the model's reading is ragged.
    settings : LoopSettings
        Learning rate and so on.
    temperature : float
        See `draws_per_epoch`.
    seed_words : tuple
        Name the run.
    """

    model: SharedModel

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
        chosen = [torch.from_numpy(np.asarray(own, dtype=np.int64)).to(tokens[0].device) for own in rows]
        longest, nothing = max(own.shape[1] for own in tokens), len(model.reading.letters) + 1
        learned = [
            torch.nn.functional.pad(own[place], (0, longest - own.shape[1]), value=nothing)
            for own, place in zip(tokens, chosen, strict=True)
        ]
        known = [own[place] for own, place in zip(labels, chosen, strict=True)]
        super().__init__(model, torch.cat(learned), torch.cat(known), settings, seed_words)
        self.lessons, self.counts = lessons, [len(own) for own in chosen]
        self.wanted = draws_per_epoch(self.counts, temperature)
        counts = torch.tensor(self.counts, device=self.labels.device)
        self.source = torch.repeat_interleave(torch.arange(len(counts), device=counts.device), counts)

    def _batches(self) -> list[torch.Tensor]:
        """Draw each source as often as wanted, all of them mixed."""
        first = np.cumsum([0, *self.counts])
        rows = torch.cat(
            [
                drawn(count, own) + int(at)
                for count, own, at in zip(self.counts, self.wanted, first, strict=False)
            ]
        )
        lengths = None if self.lengths is None else self.lengths[rows]
        return [rows[own] for own in random_batches(len(rows), self.settings.batch_size, lengths)]

    def _gradients(self, rows: torch.Tensor, longest: int | None, most: int) -> torch.Tensor:
        """Leave the gradients of a batch's mean loss in the parameters, `most` sequences at a time."""
        self.optimizer.zero_grad()
        mean = torch.zeros((), device=self.labels.device)
        for part in rows.split(most):
            source = self.source[part]
            # Each source counts by its sequences in the batch: the gradient is the mean over all of them.
            losses = [
                self._of_source(place, part[source == place], longest) for place in source.unique().tolist()
            ]
            loss = torch.stack(losses).sum() / len(rows)
            loss.backward()
            mean += loss.detach()
        return mean

    def _of_source(self, place: int, rows: torch.Tensor, longest: int | None) -> torch.Tensor:
        """Return the loss of one source's sequences in a batch, times their number."""
        lesson = self.lessons[place]
        tokens, labels = augmented(
            self.model,
            self.tokens[rows][:, :longest],
            self.labels[rows],
            shift=self.settings.shift,
            # Masked letters are hidden already, and those beside them say what they are.
            token_dropout=self.settings.token_dropout if lesson.objective is not None else 0.0,
        )
        device = labels.device.type
        with torch.autocast(device, dtype=self._format) if self._format else contextlib.nullcontext():
            return loss_of(lesson, self.model, tokens, labels, self._forward) * len(rows)
