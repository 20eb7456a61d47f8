"""Config of the ablation: what a smaller source would have given."""

from typing import Annotated

from pydantic import Field, field_validator

from seqgraft.config.base import Settings


class AblationSettings(Settings):
    """The gain against the size of the source: models that learn from a part of it, and one strategy from each."""

    source_sizes: list[Annotated[int, Field(ge=10)]] = Field(
        [],
        description="Numbers of source sequences, rising; the whole source is compared in any case. An empty list "
        "computes nothing.",
    )
    strategy: str = Field(
        "full", description="The strategy that starts from these source models, one of the transfers' own."
    )
    transfers: list[str] | None = Field(
        None, min_length=1, description="Names of transfers, `<source>--<target>`; all of them where absent."
    )

    @field_validator("source_sizes")
    @classmethod
    def _rising(cls, sizes: list[int]) -> list[int]:
        """Ask for rising sizes, so that the last one is the largest part of the source."""
        if sizes != sorted(set(sizes)):
            raise ValueError("source sizes must rise, each named once")
        return sizes
