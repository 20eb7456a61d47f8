"""Config of learning without labels: which letters are masked, and the second stage on the target's sequences."""

from typing import Annotated, Self

from pydantic import Field, field_validator, model_validator

from seqgraft.config.base import Settings


class MaskingSettings(Settings):
    """Which letters a network has to fill in, and what it sees in their place."""

    share: float = Field(
        0.15, gt=0, lt=1, description="Share of letters to be filled in, drawn at each step."
    )
    hidden: float = Field(0.8, ge=0, le=1, description="Share of these that is shown as the unknown letter.")
    random: float = Field(
        0.1,
        ge=0,
        le=1,
        description="Share of these that is shown as a letter drawn at random; the rest is shown as it is.",
    )

    @model_validator(mode="after")
    def _at_most_all(self) -> Self:
        if self.hidden + self.random > 1 + 1e-9:
            raise ValueError(
                f"`hidden` ({self.hidden:g}) and `random` ({self.random:g}) are shares of the same letters and may "
                "not exceed 1 together"
            )
        return self


class SecondStage(Settings):
    """Training on masked letters of the target's unlabelled sequences, from each source model on."""

    transfers: list[str] | None = Field(
        None, min_length=1, description="Names of transfers, `<source>--<target>`; all of them where absent."
    )
    transductive: bool = Field(
        False,
        description="Whether the sequences (never the labels) of the target's test part are learned from, too. Results "
        "then hold for these very sequences alone; the report and every verdict say so.",
    )
    epochs: tuple[Annotated[int, Field(ge=1)], ...] = Field(
        (4, 8, 16, 24), min_length=1, description="Checkpoints of the run to choose from."
    )
    patience: int = Field(2, ge=1, le=100, description="Checkpoints without a lower validation loss to wait.")
    validation: float = Field(
        0.15, gt=0, le=0.5, description="Share of the sequences held out to choose the epoch."
    )
    learning_rate: float = Field(1e-3, gt=0, le=1, description="Learning rate.")
    batch_size: int = Field(64, ge=1, le=65536, description="Sequences per step.")
    weight_decay: float = Field(0.01, ge=0, le=10, description="Decoupled weight decay of AdamW.")
    shift: int = Field(0, ge=0, le=100, description="Largest shift in letters drawn in training.")

    @property
    def passes(self) -> int:
        """Passes over the sequences by one model, if its training does not end early."""
        return max(self.epochs)

    @field_validator("epochs")
    @classmethod
    def _rising(cls, epochs: tuple[int, ...]) -> tuple[int, ...]:
        """Ask for rising checkpoints, because one run passes through them in turn."""
        if list(epochs) != sorted(set(epochs)):
            raise ValueError("epochs must rise, each checkpoint named once")
        return epochs
