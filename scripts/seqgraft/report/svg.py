"""Drawings as SVG text: the same bytes for the same data, text kept as text, safe to put into a page."""

import html
import io
import re
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from seqgraft.report.look import FAINT, INK, RULE

#: Written on every figure of a study with a simulated task.
SIMULATED = "SIMULATED DATA"
#: What browsers draw text in; matplotlib measures with the font that it brings along, which is wider.
FONTS = "'Helvetica Neue', Helvetica, Arial, 'Liberation Sans', sans-serif"

_SETTINGS: dict[Any, Any] = {
    "svg.hashsalt": "seqgraft",
    "svg.fonttype": "none",
    "font.family": ["DejaVu Sans"],
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
    """

    title: str
    metric_title: str
    greater_is_better: bool
    n_test: int
    level: float
    simulated: bool


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


@contextmanager
def canvas(width: float, height: float, *, simulated: bool) -> Iterator[Figure]:
    """Open an empty figure under this package's settings, whatever the user's own matplotlib settings are.

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
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_SETTINGS)
        figure = Figure(figsize=(width, height))
        FigureCanvasSVG(figure)
        if simulated:
            # Centred in its box, so that a font of another width does no harm.
            figure.text(
                1 - 0.75 / width, 1 - 0.18 / height, SIMULATED, ha="center", va="center", fontsize=9.5,
                fontweight="bold", color="white", zorder=20,
                bbox={"boxstyle": "square,pad=0.3", "facecolor": INK, "edgecolor": "none"},
            )  # fmt: skip
        yield figure


def dots_per_inch(axes: Axes) -> float:
    """Return the resolution of the figure that holds these axes."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    return float(figure.dpi)


def to_svg(figure: Figure, name: str, title: str, description: str) -> str:
    """Write a figure as one SVG element.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        Made by `canvas`, inside its block.
    name : str
        Put before every id, so that several drawings can share a page.
    title, description : str
        Read aloud to who cannot see the drawing.

    Returns
    -------
    str
        From ``<svg`` to ``</svg>``; no document type, no style sheet, no metadata, nothing to load.
    """
    buffer = io.StringIO()
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    figure.savefig(buffer, format="svg", metadata=nothing)
    text = buffer.getvalue()
    text = text[text.index("<svg") :].strip()
    text = re.sub(r"<metadata>.*?</metadata>\s*", "", text, flags=re.DOTALL)
    # matplotlib's style element would apply to the whole page; its two rules become attributes.
    text = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>\s*", "", text, flags=re.DOTALL)
    text = text.replace("'DejaVu Sans'", FONTS)
    key = re.sub(r"[^A-Za-z0-9_-]", "_", name)
    text = re.sub(r'\bid="([^"]+)"', rf'id="{key}.\1"', text)
    text = re.sub(r"url\(#([^)]+)\)", rf"url(#{key}.\1)", text)
    text = re.sub(r'href="#([^"]+)"', rf'href="#{key}.\1"', text)
    head, rest = text.split(">", 1)
    head += f' role="img" aria-labelledby="{key}.title {key}.desc"'
    head += ' stroke-linejoin="round" stroke-linecap="butt"'
    words = (
        f'<title id="{key}.title">{html.escape(title)}</title>'
        f'<desc id="{key}.desc">{html.escape(description)}</desc>'
    )
    return f"{head}>{words}{rest}"
