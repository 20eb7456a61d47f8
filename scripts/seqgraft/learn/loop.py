"""The training loop: whole batches indexed from one tensor of tokens, and averaged weights.

Checkpoints of one run stand for runs of different lengths: the learning rate is constant and the weights
used are a running average that favours recent steps (polynomial-decay averaging, Shamir & Zhang 2013,
ICML, section 3.2), which does what a falling learning rate does without knowing the end in advance.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch

from seqgraft.errors import SeqgraftError
from seqgraft.learn.model import Model, predict
from seqgraft.learn.objectives import BINARY, Objective
from seqgraft.learn.optimizer import AdamW
from seqgraft.seeds import seed

AVERAGING = 8  # the average reaches back over about 1/9 of the steps made so far


class DivergedError(SeqgraftError):
    """The loss became infinite or not a number."""


@dataclass(frozen=True)
class LoopSettings:
    """What a run needs to know of the settings.

    Parameters
    ----------
    learning_rate, weight_decay : float
        Of AdamW.
    batch_size : int
        Sequences per step.
    token_dropout : float
        Share of letters shown as unknown.
    shift : int
        Largest shift in letters.
    """

    learning_rate: float
    weight_decay: float
    batch_size: int
    token_dropout: float = 0.0
    shift: int = 0


class Run:
    """One training run that can be stopped and continued at any epoch.

    Parameters
    ----------
    model : Model
        Trained in place, on its own device.
    tokens : torch.Tensor
        (n, L) uint8, on the model's device.
    labels : torch.Tensor
        (n,) float32, on the model's device.
    settings : LoopSettings
        Learning rate and so on.
    seed_words : tuple
        Name the run: batch order, dropout and augmentation of each epoch follow from them.
    objective : Objective
        What is made small.
    rates : callable, optional
        From an epoch (0, 1, …) to the multiplier of the learning rate of each parameter by name; 0 leaves it as it is,
        untouched by weight decay, too. All 1 by default.
    penalty : callable, optional
        From the model to a scalar tensor that is added to the loss of each step.
    before_step : callable, optional
        Called with the run before each step; it may make a step of its own with the run's optimiser.
    """

    def __init__(
        self,
        model: Model,
        tokens: torch.Tensor,
        labels: torch.Tensor,
        settings: LoopSettings,
        seed_words: tuple,
        *,
        objective: Objective = BINARY,
        rates: Callable[[int], Mapping[str, float]] | None = None,
        penalty: Callable[[Model], torch.Tensor] | None = None,
        before_step: "Callable[[Run], None] | None" = None,
    ) -> None:
        self.objective, self.rates, self.penalty, self.before_step = objective, rates, penalty, before_step
        self.model, self.tokens, self.labels = model, tokens, labels
        self.settings, self.seed_words = settings, seed_words
        self.epoch = self.steps = self.examples = 0
        self.loss = math.nan
        self.parameters = list(model.parameters())
        self.average = [parameter.detach().clone() for parameter in self.parameters]
        self.optimizer = AdamW(
            self.parameters, learning_rate=settings.learning_rate, weight_decay=settings.weight_decay
        )

    def advance(self, epoch: int) -> None:
        """Train until `epoch` passes over the examples are done.

        Parameters
        ----------
        epoch : int
            Passes in all, counted from the start of the run.

        Raises
        ------
        DivergedError
            When the loss is not finite.
        """
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
                    where="config keys training.learning_rates (targets), pretraining.learning_rate (sources)",
                    remedy="use a smaller learning rate",
                )

    def state(self) -> dict[str, torch.Tensor]:
        """Return a copy of the averaged weights, by name."""
        names = [name for name, _ in self.model.named_parameters()]
        return {name: value.clone() for name, value in zip(names, self.average, strict=True)}

    @torch.no_grad()
    def predict(self, tokens: torch.Tensor) -> torch.Tensor:
        """Return logits (N,) under the averaged weights; the run goes on unchanged."""
        current = [parameter.clone() for parameter in self.parameters]
        self._put(self.average)
        logits = predict(self.model, tokens)
        self._put(current)
        return logits

    def _put(self, values: list[torch.Tensor]) -> None:
        """Copy values into the model's parameters."""
        for parameter, value in zip(self.parameters, values, strict=True):
            parameter.data.copy_(value)

    def _one_epoch(self) -> float:
        """Pass once over all examples in a new order and return the mean loss."""
        count = len(self.labels)
        order = torch.randperm(count)  # on the CPU: the same order on every device
        total = torch.zeros((), device=self.labels.device)
        if self.rates is not None:
            rates = self.rates(self.epoch)
            self.optimizer.rates = [rates[name] for name, _ in self.model.named_parameters()]
        for rows in order.to(self.labels.device).split(self.settings.batch_size):
            if self.before_step is not None:
                self.before_step(self)
            logits = self.model(self._vary(self.tokens[rows]))
            loss = self.objective.loss(logits, self.labels[rows])
            if self.penalty is not None:
                loss = loss + self.penalty(self.model)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            self._update_average()
            total += loss.detach() * len(rows)
        self.examples += count
        return float(total) / count

    @torch.no_grad()
    def _update_average(self) -> None:
        """Move the average towards the current weights, less and less as steps accumulate."""
        self.steps += 1
        weight = (AVERAGING + 1) / (self.steps + AVERAGING)
        for average, parameter in zip(self.average, self.parameters, strict=True):
            average.lerp_(parameter, weight)

    def _vary(self, tokens: torch.Tensor) -> torch.Tensor:
        """Augment a batch: strand, shift and hidden letters, as the settings ask for."""
        unknown = len(self.model.reading.letters)
        if self.model.reading.complement is not None:
            other = torch.rand(len(tokens), 1, device=tokens.device) < 0.5
            tokens = torch.where(other, self.model.reverse_complement(tokens).to(tokens.dtype), tokens)
        if self.settings.shift:
            tokens = _shifted(tokens, self.settings.shift, unknown)
        if self.settings.token_dropout:
            hidden = torch.rand(tokens.shape, device=tokens.device) < self.settings.token_dropout
            tokens = tokens.masked_fill(hidden, unknown)
        return tokens


def _shifted(tokens: torch.Tensor, most: int, unknown: int) -> torch.Tensor:
    """Move each sequence by up to `most` letters; the gap is filled with unknown letters."""
    count, length = tokens.shape
    padded = torch.nn.functional.pad(tokens, (most, most), value=unknown)
    start = torch.randint(0, 2 * most + 1, (count, 1), device=tokens.device)
    return padded.gather(1, start + torch.arange(length, device=tokens.device))
