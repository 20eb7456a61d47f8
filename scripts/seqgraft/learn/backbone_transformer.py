"""The backbone `transformer`: a small encoder with rotary positions."""

import torch
from torch import nn
from torch.nn import functional

from seqgraft.config.backbones import TransformerSettings
from seqgraft.learn.backbone_base import Joining, shown

BASE = 10_000.0  # of the wavelengths of rotary positions, as in their paper


def rotated(values: torch.Tensor) -> torch.Tensor:
    """Turn pairs of values by angles that grow with the position (Su et al. 2021, arXiv:2104.09864).

    Parameters
    ----------
    values : torch.Tensor
        (B, H, L, D), D even; value i is paired with value i + D/2.

    Returns
    -------
    torch.Tensor
        Of the same shape. The product of two of them depends on their positions by the difference alone.
    """
    length, half = values.shape[2], values.shape[3] // 2
    places = torch.arange(length, device=values.device, dtype=torch.float32)
    speeds = BASE ** (-torch.arange(half, device=values.device, dtype=torch.float32) / half)
    angles = torch.outer(places, speeds)
    cosine, sine = angles.cos().to(values.dtype), angles.sin().to(values.dtype)
    first, second = values.chunk(2, dim=3)
    return torch.cat([first * cosine - second * sine, first * sine + second * cosine], dim=3)


class Layer(nn.Module):
    """Self-attention and two dense layers, each after a norm and added to what came in (Xiong 2020, arXiv:2002.04745).

    Parameters
    ----------
    settings : TransformerSettings
        Width, heads, expansion and dropout.
    """

    def __init__(self, settings: TransformerSettings) -> None:
        super().__init__()
        width = settings.width
        self.heads = settings.heads
        self.norm1 = nn.LayerNorm(width)
        self.attention = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.norm2 = nn.LayerNorm(width)
        self.wide = nn.Linear(width, settings.expansion * width)
        self.narrow = nn.Linear(settings.expansion * width, width)
        self.drop = nn.Dropout(settings.dropout)

    def forward(self, cells: torch.Tensor, mask: torch.Tensor | None) -> torch.Tensor:
        """Return cells (B, L, width); no position attends to padding."""
        count, length, width = cells.shape
        three = self.attention(self.norm1(cells)).view(count, length, 3, self.heads, width // self.heads)
        query, key, value = three.permute(2, 0, 3, 1, 4)
        seen = None if mask is None else mask[:, None, None, :]
        found = functional.scaled_dot_product_attention(rotated(query), rotated(key), value, attn_mask=seen)
        cells = cells + self.drop(self.out(found.transpose(1, 2).reshape(count, length, width)))
        inner = functional.gelu(self.wide(self.norm2(cells)))
        return cells + self.drop(self.narrow(inner))


class Transformer(Joining):
    """A small encoder: letters and their neighbours, then layers in which every position sees every other.

    Parameters
    ----------
    letters : int
        Letters of the alphabet (A).
    length : int
        Letters per sequence (L), the most where lengths differ.
    settings : TransformerSettings
        Width, depth, heads and dropout.
    """

    input_layer = "stem"

    def __init__(self, letters: int, length: int, settings: TransformerSettings) -> None:
        super().__init__(letters, length, settings)
        self.stem = nn.Conv1d(letters, settings.width, settings.stem, padding=settings.stem // 2)
        self.layers = [f"layer{number}" for number in range(1, settings.depth + 1)]
        for name in self.layers:
            setattr(self, name, Layer(settings))
        self.norm = nn.LayerNorm(settings.width)
        self.make_dense(settings.width)
        self.blocks = (("stem",), *((name,) for name in self.layers), ("norm", "dense"))

    def cells(
        self, one_hot: torch.Tensor, mask: torch.Tensor | None = None
    ) -> tuple[torch.Tensor, torch.Tensor | None]:
        """Return one cell per letter (B, width, L), and the mask as it was given."""
        cells = self.stem(shown(one_hot, mask)).transpose(1, 2)
        for name in self.layers:
            cells = getattr(self, name)(cells, mask)
        return self.norm(cells).transpose(1, 2), mask
