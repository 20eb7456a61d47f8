"""Config of one task: its files or simulation, its labels, its policies and its split."""

import re
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any, Literal, Self
from urllib.parse import unquote, urlsplit

from pydantic import Field, field_validator, model_validator

from seqgraft.config.alphabet import AlphabetSettings
from seqgraft.config.base import Settings
from seqgraft.config.consistency import check_classes, check_labels, check_policies
from seqgraft.config.embeddings import EmbeddingSettings
from seqgraft.config.labels import Labelled, LabelTypeName
from seqgraft.config.leakage import LeakageSettings
from seqgraft.config.mirrors import SCHEMES as _SCHEMES
from seqgraft.config.mirrors import check_mirrors
from seqgraft.config.negatives import Negatives
from seqgraft.config.policies import Policies
from seqgraft.config.reading import AnyReading, FastaReading, FileContent
from seqgraft.config.simulation import Simulation
from seqgraft.config.splitting import SplitSettings, StratifiedSplit

_SHA256 = re.compile(r"[0-9a-f]{64}")


class FileEntry(FileContent):
    """One file of a task: where it is, and what it holds."""

    url: str | None = Field(None, description="Where the file is published (http, https or file).")
    path: str | None = Field(
        None, description="A local file instead of a URL, relative to the working folder."
    )
    sha256: str | None = Field(
        None, description="SHA-256 of the file's bytes; required with `url`, checked whenever given."
    )
    size: int | None = Field(None, ge=1, description="The file's number of bytes, checked whenever given.")
    mirrors: list[str] | None = Field(
        None, min_length=1, description="Further addresses of the same bytes, asked in turn after `url`."
    )

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
        check_mirrors(self.url, self.mirrors or [])
        if not self.name or set(self.name) & set("{}"):
            raise ValueError("its `url` or `path` must end in a file name without braces")
        return self

    @property
    def name(self) -> str:
        """The file's own name, without its folders."""
        return PurePosixPath(unquote(urlsplit(self.url).path) if self.url else self.path or "").name


