"""Config of one task: its files or simulation, its labels, its policies and its split."""

import re
from pathlib import Path, PurePosixPath
from typing import Literal, Self
from urllib.parse import unquote, urlsplit

from pydantic import Field, field_validator, model_validator

from seqgraft.config.base import Settings
from seqgraft.config.leakage import LeakageSettings
from seqgraft.config.simulation import Simulation

_SHA256 = re.compile(r"[0-9a-f]{64}")
_SCHEMES = ("https", "http", "file")


class FileEntry(Settings):
    """One FASTA file that holds sequences of one class."""

    url: str | None = Field(None, description="Where the file is published (http, https or file).")
    path: str | None = Field(
        None, description="A local file instead of a URL, relative to the working folder."
    )
    sha256: str | None = Field(
        None, description="SHA-256 of the file's bytes; required with `url`, checked whenever given."
    )
    class_: str = Field(alias="class", description="The class of every sequence in the file.")

    @field_validator("sha256")
    @classmethod
    def _looks_like_a_digest(cls, value: str | None) -> str | None:
        if value is not None and not _SHA256.fullmatch(value.lower()):
            raise ValueError("must be 64 hexadecimal digits")
        return value and value.lower()

    @field_validator("path")
    @classmethod
    def _relative_where_it_can_be(cls, value: str | None) -> str | None:
        # A record that names the user's folders could be repeated on no other machine, nor after a move.
        if value is not None and PurePosixPath(value).is_relative_to(Path.cwd()):
            return str(PurePosixPath(value).relative_to(Path.cwd()))
        return value

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.url is None) == (self.path is None):
            raise ValueError("needs exactly one of `url` and `path`")
        if self.url is not None and self.sha256 is None:
            raise ValueError("needs `sha256` beside `url`, so that the bytes can be checked")
        if self.url is not None and urlsplit(self.url).scheme not in _SCHEMES:
            raise ValueError(f"`url` must begin with {', '.join(_SCHEMES)}; a local file goes under `path`")
        if self.url is not None and urlsplit(self.url).scheme != "file" and not urlsplit(self.url).hostname:
            raise ValueError("`url` names no host")
        if not self.name or set(self.name) & set("{}"):
            raise ValueError("its `url` or `path` must end in a file name without braces")
        return self

    @property
    def name(self) -> str:
        """The file's own name, without its folders."""
        return PurePosixPath(unquote(urlsplit(self.url).path) if self.url else self.path or "").name


class SplitSettings(Settings):
    """How the test part is drawn, once per study."""

    method: Literal["stratified"] = Field(
        "stratified", description="`stratified`: the same fraction of every class, drawn at random."
    )
    test: float = Field(0.3, gt=0.0, lt=1.0, description="Fraction of each class that becomes the test part.")
    seed: int = Field(1, ge=0, description="Seed of the draw.")


class Task(Settings):
    """A labelled set of sequences with an alphabet and a type."""

    title: str = Field("", description="What the report calls the task; its name where empty.")
    alphabet: Literal["dna", "rna", "protein"] = Field(
        description="The letters allowed; asked for, never guessed."
    )
    type: Literal["binary"] = Field("binary", description="The kind of label.")
    classes: list[str] = Field(
        min_length=2, max_length=2, description="Class names in order; the first is the positive one."
    )
    strand: Literal["single", "both"] = Field(
        "single",
        description="`both`: a sequence and its reverse complement mean the same (used in training, "
        "prediction and the leakage check).",
    )
    files: list[FileEntry] = Field([], description="FASTA files, each with the class of its sequences.")
    simulate: Simulation | None = Field(
        None, description="Simulated sequences instead of files; the report says so on every page."
    )
    ambiguous: Literal["drop", "error", "unknown"] = Field(
        "drop",
        description="What happens to a sequence with an ambiguity code such as `N`: left out and listed, "
        "an error, or kept with that letter unknown.",
    )
    conflicts: Literal["drop", "error"] = Field(
        "drop",
        description="What happens to a sequence found with two classes: all copies left out and "
        "listed, or an error.",
    )
    split: SplitSettings = Field(SplitSettings(), description="How the test part is drawn.")
    leakage: LeakageSettings | None = Field(
        None,
        description="What may not be found again in this task's test part (and, as a target, in its pool); the study's "
        "`leakage` where absent.",
    )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for name in self.classes:
            if not name.strip() or set(name) & set("/{}"):
                raise ValueError(f"class '{name}' needs a name without '/' and braces")
        if len(set(self.classes)) != len(self.classes):
            raise ValueError("`classes` names a class twice")
        if bool(self.files) == (self.simulate is not None):
            raise ValueError("needs exactly one of `files` and `simulate`")
        labelled = [f.class_ for f in self.files] if self.files else list(self.simulate.counts)  # type: ignore[union-attr]
        for name in labelled:
            if name not in self.classes:
                raise ValueError(
                    f"class '{name}' of a file is not among `classes` ({', '.join(self.classes)})"
                )
        for name in self.classes:
            if name not in labelled:
                raise ValueError(f"no file holds the class '{name}'")
        names = [f.name for f in self.files]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"two of its files are called '{name}'")
        if self.strand == "both" and self.alphabet == "protein":
            raise ValueError("a protein has no reverse complement: `strand` must be `single`")
        return self
