"""The training loop: whole batches indexed from one tensor of tokens, and averaged weights.

With a constant learning rate checkpoints of one run stand for runs of different lengths: the weights used are a
running average that favours recent steps (polynomial-decay averaging, Shamir & Zhang 2013, ICML, section 3.2), which
does what a falling learning rate does without knowing the end in advance. Where the learning rate does fall, the end
is known and the last weights are used.
"""

import contextlib
import math
from collections.abc import Callable, Mapping
from typing import Any

import torch

from seqgraft.learn import checkpoint
from seqgraft.learn.augment import augmented
from seqgraft.learn.batches import random_batches
from seqgraft.learn.device import number_format
from seqgraft.learn.diverged import DivergedError
from seqgraft.learn.loop_settings import LoopSettings
from seqgraft.learn.memory import halving
from seqgraft.learn.model import Model, predict
from seqgraft.learn.norms import batch_norms, estimate
from seqgraft.learn.objectives import BINARY, Objective
from seqgraft.learn.optimizer import OPTIMIZERS
from seqgraft.learn.schedules import SCHEDULES
from seqgraft.seeds import seed

AVERAGING = 8  # the average reaches back over about 1/9 of the steps made so far
PREDICTED = 1024  # sequences per pass of a prediction, where memory suffices

__all__ = ["DivergedError", "LoopSettings", "Run"]

Rates = Callable[[int], Mapping[str, float]]
Penalty = Callable[[Model], torch.Tensor]


