"""Config of a simulated task: which generator, how many sequences, how hard."""

from typing import Annotated, Literal

from pydantic import Field

from seqgraft.config.base import Settings


class Simulation(Settings):
    """Sequences made by a program, whose truth is known: for the demo and for tests, never for a finding."""

    generator: Literal["promoters"] = Field(
        "promoters",
        description="What is simulated: `promoters` are bacterial promoters and backgrounds of 81 letters.",
    )
    species: Literal["ecoli", "bsubtilis"] = Field(
        description="Whose boxes, distances and composition: E. coli (sigma-70) or B. subtilis (sigma-A)."
    )
    counts: dict[str, Annotated[int, Field(ge=1, le=1_000_000)]] = Field(
        description="How many sequences of each class of the task."
    )
    seed: int = Field(1, ge=0, description="Seed of the simulation.")
    strength: float = Field(
        1.0,
        ge=0.0,
        le=2.0,
        description="Strength of the boxes: factor on their log-odds; 1 is as published, 0 leaves "
        "no signal in them.",
    )
    decoys: float = Field(
        0.15,
        ge=0.0,
        le=1.0,
        description="Fraction of the backgrounds that hold the boxes in wrong places; the others are "
        "shuffled promoters.",
    )
    label_noise: float = Field(
        0.0, ge=0.0, lt=0.5, description="Fraction of each class that truly belongs to the other one."
    )
    reversed: bool = Field(
        False,
        description="Whether the two classes change places: a source with the same signal that says the opposite.",
    )
