"""The generating model: letter probabilities of every position, given where the boxes are."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seqgraft.simulate.layouts import LENGTH, START, UPSTREAM, Layout, decoy_layouts, promoter_layouts
from seqgraft.simulate.species import BOX, LETTERS, Species, weakened

_PERIOD = 11  # A tracts near -43, -54 (Helmann 1995)
_TRACT = -43


@dataclass(frozen=True)
class Model:
    """All that is needed to draw a sequence or to say how likely it is.

    Parameters
    ----------
    species : Species
        Whose promoters.
    around : numpy.ndarray
        Letter probabilities outside the boxes, shape (81, 4), float64; columns A, C, G, T.
    box35, box10 : numpy.ndarray
        Letter probabilities in the boxes, shape (6, 4), float64.
    promoters, decoys : tuple of Layout
        The arrangements and their probabilities.
    """

    species: Species
    around: NDArray[np.float64]
    box35: NDArray[np.float64]
    box10: NDArray[np.float64]
    promoters: tuple[Layout, ...]
    decoys: tuple[Layout, ...]

    def letters(self, layout: Layout) -> NDArray[np.float64]:
        """Return the letter probabilities of a sequence with this layout, shape (81, 4), float64."""
        table = self.around.copy()
        table[layout.box35 : layout.box35 + BOX] = self.box35
        table[layout.box10 : layout.box10 + BOX] = self.box10
        if layout.extended:
            extension = np.asarray(self.species.extension, dtype=np.float64)
            table[layout.box10 - 1 - len(extension) : layout.box10 - 1] = extension
        return table


def model_of(species: Species, strength: float) -> Model:
    """Build the generating model of a species.

    Parameters
    ----------
    species : Species
        Whose promoters.
    strength : float
        Scales the log-odds of the boxes, see `seqgraft.simulate.species.weakened`.
    """
    return Model(
        species=species,
        around=_around(species),
        box35=weakened(species.box35, species.core, strength),
        box10=weakened(species.box10, species.core, strength),
        promoters=promoter_layouts(species),
        decoys=decoy_layouts(species),
    )


def _around(species: Species) -> NDArray[np.float64]:
    """Letter probabilities outside the boxes: the core's, and upstream the A and T tracts in turn."""
    table = np.tile(np.asarray(species.core, dtype=np.float64), (LENGTH, 1))
    position = np.arange(UPSTREAM) - START
    wave = species.tracts * np.round(np.cos(2 * np.pi * (position - _TRACT) / _PERIOD), 9)
    table[:UPSTREAM] = species.upstream
    table[:UPSTREAM, LETTERS.index("A")] *= 1 + wave
    table[:UPSTREAM, LETTERS.index("T")] *= 1 - wave
    return np.asarray(table / table.sum(axis=1, keepdims=True), dtype=np.float64)
