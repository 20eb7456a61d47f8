"""Lessons: what a shared backbone learns from one source, and how well it does so on sequences held out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch.nn.functional import cross_entropy

from seqgraft.config.masking import MaskingSettings
from seqgraft.data.splitting.assign import deal_groups
from seqgraft.errors import SeqgraftError
from seqgraft.learn.choosing import grouped_share, stratified_share
from seqgraft.learn.examples import Examples
from seqgraft.learn.masking import Frequencies, fixed_mask, masked
from seqgraft.learn.memory import halving
from seqgraft.learn.model import predict
from seqgraft.learn.objectives import Objective
from seqgraft.learn.shared_model import SharedModel
from seqgraft.stats.auc import auroc

#: What is told of masked letters.
OF_LETTERS = ("loss", "accuracy", "baseline_loss", "baseline_accuracy")
BATCH = 1024  # sequences per pass where nothing is learned


@dataclass(frozen=True)
class Lesson:
    """One source as a shared backbone learns it.

    Parameters
    ----------
    name : str
        The source's name, which is its head's.
    examples : Examples
        All its sequences.
    train_rows : numpy.ndarray
        Rows that may be learned from: its pool, without what leaks into a target.
    test_rows : numpy.ndarray
        Rows of its own test part, looked at when all is done.
    objective : Objective or None
        What is learned of its labels; None for masked letters.
    masking : MaskingSettings
        Which letters are masked.
    groups : numpy.ndarray or None
        (N,) group of each example; no group is held out in part.
    classes : tuple of str
        Class names, the positive one first; none for masked letters.
    """

    name: str
    examples: Examples
    train_rows: np.ndarray
    test_rows: np.ndarray
    objective: Objective | None
    masking: MaskingSettings = field(default_factory=MaskingSettings)
    groups: np.ndarray | None = None
    classes: tuple[str, ...] = ()

    @property
    def outputs(self) -> int | None:
        """Logits of its head per sequence; None for masked letters."""
        return None if self.objective is None else self.objective.outputs

    @property
    def measures(self) -> tuple[str, ...]:
        """What is told of held-out sequences."""
        return OF_LETTERS if self.objective is None else ("loss", *self.extra)

    @property
    def extra(self) -> tuple[str, ...]:
        """What is told of labels beside the loss."""
        return tuple(EXTRA) if self.objective is not None and self.objective.type == "binary" else ()

    def held_out(self, share: float, generator: np.random.Generator) -> np.ndarray:
        """Draw the rows that choose the epoch, each stratum and whole groups in proportion.

        Parameters
        ----------
        share : float
            Of the training rows.
        generator : numpy.random.Generator
            Draws them.

        Returns
        -------
        numpy.ndarray
            int64 rows, rising.

        Raises
        ------
        SeqgraftError
            When there are too few sequences.
        """
        rows = np.sort(np.asarray(self.train_rows))
        groups = None if self.groups is None else self.groups[rows]
        if self.objective is None:
            return rows[_any_share(len(rows), groups, share, generator, self.name)]
        strata, every = self.objective.strata(self.examples.labels[rows]), self.objective.every_stratum
        if (np.bincount(strata, minlength=2).min() if every else len(rows)) < 2:
            raise _too_few(self.name, len(rows), "fewer than 2 of one class")
        if groups is None:
            return rows[stratified_share(strata, share, generator)]
        return rows[grouped_share(strata, groups, share, generator, every=every)]


def loss_of(
    lesson: Lesson,
    model: SharedModel,
    tokens: torch.Tensor,
    labels: torch.Tensor,
    forward: Callable[[torch.Tensor, str], torch.Tensor] | None = None,
) -> torch.Tensor:
    """Return the mean loss of a batch, in the mode that the model is in.

    Parameters
    ----------
    lesson : Lesson
        Whose batch it is.
    model : SharedModel
        With a head of that name.
    tokens : torch.Tensor
        (B, L) uint8, augmented.
    labels : torch.Tensor
        (B,) or more; not looked at for masked letters.
    forward : callable, optional
        The model as it is called, compiled for example; by default the model.

    Returns
    -------
    torch.Tensor
        0 where no letter of the batch was masked.
    """
    answer = forward or model
    if lesson.objective is not None:
        return lesson.objective.loss(answer(tokens, lesson.name).float(), labels)
    shown, wanted = masked(tokens, len(model.reading.letters), lesson.masking)
    logits = answer(shown, lesson.name)[wanted].float()
    return cross_entropy(logits, tokens[wanted].long(), reduction="sum") / max(1, len(logits))


@torch.no_grad()
def scores_of_letters(
    lesson: Lesson,
    model: SharedModel,
    tokens: torch.Tensor,
    frequencies: Frequencies,
    generator: np.random.Generator,
) -> dict[str, float]:
    """Score how well masked letters are filled in, beside what the letters' frequencies alone would give.

    Parameters
    ----------
    lesson : Lesson
        Whose head it is.
    model : SharedModel
        The model.
    tokens : torch.Tensor
        (N, L) uint8 sequences that were not learned from.
    frequencies : Frequencies
        Of the letters of training sequences.
    generator : numpy.random.Generator
        Draws the letters; all of them are hidden, none is replaced.

    Returns
    -------
    dict of str to float
        ``loss`` in nats, ``accuracy``, ``baseline_loss``, ``baseline_accuracy``; empty without sequences.
    """
    letters = len(model.reading.letters)
    wanted = fixed_mask(tokens.cpu().numpy(), letters, lesson.masking.share, generator)
    if not wanted.any():
        return {}
    model.eval()
    asked = torch.from_numpy(wanted).to(tokens.device)
    losses, right = [], []
    for batch, own in zip(tokens.split(BATCH), asked.split(BATCH), strict=True):
        logits = model(batch.masked_fill(own, letters), lesson.name)[own].double()
        losses.append(cross_entropy(logits, batch[own].long(), reduction="none"))
        right.append(logits.argmax(1) == batch[own])
    answers = tokens.cpu().numpy()[wanted]
    return {
        "loss": float(torch.cat(losses).mean()),
        "accuracy": float(torch.cat(right).double().mean()),
        "baseline_loss": frequencies.loss(answers),
        "baseline_accuracy": frequencies.accuracy(answers),
    }


def scores_of_labels(
    lesson: Lesson, model: Any, tokens: torch.Tensor, labels: np.ndarray
) -> dict[str, float]:
    """Score a model of one head on labels that were not learned from.

    Parameters
    ----------
    lesson : Lesson
        Whose labels they are.
    model : seqgraft.learn.model.Model
        With the lesson's head.
    tokens : torch.Tensor
        (N, L) uint8.
    labels : numpy.ndarray
        (N,).

    Returns
    -------
    dict of str to float
        ``loss``, and ``auroc`` of two classes.
    """
    assert lesson.objective is not None
    values = halving(lambda size: predict(model, tokens, size), BATCH).double().cpu().numpy()
    found = {"loss": lesson.objective.held_out_loss(values, labels)}
    return found | {name: EXTRA[name](labels, values) for name in lesson.extra}


#: What is told of labels beside the loss, by name.
EXTRA: Mapping[str, Callable[[np.ndarray, np.ndarray], float]] = {
    "auroc": lambda labels, logits: float(auroc(labels == 1, logits))
}


def _any_share(
    count: int, groups: np.ndarray | None, share: float, generator: np.random.Generator, name: str
) -> np.ndarray:
    """Draw a share of sequences without labels, whole groups where there are any; some are left on both sides."""
    if groups is None:
        held_out = (
            stratified_share(np.zeros(count, dtype=np.int8), share, generator) if count else np.empty(0)
        )
    else:
        part = deal_groups(groups, np.zeros(count, dtype=np.int64), np.array([1 - share, share]), generator)
        held_out = np.flatnonzero(part == 1)
    if not 0 < len(held_out) < count:
        raise _too_few(name, count, "of which none can be held out")
    return held_out


def _too_few(name: str, count: int, why: str) -> SeqgraftError:
    """Describe a source that is too small."""
    return SeqgraftError(
        f"the source has {count} examples to learn from, {why}",
        where=f"source {name}",
        remedy="use a larger source, check its classes, and see in leakage.tsv how many of its sequences were "
        "left out because a target holds them",
    )
