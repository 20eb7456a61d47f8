"""A bundle: a folder with a model's weights and everything needed to use them. Nothing in it is unpickled."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save

from seqgraft.config.learning import BackboneSettings
from seqgraft.errors import SeqgraftError
from seqgraft.files import atomic_path, sha256_of, write_text
from seqgraft.learn.examples import Reading
from seqgraft.learn.loading import load_into
from seqgraft.learn.model import Model, build
from seqgraft.record.software import computed_with

FORMAT = 1


@dataclass(frozen=True)
class Bundle:
    """A model's weights with its description.

    Parameters
    ----------
    folder : pathlib.Path
        Where it lies.
    description : dict
        The content of ``bundle.json``.
    weights : dict of torch.Tensor
        By name, on the CPU.
    sha256 : str
        Of ``weights.safetensors``.
    source : str, optional
        Of several sources with a shared backbone the one whose head this is.
    """

    folder: Path
    description: dict[str, Any]
    weights: dict[str, torch.Tensor]
    sha256: str
    source: str | None = None

    @property
    def reading(self) -> Reading:
        """How the model reads sequences."""
        return Reading.of(self.description["reading"])

    @property
    def backbone(self) -> BackboneSettings:
        """The backbone's settings."""
        return BackboneSettings(**self.description["backbone"])

    @property
    def has_head(self) -> bool:
        """Whether there is a head for classes."""
        return any(name.startswith("head.") for name in self.weights)

    @property
    def classes(self) -> list[str]:
        """The classes of its head, the positive one first; none without a head."""
        of_heads = self.description.get("head_classes", {})
        return list(of_heads.get(self.source, self.description.get("classes", [])))

    def held_out(self) -> pd.DataFrame:
        """Return the source's own held-out predictions: ``id, label, prediction``, or more columns of these kinds."""
        table = pd.read_parquet(self.folder / "predictions.parquet")
        if self.source is not None and "source" in table:
            table = table[table["source"] == self.source].drop(columns="source")
        return table[table["part"] == "held-out"].drop(columns="part").reset_index(drop=True)


def save_bundle(
    bundle_json: str | Path,
    weights_file: str | Path,
    weights: Mapping[str, torch.Tensor],
    reading: Reading,
    backbone: BackboneSettings,
    **more: Any,
) -> None:
    """Write ``weights.safetensors`` and ``bundle.json``, atomically.

    Parameters
    ----------
    bundle_json, weights_file : path-like
        The two files, in one folder.
    weights : mapping of torch.Tensor
        By name.
    reading : Reading
        How the model reads sequences.
    backbone : BackboneSettings
        The backbone.
    **more
        Further JSON values for ``bundle.json``: classes, seeds, scores. No times, so that equal models
        give equal bytes.
    """
    plain = {name: value.detach().cpu().contiguous() for name, value in sorted(weights.items())}
    content = save(plain)
    with atomic_path(weights_file) as path:
        path.write_bytes(content)
    description = {
        "format": FORMAT,
        "weights": Path(weights_file).name,
        "weights_sha256": hashlib.sha256(content).hexdigest(),
        "shapes": {name: list(value.shape) for name, value in plain.items()},
        "reading": reading.plain(),
        "backbone": backbone.model_dump(mode="json"),
        "software": computed_with(),
        **more,
    }
    write_text(bundle_json, json.dumps(description, indent=2) + "\n")


def load_bundle(folder: str | Path) -> Bundle:
    """Read a bundle and check its weights against their checksum.

    Parameters
    ----------
    folder : path-like
        Holds ``bundle.json`` and the weights it names.

    Returns
    -------
    Bundle

    Raises
    ------
    SeqgraftError
        When a file is missing, damaged, or of another format.
    """
    folder = Path(folder)
    try:
        description = json.loads((folder / "bundle.json").read_text(encoding="utf-8"))
        weights_file = folder / description["weights"]
        digest = sha256_of(weights_file)
        weights = load_file(weights_file)
    except (OSError, KeyError, json.JSONDecodeError, SafetensorError) as error:
        raise SeqgraftError(
            f"This is no complete bundle: {error}.", where=str(folder), remedy="pretrain again"
        ) from error
    if description.get("format") != FORMAT:
        raise SeqgraftError(
            f"The bundle has format {description.get('format')}, this version reads {FORMAT}.",
            where=str(folder / "bundle.json"),
            remedy="pretrain again with this version",
        )
    if digest != description["weights_sha256"]:
        raise SeqgraftError(
            "The weights do not have the checksum that their bundle names.",
            where=str(weights_file),
            remedy="pretrain again",
        )
    shapes = {name: list(value.shape) for name, value in weights.items()}
    declared = description.get("shapes", shapes)
    if shapes != declared:
        wrong = sorted(name for name in {*shapes, *declared} if shapes.get(name) != declared.get(name))
        raise SeqgraftError(
            f"The weights are not those that their bundle declares: {', '.join(wrong)}.",
            where=str(weights_file),
            remedy="pretrain again",
        )
    return Bundle(folder, description, weights, digest)


def model_from(
    bundle: Bundle,
    reading: Reading,
    backbone: BackboneSettings,
    *,
    keep_head: bool,
    seed_value: int,
    position_bound: str = "error",
) -> tuple[Model, pd.DataFrame]:
    """Build a model whose layers start from a bundle.

    Parameters
    ----------
    bundle : Bundle
        The source model.
    reading : Reading
        How the target is read: on as many strands as the source; alphabet and length may be others.
    backbone : BackboneSettings
        The study's backbone; it must be the source's.
    keep_head : bool
        Whether the source's head is kept or a new one drawn.
    seed_value : int
        Seed of what is drawn anew.
    position_bound : {"error", "new"}
        What happens to layers whose weights stand for places in sequences of another length.

    Returns
    -------
    model : Model
        On the CPU.
    layers : pandas.DataFrame
        As of `seqgraft.learn.loading.load_into`: every weight is accounted for.

    Raises
    ------
    SeqgraftError
        When strand or backbone differ, the alphabets have nothing in common, or a weight is missing, unknown or
        misshapen.
    """
    strands = ["both" if own.complement else "one" for own in (bundle.reading, reading)]
    for what, source, target in (
        ("number of strands", *strands),
        ("backbone", bundle.backbone, backbone),
    ):
        if source != target:
            raise SeqgraftError(
                f"The source model's {what} is {source}, the target's {target}.",
                where=str(bundle.folder),
                remedy="source and target must be read alike",
            )
    model = build(reading, backbone, seed_value)
    layers = load_into(
        model,
        bundle.weights,
        bundle.reading,
        keep_head=keep_head,
        position_bound=position_bound,
        where=str(bundle.folder),
    )
    return model, layers
