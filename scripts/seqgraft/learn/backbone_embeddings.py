"""The backbone `embeddings`: the vectors that a task brings along, as they are."""

import torch

from seqgraft.config.backbones import EmbeddingsSettings
from seqgraft.learn.backbone_base import Backbone, no_positions


class Embeddings(Backbone):
    """No layer at all: another model has made the features.

    Parameters
    ----------
    letters : int
        1: one channel.
    length : int
        Numbers per vector (D).
    settings : EmbeddingsSettings
        Without options.
    """

    input_layer = ""
    blocks = ()

    def __init__(self, letters: int, length: int, settings: EmbeddingsSettings) -> None:
        super().__init__(letters, length, settings)
        self.features = letters * length

    def forward(self, one_hot: torch.Tensor, mask: torch.Tensor | None = None) -> torch.Tensor:
        """Return vectors (B, D) of vectors (B, 1, D)."""
        return one_hot.flatten(1)

    def positions(self, one_hot: torch.Tensor, mask: torch.Tensor | None = None) -> torch.Tensor:
        """Refuse: a vector is of a whole sequence."""
        no_positions(self.settings, "use a backbone that reads letters")
