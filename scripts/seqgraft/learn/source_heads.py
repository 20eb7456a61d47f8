"""Heads of a source model: one of several, under the name that a model gives its only head."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import torch

from seqgraft.errors import SeqgraftError
from seqgraft.learn.bundle import Bundle, load_bundle, save_bundle

#: How the weights of the heads begin that share a backbone, and those of a model's only head.
HEADS, HEAD = "heads.", "head."


def one_headed(bundle: Bundle, source: str | None) -> Bundle:
    """Return a source model with at most one head.

    Parameters
    ----------
    bundle : Bundle
        The source model.
    source : str or None
        The source whose head is wanted. Without one, a model whose sources share a backbone keeps no head.

    Returns
    -------
    Bundle
        One that learned the labels of a single source comes back as it is.

    Raises
    ------
    SeqgraftError
        When the source model has no such head.
    """
    if not any(name.startswith(HEADS) for name in bundle.weights):
        return bundle
    weights = {name: value for name, value in bundle.weights.items() if not name.startswith(HEADS)}
    if source is None:
        return replace(bundle, weights=weights)
    head = head_of(bundle.weights, source)
    if not head:
        raise SeqgraftError(
            f"The source model has no head of '{source}'.", where=str(bundle.folder), remedy="pretrain again"
        )
    # Fits are stored under the checksum of what they started from: with another head they start from something else.
    return replace(bundle, weights=weights | head, sha256=f"{bundle.sha256} {source}", source=source)


def save_one_headed(
    folder: str | Path, source: str, bundle_json: str | Path, weights_file: str | Path
) -> None:
    """Write a source model of several heads as a predictor with one of them.

    Parameters
    ----------
    folder : path-like
        The source model's bundle.
    source : str
        Whose head it is to have.
    bundle_json, weights_file : path-like
        What to write; both in one folder.
    """
    bundle = one_headed(load_bundle(folder), source)
    told = {name: value for name, value in bundle.description.items() if name not in _OF_ALL_HEADS}
    told |= {"classes": bundle.classes, "head_of": source}
    save_bundle(bundle_json, weights_file, bundle.weights, bundle.reading, bundle.backbone, **told)


#: What `save_bundle` writes by itself, and what is true of all heads together.
_OF_ALL_HEADS = frozenset(
    ("format", "weights", "weights_sha256", "reading", "backbone", "software", "objectives", "head_classes")
)


def head_of(weights: Mapping[str, torch.Tensor], source: str) -> dict[str, torch.Tensor]:
    """Return the weights of one source's head under the names of an only head; empty where there is none."""
    own = f"{HEADS}{source}."
    return {HEAD + name.removeprefix(own): value for name, value in weights.items() if name.startswith(own)}


def backbone_of(weights: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Return the weights that are no head's."""
    return {name: value for name, value in weights.items() if not name.startswith((HEAD, HEADS))}
