"""Where the boxes of a simulated sequence lie: the right places of promoters, the wrong ones of decoys."""

from collections.abc import Callable
from dataclasses import dataclass

from seqgraft.simulate.species import BOX, GAPS, SPACERS, Species

LENGTH = 81  # -60 .. +20 around the transcription start, as in RegulonDB and DBTBS windows
START = 60  # index of the transcription start, +1
UPSTREAM = 21  # letters of the upstream part: no promoter's -35 box begins before -39

SHIFTS = tuple(range(12, 20))  # how many letters downstream a shifted decoy lies
SQUEEZED = (7, 8, 9, 10, 11)  # spacers too short for the polymerase


@dataclass(frozen=True)
class Layout:
    """One arrangement of the two boxes.

    Parameters
    ----------
    kind : str
        ``promoter``, or the kind of decoy.
    box35, box10 : int
        Index of the first letter of each box in the window, from 0.
    extended : bool
        Whether the species' extension (TG or TRTG) is planted, ending at ``box10 - 2``.
    probability : float
        Within all layouts of its kind.
    """

    kind: str
    box35: int
    box10: int
    extended: bool
    probability: float

    @property
    def spacer(self) -> int:
        """Letters between the two boxes, whichever comes first."""
        return abs(self.box10 - self.box35) - BOX


def promoter_layouts(species: Species) -> tuple[Layout, ...]:
    """List all arrangements of a species' promoters with their probabilities, which add up to 1."""
    return tuple(
        Layout("promoter", box10 - spacer - BOX, box10, extended, p_gap * p_spacer * p_extended)
        for gap, p_gap in zip(GAPS, species.gaps, strict=True)
        for box10 in (START - gap - BOX,)
        for spacer, p_spacer in zip(SPACERS, species.spacers, strict=True)
        for extended, p_extended in ((False, 1 - species.extended), (True, species.extended))
    )


def _shifted(true: Layout) -> list[Layout]:
    """Promoters whose boxes all lie too far downstream."""
    share = true.probability / len(SHIFTS)
    return [Layout("shifted", true.box35 + n, true.box10 + n, true.extended, share) for n in SHIFTS]


def _squeezed(true: Layout) -> list[Layout]:
    """Promoters whose -10 box is in its place and whose -35 box is too near to it."""
    share = true.probability / len(SQUEEZED)
    return [Layout("squeezed", true.box10 - n - BOX, true.box10, true.extended, share) for n in SQUEEZED]


def _swapped(true: Layout) -> list[Layout]:
    """Promoters whose two boxes have changed places."""
    return [Layout("swapped", true.box10, true.box35, true.extended, true.probability)]


DECOYS: dict[str, Callable[[Layout], list[Layout]]] = {
    "shifted": _shifted,
    "squeezed": _squeezed,
    "swapped": _swapped,
}


def decoy_layouts(species: Species) -> tuple[Layout, ...]:
    """List the arrangements of decoys, each kind equally often; their probabilities add up to 1."""
    merged: dict[tuple[str, int, int, bool], float] = {}
    for true in promoter_layouts(species):
        for make in DECOYS.values():
            for layout in make(true):
                key = (layout.kind, layout.box35, layout.box10, layout.extended)
                merged[key] = merged.get(key, 0.0) + layout.probability / len(DECOYS)
    return tuple(Layout(*key, probability) for key, probability in merged.items())
