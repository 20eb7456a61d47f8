"""Reliability curves: what share of the sequences with a predicted probability were positive."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

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


@dataclass(frozen=True)
class Axis:
    """What the two axes show.

    Parameters
    ----------
    title : str
        What the figure is called, for who cannot see it.
    predicted, observed : str
        As written on the axes.
    shares : bool
        Whether both run from 0 to 1; else they cover what there is.
    """

    title: str = "Reliability of probabilities"
    predicted: str = "predicted probability"
    observed: str = "observed share"
    shares: bool = True


SHARES = Axis()
#: What stands in the place of reliability curves for tasks that are not binary.
MEASURED = Axis("Predicted and measured values", "predicted", "measured", shares=False)
CALLS = Axis("Reliability of the called classes", "probability of the called class", "share of right calls")
_BINS = (
    "with its LEVEL interval, which counts every test sequence once. On the dashed line predictions are right. Filled: "
    "fewest labels; hollow: most labels."
)
TRUST_CAPTIONS = {
    MEASURED: "Test sequences in bins of equal numbers by predicted value, all replicates together: the mean of what "
    f"was measured, {_BINS}",
    CALLS: "Test sequences in bins of equal numbers by the probability of the class that is called, all replicates "
    f"together: the share of right calls, {_BINS}",
}


def reliability_figure(
    panels: Sequence[Panel], frame: Frame, *, narrow: bool = False, axis: Axis = SHARES
) -> Sketch:
    """Draw reliability curves side by side.

    Parameters
    ----------
    panels : sequence of Panel
        Where there is none, only words are drawn.
    frame : Frame
        Title, number of test sequences and so on.
    narrow : bool
        Whether to draw for a phone.
    axis : Axis
        What is predicted and observed.

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
            _draw(axes, panel)
            _dress(axes, _reach(panels, axis), axis, first=column == 0)
        figure.text(0.5, 0.08 / height, axis.predicted, ha="center", fontsize=8.5)
        middle = (height - head) / 2 / height
        figure.text(0.08 / width, middle, axis.observed, va="center", rotation=90, fontsize=8.5)
        return Sketch(figure, f"{axis.title}: {frame.title}", _description(panels, frame, axis))


def _draw(axes: Axes, panel: Panel) -> None:
    """Draw one panel."""
    look = look_of(panel.strategy)
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


def _reach(panels: Sequence[Panel], axis: Axis) -> tuple[float, float]:
    """Return where both axes begin and end."""
    if axis.shares:
        return 0.0, 1.0
    bins = [b for panel in panels for curve in panel.curves for b in curve.bins]
    values = [v for b in bins for v in (b.predicted, b.observed, b.low, b.high) if math.isfinite(v)]
    low, high = min(values, default=0.0), max(values, default=1.0)
    return (low, high) if high > low else (low - 0.5, low + 0.5)


def _dress(axes: Axes, reach: tuple[float, float], axis: Axis, *, first: bool) -> None:
    """Add the line on which predictions are right, and the axes."""
    low, high = reach
    margin = 0.03 * (high - low)
    axes.set_xlim(low - margin, high + margin)
    axes.set_ylim(low - margin, high + margin)
    axes.plot([low, high], [low, high], color=FAINT, linewidth=0.8, dashes=(3, 2), zorder=1)
    axes.tick_params(length=3, labelsize=8)
    if axis.shares:
        axes.set_xticks([0, 0.5, 1], ["0", ".5", "1"])
        axes.set_yticks([0, 0.5, 1], ["0", ".5", "1"] if first else [""] * 3)
        return
    axes.xaxis.set_major_locator(MaxNLocator(3))
    axes.yaxis.set_major_locator(MaxNLocator(3))
    if not first:
        axes.set_yticklabels([])


def _description(panels: Sequence[Panel], frame: Frame, axis: Axis) -> str:
    """Put the numbers of the drawing into words."""
    words = []
    digits = 2 if axis.shares else None
    for panel in panels:
        for curve in panel.curves:
            points = [
                f"{number(b.predicted, digits)} predicted, {number(b.observed, digits)} observed"
                for b in curve.bins
                if math.isfinite(b.predicted)
            ]
            words.append(f"{panel.title.replace(chr(10), ' ')}, {curve.label}: {'; '.join(points)}")
    return f"Bins of equal numbers of sequences with {frame.level * 100:g} % intervals. {'. '.join(words)}."
