"""What all drawings share: size, title, settings and the word on simulated data, before any file is written."""

import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from seqgraft.report.fonts import families
from seqgraft.report.look import FAINT, INK, RULE
from seqgraft.report.text import DIGITS

#: Written on every figure of a study with a simulated task.
SIMULATED = "SIMULATED DATA"

_SETTINGS: dict[Any, Any] = {
    "svg.hashsalt": "seqgraft",
    "svg.fonttype": "none",
    "pdf.fonttype": 42,
    "font.size": 9.0,
    "text.color": INK,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "grid.color": RULE,
    "grid.linewidth": 0.5,
    "figure.facecolor": "white",
    "path.simplify": False,
}


@dataclass(frozen=True)
class Frame:
    """What all drawings of one transfer share.

    Parameters
    ----------
    title : str
        Above the drawing.
    metric_title : str
        The primary metric, as written on an axis.
    greater_is_better : bool
        The direction of improvement.
    n_test : int
        Sequences of the test part.
    level : float
        Coverage of the intervals.
    simulated : bool
        Whether the study has a simulated task.
    digits : int or None
        Digits after the point of the metric; None for three significant ones.
    """

    title: str
    metric_title: str
    greater_is_better: bool
    n_test: int
    level: float
    simulated: bool
    digits: int | None = DIGITS


def write_title(figure: Figure, frame: Frame, columns: int) -> None:
    """Write the title at the top left, on as many lines as `title_lines` counts."""
    width, height = figure.get_size_inches()
    top = 0.4 if frame.simulated else 0.08
    text = "\n".join(title_lines(frame, columns))
    figure.text(
        0.02 / width, 1 - top / height, text, fontsize=10, fontweight="bold", va="top", linespacing=1.25
    )


def title_lines(frame: Frame, columns: int) -> list[str]:
    """Break a title into at most three lines of so many letters."""
    lines = textwrap.wrap(frame.title, columns)
    return lines if len(lines) <= 3 else [*lines[:2], f"{lines[2][: columns - 1]}…"]


def title_height(frame: Frame, columns: int) -> float:
    """Return the inches that title and banner take."""
    return 0.16 + 0.19 * len(title_lines(frame, columns)) + (0.3 if frame.simulated else 0.0)


@dataclass(frozen=True)
class Sketch:
    """A finished drawing that no format has been chosen for.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        Made by `canvas`.
    title, description : str
        For who cannot see it: what is drawn, and its numbers in words.
    """

    figure: Figure
    title: str
    description: str


@contextmanager
def own_style() -> Iterator[None]:
    """Draw and write under this package's settings, whatever the user's own matplotlib settings are.

    matplotlib makes ticks only when a file is written, so writing needs the same settings as drawing.
    """
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_SETTINGS | {"font.family": families()})
        yield


@contextmanager
def canvas(width: float, height: float, *, simulated: bool) -> Iterator[Figure]:
    """Open an empty figure.

    Parameters
    ----------
    width, height : float
        In inches.
    simulated : bool
        Whether to write "SIMULATED DATA" across it.

    Yields
    ------
    matplotlib.figure.Figure
    """
    with own_style():
        figure = Figure(figsize=(width, height))
        FigureCanvasAgg(figure)
        if simulated:
            # Centred in its box, so that a font of another width does no harm.
            figure.text(
                1 - 0.75 / width, 1 - 0.18 / height, SIMULATED, ha="center", va="center", fontsize=9.5,
                fontweight="bold", color="white", zorder=20,
                bbox={"boxstyle": "square,pad=0.3", "facecolor": INK, "edgecolor": "none"},
            )  # fmt: skip
        yield figure


def blank(frame: Frame, words: str, *, width: float) -> Sketch:
    """Say in place of a drawing why there is none, so that every file that was announced exists.

    Parameters
    ----------
    frame : Frame
        Title and so on.
    words : str
        One sentence.
    width : float
        In inches.

    Returns
    -------
    Sketch
    """
    columns = 40 if width < 5 else 78
    height = title_height(frame, columns) + 0.5
    with canvas(width, height, simulated=frame.simulated) as figure:
        write_title(figure, frame, columns)
        figure.text(0.02 / width, 0.18 / height, words, fontsize=9, color=FAINT, style="italic")
        return Sketch(figure, frame.title, words)


def dots_per_inch(axes: Axes) -> float:
    """Return the resolution of the figure that holds these axes."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    return float(figure.dpi)
