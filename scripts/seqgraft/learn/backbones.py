"""The registry of backbones: networks that turn one-hot sequences into features."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from seqgraft.config.backbones import BackboneSettings
from seqgraft.learn.backbone_base import Backbone
from seqgraft.learn.backbone_cnn import Cnn
from seqgraft.learn.backbone_embeddings import Embeddings
from seqgraft.learn.backbone_mlp import Mlp
from seqgraft.learn.backbone_resnet import Resnet
from seqgraft.learn.backbone_transformer import Transformer


@dataclass(frozen=True)
class BackboneReport:
    """What a report says about a backbone.

    Parameters
    ----------
    name : str
        Its name in the registry.
    parameters : int
        Trainable numbers, without the head.
    receptive_field : int
        Letters that one cell sees before cells are joined.
    features : int
        Values given to the head.
    flops_per_sequence : int
        Floating-point operations of one forward pass: two per multiplication with addition.
    """

    name: str
    parameters: int
    receptive_field: int
    features: int
    flops_per_sequence: int


BACKBONES: dict[str, Callable[[int, int, Any], Backbone]] = {
    "cnn": Cnn,
    "mlp": Mlp,
    "resnet": Resnet,
    "transformer": Transformer,
    "embeddings": Embeddings,
}


def describe(letters: int, length: int, settings: BackboneSettings) -> BackboneReport:
    """Report a backbone's size without training it.

    Parameters
    ----------
    letters : int
        Letters of the alphabet.
    length : int
        Letters per sequence.
    settings : BackboneSettings
        The backbone.

    Returns
    -------
    BackboneReport
    """
    backbone = BACKBONES[settings.name](letters, length, settings)
    return BackboneReport(
        name=settings.name,
        parameters=sum(parameter.numel() for parameter in backbone.parameters()),
        receptive_field=backbone.receptive_field,
        features=backbone.features,
        flops_per_sequence=2 * backbone.multiply_adds,
    )
