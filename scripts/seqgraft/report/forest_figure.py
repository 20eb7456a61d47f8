"""The comparisons of one transfer as points with intervals around a line at zero."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from seqgraft.report.canvas import Frame, Sketch, blank, canvas, dots_per_inch, title_height, write_title
from seqgraft.report.look import FAINT, INK, LOOKS, RULE
from seqgraft.report.text import number, signed, signed_span

#: Inches; the height follows from the rows.
WIDE, NARROW = 7.6, 3.75
_ROW = 0.215


@dataclass(frozen=True)
class Difference:
    """One comparison.

    Parameters
    ----------
    label : str
        What stands at the left: a train size, or "mean over the curve".
    difference, low, high : float
        NaN where undefined.
    main : bool
        Whether it is the mean over the learning curve.
    """

    label: str
    difference: float
    low: float
    high: float
    main: bool


@dataclass(frozen=True)
class Group:
    """The comparisons with one reference."""

    title: str
    reference: str
    rows: tuple[Difference, ...]


def forest(groups: Sequence[Group], frame: Frame, *, narrow: bool = False) -> Sketch:
    """Draw differences of the chosen strategy from its references.

    Parameters
    ----------
    groups : sequence of Group
        Where there is none, only words are drawn.
    frame : Frame
        Title, metric and so on.
    narrow : bool
        Whether to draw for a phone.

    Returns
    -------
    Sketch
    """
    width = NARROW if narrow else WIDE
    columns = 40 if narrow else 78
    if not groups:
        return blank(frame, "Nothing could be compared.", width=width)
    slots = sum(len(group.rows) + 1.75 for group in groups)
    foot = 0.55
    height = title_height(frame, columns) + 0.2 + foot + slots * _ROW
    with canvas(width, height, simulated=frame.simulated) as figure:
        left, right = (0.88, 1.12) if narrow else (1.45, 2.1)
        axes = figure.add_axes(
            (left / width, foot / height, (width - left - right) / width, slots * _ROW / height)
        )
        write_title(figure, frame, columns)
        axes.set_ylim(slots, 0)
        axes.set_xlim(*_range(groups, frame))
        place = 0.0
        for group in groups:
            place = _draw(axes, group, place, narrow, frame.digits)
        _dress(axes, frame, narrow)
        title = f"Difference in {frame.metric_title}: {frame.title}"
        return Sketch(figure, title, _description(groups, frame))


def _description(groups: Sequence[Group], frame: Frame) -> str:
    """Put the numbers of the drawing into words."""
    words = []
    for group in groups:
        rows = [
            f"{r.label} {signed(r.difference, frame.digits)} ({signed_span(r.low, r.high, frame.digits)})"
            for r in group.rows
        ]
        words.append(f"{group.title}: {', '.join(rows)}")
    return f"Mean paired differences with {frame.level * 100:g} % intervals. {'; '.join(words)}."


def _range(groups: Sequence[Group], frame: Frame) -> tuple[float, float]:
    """Return the range of the axis, zero inside it."""
    values = [0.0]
    for group in groups:
        for row in group.rows:
            values += [v for v in (row.difference, row.low, row.high) if math.isfinite(v)]
    low, high = min(values), max(values)
    # What has a unit may differ by very little.
    margin = 0.06 * max(high - low, 0.01 if frame.digits else 1e-12)
    return low - margin, high + margin


def _draw(axes: Axes, group: Group, place: float, narrow: bool, digits: int | None) -> float:
    """Draw one group from a height on; return the height below it."""
    small = 8 if narrow else 9
    look = LOOKS.get(group.reference)
    color = INK if look is None else look.color
    inch = dots_per_inch(axes) / axes.get_window_extent().width
    start = -(0.86 if narrow else 1.43) * inch
    axes.text(
        start, place + 0.62, group.title, fontsize=small, fontweight="bold", va="center", zorder=5,
        transform=axes.get_yaxis_transform(), bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5},
    )  # fmt: skip
    place += 1.65
    for row in group.rows:
        axes.text(
            start, place, row.label, fontsize=small, va="center", fontweight="bold" if row.main else "normal",
            transform=axes.get_yaxis_transform(),
        )  # fmt: skip
        if math.isnan(row.difference):
            place += 1
            continue
        if math.isfinite(row.low) and math.isfinite(row.high):
            width = 2.6 if row.main else 1.5
            axes.plot([row.low, row.high], [place, place], color=color, linewidth=width, zorder=3)
        axes.plot(
            [row.difference], [place], marker="D" if row.main else "o", markersize=6.5 if row.main else 4.5,
            color=INK if row.main else color, markeredgecolor="white", markeredgewidth=0.7, linestyle="None",
            zorder=4,
        )  # fmt: skip
        if narrow:
            text = f"{signed(row.difference, digits)}\u2002({_short(row.low, digits)}, {_short(row.high, digits)})"
        else:
            text = f"{signed(row.difference, digits)}   ({signed_span(row.low, row.high, digits)})"
        axes.text(
            1 + 0.1 * inch, place, text, fontsize=7 if narrow else small, va="center",
            fontweight="bold" if row.main else "normal", transform=axes.get_yaxis_transform(),
        )  # fmt: skip
        place += 1
    return place + 0.1


def _short(value: float, digits: int | None) -> str:
    """Write an end of an interval in the little room of a phone, e.g. "+.037"."""
    return signed(value, digits).replace("0.", ".", 1)


def _dress(axes: Axes, frame: Frame, narrow: bool) -> None:
    """Add the line at zero, the axis and the words for its two sides."""
    axes.axvline(0, color=INK, linewidth=0.9, zorder=2)
    axes.grid(axis="x")
    axes.set_axisbelow(True)
    axes.spines["left"].set_visible(False)
    axes.spines["bottom"].set_color(RULE)
    axes.set_yticks([])
    axes.xaxis.set_major_locator(MaxNLocator(4 if narrow else 7, steps=[1, 2, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _tick(value)))
    axes.tick_params(length=3, labelsize=8)
    axes.set_xlabel(f"difference in {frame.metric_title}", fontsize=8 if narrow else 9)
    low, high = axes.get_xlim()
    for value, side, end, words in (
        (high, "left", high, "better →" if frame.greater_is_better else "worse →"),
        (low, "right", low, "← worse" if frame.greater_is_better else "← better"),
    ):
        # A word is left out where its side of zero is too narrow for it.
        if abs(end) / (high - low) > (0.3 if narrow else 0.16):
            axes.annotate(
                words, (0, 1), xycoords=("data", "axes fraction"), xytext=(5 if value > 0 else -5, 4),
                textcoords="offset points", ha=side, va="bottom", fontsize=8, color=FAINT, style="italic",
            )  # fmt: skip


def _tick(value: float) -> str:
    """Write a tick without needless zeros."""
    digits = 3 if abs(round(value, 2) - value) > 1e-9 else 2
    return number(value, digits) if abs(value) < 1e-12 else signed(value, digits)
