"""Reliability curves: what share of the sequences with a predicted probability were positive."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from seqgraft.report.canvas import Frame, Sketch, blank, canvas, title_height, write_title
from seqgraft.report.look import FAINT, INK, look_of
from seqgraft.report.text import number

#: Inches of the wide drawing and of the narrow one for phones, and panels side by side in each.
WIDE, NARROW = 7.6, 3.75
_COLUMNS = {False: 4, True: 2}


@dataclass(frozen=True)
class Bin:
    """One bin: mean predicted probability, observed share and its interval."""

    predicted: float
    observed: float
    low: float
    high: float


@dataclass(frozen=True)
class Curve:
    """One curve of a panel: in words how many labels it had, and its bins, probabilities ascending."""

    label: str
    bins: tuple[Bin, ...]


@dataclass(frozen=True)
class Panel:
    """One panel: a strategy, its title and one curve, or two of which the second is drawn hollow."""

    strategy: str
    title: str
    curves: tuple[Curve, ...]


def reliability_figure(panels: Sequence[Panel], frame: Frame, *, narrow: bool = False) -> Sketch:
    """Draw reliability curves side by side.

    Parameters
    ----------
    panels : sequence of Panel
        Where there is none, only words are drawn.
    frame : Frame
        Title, number of test sequences and so on.
    narrow : bool
        Whether to draw for a phone.

    Returns
    -------
    Sketch
    """
    width = NARROW if narrow else WIDE
    if not panels:
        return blank(frame, "There are no probabilities to compare with what was observed.", width=width)
    columns = _COLUMNS[narrow]
    rows = -(-len(panels) // columns)
    letters = 40 if narrow else 78
    left, gap, foot, above = 0.55, 0.22, 0.5, 0.5
    side = (width - left - 0.1 - gap * (columns - 1)) / columns
    head = title_height(frame, letters)
    height = head + rows * (above + side) + (rows - 1) * 0.25 + foot
    with canvas(width, height, simulated=frame.simulated) as figure:
        write_title(figure, frame, letters)
        for place, panel in enumerate(panels):
            row, column = divmod(place, columns)
            bottom = foot + (rows - 1 - row) * (side + above + 0.25)
            axes = figure.add_axes(
                ((left + column * (side + gap)) / width, bottom / height, side / width, side / height)
            )
            _draw(axes, panel, first=column == 0)
        figure.text(0.5, 0.08 / height, "predicted probability", ha="center", fontsize=8.5)
        middle = (height - head) / 2 / height
        figure.text(0.08 / width, middle, "observed share", va="center", rotation=90, fontsize=8.5)
        return Sketch(figure, f"Reliability of probabilities: {frame.title}", _description(panels, frame))


def _draw(axes: Axes, panel: Panel, *, first: bool) -> None:
    """Draw one panel."""
    look = look_of(panel.strategy)
    axes.set_xlim(-0.03, 1.03)
    axes.set_ylim(-0.03, 1.03)
    axes.plot([0, 1], [0, 1], color=FAINT, linewidth=0.8, dashes=(3, 2), zorder=1)
    for order, curve in enumerate(panel.curves):
        hollow = order > 0
        color = FAINT if hollow else look.color
        x, y = [b.predicted for b in curve.bins], [b.observed for b in curve.bins]
        for b in curve.bins:
            axes.plot([b.predicted] * 2, [b.low, b.high], color=color, linewidth=0.8, alpha=0.7, zorder=2)
        axes.plot(
            x, y, color=color, linewidth=1.1, marker="o", markersize=3.4, zorder=4 - order,
            markerfacecolor="white" if hollow else color, markeredgewidth=0.8,
        )  # fmt: skip
        mark = "○" if hollow else "●"
        axes.text(
            0.04, 0.99 - 0.1 * order, f"{mark} {curve.label}", color=color if hollow else INK, fontsize=7,
            va="top", transform=axes.transAxes,
        )  # fmt: skip
    axes.set_title(panel.title, fontsize=8, fontweight="bold", loc="left", pad=4)
    axes.set_xticks([0, 0.5, 1], ["0", ".5", "1"])
    axes.set_yticks([0, 0.5, 1], ["0", ".5", "1"] if first else [""] * 3)
    axes.tick_params(length=3, labelsize=8)


def _description(panels: Sequence[Panel], frame: Frame) -> str:
    """Put the numbers of the drawing into words."""
    words = []
    for panel in panels:
        for curve in panel.curves:
            points = [
                f"{number(b.predicted, 2)} predicted, {number(b.observed, 2)} observed"
                for b in curve.bins
                if math.isfinite(b.predicted)
            ]
            words.append(f"{panel.title.replace(chr(10), ' ')}, {curve.label}: {'; '.join(points)}")
    return f"Bins of equal numbers of sequences with {frame.level * 100:g} % intervals. {'. '.join(words)}."
