"""How backbones are built, pretrained and trained on a target: the learning part of a study's config."""

from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from seqgraft.config.backbones import BackboneSettings as BackboneSettings
from seqgraft.config.masking import MaskingSettings, SecondStage
from seqgraft.config.stepping import SteppingSettings
from seqgraft.learn.names import FALLING

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=1)]


def rising(epochs: tuple[int, ...]) -> tuple[int, ...]:
    """Ask for rising checkpoints that train at least once, because one run passes through them in turn."""
    if list(epochs) != sorted(set(epochs)) or max(epochs) < 1:
        raise ValueError("epochs must rise, each checkpoint named once, the last above 0")
    return epochs


class TrainingSettings(SteppingSettings):
    """How a strategy learns from the target's labels; every strategy and baseline gets the same search."""

    learning_rates: tuple[Positive, ...] = Field(
        (1e-3,), min_length=1, description="Learning rates to choose from by held-out loss."
    )
    epochs: tuple[Annotated[int, Field(ge=0)], ...] = Field(
        (0, 2, 4, 8, 16, 24, 36, 54),
        min_length=1,
        description="Passes over the labels to choose from by held-out loss, as checkpoints of one run.",
    )
    patience: int = Field(
        2, ge=1, le=100, description="Stop a run after this many checkpoints without a lower held-out loss."
    )
    batch_size: int = Field(32, ge=1, le=65536, description="Sequences per step.")
    weight_decay: float = Field(0.01, ge=0, le=10, description="Decoupled weight decay of AdamW.")
    weight_decays: tuple[Annotated[float, Field(ge=0, le=10)], ...] = Field(
        (),
        description="Weight decays to choose from by held-out loss, with each learning rate; none: `weight_decay`.",
    )
    token_dropout: float = Field(
        0.0, ge=0, lt=1, description="Share of letters shown as unknown during training, drawn at each step."
    )
    shift: int = Field(
        0, ge=0, le=100, description="Largest shift in letters, left or right, drawn anew at each step."
    )
    folds: int = Field(
        5, ge=2, le=20, description="Folds for choosing inside the labels when there are fewer than 500."
    )
    members: int = Field(
        3, ge=1, le=20, description="Members of the final ensemble from 500 labels on (below: one per fold)."
    )
    penalties: tuple[Positive, ...] = Field(
        (1e-4, 1e-3, 1e-2, 3e-2, 1e-1, 1.0),
        min_length=1,
        description="Inverse penalties C of the logistic regressions to choose from by held-out loss.",
    )
    kmer: int = Field(
        4, ge=1, le=8, description="Longest k-mer that kmer-logistic counts (shorter for proteins)."
    )
    loss: Literal["mse", "huber"] = Field(
        "mse",
        description="The loss of numbers: squared errors, or Huber's, linear from one standard deviation on.",
    )
    class_weights: Literal["none", "balanced"] = Field(
        "none", description="`balanced`: all classes weigh alike in the loss, however many labels each has."
    )
    threads: int = Field(
        1, ge=1, le=256, description="Threads of torch; results depend on it, so it belongs to the study."
    )

    batch_norm: Literal["train", "frozen", "adapt"] = Field(
        "train",
        description="Statistics of a BatchNorm that comes from a source: `train`: they follow the target's batches; "
        "`frozen`: they stay the source's; `adapt`: computed once from the sequences learned from, then kept.",
    )
    position_bound: Literal["error", "new"] = Field(
        "error",
        description="What happens to a layer with weights for each position where source and target have other "
        "lengths: an error, or it starts from random weights.",
    )

    _rising = field_validator("epochs")(rising)

    @property
    def grid(self) -> tuple[tuple[float, float], ...]:
        """Every learning rate with every weight decay, in the order in which they are tried."""
        decays = self.weight_decays or (self.weight_decay,)
        return tuple((rate, decay) for rate in self.learning_rates for decay in decays)

    @property
    def passes(self) -> int:
        """Passes over the labels by one model at one place of the grid, if no run ends early."""
        return sum(self.epochs) if self.schedule in FALLING else max(self.epochs)


class PretrainingSettings(SteppingSettings):
    """How a source model is trained on the source task."""

    replicates: int = Field(
        3, ge=1, le=100, description="Source models; replicate r starts from number (r-1) mod this."
    )
    validation: float = Field(
        0.15, gt=0, le=0.5, description="Share of the source's training part held out to choose the epoch."
    )
    epochs: tuple[Annotated[int, Field(ge=1)], ...] = Field(
        (8, 16, 24, 32, 48), min_length=1, description="Checkpoints of the run to choose from."
    )
    patience: int = Field(2, ge=1, le=100, description="Checkpoints without a lower validation loss to wait.")
    learning_rate: float = Field(1e-3, gt=0, le=1, description="Learning rate.")
    batch_size: int = Field(64, ge=1, le=65536, description="Sequences per step.")
    weight_decay: float = Field(0.01, ge=0, le=10, description="Decoupled weight decay of AdamW.")
    token_dropout: float = Field(0.1, ge=0, lt=1, description="Share of letters hidden in training.")
    shift: int = Field(0, ge=0, le=100, description="Largest shift in letters drawn in training.")
    objective: Literal["labels", "masked"] = Field(
        "labels",
        description="What source models learn: the source's `labels`, or to fill in `masked` letters, its labels "
        "ignored. Tasks of type `unlabelled` are learned by masked letters in any case.",
    )
    temperature: float = Field(
        1.0,
        ge=1,
        le=100,
        description="Several sources: one of n sequences is drawn in proportion to n to the power of 1/temperature; 1 "
        "shows each sequence once an epoch, larger values show small sources more often.",
    )
    masking: MaskingSettings = Field(
        MaskingSettings(), description="Which letters are masked where source models fill them in."
    )
    second_stage: SecondStage | None = Field(
        None,
        description="Training on masked letters of the target's pool, labels ignored, between source and target; none "
        "where absent.",
    )

    @property
    def of_labels(self) -> dict[str, Any]:
        """What one source model that learns labels of one source is trained by, as plain values."""
        left_out = {"replicates", "objective", "temperature", "masking", "second_stage"}
        return self.model_dump(mode="json", exclude=left_out)

    @property
    def of_shared(self) -> dict[str, Any]:
        """The same where several sources share a backbone, or letters are masked."""
        return self.model_dump(mode="json", exclude={"replicates", "second_stage"})

    _rising = field_validator("epochs")(rising)

    @property
    def passes(self) -> int:
        """Passes over the source by one model, if its training does not end early."""
        return sum(self.epochs) if self.schedule in FALLING else max(self.epochs)
