"""The backbone `resnet`: residual blocks of dilated convolutions."""

import torch
from torch import nn

from seqgraft.config.backbones import ResnetSettings
from seqgraft.learn.backbone_base import Joining, shown
from seqgraft.learn.norms import NORMS


class Block(nn.Module):
    """A dilated convolution and one of width 1, each after a norm and a rectifier, added to what came in.

    Parameters
    ----------
    settings : ResnetSettings
        Width, kernel, norm and dropout.
    dilation : int
        Letters between those that a filter reads.
    """

    def __init__(self, settings: ResnetSettings, dilation: int) -> None:
        super().__init__()
        width, reach = settings.width, settings.kernel // 2 * dilation
        self.norm1 = NORMS[settings.norm](width)
        self.conv1 = nn.Conv1d(width, width, settings.kernel, padding=reach, dilation=dilation)
        self.norm2 = NORMS[settings.norm](width)
        self.conv2 = nn.Conv1d(width, width, 1)
        self.drop = nn.Dropout(settings.dropout)

    def forward(self, cells: torch.Tensor, mask: torch.Tensor | None) -> torch.Tensor:
        """Return cells (B, width, L)."""
        inner = self.conv1(shown(torch.relu(self.norm1(cells, mask)), mask))
        inner = self.conv2(self.drop(torch.relu(self.norm2(inner, mask))))
        return cells + inner


class Resnet(Joining):
    """Dilated residual convolutions at full length (Yu & Koltun 2016, arXiv:1511.07122; He et al. 2016, 1603.05027).

    Parameters
    ----------
    letters : int
        Letters of the alphabet (A).
    length : int
        Letters per sequence (L), the most where lengths differ.
    settings : ResnetSettings
        Width, depth, kernels, norm and dropout.
    """

    input_layer = "stem"

    def __init__(self, letters: int, length: int, settings: ResnetSettings) -> None:
        super().__init__(letters, length, settings)
        self.stem = nn.Conv1d(letters, settings.width, settings.stem, padding=settings.stem // 2)
        self.layers = [f"block{number}" for number in range(1, settings.depth + 1)]
        for name, dilation in zip(self.layers, settings.dilations, strict=True):
            setattr(self, name, Block(settings, dilation))
        self.norm = NORMS[settings.norm](settings.width)
        self.make_dense(settings.width)
        self.blocks = (("stem",), *((name,) for name in self.layers), ("norm", "dense"))

    def cells(
        self, one_hot: torch.Tensor, mask: torch.Tensor | None = None
    ) -> tuple[torch.Tensor, torch.Tensor | None]:
        """Return one cell per letter (B, width, L), and the mask as it was given."""
        cells = self.stem(shown(one_hot, mask))
        for name in self.layers:
            cells = getattr(self, name)(cells, mask)
        return torch.relu(self.norm(cells, mask)), mask
