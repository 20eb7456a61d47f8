"""How each line of a figure looks: color, dashes and marker, so that no one of them is needed alone.

Colors are those of Okabe & Ito (2008, Color Universal Design, jfly.uni-koeln.de/color), which stay apart for
color-blind readers; dashes and markers stay apart in grey.
"""

from dataclasses import dataclass

INK, FAINT, RULE = "#1d2328", "#5b6670", "#c9d0d6"


@dataclass(frozen=True)
class Look:
    """One line's look.

    Parameters
    ----------
    color : str
        Hexadecimal.
    dashes : tuple of float
        Lengths on and off in line widths; empty for a solid line.
    marker : str
        A matplotlib marker; empty for none.
    width : float
        Of the line, in points.
    band : float
        Opacity of the interval band.
    edge : bool
        Whether the band has thin edges: for the two lines that the verdict compares.
    """

    color: str
    dashes: tuple[float, ...]
    marker: str
    width: float = 1.6
    band: float = 0.05
    edge: bool = False


LOOKS: dict[str, Look] = {
    "chosen": Look("#000000", (), "o", 2.4, 0.11, edge=True),
    "scratch": Look("#D55E00", (5, 1.6), "s", 2.0, 0.11, edge=True),
    "full": Look("#0072B2", (6, 1.4, 1, 1.4), "^"),
    "full-kept-head": Look("#009E73", (7, 1.6), "D"),
    "linear-probe": Look("#CC79A7", (2.2, 1.2), "v"),
    "zero-shot": Look("#E69F00", (8, 1.6, 2, 1.6), "", 1.8),
    "kmer-logistic": Look("#56B4E9", (1, 1.3), "P", 1.8),
    "constant": Look("#7a7a7a", (1, 2.6), "", 1.4),
}

# For strategies that a later registry adds; told apart by marker and dashes first.
_SPARE = (
    Look("#7b5ea7", (4, 1.2, 1, 1.2, 1, 1.2), "X"),
    Look("#8a6d00", (3, 3), "<"),
    Look("#4d7c0f", (7, 1.2, 2, 1.2), ">"),
    Look("#505a63", (1.5, 1), "*"),
)


def look_of(name: str, unknown: tuple[str, ...] = ()) -> Look:
    """Return the look of a strategy or baseline.

    Parameters
    ----------
    name : str
        Its name.
    unknown : tuple of str
        All names of the figure that have no look of their own, in order; they get spare ones in turn.

    Returns
    -------
    Look
    """
    if name in LOOKS:
        return LOOKS[name]
    return _SPARE[unknown.index(name) % len(_SPARE)] if name in unknown else _SPARE[0]
