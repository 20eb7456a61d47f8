"""The backbone `mlp`: dense layers on one-hot letters."""

import torch
from torch import nn

from seqgraft.config.backbones import MlpSettings
from seqgraft.learn.backbone_base import Backbone, joined, no_positions, shown, whole


class Mlp(Backbone):
    """Dense layers on all letters of a sequence at once, or on a window around each position.

    With a window the same layers read every window (Qian & Sejnowski 1988, J. Mol. Biol. 202:865), and a sequence's
    features are the mean over its positions.

    Parameters
    ----------
    letters : int
        Letters of the alphabet (A).
    length : int
        Letters per sequence (L), the most where lengths differ.
    settings : MlpSettings
        Width, depth, window and dropout.
    """

    input_layer = "dense1"
    dense1: nn.Module

    def __init__(self, letters: int, length: int, settings: MlpSettings) -> None:
        super().__init__(letters, length, settings)
        inputs = [letters * length, *settings.widths]
        for number, (given, made) in enumerate(zip(inputs, settings.widths, strict=False), start=1):
            layer: nn.Module = nn.Linear(given, made)
            if number == 1 and settings.window is not None:
                layer = nn.Conv1d(letters, made, settings.window, padding=settings.window // 2)
            setattr(self, f"dense{number}", layer)
        self.drop = nn.Dropout(settings.dropout)
        self.blocks = tuple((f"dense{number}",) for number in range(1, settings.depth + 1))
        self.position_bound = ("dense1",) if settings.window is None else ()

    def forward(self, one_hot: torch.Tensor, mask: torch.Tensor | None = None) -> torch.Tensor:
        """Return features (B, F) of one-hot sequences (B, A, L)."""
        if self.settings.window is None:
            one_hot, mask = whole(one_hot, mask, self.length)
            return self._later(self.dense1(shown(one_hot, mask).flatten(1)))
        cells, mask = self.cells(one_hot, mask)
        return joined(cells, mask, "mean")

    def cells(
        self, one_hot: torch.Tensor, mask: torch.Tensor | None = None
    ) -> tuple[torch.Tensor, torch.Tensor | None]:
        """Return features (B, F, L) of the window around each position, and the mask as it was given."""
        return self.positions(one_hot, mask).transpose(1, 2), mask

    def positions(self, one_hot: torch.Tensor, mask: torch.Tensor | None = None) -> torch.Tensor:
        """Return features (B, L, F) of every position."""
        if self.settings.window is None:
            no_positions(self.settings, "give `window` the number of letters to read around a position")
        return self._later(self.dense1(shown(one_hot, mask)).transpose(1, 2))

    def _later(self, values: torch.Tensor) -> torch.Tensor:
        """Take what the first layer gave through the others."""
        for number in range(1, self.settings.depth + 1):
            if number > 1:
                values = getattr(self, f"dense{number}")(values)
            values = self.drop(torch.relu(values))
        return values
