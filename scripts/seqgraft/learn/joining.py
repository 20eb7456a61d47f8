"""How the features of a pair's two sequences become those of the pair."""

import torch

from seqgraft.learn.examples import Reading


def shares_backbone(reading: Reading) -> bool:
    """Tell whether one backbone reads both sequences of a pair: where they have one alphabet and one length."""
    second = reading.second
    return second is not None and (second.letters, second.length) == (reading.letters, reading.length)


def joined_width(reading: Reading, width: int) -> int:
    """Return the number of features of a pair whose sequences have `width` each."""
    return 3 * width


def join(reading: Reading, first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    """Join the features of both sequences.

    Parameters
    ----------
    reading : Reading
        Whether they may change places.
    first, second : torch.Tensor
        (B, F) each.

    Returns
    -------
    torch.Tensor
        (B, 3 F): first, second and their product; of symmetric pairs sum, absolute difference and product, none of
        which changes by a bit when the two change places. The product lets a linear head see what only both together
        have.
    """
    if reading.symmetric:
        return torch.cat([first + second, (first - second).abs(), first * second], dim=1)
    return torch.cat([first, second, first * second], dim=1)
