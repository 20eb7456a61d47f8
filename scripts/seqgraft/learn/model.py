"""A model: a backbone, a head, and the step from tokens to one-hot letters."""

import torch
from torch import nn

from seqgraft.config.learning import BackboneSettings
from seqgraft.learn.backbones import BACKBONES
from seqgraft.learn.examples import Reading


class Model(nn.Module):
    """Tokens in, one logit of the positive class out.

    Parameters
    ----------
    reading : Reading
        Alphabet, length and strands.
    settings : BackboneSettings
        The backbone.
    """

    def __init__(self, reading: Reading, settings: BackboneSettings) -> None:
        super().__init__()
        count = len(reading.letters)
        self.reading = reading
        self.backbone = BACKBONES[settings.name](count, reading.length, settings)
        self.head = nn.Linear(self.backbone.features, 1)
        # The last row is the unknown letter: no channel is on. No part of the weights, so never saved.
        self.register_buffer("one_hot", torch.eye(count + 1)[:, :count].contiguous(), persistent=False)
        if reading.complement is not None:
            complement = torch.tensor([*reading.complement, count])
            self.register_buffer("complement", complement, persistent=False)

    def features(self, tokens: torch.Tensor) -> torch.Tensor:
        """Return features (B, F) of tokens (B, L) as they are written, or of vectors (B, D)."""
        if tokens.is_floating_point():
            return self.backbone(tokens[:, None])
        one_hot = self.one_hot[tokens.long()]  # type: ignore[index]
        return self.backbone(one_hot.transpose(1, 2))

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        """Return logits (B,) of tokens (B, L) as they are written."""
        return self.head(self.features(tokens)).squeeze(1)

    def reverse_complement(self, tokens: torch.Tensor) -> torch.Tensor:
        """Return tokens (B, L) read on the other strand."""
        return self.complement[tokens.long()].flip(1)  # type: ignore[index]


def build(reading: Reading, settings: BackboneSettings, seed_value: int) -> Model:
    """Build a model with random weights.

    Parameters
    ----------
    reading : Reading
        Alphabet, length and strands.
    settings : BackboneSettings
        The backbone.
    seed_value : int
        Seed of the weights; backbone and head follow from it in this order.

    Returns
    -------
    Model
        On the CPU, so that a GPU starts from the same weights.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed_value)
        return Model(reading, settings)


@torch.no_grad()
def predict(model: Model, tokens: torch.Tensor, batch_size: int = 1024) -> torch.Tensor:
    """Return the logits of many sequences, both strands averaged where they mean the same.

    Parameters
    ----------
    model : Model
        Put into evaluation mode by this call.
    tokens : torch.Tensor
        (N, L) uint8, on the model's device.
    batch_size : int
        Sequences per pass.

    Returns
    -------
    torch.Tensor
        (N,) float32 on the model's device.
    """
    return _in_batches(model, model.forward, tokens, batch_size)


@torch.no_grad()
def extract(model: Model, tokens: torch.Tensor, batch_size: int = 1024) -> torch.Tensor:
    """Return the features (N, F) of many sequences, both strands averaged where they mean the same."""
    return _in_batches(model, model.features, tokens, batch_size)


def _in_batches(model: Model, function, tokens: torch.Tensor, batch_size: int) -> torch.Tensor:  # type: ignore[no-untyped-def]
    """Apply `function` batch by batch in evaluation mode; dropout would change the answer."""
    model.eval()
    results = []
    for batch in tokens.split(batch_size):
        result = function(batch)
        if model.reading.complement is not None:
            result = (result + function(model.reverse_complement(batch))) / 2
        results.append(result)
    return torch.cat(results)
