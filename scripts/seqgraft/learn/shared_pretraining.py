"""Train one backbone on several sources, or on masked letters, and say how well it learned each."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import torch

from seqgraft.config.learning import BackboneSettings
from seqgraft.learn.device import name_of, on_device
from seqgraft.learn.examples import Reading
from seqgraft.learn.lessons import BATCH, Lesson, scores_of_labels, scores_of_letters
from seqgraft.learn.loop_settings import LoopSettings
from seqgraft.learn.masking import Frequencies
from seqgraft.learn.memory import halving
from seqgraft.learn.model import Model, build, predict
from seqgraft.learn.progress import duration
from seqgraft.learn.schedules import SCHEDULES
from seqgraft.learn.shared_model import SharedModel, build_shared
from seqgraft.learn.shared_run import SharedRun
from seqgraft.learn.source_heads import backbone_of, head_of
from seqgraft.seeds import seed

#: All that may be told of held-out sequences, in the order of columns.
MEASURES = ("loss", "auroc", "accuracy", "baseline_loss", "baseline_accuracy")

Scores = Mapping[str, Mapping[str, float]]  # by source, by measure


@dataclass(frozen=True)
class Course:
    """How a shared backbone is trained.

    Parameters
    ----------
    loop : LoopSettings
        Learning rate and so on.
    epochs : tuple of int
        Checkpoints to choose from.
    patience : int
        Checkpoints without a lower loss to wait.
    validation : float
        Share of each source that chooses.
    temperature : float
        See `shared_run.draws_per_epoch`.
    """

    loop: LoopSettings
    epochs: tuple[int, ...]
    patience: int
    validation: float
    temperature: float = 1.0

    @classmethod
    def of(cls, settings: Any) -> "Course":
        """Take it from `PretrainingSettings` or `SecondStage`."""
        known = {own.name for own in fields(LoopSettings)} - {"epochs"}
        loop = LoopSettings(**{name: getattr(settings, name) for name in known if hasattr(settings, name)})
        temperature = getattr(settings, "temperature", 1.0)
        return cls(loop, settings.epochs, settings.patience, settings.validation, temperature)


@dataclass(frozen=True)
class SharedResult:
    """A trained shared backbone.

    Parameters
    ----------
    weights : dict of torch.Tensor
        By name, on the CPU.
    history : pandas.DataFrame
        One row per checkpoint, with the columns of `columns_of`.
    held_out : dict of numpy.ndarray
        By source the rows that chose the epoch.
    logits : dict of dict of numpy.ndarray
        By part (``held-out``, ``test``) and labelled source.
    test : dict of dict of float
        By source the measures on its own test part.
    epochs : int
        The chosen epoch.
    device : str
        What trained it.
    """

    weights: dict[str, torch.Tensor]
    history: pd.DataFrame
    held_out: dict[str, np.ndarray]
    logits: dict[str, dict[str, np.ndarray]]
    test: dict[str, dict[str, float]]
    epochs: int
    device: str


class _Trainee:
    """A model in training, with what is needed to score it."""

    def __init__(
        self,
        lessons: Sequence[Lesson],
        reading: Reading,
        backbone: BackboneSettings,
        seed_words: tuple,
        start: Mapping[str, torch.Tensor] | None,
        device: torch.device,
    ) -> None:
        self.lessons, self.reading, self.backbone = lessons, reading, backbone
        self.seed_words, self.device = seed_words, device
        outputs = {lesson.name: lesson.outputs for lesson in lessons}
        self.start, self.outputs = start, outputs
        self.shadow: SharedModel = build_shared(reading, backbone, outputs, 0).to(device)
        self.tokens = [on_device(lesson.examples.tokens, device) for lesson in lessons]
        self.labels = [_targets(lesson).to(device) for lesson in lessons]
        self.frequencies: dict[str, Frequencies] = {}

    def fresh(self) -> SharedModel:
        """Return the model as it is before the first step."""
        value = seed(*self.seed_words, "weights")
        return build_shared(self.reading, self.backbone, self.outputs, value, self.start).to(self.device)

    def model_of(self, lesson: Lesson, weights: Mapping[str, torch.Tensor]) -> Model:
        """Return a model of the backbone and this source's head alone."""
        model = build(self.reading, self.backbone, 0)
        model.load_state_dict(backbone_of(weights) | head_of(weights, lesson.name))
        return model.to(self.device)

    def scores(
        self, place: int, rows: np.ndarray, weights: Mapping[str, torch.Tensor], part: str
    ) -> dict[str, float]:
        """Return the measures of one source on some rows; empty without rows."""
        lesson = self.lessons[place]
        if not len(rows):
            return {}
        tokens = self.tokens[place][torch.from_numpy(rows).to(self.device)]
        if lesson.objective is None:
            self.shadow.load_state_dict(weights)
            generator = np.random.default_rng(seed(*self.seed_words, "letters", lesson.name, part))
            return scores_of_letters(lesson, self.shadow, tokens, self.frequencies[lesson.name], generator)
        return scores_of_labels(lesson, self.model_of(lesson, weights), tokens, lesson.examples.labels[rows])


