"""Config of a task's split: one model per method, chosen by the key `method`."""

from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from seqgraft.config.base import Settings

DEFAULT = "stratified"


class _Drawn(Settings):
    """What every method has: the size of the test part, the seed, and which fold of several it is."""

    method: str  # first, also in records of a config
    test: float = Field(0.3, gt=0.0, lt=1.0, description="Fraction that becomes the test part.")
    seed: int = Field(1, ge=0, description="Seed of the draw.")
    folds: int | None = Field(
        None,
        ge=2,
        le=100,
        description="Cut the sequences into so many test parts of one size instead; `test` is then 1/folds.",
    )
    fold: int | None = Field(
        None, ge=1, le=100, description="Which of the `folds` is the test part, counted from 1."
    )

    @model_validator(mode="before")
    @classmethod
    def _size_of_a_fold(cls, data: Any) -> Any:
        folds = data.get("folds") if isinstance(data, dict) else None
        if isinstance(folds, int) and folds > 1 and "test" not in data:
            data = {**data, "test": 1 / folds}
        return data

    @model_validator(mode="after")
    def _one_fold(self) -> Self:
        if (self.folds is None) != (self.fold is None):
            raise ValueError("`folds` and `fold` need each other: fold i of k")
        if self.folds is None or self.fold is None:
            return self
        if self.fold > self.folds:
            raise ValueError(f"`fold` is {self.fold}, and there are only {self.folds} folds")
        if abs(self.test - 1 / self.folds) > 1e-6:
            raise ValueError(
                f"`test` is 1/folds where `folds` is given, here {1 / self.folds:g}: leave it out"
            )
        return self


class RandomSplit(_Drawn):
    """The same chance for every sequence, whatever its label."""

    method: Literal["random"] = Field(description="`random`: drawn without a look at the labels.")


class StratifiedSplit(_Drawn):
    """The same fraction of every class, or of every tenth of the range of values."""

    method: Literal["stratified"] = Field(
        "stratified",
        description="`stratified`: the same fraction of every class, or of every tenth of the values, at random.",
    )


class _Grouped(_Drawn):
    """What every method has that keeps groups of sequences together."""

    respect_groups: Literal["folds", "prefixes", "nothing"] = Field(
        "folds",
        description="What keeps groups together beyond the test part: the folds for choosing inside the labels; "
        "`prefixes`: also the labels, of which the n first then are whole groups but for the last one; or `nothing`.",
    )


class GroupSplit(_Grouped):
    """Whole groups, which a column of the task's table names."""

    method: Literal["group"] = Field(
        description="`group`: sequences with one value in the column stay together."
    )


class ChromosomeSplit(_Grouped):
    """Whole chromosomes: those named, or a draw."""

    method: Literal["chromosome"] = Field(description="`chromosome`: whole chromosomes.")
    chromosomes: list[str] = Field(
        [], description="The chromosomes of the test part, which is then not drawn."
    )

    @model_validator(mode="after")
    def _named_or_drawn(self) -> Self:
        if self.chromosomes and self.folds:
            raise ValueError("`chromosomes` names the test part, so there are no `folds` of it")
        return self


class HomologySplit(_Grouped):
    """Groups of homologous sequences, which MMseqs2 finds."""

    method: Literal["homology"] = Field(
        description="`homology`: homologous sequences stay together (MMseqs2)."
    )
    identity: float = Field(
        0.3, gt=0.0, le=1.0, description="Least share of identical letters in an alignment."
    )
    coverage: float = Field(
        0.8, gt=0.0, le=1.0, description="Least share of letters of both sequences that it covers."
    )


class OverlapSplit(_Grouped):
    """Groups of windows of one genome that share a stretch."""

    method: Literal["overlap"] = Field(
        description="`overlap`: windows that share a stretch without gaps, at any shift, stay together."
    )
    shared: int = Field(40, ge=8, description="Least length of the stretch, in letters.")
    identity: float = Field(
        0.85, ge=0.5, le=1.0, description="Least share of identical letters in the stretch."
    )


class EditDistanceSplit(_Grouped):
    """Groups of sequences that few edits turn into each other, as for guide RNAs."""

    method: Literal["edit-distance"] = Field(
        description="`edit-distance`: sequences within this distance stay together."
    )
    distance: int = Field(
        4, ge=0, le=100, description="Most letters substituted, inserted or deleted (Levenshtein distance)."
    )


class PredefinedSplit(Settings):
    """The test part as it was published: the column `part` of the task's table says `test` or another word."""

    method: Literal["predefined"] = Field(
        description="`predefined`: the task's column `part` says which sequences are the test part."
    )
    seed: int = Field(1, ge=0, description="Seed of the replicates' permutations.")


def _method(value: Any) -> Any:
    """Return which model a `split` is meant for; without a `method` the default one."""
    return value.get("method", DEFAULT) if isinstance(value, dict) else getattr(value, "method", None)


SplitSettings = Annotated[
    Annotated[RandomSplit, Tag("random")]
    | Annotated[StratifiedSplit, Tag("stratified")]
    | Annotated[GroupSplit, Tag("group")]
    | Annotated[ChromosomeSplit, Tag("chromosome")]
    | Annotated[HomologySplit, Tag("homology")]
    | Annotated[OverlapSplit, Tag("overlap")]
    | Annotated[EditDistanceSplit, Tag("edit-distance")]
    | Annotated[PredefinedSplit, Tag("predefined")],
    Discriminator(_method),
]

#: Methods that keep groups together: the rule `group` finds them.
GROUPED: tuple[str, ...] = ("group", "chromosome", "homology", "overlap", "edit-distance")
#: Keys that say how sequences or groups are divided, not which belong together.
SPLIT_KEYS: tuple[str, ...] = (*_Grouped.model_fields, "chromosomes")

#: The share of a predefined test part, for estimates of cost before any sequence is read.
USUAL_TEST = 0.2


def share_of_test(split: Any) -> float:
    """Return the fraction that becomes the test part, or a usual one where only the data tell it."""
    return float(getattr(split, "test", USUAL_TEST))
