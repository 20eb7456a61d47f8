"""Several heads on one backbone: a class head for each labelled source, a head for masked letters for the others."""

from collections.abc import Mapping

import torch
from torch import nn

from seqgraft.config.learning import BackboneSettings
from seqgraft.errors import SeqgraftError
from seqgraft.learn.backbones import BACKBONES
from seqgraft.learn.examples import Reading


class SharedModel(nn.Module):
    """A backbone and one linear head per source.

    Parameters
    ----------
    reading : Reading
        Alphabet, length and strands.
    settings : BackboneSettings
        The backbone.
    outputs : mapping of str to int or None
        By source the number of logits per sequence; None for masked letters, with one logit per letter and position.
    """

    def __init__(
        self, reading: Reading, settings: BackboneSettings, outputs: Mapping[str, int | None]
    ) -> None:
        super().__init__()
        count = len(reading.letters)
        self.reading = reading
        self.backbone = BACKBONES[settings.name](count, reading.length, settings)
        heads = {
            name: nn.Linear(self.backbone.features, number)
            if number is not None
            else nn.Linear(_features_of_a_position(self.backbone, reading), count)
            for name, number in outputs.items()
        }
        self.heads = nn.ModuleDict(heads)
        # The last rows are the unknown letter and padding: no channel is on. No part of the weights, so never saved.
        self.register_buffer("one_hot", torch.eye(count + 2)[:, :count].contiguous(), persistent=False)
        if reading.complement is not None:
            complement = torch.tensor([*reading.complement, count, count + 1])
            self.register_buffer("complement", complement, persistent=False)

    def classified(self, source: str, tokens: torch.Tensor) -> torch.Tensor:
        """Return a source's logits (B,) of tokens (B, L), or (B, O) of several outputs."""
        logits = self.heads[source](self.backbone(self._one_hot(tokens)))
        return logits.squeeze(1) if logits.shape[1] == 1 else logits

    def filled_in(self, source: str, tokens: torch.Tensor) -> torch.Tensor:
        """Return the logits (B, L, A) of each letter at each position of tokens (B, L)."""
        return self.heads[source](self.backbone.positions(self._one_hot(tokens)))  # type: ignore[operator]

    def reverse_complement(self, tokens: torch.Tensor) -> torch.Tensor:
        """Return tokens (B, L) read on the other strand."""
        return self.complement[tokens.long()].flip(1).to(tokens.dtype)  # type: ignore[index]

    def _one_hot(self, tokens: torch.Tensor) -> torch.Tensor:
        """Return (B, A, L)."""
        return self.one_hot[tokens.long()].transpose(1, 2)  # type: ignore[index]


def build_shared(
    reading: Reading,
    settings: BackboneSettings,
    outputs: Mapping[str, int | None],
    seed_value: int,
    start: Mapping[str, torch.Tensor] | None = None,
) -> SharedModel:
    """Build a model with several heads.

    Parameters
    ----------
    reading, settings, outputs
        As for `SharedModel`.
    seed_value : int
        Seed of the weights; backbone and heads follow from it in this order.
    start : mapping of torch.Tensor, optional
        Weights by name to start from instead: all of the backbone, and heads as far as there are any.

    Returns
    -------
    SharedModel
        On the CPU, so that a GPU starts from the same weights.

    Raises
    ------
    SeqgraftError
        When `start` does not fit.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed_value)
        model = SharedModel(reading, settings, outputs)
    own = dict(model.named_parameters())
    for name, value in (start or {}).items():
        if name not in own or own[name].shape != value.shape:
            raise SeqgraftError(
                f"The weight '{name}' of the source model does not fit the backbone.",
                remedy="pretrain again",
            )
        own[name].data.copy_(value)
    missing = [name for name in own if name.startswith("backbone.") and start and name not in start]
    if missing:
        raise SeqgraftError(
            f"The source model lacks weights of the backbone: {', '.join(missing)}.", remedy="pretrain again"
        )
    return model


def _features_of_a_position(backbone: nn.Module, reading: Reading) -> int:
    """Return the number of features that a backbone has for each letter."""
    backbone.eval()
    with torch.no_grad():
        found = backbone.positions(torch.zeros(1, len(reading.letters), reading.length))  # type: ignore[operator]
    backbone.train()
    return int(found.shape[2])