class Run:
    """One training run that can be stopped and continued at any epoch.

    Parameters
    ----------
    model : Model
        Trained in place, on its own device.
    tokens : torch.Tensor
        (n, L) uint8, on the model's device; of a task whose lengths differ with padding at the right ends.
    labels : torch.Tensor
        (n, …), on the model's device, as the objective takes them.
    settings : LoopSettings
        Learning rate and so on.
    seed_words : tuple
        Name the run: batch order, dropout and augmentation of each epoch follow from them.
    objective : Objective
        What is learned.
    rates : callable, optional
        Gives for an epoch (0, 1, …) by parameter name the factor of its learning rate. With 0 a parameter is neither
        updated nor decayed, and a normalisation whose parameters are all 0 moves no statistic. Names that are not
        given count as 1.
    penalty : callable, optional
        Takes the model and returns what is added to the loss of each step.
    before_step : callable, optional
        Called with the run before each step; it may make a step of its own with the run's optimiser.

    Attributes
    ----------
    epoch : int
        Passes made.
    steps : int
        Steps made.
    examples : int
        Sequences seen by this object; those of a run that it continues are not counted.
    loss : float
        Mean training loss of the last pass, without the penalty.
    most : int
        Sequences that go through the network at once: the batch size, or less where memory did not suffice.
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
        rates: Rates | None = None,
        penalty: Penalty | None = None,
        before_step: "Callable[[Run], None] | None" = None,
    ) -> None:
        self.model, self.tokens, self.labels = model, tokens, labels
        self.settings, self.seed_words = settings, seed_words
        self.objective, self.rates, self.penalty, self.before_step = objective, rates, penalty, before_step
        self.epoch = self.steps = self.examples = 0
        self.loss = math.nan
        self.most = settings.batch_size
        self.names = [name for name, _ in model.named_parameters()]
        self.parameters = list(model.parameters())
        self.optimizer = OPTIMIZERS[settings.optimizer](
            self.parameters,
            learning_rate=settings.learning_rate,
            weight_decay=settings.weight_decay,
            momentum=settings.momentum,
        )
        saved = model.state_dict(keep_vars=True)
        self.buffers = {name: value for name, value in model.named_buffers() if name in saved}
        self._followed = self.parameters + [v for v in self.buffers.values() if v.is_floating_point()]
        self._first = {name: value.clone() for name, value in self.buffers.items()}
        self.average = [value.detach().clone() for value in self._followed]
        self._falls = SCHEDULES.get(settings.schedule)
        self._format = number_format(settings.precision, labels.device)
        self._forward = torch.compile(model) if settings.compile else model
        self._multipliers: list[float] | None = None
        self._batch, self._total = 0, torch.zeros((), device=labels.device)
        # A batch of pairs cannot be cut at its end: padding of the first sequence lies before the second.
        cut = model.reading.ragged and model.reading.second is None
        # Padding has a token of its own, behind that of the unknown letter.
        self.lengths = (tokens <= len(model.reading.letters)).sum(1).cpu() if cut else None
        self._keeper = checkpoint.current()
        self._number = self._keeper.adopt(self) if self._keeper else 0
        self._saved = self._keeper.latest(self._number) if self._keeper else None
        self._trains = False  # until then it may only seem to have trained, see `_recall`

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
        if self._keeper is not None and not self._trains:
            if (passed := self._keeper.passed(self._number, epoch)) is not None:
                self._recall(*passed)
                return
            self._begin(epoch)
        self.model.train()
        with self._keeper.steps() if self._keeper else contextlib.nullcontext():
            while self.epoch < epoch:
                self._one_epoch()
        self._settle()
        if self._keeper is not None:
            about = {"epoch": self.epoch, "loss": self.loss, "steps": self.steps, "most": self.most}
            self._keeper.reached(self._number, epoch, (self.state(), about))

    @torch.no_grad()
    def _settle(self) -> None:
        """Give the averaged weights the statistics of a BatchNorm that belong to them.

        Those of the steps belong to the weights of each step, so they are estimated anew from the run's own examples.
        Before the first step they are what the model came with.
        """
        norms = [norm for norm in batch_norms(self.model) if not norm.fixed]
        if not norms or not self.steps:
            return
        current = [value.detach().clone() for value in self._followed]
        self._put(self.average)
        estimate(self.model, norms, self.tokens)
        self.average = [value.detach().clone() for value in self._followed]
        self._put(current)

    def state(self) -> dict[str, torch.Tensor]:
        """Return a copy of the averaged weights and of what else the model saves, by name."""
        averaged = dict(zip(self._averaged_names(), self.average, strict=True))
        return {name: value.clone() for name, value in {**averaged, **self.buffers, **averaged}.items()}

    @torch.no_grad()
    def predict(self, tokens: torch.Tensor) -> torch.Tensor:
        """Return logits (N, …) under the averaged weights; the run goes on unchanged."""
        current = [value.detach().clone() for value in self._followed]
        self._put(self.average)
        logits = halving(lambda size: predict(self.model, tokens, size), PREDICTED)
        self._put(current)
        return logits

    def snapshot(self) -> checkpoint.Saved | None:
        """Return all that the next step depends on, or None before the first step."""
        if not self._trains:
            return self._saved
        about = {"epoch": self.epoch, "steps": self.steps, "batch": self._batch, "most": self.most}
        return self._tensors() | _random_states(self.labels.device), about | {"loss": self.loss}

    def _tensors(self) -> dict[str, torch.Tensor]:
        """Return every tensor that a step changes, by name: no copies."""
        tensors: dict[str, torch.Tensor] = {}
        tensors |= {f"model.{name}": p for name, p in zip(self.names, self.parameters, strict=True)}
        tensors |= {f"buffer.{name}": value for name, value in self.buffers.items()}
        tensors |= {f"average.{row}": value for row, value in enumerate(self.average)}
        tensors |= {f"optimizer.{name}": value for name, value in self.optimizer.tensors().items()}
        return tensors | {"total": self._total}

    def _averaged_names(self) -> list[str]:
        """Name what is averaged, in its order."""
        return self.names + [name for name, value in self.buffers.items() if value.is_floating_point()]

    @torch.no_grad()
    def _recall(self, tensors: Mapping[str, torch.Tensor], about: Mapping[str, Any]) -> None:
        """Be what the run was at a checkpoint, as far as anybody sees it: nothing else is made ready for a step."""
        self.epoch, self.steps, self.loss, self.most = (about[k] for k in ("epoch", "steps", "loss", "most"))
        for name, value in zip(self._averaged_names(), self.average, strict=True):
            value.copy_(tensors[name])
        for name, value in self.buffers.items():
            value.copy_(tensors[name])

    @torch.no_grad()
    def _begin(self, epoch: int) -> None:
        """Get ready for the first step of this object: at the last snapshot, or at the start where there is none."""
        self._trains, saved, self._saved = True, self._saved, None
        if saved is not None and (saved[1]["epoch"], saved[1]["batch"]) <= (epoch, 0):
            tensors, about = saved
            for name, value in self._tensors().items():
                value.copy_(tensors[name])
            self.epoch, self.steps, self.loss = about["epoch"], about["steps"], about["loss"]
            self._batch, self.most = about["batch"], about["most"]
            self._random = {name: value for name, value in tensors.items() if name.startswith("random")}
            return
        self.epoch = self.steps = 0
        self.loss, self.most = math.nan, self.settings.batch_size
        for name, value in self.buffers.items():
            value.copy_(self._first[name])
        self.average = [value.detach().clone() for value in self._followed]

    @torch.no_grad()
    def _put(self, values: list[torch.Tensor]) -> None:
        """Copy values into the model's parameters and statistics."""
        for own, value in zip(self._followed, values, strict=True):
            own.data.copy_(value)

    def _one_epoch(self) -> None:
        """Pass once over all examples in a new order, or make the rest of a pass that was cut short."""
        # Seeded anew for each epoch: a run does not depend on what else was drawn in between.
        torch.manual_seed(seed(*self.seed_words, "epoch", self.epoch))
        device, batches = self.labels.device, self._batches()
        self._hold_still()
        if self._batch:
            torch.set_rng_state(self._random["random"])
            if "random_gpu" in self._random:
                torch.cuda.set_rng_state(self._random["random_gpu"], device)
        else:
            self._total.zero_()
        count = sum(len(rows) for rows in batches)
        order = torch.cat(batches).to(device).split([len(rows) for rows in batches])
        for rows, own in zip(order[self._batch :], batches[self._batch :], strict=True):
            longest = None if self.lengths is None else int(self.lengths[own].max())
            self._total += self._step(rows, longest, len(batches)) * len(rows)
            self._batch += 1
            self.examples += len(rows)
            if self._keeper is not None and self._batch < len(batches):
                self._keeper.after_step()
        self._batch = 0
        self.epoch += 1
        self.loss = float(self._total) / count  # the only time in an epoch that a GPU is waited for
        if not math.isfinite(self.loss):
            raise DivergedError(
                f"the training loss became {self.loss} in epoch {self.epoch}"
                f" at learning rate {self.settings.learning_rate:g}",
                where="config keys training.learning_rates (targets), pretraining.learning_rate (sources)",
                remedy="use a smaller learning rate",
            )
        if self._keeper is not None:
            self._keeper.after_step()

    def _batches(self) -> list[torch.Tensor]:
        """Draw the batches of one pass: rows, on the CPU."""
        return random_batches(len(self.labels), self.settings.batch_size, self.lengths)

    def _step(self, rows: torch.Tensor, longest: int | None, batches: int) -> torch.Tensor:
        """Learn from one batch; return its mean loss."""
        if self.before_step is not None:
            self.before_step(self)
        loss = halving(
            lambda most: self._gradients(rows, longest, most), min(self.most, len(rows)), self._halved
        )
        factor = 1.0 if self._falls is None else self._falls(self.steps, self.settings.epochs * batches)
        self.optimizer.step(factor, self._multipliers)
        self._update_average()
        return loss

    def _halved(self, most: int) -> None:
        """Take fewer sequences at once from now on; what is drawn then does not depend on how far the attempt came."""
        self.most = most
        torch.manual_seed(seed(*self.seed_words, "epoch", self.epoch, "batch", self._batch, "at most", most))

    def _gradients(self, rows: torch.Tensor, longest: int | None, most: int) -> torch.Tensor:
        """Leave the gradients of a batch's mean loss in the parameters, `most` sequences at a time."""
        tokens, labels = self.tokens[rows][:, :longest], self.labels[rows]
        if self.objective.per_residue:
            labels = labels[:, :longest]
        tokens, labels = augmented(
            self.model,
            tokens,
            labels,
            shift=self.settings.shift,
            token_dropout=self.settings.token_dropout,
            per_residue=self.objective.per_residue,
        )
        self.optimizer.zero_grad()
        if len(rows) <= most:
            loss = self._loss(tokens, labels)
            (loss if self.penalty is None else loss + self.penalty(self.model)).backward()
            return loss.detach()
        mean, labelled = torch.zeros((), device=labels.device), _labelled(labels).clamp(min=1)
        for part, own in zip(tokens.split(most), labels.split(most), strict=True):
            loss = self._loss(part, own) * (_labelled(own) / labelled)
            loss.backward()
            mean += loss.detach()
        if self.penalty is not None:
            self.penalty(self.model).backward()
        return mean

    def _loss(self, tokens: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Return the mean loss of sequences that go through the network at once."""
        if self._format is None:
            return self.objective.loss(self._forward(tokens), labels)
        with torch.autocast(labels.device.type, dtype=self._format):
            logits = self._forward(tokens)
        return self.objective.loss(logits.float(), labels)

    @torch.no_grad()
    def _update_average(self) -> None:
        """Move the average towards the current weights, less and less as steps accumulate."""
        self.steps += 1
        weight = 1.0 if self._falls is not None else (AVERAGING + 1) / (self.steps + AVERAGING)
        torch._foreach_lerp_(self.average, self._followed, weight)

    def _hold_still(self) -> None:
        """Let go of parameters and normalisations that this epoch leaves as they are."""
        if self.rates is None:
            return
        own = self.rates(self.epoch)
        self._multipliers = [float(own.get(name, 1.0)) for name in self.names]
        for parameter, factor in zip(self.parameters, self._multipliers, strict=True):
            parameter.requires_grad_(factor != 0)
        still = {name for name, factor in zip(self.names, self._multipliers, strict=True) if factor == 0}
        for prefix, module in self.model.named_modules():
            if isinstance(module, torch.nn.modules.batchnorm._BatchNorm):
                inside = prefix if list(module.parameters()) else prefix.rpartition(".")[0]
                around = [name for name in self.names if name.startswith(f"{inside}.")]
                module.train(not around or not still.issuperset(around))


def _labelled(labels: torch.Tensor) -> torch.Tensor:
    """Count the labels that are there: NaN and negative whole numbers stand for none."""
    return (labels >= 0).sum() if not labels.is_floating_point() else (~labels.isnan()).sum()


def _random_states(device: torch.device) -> dict[str, torch.Tensor]:
    """Return the state of the generators that a run draws from."""
    states = {"random": torch.get_rng_state()}
    return states | ({"random_gpu": torch.cuda.get_rng_state(device)} if device.type == "cuda" else {})
