"""Config of a class that is made because no negative sequences were observed."""

from typing import Literal, Self

from pydantic import Field, model_validator

from seqgraft.config.base import Settings


class Negatives(Settings):
    """A class of sequences that nobody observed, made from those of the other class; the report says so loudly."""

    from_: Literal["shuffle", "genome"] = Field(
        alias="from",
        description="`shuffle`: the other class's sequences shuffled, neighbouring pairs kept; `genome`: windows of a "
        "genome with the same length and GC content.",
    )
    class_: str = Field(alias="class", description="The class that is made; no file may hold it.")
    ratio: float = Field(1.0, gt=0.0, le=100.0, description="How many are made for each observed sequence.")
    genome: str | None = Field(
        None, description="A local FASTA file, plain or .gz, that windows are cut from, with `from: genome`."
    )
    tolerance: float = Field(
        0.02, gt=0.0, le=1.0, description="Largest difference in GC content to the observed sequence."
    )
    seed: int = Field(1, ge=0, description="Seed of the shuffles and windows.")

    @model_validator(mode="after")
    def _genome_is_named(self) -> Self:
        if (self.from_ == "genome") != (self.genome is not None):
            raise ValueError(
                "`genome` names the FASTA file that `from: genome` cuts windows from, and nothing else"
            )
        return self
