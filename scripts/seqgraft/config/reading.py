"""Config of how a task's files are read: one model per format; the format is asked for, never guessed."""

import re
from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from seqgraft.config.base import Settings
from seqgraft.data.readers.cut import parse_cut

Role = Literal["sequences", "labels", "mask", "pairs", "first", "second", "rows", "intervals", "genome"]


def _text(value: Any) -> Any:
    """Take a number that YAML read for the text it stands for: a column's number, or the label 1."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _text_keys(value: Any) -> Any:
    return {_text(key): entry for key, entry in value.items()} if isinstance(value, dict) else value


def _one_group(value: str | None) -> str | None:
    if value is not None:
        try:
            groups = re.compile(value).groups
        except re.error as error:
            raise ValueError(f"'{value}' is not a regular expression: {error}") from None
        if groups != 1:
            raise ValueError(
                f"'{value}' has {groups} groups in parentheses, and needs one: the part that is read"
            )
    return value


def _cut(value: str | None) -> str | None:
    if value is not None and parse_cut(value) is None:
        raise ValueError(
            f"'{value}' is not a column, a cut such as `context[26:56]`, or several of them joined by `+`; "
            "a name with other signs stands in quotes"
        )
    return value


Column = Annotated[str, BeforeValidator(_text)]
Text = Annotated[str, BeforeValidator(_text)]
Names = Annotated[dict[str, str], BeforeValidator(_text_keys)]
Parts = Annotated[dict[str, Literal["test", "pool"]], BeforeValidator(_text_keys)]
_COLUMN = "by name, or by number from 1 where `header` is false"
_PARTS: dict[str, Literal["test", "pool"]] = {"train": "pool", "pool": "pool", "test": "test"}


class FileContent(Settings):
    """What one file of a task holds."""

    class_: str | None = Field(
        None,
        alias="class",
        description="The class of every sequence in the file, where the format asks for it.",
    )
    role: Role = Field(
        "sequences",
        description="What the file holds. `first` and `second`: the sequences of a pair's first and second partner; "
        "`rows`: one residue per line.",
    )
    part: Literal["test", "pool"] | None = Field(
        None, description="The part to which the publication assigns every sequence in the file."
    )
    member: str | None = Field(None, description="The file inside a .zip, with its folders.")

    @field_validator("member")
    @classmethod
    def _inside(cls, value: str | None) -> str | None:
        if value is not None and (value.startswith(("/", "\\")) or ".." in value.split("/") or not value):
            raise ValueError(f"'{value}' must be a name inside the archive, without '..'")
        return value


class Reading(Settings):
    """How the files of a task are read."""

    format: str
    # The roles that files may have, and whether one of that role must be there.
    roles: ClassVar[dict[str, bool]] = {"sequences": True}
    classed: ClassVar[bool] = False  # whether each file names its class

    def check(self, files: Sequence[tuple[str, FileContent]]) -> None:
        """Refuse files that this format cannot use.

        Parameters
        ----------
        files : sequence of (str, FileContent)
            Each file's name and what it holds.

        Raises
        ------
        ValueError
            If a role is unknown to the format or missing, or a class is missing or given in vain.
        """
        name = self.format
        for file, content in files:
            if content.role not in self.roles:
                raise ValueError(
                    f"file '{file}': the format '{name}' has no use for the role '{content.role}'; "
                    f"known: {', '.join(self.roles)}"
                )
            if self.classed and content.class_ is None:
                raise ValueError(
                    f"file '{file}' needs `class`, as each file of the format '{name}' holds one"
                )
            if not self.classed and content.class_ is not None:
                raise ValueError(
                    f"file '{file}': `class` means nothing in the format '{name}', which reads labels"
                )
        for role, needed in self.roles.items():
            if needed and role not in {content.role for _, content in files}:
                raise ValueError(f"the format '{name}' needs a file with `role: {role}`")


class _WithHeaders(Reading):
    """What formats have in common whose sequences stand in FASTA files."""

    ids: Literal["header", "line"] = Field(
        "header",
        description="`header`: a sequence is called by the first word of its header; `line`: headers hold no ids, "
        "and each sequence is called by its file and line.",
    )


class _WithParts(Reading):
    """What formats have in common that may read predefined parts."""

    parts: Parts = Field(
        _PARTS,
        description="What the values that `part` reads stand for: `test` or `pool`; any other is an error.",
    )


class FastaReading(_WithHeaders):
    """FASTA files, each of one class."""

    format: Literal["fasta"] = Field("fasta", description="FASTA, one class per file.")
    classed: ClassVar[bool] = True


class FastaHeaderReading(_WithHeaders, _WithParts):
    """FASTA files with the label in the header."""

    format: Literal["fasta-header"] = Field(description="FASTA, the label in the header.")
    label: str = Field(
        description="Regular expression with one group: what it matches in the header is the label."
    )
    part: str | None = Field(None, description="The same for the predefined part.")
    group: str | None = Field(None, description="The same for what must stay together.")

    _patterns = field_validator("label", "part", "group")(_one_group)


class LinesReading(Reading):
    """One sequence per line, each file of one class."""

    format: Literal["lines"] = Field(description="One sequence per line, one class per file.")
    classed: ClassVar[bool] = True


class _WithColumns(_WithParts):
    """What formats have in common that read a table."""

    header: bool = Field(True, description="Whether the first line names the columns.")
    label: Column | None = Field(None, description=f"The label's column, {_COLUMN}.")
    labels: Names | None = Field(
        None, description="Instead of `label`: the column of each output, by the output's name."
    )
    group: Column | None = Field(None, description="The column of what must stay together.")
    chromosome: Column | None = Field(None, description="The chromosome's column.")
    part: Column | None = Field(None, description="The column of the predefined part.")
    only: Annotated[dict[Column, list[Text]], BeforeValidator(_text_keys)] = Field(
        {}, description="Rows to keep, by column and its values; the others are listed in rejects.tsv."
    )

    @model_validator(mode="after")
    def _one_kind_of_label(self) -> "_WithColumns":
        if (self.label is None) == (self.labels is None):
            raise ValueError("needs exactly one of `label` and `labels`")
        return self


class TableReading(_WithColumns):
    """A table with the sequence in a column."""

    format: Literal["csv", "tsv", "parquet"] = Field(
        description="A table: comma-separated, tab-separated, or parquet."
    )
    id: Column | None = Field(None, description="The id's column; file and line where absent.")
    sequence: Column | None = Field(
        None,
        description="The sequence's column, or what is cut out of it and joined: `context[26:56]`, "
        "`upstream[-4:] + guide + pam`.",
    )
    sequence_1: Column | None = Field(None, description="The same for a pair's first partner.")
    sequence_2: Column | None = Field(None, description="The same for a pair's second partner.")
    mask: Column | None = Field(
        None, description="The column that says per residue whether its label counts (1) or not (0)."
    )
    residues: Literal["blanks", "letters"] | None = Field(
        None,
        description="Labels per residue: cells hold values with blanks between them, or one letter per residue.",
    )

    _cuts = field_validator("sequence", "sequence_1", "sequence_2")(_cut)

    @model_validator(mode="after")
    def _one_or_two_sequences(self) -> "TableReading":
        pair = [self.sequence_1 is not None, self.sequence_2 is not None]
        if (self.sequence is not None) == any(pair) or any(pair) != all(pair):
            raise ValueError("needs `sequence`, or both `sequence_1` and `sequence_2`")
        if self.mask is not None and self.residues is None:
            raise ValueError("`mask` needs `residues`, which says how the cells are written")
        if self.residues is not None and self.sequence is None:
            raise ValueError("`residues` needs `sequence`: a pair has no labels per residue")
        return self


class FastaTableReading(_WithColumns):
    """FASTA files, and a table of labels by id."""

    format: Literal["fasta-table"] = Field(description="FASTA, and labels by id in a table.")
    roles: ClassVar[dict[str, bool]] = {"sequences": True, "labels": True}
    separator: Literal["comma", "tab"] = Field("tab", description="What separates the table's columns.")
    id: Column = Field(description="The column of the ids in the headers.")
    unlabelled: Literal["error", "drop"] = Field(
        "error",
        description="What happens to a sequence that is not in the table: an error, or left out and listed.",
    )


class ResiduesReading(_WithParts):
    """FASTA files of sequences and, under the same ids, of one label per residue."""

    format: Literal["residues"] = Field(description="FASTA, and labels per residue as a second FASTA.")
    roles: ClassVar[dict[str, bool]] = {"sequences": True, "labels": True, "mask": False}
    part: str | None = Field(
        None, description="Regular expression with one group: the predefined part in a label's header."
    )
    unlabelled: Literal["error", "drop"] = Field(
        "error", description="What happens to a sequence without labels: an error, or left out and listed."
    )

    _patterns = field_validator("part")(_one_group)


class ResidueValuesReading(Reading):
    """FASTA files of sequences, and one number per residue as text."""

    format: Literal["residue-values"] = Field(
        description="FASTA, and numbers per residue: lines `id: 1.5, 2, …`, or one file per sequence."
    )
    roles: ClassVar[dict[str, bool]] = {"sequences": True, "labels": False, "rows": False}
    file_id: str = Field(
        r"(.+?)(?:\.[^.]*)?",
        description="Regular expression with one group: the id in the name of a file with `role: rows`.",
    )
    unlabelled: Literal["error", "drop"] = Field(
        "error", description="What happens to a sequence without labels: an error, or left out and listed."
    )

    _patterns = field_validator("file_id")(_one_group)


class PairsReading(_WithColumns):
    """A table of pairs of ids, and the sequences of these ids."""

    format: Literal["pairs"] = Field(description="A table of pairs of ids, and sequences by id.")
    roles: ClassVar[dict[str, bool]] = {"pairs": True, "sequences": False, "first": False, "second": False}
    separator: Literal["comma", "tab"] = Field("tab", description="What separates the table's columns.")
    first: Column = Field(description="The column of the first partner's id.")
    second: Column = Field(description="The column of the second partner's id.")
    sequence_files: Literal["fasta", "table"] = Field(
        "fasta", description="How sequences are given: FASTA, or a table of id and sequence without a header."
    )

    def check(self, files: Sequence[tuple[str, FileContent]]) -> None:
        """Refuse files from which the sequences of one partner are missing."""
        super().check(files)
        given = {content.role for _, content in files}
        if not ({"first", "second"} <= given and "sequences" not in given) and given != {
            "pairs",
            "sequences",
        }:
            raise ValueError(
                "the format 'pairs' needs files with `role: sequences`, or both `first` and `second`"
            )


class IntervalsReading(_WithParts):
    """Intervals as BED or in a table, and the genome from which their sequences are cut."""

    format: Literal["intervals"] = Field(description="Intervals, and the genome they lie on.")
    roles: ClassVar[dict[str, bool]] = {"intervals": True, "genome": True}
    columns: Literal["bed", "tab", "comma"] = Field(
        "bed",
        description="How intervals are written: BED, whose columns are named by number from 1, or a table.",
    )
    header: bool = Field(True, description="Whether a table's first line names the columns.")
    chromosome: Column | None = Field(None, description="A table's column of the chromosome.")
    start: Column | None = Field(None, description="A table's column of the start.")
    end: Column | None = Field(None, description="A table's column of the end.")
    strand: Column | None = Field(None, description="A table's column of the strand; BED's is the sixth.")
    strands: Literal["follow", "ignore"] = Field(
        "follow",
        description="`follow`: on the strand `-` the reverse complement is read, where a strand is given.",
    )
    first: Literal[0, 1] | None = Field(
        None,
        description="What a table counts the first letter as: 0 and ends left out, or 1 and ends included. BED counts "
        "from 0.",
    )
    window: int | None = Field(
        None, ge=1, description="Letters to read around the centre; the interval itself where absent."
    )
    centre: Literal["start", "middle", "end", "summit"] = Field(
        "middle", description="What of the interval, in reading direction, is the window's centre."
    )
    summit: Column | None = Field(
        None,
        description="The column of the summit: in BED from the start (narrowPeak: 10), in a table as the start.",
    )
    edge: Literal["error", "drop", "pad"] = Field(
        "error",
        description="What happens to a window that reaches beyond its chromosome: an error, left out and listed, or "
        "filled with `N`.",
    )
    id: Column | None = Field(None, description="The id's column; file and line where absent.")
    label: Column | None = Field(
        None, description="The label's column; where absent, each file of intervals names its class."
    )
    labels: Names | None = Field(
        None, description="Instead of `label`: the column of each output, by the output's name."
    )
    group: Column | None = Field(None, description="The column of what must stay together.")
    part: Column | None = Field(None, description="The column of the predefined part.")
    only: Annotated[dict[Column, list[Text]], BeforeValidator(_text_keys)] = Field(
        {}, description="Rows to keep, by column and its values; the others are listed in rejects.tsv."
    )

    @model_validator(mode="after")
    def _bed_or_table(self) -> "IntervalsReading":
        if self.label is not None and self.labels is not None:
            raise ValueError("needs exactly one of `label` and `labels`")
        told = {"chromosome": self.chromosome, "start": self.start, "end": self.end, "first": self.first}
        if self.columns == "bed":
            given = [name for name, value in (told | {"strand": self.strand}).items() if value is not None]
            if given:
                raise ValueError(f"`{given[0]}` means nothing in BED, whose columns are fixed")
        else:
            missing = [name for name, value in told.items() if value is None]
            if missing:
                raise ValueError(f"a table of intervals needs `{missing[0]}`")
        if (self.centre == "summit") != (self.summit is not None) or (self.summit and self.window is None):
            raise ValueError("`centre: summit` needs `summit` and `window`, and `summit` needs the other two")
        return self

    def check(self, files: Sequence[tuple[str, FileContent]]) -> None:
        """Refuse intervals without a label, or with two, and more than one genome."""
        super().check([(file, content.model_copy(update={"class_": None})) for file, content in files])
        for file, content in files:
            if content.role == "genome" and content.class_ is not None:
                raise ValueError(f"file '{file}': a genome has no `class`")
            if content.role == "intervals" and (content.class_ is None) == (self.label is None):
                raise ValueError(
                    f"file '{file}' needs `class`, or `read.label` the column of labels, and not both"
                )
        if sum(content.role == "genome" for _, content in files) > 1:
            raise ValueError("the format 'intervals' needs one file with `role: genome`, and not several")


# A further format is one more member here and one entry in seqgraft.data.readers.registry.READERS.
AnyReading = Annotated[
    FastaReading
    | FastaHeaderReading
    | FastaTableReading
    | TableReading
    | LinesReading
    | ResiduesReading
    | ResidueValuesReading
    | PairsReading
    | IntervalsReading,
    Field(discriminator="format"),
]