class Basics(Settings):
    """What every task says: its letters, classes, files and split."""

    title: str = Field("", description="What the report calls the task; its name where empty.")
    alphabet: AlphabetSettings = Field(
        description="The letters allowed, or a table of one's own; asked for, never guessed."
    )
    type: LabelTypeName = Field(
        "binary",
        description="The kind of label; `unlabelled` sequences can be sources, learned by masked letters.",
    )
    classes: list[str] = Field(
        [],
        description="Class names in order; of two the first is the positive one, and those of `residue-multilabel` "
        "stand for the bits 1, 2, 4, … of a label.",
    )
    strand: Literal["single", "both"] = Field(
        "single",
        description="`both`: a sequence and its reverse complement mean the same (used in training, "
        "prediction and the leakage check).",
    )
    files: list[FileEntry] = Field([], description="The files of sequences and labels.")
    read: AnyReading = Field(
        FastaReading(), description="How the files are read: their format, and what it needs."
    )
    simulate: Simulation | None = Field(
        None, description="Simulated sequences instead of files; the report says so on every page."
    )
    negatives: Negatives | None = Field(
        None, description="A class that is made, because none was observed; the report says so loudly."
    )
    ambiguous: Literal["drop", "error", "unknown"] = Field(
        "drop",
        description="What happens to a sequence with an ambiguity code such as `N`: left out and listed, "
        "an error, or kept with that letter unknown.",
    )
    conflicts: Literal["drop", "error", "mean", "first", "merge"] = Field(
        "drop",
        description="What happens to a sequence found with two labels: all copies left out and listed, or an error; "
        "of numbers also their mean (within `labels.tolerance`) or the first copy's; of residues `merge`: what any "
        "copy says, unless two contradict each other at a residue.",
    )
    split: SplitSettings = Field(StratifiedSplit(), description="How the test part is drawn.")
    embeddings: EmbeddingSettings | None = Field(
        None,
        description="Vectors of the sequences, which networks read instead of the letters; leaks, groups, identities "
        "and baselines go by the sequences as ever.",
    )
    leakage: LeakageSettings | None = Field(
        None,
        description="What may not be found again in this task's test part (and, as a target, in its pool); the study's "
        "`leakage` where absent.",
    )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        check_classes(self.type, self.classes)
        for name in self.classes:
            if not name.strip() or set(name) & set("/{}"):
                raise ValueError(f"class '{name}' needs a name without '/' and braces")
        if len(set(self.classes)) != len(self.classes):
            raise ValueError("`classes` names a class twice")
        if bool(self.files) == (self.simulate is not None):
            raise ValueError("needs exactly one of `files` and `simulate`")
        labelled = list(self.simulate.counts) if self.simulate else [f.class_ for f in self.files]
        if self.files:
            # Files without labels need name no class; those that do may be taken all the same.
            unnamed = {"class_": self.type} if self.type == "unlabelled" and self.read.classed else {}
            self.read.check([(f.name, f.model_copy(update=unnamed)) for f in self.files])
        if self.negatives is not None:
            if self.type == "unlabelled":
                raise ValueError("`negatives` makes a class, and a task of type `unlabelled` has none")
            if self.simulate is not None:
                raise ValueError("`negatives` are made from `files`, and this task is simulated")
            if self.negatives.class_ in labelled:
                raise ValueError(f"`negatives` makes the class '{self.negatives.class_}', which a file holds")
            if self.negatives.from_ == "genome" and self.alphabet != "dna":
                raise ValueError("windows of a genome are DNA, and this task is not: use `from: shuffle`")
            if self.split.method in ("predefined", "group", "chromosome"):
                raise ValueError(
                    f"sequences that `negatives` makes have no column for `split.method: {self.split.method}`"
                )
            if self.read.format != "fasta":
                raise ValueError("`negatives` needs FASTA files with one class each: `read.format: fasta`")
            labelled.append(self.negatives.class_)
        # Other formats tell the class of each sequence, which only reading finds.
        if self.classes and (self.simulate or self.read.classed):
            self._classes_are(labelled)
        # Several members of one archive are one file on the disk.
        places = {(f.name, f.url, f.path, f.sha256) for f in self.files}
        names = [name for name, *_ in places]
        contents = [(f.name, f.member) for f in self.files]
        for name, member in contents:
            if names.count(name) > 1 or contents.count((name, member)) > 1:
                raise ValueError(f"two of its files are called '{name}'")
        return self

    def _classes_are(self, labelled: Sequence[str | None]) -> None:
        """Refuse classes of files that are not `classes`, and classes without a file."""
        for name in labelled:
            if name not in self.classes:
                raise ValueError(
                    f"class '{name}' of a file is not among `classes` ({', '.join(self.classes)})"
                )
        for name in self.classes:
            if name not in labelled:
                raise ValueError(f"no file holds the class '{name}'")


#: The keys that decide which sequences are accepted, and what is changed of them.
CLEANING = ("alphabet", "classes", "strand", "ambiguous", "conflicts", "type")


class Task(Policies, Labelled, Basics):
    """A labelled set of sequences with an alphabet and a type."""

    @model_validator(mode="after")
    def _policies_and_labels_fit(self) -> Self:
        check_policies(self)
        check_labels(self)
        return self

    @property
    def cleaning(self) -> dict[str, Any]:
        """What decides which sequences are accepted, as plain values."""
        keys = {*CLEANING, *Policies.model_fields, *Labelled.model_fields}
        return self.model_dump(mode="json", include=keys, exclude_none=True)

    @property
    def alphabet_name(self) -> str:
        """The alphabet's name, ``custom`` for letters of one's own."""
        return self.alphabet if isinstance(self.alphabet, str) else "custom"
