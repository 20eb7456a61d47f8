"""What is known of the promoters of two bacteria, in numbers; docs/simulated-data.md names every source."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seqgraft.errors import SeqgraftError

LETTERS = "ACGT"
BOX = 6  # letters in each box

SPACERS = (15, 16, 17, 18, 19)  # letters between the two boxes
GAPS = (4, 5, 6, 7, 8)  # letters between the -10 box and the transcription start

# Counts of Hawley & McClure (1983), 112 promoters of E. coli; rows: positions of the box, columns: A C G T.
_HAWLEY_35 = (
    (2, 7, 11, 92),
    (6, 6, 6, 94),
    (2, 11, 88, 11),
    (72, 18, 3, 19),
    (26, 60, 11, 15),
    (50, 8, 17, 37),
)
_HAWLEY_10 = (
    (2, 10, 11, 89),
    (106, 2, 1, 3),
    (29, 16, 18, 49),
    (66, 14, 17, 15),
    (57, 22, 14, 19),
    (1, 3, 0, 108),
)
# Percentages of the commonest letter, Helmann (1995) as tabulated by Wösten et al. (1998).
_HELMANN_35 = (("T", 87), ("T", 83), ("G", 78), ("A", 64), ("C", 51), ("A", 58))
_HELMANN_10 = (("T", 94), ("A", 96), ("T", 60), ("A", 78), ("A", 74), ("T", 94))


@dataclass(frozen=True)
class Species:
    """The promoters of one species.

    Parameters
    ----------
    name : str
        The name used in configs and sequence ids.
    title : str
        The name for people.
    core : tuple of float
        Frequencies of A, C, G, T outside the boxes, from -39 on.
    upstream : tuple of float
        The same from -60 to -40, where promoters are rich in A and T.
    tracts : float
        How far A (near -43 and -54) and T (between them) rise above their mean upstream, as a fraction of it.
    box35, box10 : tuple of tuple of float
        Letter frequencies, one row for each of the 6 positions, columns A, C, G, T.
    spacers : tuple of float
        Probability of each length in ``SPACERS``.
    gaps : tuple of float
        Probability of each length in ``GAPS``.
    extended : float
        Fraction of promoters with a planted extension of the -10 box; chance adds about 5 % to it.
    extension : tuple of tuple of float
        Letter frequencies of the extension, which ends one letter before the -10 box (position -14).
    """

    name: str
    title: str
    core: tuple[float, ...]
    upstream: tuple[float, ...]
    tracts: float
    box35: tuple[tuple[float, ...], ...]
    box10: tuple[tuple[float, ...], ...]
    spacers: tuple[float, ...]
    gaps: tuple[float, ...]
    extended: float
    extension: tuple[tuple[float, ...], ...]


def _from_counts(counts: Sequence[Sequence[int]]) -> tuple[tuple[float, ...], ...]:
    """Turn counts into frequencies; a quarter is added to each so that no letter is impossible."""
    return tuple(tuple((n + 0.25) / (sum(row) + 1) for n in row) for row in counts)


def _from_commonest(
    commonest: Sequence[tuple[str, int]], composition: Sequence[float]
) -> tuple[tuple[float, ...], ...]:
    """Give the commonest letter its percentage; the others share the rest as they do in the genome."""
    rows = []
    for letter, percent in commonest:
        others = 1.0 - composition[LETTERS.index(letter)]
        rows.append(
            tuple(
                percent / 100 if other == letter else (1 - percent / 100) * share / others
                for other, share in zip(LETTERS, composition, strict=True)
            )
        )
    return tuple(rows)


_TG = ((0.0, 0.0, 0.0, 1.0), (0.0, 0.0, 1.0, 0.0))
# The TRTG of gram-positive bacteria (Voskuil & Chambliss 1998), R = A or G.
_TRTG = ((0.05, 0.05, 0.05, 0.85), (0.45, 0.05, 0.45, 0.05), *_TG)

_ECOLI_CORE = (0.246, 0.254, 0.254, 0.246)  # the genome: 50.8 % G+C (Blattner et al. 1997)
_BSUBTILIS_CORE = (0.2825, 0.2175, 0.2175, 0.2825)  # the genome: 43.5 % G+C (Kunst et al. 1997)

SPECIES: dict[str, Species] = {
    species.name: species
    for species in (
        Species(
            name="ecoli",
            title="Escherichia coli, sigma-70",
            core=_ECOLI_CORE,
            upstream=(0.32, 0.195, 0.185, 0.30),
            tracts=0.0,
            box35=_from_counts(_HAWLEY_35),
            box10=_from_counts(_HAWLEY_10),
            spacers=(0.04, 0.22, 0.46, 0.24, 0.04),
            gaps=(0.12, 0.20, 0.30, 0.25, 0.13),
            extended=0.16,
            extension=_TG,
        ),
        Species(
            name="bsubtilis",
            title="Bacillus subtilis, sigma-A",
            core=_BSUBTILIS_CORE,
            upstream=(0.35, 0.15, 0.15, 0.35),
            tracts=0.4,
            box35=_from_commonest(_HELMANN_35, _BSUBTILIS_CORE),
            box10=_from_commonest(_HELMANN_10, _BSUBTILIS_CORE),
            spacers=(0.03, 0.17, 0.58, 0.19, 0.03),
            gaps=(0.12, 0.20, 0.30, 0.25, 0.13),
            extended=0.40,
            extension=_TRTG,
        ),
    )
}


def species_named(name: str) -> Species:
    """Return a species of the registry.

    Raises
    ------
    SeqgraftError
        If there is none of that name.
    """
    if name not in SPECIES:
        raise SeqgraftError(
            f"There is no simulated species called '{name}'.", remedy=f"Choose one of: {', '.join(SPECIES)}."
        )
    return SPECIES[name]


def weakened(box: Sequence[Sequence[float]], core: Sequence[float], strength: float) -> NDArray[np.float64]:
    """Scale the log-odds of a box against the surrounding letters.

    Parameters
    ----------
    box : sequence of sequence of float
        Letter frequencies, shape (6, 4).
    core : sequence of float
        Letter frequencies around the box, shape (4,).
    strength : float
        1 leaves the published frequencies, 0 makes the box equal to its surroundings.

    Returns
    -------
    numpy.ndarray
        Frequencies ``core * (box / core) ** strength``, each row scaled to a sum of 1, shape (6, 4), float64.
    """
    around = np.asarray(core, dtype=np.float64)
    scaled = around * (np.asarray(box, dtype=np.float64) / around) ** strength
    # Rounded, so that the last bit of a machine's power function cannot change a letter.
    rounded = np.round(scaled / scaled.sum(axis=1, keepdims=True), 9)
    return np.asarray(rounded / rounded.sum(axis=1, keepdims=True), dtype=np.float64)
