"""Masked letters: which are to be filled in, what is shown in their place, and how well they were filled in.

After Devlin et al. 2019 (NAACL:4171): of the letters to be filled in most are hidden, some are replaced by a letter
drawn at random and some are shown as they are, because fine-tuning never shows hidden ones.
"""

from dataclasses import dataclass

import numpy as np
import torch

from seqgraft.config.masking import MaskingSettings


def masked(tokens: torch.Tensor, letters: int, masking: MaskingSettings) -> tuple[torch.Tensor, torch.Tensor]:
    """Choose letters to be filled in and put something in their place.

    Parameters
    ----------
    tokens : torch.Tensor
        (B, L) uint8; an index into the alphabet, from `letters` on unknown or padding.
    letters : int
        Letters of the alphabet.
    masking : MaskingSettings
        The shares.

    Returns
    -------
    shown : torch.Tensor
        (B, L) uint8: what the network sees. A hidden letter is shown as the unknown one.
    wanted : torch.Tensor
        (B, L) bool: which letters are to be filled in; only known ones are.
    """
    device = tokens.device
    wanted = (torch.rand(tokens.shape, device=device) < masking.share) & (tokens < letters)
    kind = torch.rand(tokens.shape, device=device)
    other = torch.randint(0, letters, tokens.shape, device=device, dtype=tokens.dtype)
    shown = torch.where(wanted & (kind < masking.hidden), torch.full_like(tokens, letters), tokens)
    at_random = wanted & (kind >= masking.hidden) & (kind < masking.hidden + masking.random)
    return torch.where(at_random, other, shown), wanted


def fixed_mask(tokens: np.ndarray, letters: int, share: float, generator: np.random.Generator) -> np.ndarray:
    """Choose the letters of held-out sequences that are asked for, the same at every checkpoint.

    Parameters
    ----------
    tokens : numpy.ndarray
        (N, L) uint8.
    letters : int
        Letters of the alphabet.
    share : float
        Share of letters; at least one of all is chosen.
    generator : numpy.random.Generator
        Draws them.

    Returns
    -------
    numpy.ndarray
        (N, L) bool.
    """
    drawn = generator.random(tokens.shape)
    known = tokens < letters
    wanted = (drawn < share) & known
    if not wanted.any() and known.any():
        wanted.flat[np.where(known, drawn, np.inf).argmin()] = True
    return wanted


@dataclass(frozen=True)
class Frequencies:
    """How often each letter stands in training sequences: what is known of a letter without its neighbours.

    Parameters
    ----------
    shares : numpy.ndarray
        (A,) float64; each letter was counted once more than it was found.
    """

    shares: np.ndarray

    @classmethod
    def of(cls, tokens: np.ndarray, letters: int) -> "Frequencies":
        """Count the letters (N, L), unknown ones left out."""
        counts = np.bincount(tokens[tokens < letters].ravel(), minlength=letters) + 1.0
        return cls(counts / counts.sum())

    def loss(self, letters: np.ndarray) -> float:
        """Return the mean cross-entropy, in nats, of letters (M,) that are guessed by these shares."""
        return float(-np.log(self.shares[letters]).mean())

    def accuracy(self, letters: np.ndarray) -> float:
        """Return the share of letters (M,) that are the commonest one."""
        return float((letters == self.shares.argmax()).mean())
