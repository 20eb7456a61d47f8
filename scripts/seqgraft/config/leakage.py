"""Config of the leakage check: what counts as the same sequence on both sides of a line, and what is done about it."""

from typing import Literal

from pydantic import Field

from seqgraft.config.base import Settings
from seqgraft.data.leak_names import USUAL_KINDS


class LeakageSettings(Settings):
    """Which sequences may not be on both sides of a line, of the task whose test part and pool are protected."""

    kinds: list[str] = Field(
        list(USUAL_KINDS),
        min_length=1,
        description="What is looked for: `exact`, `reverse-complement` (only where both strands mean the same), "
        "`contained` (one sequence inside a longer one), `homologous` (by MMseqs2), `overlap` (a stretch in common).",
    )
    identity: float = Field(
        0.5, gt=0.0, le=1.0, description="`homologous`: least share of identical letters in the alignment."
    )
    coverage: float = Field(
        0.8,
        gt=0.0,
        le=1.0,
        description="`homologous`: least share of the shorter sequence that the alignment spans.",
    )
    shared: int = Field(40, ge=10, description="`overlap`: letters that two sequences must have in common.")
    shared_identity: float = Field(
        0.85, ge=0.7, le=1.0, description="`overlap`: least share of identical letters in that stretch."
    )
    shortest: int | None = Field(
        None,
        ge=1,
        description="`contained`: letters below which a sequence inside a longer one is chance and no leak; 16 for DNA "
        "and RNA and 8 otherwise where absent.",
    )
    pairs: Literal["cold-1", "cold-2", "both", "none"] = Field(
        "none",
        description="Pair tasks: which partner must be new to the model. `none`: only the pair itself, `cold-1`: the "
        "first partner as well, `cold-2`: the second one, `both`: either one.",
    )
    action: Literal["exclude", "report"] = Field(
        "exclude",
        description="`exclude`: what leaks is left out on the training side. `report`: it is kept, and the verdict "
        "carries a warning.",
    )


class StudyLeakage(LeakageSettings):
    """The leakage check of a whole study."""

    compare: bool = Field(
        False,
        description="Whether scratch and what may be chosen are trained a second time with the leaks left in, to say "
        "what would have been claimed otherwise.",
    )
