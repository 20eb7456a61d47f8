"""What all backbones share: the base class, and steps that leave padding out.

A mask (B, L) is True where a letter is and False where nothing is; None stands for letters everywhere. Padding is at
the right end. Every step gives the same result for a sequence whatever padding follows it.
"""

from typing import Any, NoReturn

import torch
from torch import nn
from torch.nn import functional

from seqgraft.config.backbones import BackboneSettings
from seqgraft.errors import SeqgraftError


class Backbone(nn.Module):
    """Base of all backbones.

    Attributes
    ----------
    features : int
        Values per sequence that ``forward`` returns, and per position that ``positions`` returns.
    receptive_field : int
        Letters that one cell sees before cells are joined.
    multiply_adds : int
        Multiplications with addition per sequence.
    blocks : tuple of tuple of str
        Names of the submodules from the input to the output; every parameter is in exactly one block.
    input_layer : str
        The submodule whose weights (O, A, …) or (O, A x L) have an axis of letters.
    position_bound : tuple of str
        Submodules with weights for each place, which fit sequences of one length.
    """

    features: int
    receptive_field: int
    multiply_adds: int
    blocks: tuple[tuple[str, ...], ...]
    input_layer: str
    position_bound: tuple[str, ...] = ()

    def __init__(self, letters: int, length: int, settings: Any) -> None:
        super().__init__()
        size = settings.size(letters, length)
        self.settings, self.length = settings, length
        self.features = settings.hidden
        self.receptive_field, self.multiply_adds = size.receptive_field, size.multiply_adds

    def forward(self, one_hot: torch.Tensor, mask: torch.Tensor | None = None) -> torch.Tensor:
        """Return features (B, F) of one-hot sequences (B, A, L)."""
        raise NotImplementedError

    def cells(
        self, one_hot: torch.Tensor, mask: torch.Tensor | None = None
    ) -> tuple[torch.Tensor, torch.Tensor | None]:
        """Return the cells (B, C, K) before they are joined, and which of them stand for letters (B, K)."""
        raise NotImplementedError

    def positions(self, one_hot: torch.Tensor, mask: torch.Tensor | None = None) -> torch.Tensor:
        """Return features (B, L, F) of every position; of padding they mean nothing.

        Raises
        ------
        SeqgraftError
            When the backbone joins all positions by weights of their own.
        """
        raise NotImplementedError


def no_positions(settings: BackboneSettings, remedy: str) -> NoReturn:
    """Refuse features per position.

    Parameters
    ----------
    settings : BackboneSettings
        Of a backbone that has none.
    remedy : str
        What would give it some.
    """
    raise SeqgraftError(
        f"The backbone {settings.name} has weights for each place and gives no features per position.",
        where="backbone",
        remedy=remedy,
    )


def shown(cells: torch.Tensor, mask: torch.Tensor | None) -> torch.Tensor:
    """Return cells (B, C, K) with zeros where nothing is, as convolutions see them beyond a sequence's end."""
    return cells if mask is None else cells.masked_fill(~mask[:, None], 0.0)


def whole(
    one_hot: torch.Tensor, mask: torch.Tensor | None, length: int
) -> tuple[torch.Tensor, torch.Tensor | None]:
    """Bring a batch that was cut to its longest sequence back to the length that position-bound weights have."""
    missing = length - one_hot.shape[2]
    if missing > 0:
        if mask is None:
            mask = one_hot.new_ones(len(one_hot), one_hot.shape[2], dtype=torch.bool)
        one_hot, mask = functional.pad(one_hot, (0, missing)), functional.pad(mask, (0, missing))
    return shown(one_hot, mask), mask


def pooled(
    cells: torch.Tensor, mask: torch.Tensor | None, size: int, *, ragged: bool
) -> tuple[torch.Tensor, torch.Tensor | None]:
    """Average every `size` cells into one.

    Parameters
    ----------
    cells : torch.Tensor
        (B, C, K).
    mask : torch.Tensor, optional
        (B, K).
    size : int
        Cells per cell.
    ragged : bool
        Whether a remainder at the end makes a cell, averaged over what is there, or is left out.

    Returns
    -------
    cells : torch.Tensor
        (B, C, K'), averaged over those cells that are there.
    mask : torch.Tensor or None
        (B, K').
    """
    if mask is None:
        return functional.avg_pool1d(cells, size, ceil_mode=ragged), None
    present = functional.avg_pool1d(mask[:, None].to(cells.dtype), size, ceil_mode=ragged)
    mean = functional.avg_pool1d(shown(cells, mask), size, ceil_mode=ragged)
    return mean / present.clamp_min(1 / (2 * size)), present[:, 0] > 0


def joined(cells: torch.Tensor, mask: torch.Tensor | None, how: str) -> torch.Tensor:
    """Join cells (B, C, K) as `Gathering` says: (B, C x K) as they lie, or (B, C) their mean or greatest value."""
    return _JOINED[how](cells, mask)


def _mean(cells: torch.Tensor, mask: torch.Tensor | None) -> torch.Tensor:
    """Average over the cells that are there."""
    if mask is None:
        return cells.mean(dim=2)
    return shown(cells, mask).sum(dim=2) / mask.sum(dim=1, keepdim=True).clamp_min(1)


def _greatest(cells: torch.Tensor, mask: torch.Tensor | None) -> torch.Tensor:
    """Take each filter's greatest value among the cells that are there."""
    if mask is not None:
        cells = cells.masked_fill(~mask[:, None], torch.finfo(cells.dtype).min)
    return cells.amax(dim=2)


_JOINED = {
    "kept": lambda cells, mask: shown(cells, mask).flatten(1),
    "mean": _mean,
    "max": _greatest,
}


class Joining(Backbone):
    """Base of backbones whose cells, one per letter, are joined by one dense layer."""

    drop: nn.Dropout
    dense: nn.Linear

    def make_dense(self, width: int) -> None:
        """Make the last layer, for cells of `width` values, as the settings say."""
        settings, count = self.settings, 1
        if settings.positions == "kept":
            self.position_bound = ("dense",)
            count = self.length // settings.pool
            if count < 1:
                raise SeqgraftError(
                    f"Sequences of {self.length} letters leave no cell after pooling by {settings.pool}.",
                    where="backbone.pool",
                    remedy="use a smaller pool",
                )
        self.drop = nn.Dropout(settings.dropout)
        self.dense = nn.Linear(width * count, settings.hidden)

    def forward(self, one_hot: torch.Tensor, mask: torch.Tensor | None = None) -> torch.Tensor:
        """Return features (B, F) of one-hot sequences (B, A, L)."""
        kept = self.settings.positions == "kept"
        if kept:
            one_hot, mask = whole(one_hot, mask, self.length)
        cells, mask = self.cells(one_hot, mask)
        if kept:
            cells, mask = pooled(cells, mask, self.settings.pool, ragged=False)
        return torch.relu(self.dense(self.drop(joined(cells, mask, self.settings.positions))))

    def positions(self, one_hot: torch.Tensor, mask: torch.Tensor | None = None) -> torch.Tensor:
        """Return features (B, L, F) of every position."""
        if self.settings.positions == "kept":
            no_positions(self.settings, "use `positions: mean` or `max`")
        cells, _ = self.cells(one_hot, mask)
        return torch.relu(self.dense(self.drop(cells.transpose(1, 2))))
