"""Config of what a task's labels are; mixed into a task."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from seqgraft.config.base import Settings
from seqgraft.config.suggest import once

LabelTypeName = Literal[
    "binary",
    "multiclass",
    "multilabel",
    "regression",
    "residue-classes",
    "residue-values",
    "residue-multilabel",
    "unlabelled",
]
#: How many classes each type has, at least and at most.
CLASSES = {
    "binary": (2, 2),
    "multiclass": (3, 10_000),
    "multilabel": (1, 10_000),
    "regression": (0, 0),
    "residue-classes": (2, 127),
    "residue-values": (0, 0),
    "residue-multilabel": (1, 15),
    "unlabelled": (0, 0),
}
#: Types that have one value or class for each residue.
PER_RESIDUE = frozenset(name for name in CLASSES if name.startswith("residue-"))
#: Types whose labels are numbers.
NUMBERS = frozenset({"regression", "residue-values"})
TransformName = Literal["log", "log1p", "rank", "min-max", "z-score", "sign"]


class LabelSettings(Settings):
    """How labels are read from a file's text."""

    missing: Literal["error", "drop", "keep"] = Field(
        "error",
        description="A label that is missing (blank, `NA`, `nan` or one of `missing_values`): an error; the sequence "
        "left out and listed; or kept as missing, where others of the same sequence (outputs, residues) are there.",
    )
    missing_values: list[str] = Field(
        [],
        description="Further texts that mean a missing label, such as `999`; numbers are compared as numbers.",
    )
    names: dict[str, str] = Field(
        {},
        description='The class that each text in the file means, where they differ: `{"1": binder, "0": none}`.',
    )
    separator: str = Field(
        ";", min_length=1, description="`multilabel`: what stands between the classes of one sequence."
    )
    outputs: list[Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]+$")]] = Field(
        [], description="`regression` of several values: their names, as in the columns `label_<output>`."
    )
    transforms: list[TransformName] = Field(
        [],
        description="What is done to numbers before a model learns them, in this order; fitted on training examples "
        "alone and undone in predictions.",
    )
    tolerance: float = Field(
        0.0,
        ge=0.0,
        description="`conflicts: mean`: how far apart values of one sequence may lie to be averaged.",
    )


class Labelled(Settings):
    """What a task's labels are."""

    labels: LabelSettings = Field(LabelSettings(), description="How labels are read from a file's text.")
    inputs: Literal[1, 2] = Field(
        1,
        description="Sequences of one example: 2 for pairs, such as two proteins that bind each other or do not.",
    )
    symmetric: bool = Field(
        False, description="Whether the two sequences of a pair may change places without changing its label."
    )

    @model_validator(mode="after")
    def _labels_fit(self) -> Self:
        if self.symmetric and self.inputs == 1:
            raise ValueError("`symmetric` is for pairs: set `inputs` to 2")
        once("labels.outputs", self.labels.outputs)
        return self
