"""Config of what happens to sequences that cannot be taken as they stand; mixed into a task."""

from typing import Literal, Self

from pydantic import Field, model_validator

from seqgraft.config.base import Settings


class LengthSettings(Settings):
    """How sequences come to one length."""

    policy: Literal["error", "pad", "crop", "window"] = Field(
        "error",
        description="`pad`: shorter ones are filled up with the letter of an unknown residue, whose token is the "
        "unknown one; `crop`: longer ones are cut; `window`: longer ones become several, which share their label and "
        "group; `error`: none is touched.",
    )
    letters: int | None = Field(
        None, ge=1, description="The length that is wanted; with `error` and without it any length will do."
    )
    keep: Literal["left", "centre", "right"] = Field(
        "centre",
        description="`crop`: which part is kept; `pad`: where the sequence stands in the result.",
    )
    step: int | None = Field(
        None,
        ge=1,
        description="`window`: letters from one window's start to the next; `letters` where absent.",
    )
    misfit: Literal["error", "drop"] = Field(
        "error",
        description="What happens to a sequence that the policy cannot bring to the length (too long to pad, too short "
        "to crop, with `error` any other length): an error, or left out and listed.",
    )

    @model_validator(mode="after")
    def _says_how_long(self) -> Self:
        if self.policy != "error" and self.letters is None:
            raise ValueError(f"`{self.policy}` needs `letters`, the length that is wanted")
        if self.step is not None and self.policy != "window":
            raise ValueError("`step` belongs to `window`")
        return self


class Policies(Settings):
    """What happens to sequences that cannot be taken as they stand."""

    case: Literal["upper", "error"] = Field(
        "upper",
        description="Lower-case letters: read as upper case and listed, or an error. Alphabets in which they mean "
        "something of their own (`smiles`) are left alone.",
    )
    ut: Literal["error", "read"] = Field(
        "error",
        description="`read`: U in DNA is read as T and T in RNA as U, and listed; otherwise a letter that is not "
        "there.",
    )
    gaps: Literal["error", "remove", "drop"] = Field(
        "error", description="`-` and `.` of alignments: an error, taken out, or the sequence left out."
    )
    stops: Literal["error", "remove", "drop"] = Field(
        "error",
        description="`*` of translated sequences: an error, taken out at the end (elsewhere still an error), or the "
        "sequence left out.",
    )
    length: LengthSettings = Field(LengthSettings(), description="How sequences come to one length.")
