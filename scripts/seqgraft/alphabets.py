"""Alphabets as objects: which letters a sequence may hold, which are ambiguous, and how letters become numbers."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np


@dataclass(frozen=True)
class Alphabet:
    """The letters of one kind of molecule.

    Parameters
    ----------
    name : str
        As in configs.
    letters : str
        The letters that mean one residue each, in the order of their tokens.
    ambiguous : str
        Further codes of the IUPAC nomenclature (Cornish-Bowden 1985, NAR 13:3021, for nucleic acids), which stand
        for several residues or an unknown one.
    pairs : dict of str to str, optional
        The complement of each letter; empty where there is no second strand.
    """

    name: str
    letters: str
    ambiguous: str
    pairs: tuple[tuple[str, str], ...] = ()

    @property
    def unknown(self) -> int:
        """The token of every letter that is not in `letters`."""
        return len(self.letters)

    @cached_property
    def table(self) -> bytes:
        """The token of each of the 256 byte values, for ``bytes.translate``."""
        tokens = bytearray([self.unknown] * 256)
        for token, letter in enumerate(self.letters):
            tokens[ord(letter)] = token
        return bytes(tokens)

    @cached_property
    def complement(self) -> tuple[int, ...] | None:
        """The token of each letter's complement; None where there is no second strand."""
        if not self.pairs:
            return None
        partner = dict(self.pairs)
        return tuple(self.letters.index(partner[letter]) for letter in self.letters)

    def encode(self, sequence: str) -> np.ndarray:
        """Return a sequence's tokens, shape (L,), uint8; anything unknown becomes `unknown`."""
        return np.frombuffer(sequence.encode("ascii").translate(self.table), dtype=np.uint8)

    def reverse_complement(self, sequence: str) -> str:
        """Return the other strand, read in its own direction; ambiguity codes become ``N``.

        Raises
        ------
        ValueError
            If the alphabet has no complement.
        """
        if not self.pairs:
            raise ValueError(f"{self.name} has no reverse complement")
        partner = dict(self.pairs)
        return "".join(partner.get(letter, "N") for letter in reversed(sequence))


ALPHABETS: dict[str, Alphabet] = {
    alphabet.name: alphabet
    for alphabet in (
        Alphabet("dna", "ACGT", "RYSWKMBDHVN", (("A", "T"), ("C", "G"), ("G", "C"), ("T", "A"))),
        Alphabet("rna", "ACGU", "RYSWKMBDHVN", (("A", "U"), ("C", "G"), ("G", "C"), ("U", "A"))),
        Alphabet("protein", "ACDEFGHIKLMNPQRSTVWY", "BJOUXZ"),
    )
}


def looks_like(letters: set[str]) -> str | None:
    """Name the only alphabet that holds all of these letters, unambiguous ones alone; None if none or several."""
    fitting = [name for name, alphabet in ALPHABETS.items() if letters <= set(alphabet.letters)]
    return fitting[0] if len(fitting) == 1 else None
