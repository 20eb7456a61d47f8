"""Config of embeddings that a task brings along: vectors that another model made of its sequences."""

from pathlib import PurePosixPath
from typing import Any

from pydantic import Field, field_validator

from seqgraft.config.base import Settings

#: Backbones that read vectors.
READS_VECTORS = frozenset({"embeddings", "mlp"})


class EmbeddingSettings(Settings):
    """One vector per sequence, made by a model of any kind; networks read it instead of the letters."""

    matrix: str = Field(
        description="A `.npy` file of numbers, one row per sequence, relative to the working folder."
    )
    ids: str = Field(description="A text file of the sequences' ids, one a line, in the order of the rows.")

    @field_validator("matrix")
    @classmethod
    def _npy(cls, value: str) -> str:
        if PurePosixPath(value).suffix != ".npy":
            raise ValueError(f"'{value}' must be a `.npy` file, as numpy.save writes it")
        return value


def check_embeddings(where: str, source: Any, target: Any, backbone: Any) -> None:
    """Refuse a transfer of which not both tasks bring vectors, or none that its backbone could read.

    Parameters
    ----------
    where : str
        The transfer's place in the config.
    source, target : seqgraft.config.tasks.Task
        Its tasks.
    backbone : seqgraft.config.backbones.BackboneSettings
        The study's backbone.

    Raises
    ------
    ValueError
        If they do not fit.
    """
    given = [task.embeddings is not None for task in (source, target)]
    if given[0] != given[1]:
        raise ValueError(f"{where}: one of its tasks has `embeddings` and the other has none")
    if given[0] and (backbone.name not in READS_VECTORS or getattr(backbone, "window", None) is not None):
        raise ValueError(
            f"{where}: the backbone {backbone.name} reads letters, and its tasks have `embeddings`: use the backbone "
            "`embeddings`, or `mlp` without `window`"
        )
    if given[0] and "both" in (source.strand, target.strand):
        raise ValueError(f"{where}: `embeddings` are of one strand, so `strand` must be `single`")
    if backbone.name == "embeddings" and not given[0]:
        raise ValueError(f"{where}: the backbone embeddings needs tasks with `embeddings`")
