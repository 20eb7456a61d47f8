"""A model: a backbone, a head, and the step from tokens to one-hot letters."""

import torch
from torch import nn

from seqgraft.config.learning import BackboneSettings
from seqgraft.learn.backbones import BACKBONES, Backbone
from seqgraft.learn.examples import Reading
from seqgraft.learn.joining import join, joined_width, shares_backbone


class Model(nn.Module):
    """Tokens in, logits or numbers out: per sequence, per pair or per residue, as the reading says.

    Parameters
    ----------
    reading : Reading
        Alphabet, length, strands and outputs. The sequences of a pair share the backbone where both have one alphabet
        and length; else each has its own.
    settings : BackboneSettings
        The backbone.
    """

    def __init__(self, reading: Reading, settings: BackboneSettings) -> None:
        super().__init__()
        self.reading = reading
        self.backbone = BACKBONES[settings.name](len(reading.letters), reading.length, settings)
        width = self.backbone.features
        if reading.second is not None:
            width = joined_width(reading, width)
        self.head = nn.Linear(width, reading.outputs)
        if reading.second is not None and not shares_backbone(reading):
            second = reading.second
            self.backbone_2 = BACKBONES[settings.name](len(second.letters), second.length, settings)
        for number, part in enumerate(reading.parts):
            self._remember(part, f"_{number + 1}" if number else "")

    def _remember(self, part: Reading, end: str) -> None:
        """Keep how the tokens of one part are read; no part of the weights, so never saved."""
        count = len(part.letters)
        # The last rows are the unknown letter and no letter at all: no channel is on.
        one_hot = torch.eye(count + 2)[:, :count].contiguous()
        self.register_buffer(f"one_hot{end}", one_hot, persistent=False)
        if part.complement is not None:
            complement = torch.tensor([*part.complement, count, count + 1])
            self.register_buffer(f"complement{end}", complement, persistent=False)

    def features(self, tokens: torch.Tensor) -> torch.Tensor:
        """Return features (B, F), or (B, L, F) of each residue, of tokens (B, L) as they are written.

        Vectors (B, D) are what a backbone of embeddings reads.
        """
        if tokens.is_floating_point():
            features: torch.Tensor = self.backbone(tokens[:, None])
            return features
        found = [
            self._features(number, part, own)
            for number, (part, own) in enumerate(
                zip(self.reading.parts, self.reading.cut(tokens), strict=True)
            )
        ]
        return found[0] if len(found) == 1 else join(self.reading, *found)

    def _features(self, number: int, part: Reading, tokens: torch.Tensor) -> torch.Tensor:
        """Return the features of one sequence of each example."""
        own = number and not shares_backbone(self.reading)
        backbone: Backbone = self.backbone_2 if own else self.backbone
        table = getattr(self, f"one_hot_{number + 1}" if number else "one_hot")
        one_hot = table[tokens.long()].transpose(1, 2)
        mask = (tokens <= len(part.letters),) if part.ragged else ()
        return (backbone.positions if self.reading.per_residue else backbone)(one_hot, *mask)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        """Return logits (B,) or (B, K), or (B, L) or (B, L, K) of each residue, of tokens (B, L) as written."""
        logits = self.head(self.features(tokens))
        return logits.squeeze(-1) if self.reading.outputs == 1 else logits

    def reverse_complement(self, tokens: torch.Tensor) -> torch.Tensor:
        """Return tokens (B, L) read on the other strand, each sequence of an example where it was."""
        turned = []
        for number, (part, own) in enumerate(zip(self.reading.parts, self.reading.cut(tokens), strict=True)):
            complement = getattr(self, f"complement_{number + 1}" if number else "complement")
            other = complement[own.long()].flip(1)
            if part.ragged:  # what was behind the end is now before the beginning
                length = (own <= len(part.letters)).sum(dim=1, keepdim=True)
                places = torch.arange(own.shape[1], device=own.device)
                other = other.gather(1, (places - length) % own.shape[1])
            turned.append(other)
        return turned[0] if len(turned) == 1 else torch.cat(turned, dim=1)

    def hide(self, tokens: torch.Tensor, hidden: torch.Tensor) -> torch.Tensor:
        """Return tokens (B, L) with those letters unknown that `hidden` (B, L) marks; what is no letter stays."""
        found = [
            own.masked_fill(marked & (own <= len(part.letters)), len(part.letters))
            for part, own, marked in zip(
                self.reading.parts, self.reading.cut(tokens), self.reading.cut(hidden), strict=True
            )
        ]
        return found[0] if len(found) == 1 else torch.cat(found, dim=1)


def build(reading: Reading, settings: BackboneSettings, seed_value: int) -> Model:
    """Build a model with random weights.

    Parameters
    ----------
    reading : Reading
        Alphabet, length, strands and outputs.
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
        (N,), (N, K), (N, L) or (N, L, K) float32 on the model's device.
    """
    return _in_batches(model, model.forward, tokens, batch_size)


@torch.no_grad()
def extract(
    model: Model, tokens: torch.Tensor, wanted: torch.Tensor | None = None, batch_size: int = 1024
) -> torch.Tensor:
    """Return the features (N, F) of many sequences, both strands averaged where they mean the same.

    Of each residue only those of `wanted`, (N, L) bool, are kept: (E, F), sequence by sequence.
    """
    return _in_batches(model, model.features, tokens, batch_size, wanted)


def _in_batches(  # type: ignore[no-untyped-def]
    model: Model, function, tokens: torch.Tensor, batch_size: int, wanted: torch.Tensor | None = None
) -> torch.Tensor:
    """Apply `function` batch by batch in evaluation mode; dropout would change the answer."""
    model.eval()
    results = []
    for number, batch in enumerate(tokens.split(batch_size)):
        result = function(batch)
        if model.reading.complement is not None:
            result = (result + function(model.reverse_complement(batch))) / 2
        if wanted is not None:
            result = result[wanted[number * batch_size : number * batch_size + len(batch)]]
        results.append(result)
    return torch.cat(results)
