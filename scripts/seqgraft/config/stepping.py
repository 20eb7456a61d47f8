"""How a network takes its training steps: optimiser, schedule and number format, for sources and targets alike."""

from typing import Literal

from pydantic import Field

from seqgraft.config.base import Settings


class SteppingSettings(Settings):
    """How a network takes its training steps."""

    optimizer: Literal["adamw", "adam", "sgd"] = Field(
        "adamw",
        description="The optimiser: AdamW (Loshchilov & Hutter 2019), Adam (Kingma & Ba 2015) or SGD with momentum. "
        "Only AdamW decays weights apart from the gradient.",
    )
    momentum: float = Field(0.9, ge=0, lt=1, description="Momentum of `sgd`; the others do not use it.")
    schedule: Literal["constant", "cosine", "one-cycle", "linear-warmup"] = Field(
        "constant",
        description="The learning rate along a run. With `constant` all numbers of epochs are checkpoints of one run "
        "with averaged weights; the others fall to nothing at the end, so each number of epochs is a run of its own "
        "with its last weights.",
    )
    precision: Literal["auto", "fp32", "bf16"] = Field(
        "auto",
        description="Numbers in training steps: `auto` takes bf16 on a GPU that computes with it and fp32 elsewhere. "
        "Weights and predictions are fp32.",
    )
    compile: bool = Field(
        False, description="Let torch compile the network first: minutes at the start, faster large networks."
    )
