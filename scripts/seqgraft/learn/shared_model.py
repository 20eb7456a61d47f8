"""Several heads on one backbone: a class head for each labelled source, a head for masked letters for the others."""

from collections.abc import Mapping

import torch
from torch import nn

from seqgraft.config.learning import BackboneSettings
from seqgraft.errors import SeqgraftError
from seqgraft.learn.examples import Reading
from seqgraft.learn.model import Model


class SharedModel(Model):
    """A backbone and one linear head per source.

    Parameters
    ----------
    reading : Reading
        Alphabet, length and strands; single sequences.
    settings : BackboneSettings
        The backbone; where letters are masked, one with features of each position.
    outputs : mapping of str to int or None
        By source the number of logits per sequence; None for masked letters, with one logit per letter and position.
    """

    def __init__(
        self, reading: Reading, settings: BackboneSettings, outputs: Mapping[str, int | None]
    ) -> None:
        super().__init__(reading, settings)
        del self.head
        width, count = self.backbone.features, len(reading.letters)
        self.masked = {name for name, number in outputs.items() if number is None}
        self.heads = nn.ModuleDict(
            {name: nn.Linear(width, count if number is None else number) for name, number in outputs.items()}
        )

    def forward(self, tokens: torch.Tensor, source: str | None = None) -> torch.Tensor:
        """Return what one source's head says of tokens (B, L).

        Parameters
        ----------
        tokens : torch.Tensor
            (B, L) uint8.
        source : str, optional
            Whose head it is; none gives the features (B, F).

        Returns
        -------
        torch.Tensor
            Logits (B,), or (B, O) of several outputs; (B, L, A) of each letter at each position for masked letters.
        """
        if source is None:
            return self.features(tokens)
        if source in self.masked:
            mask = (tokens <= len(self.reading.letters),) if self.reading.ragged else ()
            one_hot = self.one_hot[tokens.long()].transpose(1, 2)  # type: ignore[index]
            return self.heads[source](self.backbone.positions(one_hot, *mask))
        logits = self.heads[source](self.features(tokens))
        return logits.squeeze(1) if logits.shape[1] == 1 else logits


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
    own = model.state_dict()
    for name, value in (start or {}).items():
        if name not in own or own[name].shape != value.shape:
            raise SeqgraftError(
                f"The weight '{name}' of the source model does not fit the backbone.",
                remedy="pretrain again",
            )
        own[name].copy_(value)
    missing = [name for name in own if name.startswith("backbone.") and start and name not in start]
    if missing:
        raise SeqgraftError(
            f"The source model lacks weights of the backbone: {', '.join(missing)}.", remedy="pretrain again"
        )
    return model