def train_shared(
    lessons: Sequence[Lesson],
    *,
    reading: Reading,
    backbone: BackboneSettings,
    course: Course,
    seed_words: tuple,
    start: Mapping[str, torch.Tensor] | None = None,
    device: torch.device | str = "cpu",
    say: Callable[[str], None] | None = None,
) -> SharedResult:
    """Train one backbone on all lessons; the mean of their held-out losses chooses the epoch.

    Parameters
    ----------
    lessons : sequence of Lesson
        The sources, each with a name of its own.
    reading : Reading
        Alphabet, length and strands of all of them.
    backbone : BackboneSettings
        The backbone.
    course : Course
        How it is trained.
    seed_words : tuple
        Name the study, the sources and the number of the model.
    start : mapping of torch.Tensor, optional
        Weights to start from, by name.
    device : torch.device or str
        Where to compute.
    say : callable, optional
        Takes a line of progress per checkpoint.

    Returns
    -------
    SharedResult

    Raises
    ------
    SeqgraftError
        When a source is too small, `start` does not fit, or the loss is not finite.
    """
    device = torch.device(device)
    held_out = {
        lesson.name: lesson.held_out(
            course.validation, np.random.default_rng(seed(*seed_words, "validation", lesson.name))
        )
        for lesson in lessons
    }
    fit = [np.setdiff1d(lesson.train_rows, held_out[lesson.name]) for lesson in lessons]
    trainee = _Trainee(lessons, reading, backbone, seed_words, start, device)
    for lesson, rows in zip(lessons, fit, strict=True):
        trainee.frequencies[lesson.name] = Frequencies.of(lesson.examples.tokens[rows], len(reading.letters))

    def fresh(epochs: int) -> SharedRun:
        own = replace(course.loop, epochs=epochs)
        return SharedRun(
            trainee.fresh(), lessons, fit, trainee.tokens, trainee.labels, own, course.temperature,
            (*seed_words, "run"),
        )  # fmt: skip

    run = fresh(course.epochs[0])
    best, waited, history, began = (np.inf, 0, run.state()), 0, [], time.perf_counter()
    for epoch in course.epochs:
        if course.loop.schedule in SCHEDULES and epoch > course.epochs[0]:
            run = fresh(epoch)  # where the learning rate falls, each number of epochs is a run of its own
        run.advance(epoch)
        weights = run.state()
        scores = {
            lesson.name: trainee.scores(place, held_out[lesson.name], weights, "held-out")
            for place, lesson in enumerate(lessons)
        }
        seconds = time.perf_counter() - began
        history.append({"epoch": epoch, "train_loss": run.loss, **as_columns(scores), "seconds": seconds})
        loss = history[-1]["validation_loss"]
        if say is not None:
            say(_line(epoch, course.epochs[-1], history[-1], run.examples / seconds, seconds))
        if loss < best[0]:
            best, waited = (loss, epoch, weights), 0
        else:
            waited += 1
            if waited >= course.patience:
                break
    _, epochs, weights = best
    parts = {"held-out": held_out, "test": {lesson.name: np.sort(lesson.test_rows) for lesson in lessons}}
    return SharedResult(
        weights={name: value.cpu() for name, value in weights.items()},
        history=pd.DataFrame(history).reindex(columns=columns_of(lessons)),
        held_out=held_out,
        logits={part: _logits(trainee, weights, rows) for part, rows in parts.items()},
        test={
            lesson.name: trainee.scores(place, parts["test"][lesson.name], weights, "test")
            for place, lesson in enumerate(lessons)
        },
        epochs=epochs,
        device=name_of(device),
    )


def columns_of(lessons: Sequence[Lesson]) -> list[str]:
    """Return the columns of a history: loss and AUROC, what else is told of a source, of several also by source."""
    known = [m for m in MEASURES if m in ("loss", "auroc") or any(m in one.measures for one in lessons)]
    own = [f"{m}_{one.name}" for one in lessons for m in one.measures if len(lessons) > 1]
    return ["epoch", "train_loss", *(f"validation_{name}" for name in [*known, *own]), "seconds"]


def as_columns(scores: Scores) -> dict[str, float]:
    """Return the means over sources, and of several sources the measures of each, by column.

    Parameters
    ----------
    scores : mapping
        By source and measure.

    Returns
    -------
    dict of str to float
        A mean is over the sources that have the measure; a measure that none has is not there.
    """
    row = {}
    for measure in MEASURES:
        known = {name: own[measure] for name, own in scores.items() if measure in own}
        if known:
            row[f"validation_{measure}"] = float(np.mean(list(known.values())))
        if len(scores) > 1:
            row |= {f"validation_{measure}_{name}": value for name, value in known.items()}
    return row


def _targets(lesson: Lesson) -> torch.Tensor:
    """Return labels as the loss wants them; zeros where none is looked at."""
    if lesson.objective is None:
        return torch.zeros(len(lesson.examples.ids))
    return lesson.objective.targets(lesson.examples.labels)


def _logits(
    trainee: _Trainee, weights: Mapping[str, torch.Tensor], rows: Mapping[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """Predict some rows of each labelled source."""
    found = {}
    for place, lesson in enumerate(trainee.lessons):
        if lesson.objective is not None:
            model = trainee.model_of(lesson, weights)
            tokens = trainee.tokens[place][torch.from_numpy(rows[lesson.name]).to(trainee.device)]
            found[lesson.name] = np.empty(0)
            if len(tokens):
                logits = halving(partial(predict, model, tokens), BATCH)
                found[lesson.name] = logits.double().cpu().numpy()
    return found


def _line(epoch: int, last: int, row: Mapping[str, float], rate: float, seconds: float) -> str:
    """Put one checkpoint into a line."""
    words = {"auroc": "AUROC", "accuracy": "masked accuracy", "baseline_accuracy": "by frequencies"}
    more = "".join(
        f", {word} {row[f'validation_{measure}']:.4f}"
        for measure, word in words.items()
        if f"validation_{measure}" in row
    )
    left = f", at most {duration(seconds / epoch * (last - epoch))} left" if epoch < last else ""
    loss = row["validation_loss"]
    return f"epoch {epoch} of at most {last}: validation loss {loss:.4f}{more}, {rate:,.0f} examples/s{left}"
