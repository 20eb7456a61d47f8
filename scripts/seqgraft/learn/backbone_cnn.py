"""The backbone `cnn`: stages of a convolution and an average pooling, then a dense layer."""

import torch
from torch import nn
from torch.nn import functional

from seqgraft.config.backbones import CnnSettings
from seqgraft.errors import SeqgraftError
from seqgraft.learn.backbone_base import Backbone, joined, no_positions, pooled, shown, whole


class Cnn(Backbone):
    """Convolutions with average pooling, then a dense layer that knows every position or none.

    Promoter boxes sit at fixed places, so by default positions are kept: the pooled cells are joined as they lie and
    fed to one dense layer. With their mean or maximum the places no longer count, nor the length.

    Parameters
    ----------
    letters : int
        Letters of the alphabet (A).
    length : int
        Letters per sequence (L), the most where lengths differ.
    settings : CnnSettings
        Widths, kernels, pools and dropout.

    Raises
    ------
    SeqgraftError
        When no cell is left after pooling.
    """

    input_layer = "conv1"

    def __init__(self, letters: int, length: int, settings: CnnSettings) -> None:
        super().__init__(letters, length, settings)
        width, self.keeps = settings.width, settings.positions == "kept"
        left = settings.cells(length)[-1]
        if left < 1:
            pools = " and ".join(map(str, settings.pools))
            raise SeqgraftError(
                f"Sequences of {length} letters leave no cell after pooling by {pools}.",
                where="backbone.pools",
                remedy="use smaller pools",
            )
        self.stages = list(enumerate(settings.pools, start=1))
        for stage, kernel in enumerate(settings.kernels, start=1):
            layer = nn.Conv1d(letters if stage == 1 else width, width, kernel, padding=kernel // 2)
            setattr(self, f"conv{stage}", layer)
        self.drop = nn.Dropout(settings.dropout)
        self.dense = nn.Linear(width * (left if self.keeps else 1), settings.hidden)
        self.blocks = (*((f"conv{stage}",) for stage, _ in self.stages), ("dense",))
        self.position_bound = ("dense",) if self.keeps else ()

    def forward(self, one_hot: torch.Tensor, mask: torch.Tensor | None = None) -> torch.Tensor:
        """Return features (B, F) of one-hot sequences (B, A, L)."""
        if self.keeps:
            one_hot, mask = whole(one_hot, mask, self.length)
        cells, mask = self.cells(one_hot, mask)
        return self._answer(joined(cells, mask, self.settings.positions))

    def cells(
        self, one_hot: torch.Tensor, mask: torch.Tensor | None = None
    ) -> tuple[torch.Tensor, torch.Tensor | None]:
        """Return the pooled cells (B, width, K) of the last stage, and which of them stand for letters."""
        cells = one_hot
        for stage, pool in self.stages:
            cells = torch.relu(getattr(self, f"conv{stage}")(shown(cells, mask)))
            cells, mask = pooled(cells, mask, pool, ragged=not self.keeps)
        return cells, mask

    def positions(self, one_hot: torch.Tensor, mask: torch.Tensor | None = None) -> torch.Tensor:
        """Return features (B, L, F) of every position.

        Each position is given the cell that would be centred on it: pooling moves by one letter instead of a whole
        cell, and later filters and pools read as many letters apart as earlier pools joined.
        """
        if self.keeps:
            no_positions(self.settings, "use `positions: mean` or `max`")
        if mask is None:
            mask = one_hot.new_ones(len(one_hot), one_hot.shape[2], dtype=torch.bool)
        cells, apart = one_hot, 1
        for stage, pool in self.stages:
            layer = getattr(self, f"conv{stage}")
            padding = layer.kernel_size[0] // 2 * apart
            cells = functional.conv1d(shown(cells, mask), layer.weight, layer.bias, 1, padding, apart)
            cells = _moving_mean(torch.relu(cells), mask, pool, apart)
            apart *= pool
        return self._answer(cells.transpose(1, 2))

    def _answer(self, values: torch.Tensor) -> torch.Tensor:
        """Take joined cells through the dense layer."""
        return self.drop(torch.relu(self.dense(self.drop(values))))


def _moving_mean(cells: torch.Tensor, mask: torch.Tensor, size: int, apart: int) -> torch.Tensor:
    """Average `size` cells around each cell of (B, C, K), `apart` from each other, of those that are there."""
    before = (size - 1) // 2 * apart
    after = (size - 1) * apart - before
    length = cells.shape[2]
    values = functional.pad(shown(cells, mask), (before, after))
    there = functional.pad(mask[:, None].to(cells.dtype), (before, after))
    moved = [slice(step * apart, step * apart + length) for step in range(size)]
    total = torch.stack([values[:, :, part] for part in moved]).sum(dim=0)
    return total / torch.stack([there[:, :, part] for part in moved]).sum(dim=0).clamp_min(1)
