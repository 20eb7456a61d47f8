"""The registry of backbones: networks that turn one-hot sequences into features."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import nn

from seqgraft.config.learning import BackboneSettings
from seqgraft.errors import SeqgraftError


class Backbone(nn.Module):
    """Base of all backbones.

    Attributes
    ----------
    features : int
        Values per sequence that ``forward`` returns.
    receptive_field : int
        Letters that one cell sees before the dense layer joins all cells.
    multiply_adds : int
        Multiplications with addition per sequence.
    """

    features: int
    receptive_field: int
    multiply_adds: int


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
        Letters that one cell sees before the dense layer.
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


class PositionalCnn(Backbone):
    """Two convolutions with average pooling, then a dense layer that knows every position.

    Promoter boxes sit at fixed places, so positions are kept (no global pooling): the pooled cells are
    joined as they lie and fed to one dense layer.

    Parameters
    ----------
    letters : int
        Letters of the alphabet (A).
    length : int
        Letters per sequence (L).
    settings : BackboneSettings
        Widths, kernels, pools and dropout.
    """

    def __init__(self, letters: int, length: int, settings: BackboneSettings) -> None:
        super().__init__()
        width, hidden = settings.width, settings.hidden
        (kernel1, kernel2), (pool1, pool2) = settings.kernels, settings.pools
        cells1 = length // pool1
        cells2 = cells1 // pool2
        if cells2 < 1:
            raise SeqgraftError(
                f"Sequences of {length} letters leave no cell after pooling by {pool1} and {pool2}.",
                where="backbone.pools",
                remedy="use smaller pools",
            )
        self.conv1 = nn.Conv1d(letters, width, kernel1, padding=kernel1 // 2)
        self.pool1 = nn.AvgPool1d(pool1)
        self.conv2 = nn.Conv1d(width, width, kernel2, padding=kernel2 // 2)
        self.pool2 = nn.AvgPool1d(pool2)
        self.drop = nn.Dropout(settings.dropout)
        self.dense = nn.Linear(width * cells2, hidden)
        self.features = hidden
        self.receptive_field = kernel1 + (pool1 - 1) + pool1 * (kernel2 - 1) + pool1 * (pool2 - 1)
        self.multiply_adds = width * (letters * kernel1 * length + width * kernel2 * cells1 + cells2 * hidden)

    def forward(self, one_hot: torch.Tensor) -> torch.Tensor:
        """Return features (B, F) of one-hot sequences (B, A, L)."""
        cells = self.pool1(torch.relu(self.conv1(one_hot)))
        cells = self.pool2(torch.relu(self.conv2(cells)))
        return self.drop(torch.relu(self.dense(self.drop(cells.flatten(1)))))

    def positions(self, one_hot: torch.Tensor) -> torch.Tensor:
        """Return what the two convolutions, without pooling, make of each letter: (B, L, W)."""
        cells = torch.relu(self.conv2(torch.relu(self.conv1(one_hot))))
        return self.drop(cells).transpose(1, 2)


BACKBONES: dict[str, Callable[[int, int, BackboneSettings], Backbone]] = {"cnn": PositionalCnn}


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
