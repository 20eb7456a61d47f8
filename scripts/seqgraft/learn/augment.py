"""Sequences as a training step sees them: either strand, moved by a few letters, some letters hidden."""

import math

import torch

from seqgraft.learn.model import Model


def augmented(
    model: Model,
    tokens: torch.Tensor,
    labels: torch.Tensor,
    *,
    shift: int = 0,
    token_dropout: float = 0.0,
    per_residue: bool = False,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Vary a batch as the settings ask for; lengths stay as they are.

    Parameters
    ----------
    model : Model
        Knows the alphabet and, where both strands mean the same, the other strand.
    tokens : torch.Tensor
        (B, L) uint8; of a task whose lengths differ with padding at the right ends, which stays where it is. Vectors
        have no strand, no place and no letter to hide.
    labels : torch.Tensor
        (B, …); of a per-residue task (B, L, …), which move with their letters.
    shift : int
        Largest shift in letters, drawn for each sequence; the gap is filled with unknown letters.
    token_dropout : float
        Share of letters shown as unknown.
    per_residue : bool
        Whether labels belong to positions.

    Returns
    -------
    tokens, labels : torch.Tensor
        As given where nothing is asked for.
    """
    if tokens.is_floating_point():
        return tokens, labels
    unknown = len(model.reading.letters)
    nothing = tokens > unknown if model.reading.ragged else None
    if model.reading.complement is not None:
        other = torch.rand(len(tokens), 1, device=tokens.device) < 0.5
        tokens = torch.where(other, model.reverse_complement(tokens).to(tokens.dtype), tokens)
        if per_residue:
            back = labels.flip(1) if nothing is None else _to_the_left(labels.flip(1), nothing)
            labels = torch.where(other.reshape(-1, *[1] * (labels.ndim - 1)), back, labels)
    if shift:
        start = torch.randint(0, 2 * shift + 1, (len(tokens), 1), device=tokens.device)
        tokens = shifted(tokens, start, shift, unknown, nothing)
        if per_residue:
            labels = shifted(
                labels, start, shift, -1 if not labels.is_floating_point() else math.nan, nothing
            )
    if token_dropout:
        hidden = torch.rand(tokens.shape, device=tokens.device) < token_dropout
        tokens = model.hide(tokens, hidden)
    return tokens, labels


def shifted(
    values: torch.Tensor, start: torch.Tensor, most: int, fill: float, nothing: torch.Tensor | None = None
) -> torch.Tensor:
    """Move each row by `most` minus its `start` to the right; the gap is filled.

    Parameters
    ----------
    values : torch.Tensor
        (B, L, …).
    start : torch.Tensor
        (B, 1) int64 from 0 to twice `most`.
    most : int
        Largest shift.
    fill : float
        What the gap is filled with.
    nothing : torch.Tensor, optional
        (B, L) bool: padding, which stays where it is and is never moved into a sequence.
    """
    length = values.shape[1]
    place = start - most + torch.arange(length, device=values.device)
    outside = (place < 0) | (place >= length)
    place = place.clamp(0, length - 1)
    if nothing is not None:
        outside = outside | nothing.gather(1, place)
    wide = (*place.shape, *[1] * (values.ndim - 2))
    moved = values.gather(1, place.reshape(wide).expand(values.shape))
    moved = moved.masked_fill(outside.reshape(wide), fill)
    return moved if nothing is None else torch.where(nothing.reshape(wide), values, moved)


def _to_the_left(turned: torch.Tensor, nothing: torch.Tensor) -> torch.Tensor:
    """Bring rows that were turned round back to the left end, so that their padding is at the right again."""
    length = turned.shape[1]
    pad = nothing.sum(1, keepdim=True)
    place = (torch.arange(length, device=turned.device) + pad) % length
    wide = (*place.shape, *[1] * (turned.ndim - 2))
    return turned.gather(1, place.reshape(wide).expand(turned.shape))
