"""The gain against the size of the source: one bold line for the mean over train sizes, a thin one for each of them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import FixedFormatter, FixedLocator, NullLocator

from seqgraft.report.canvas import Frame, Sketch, blank, canvas, dots_per_inch, title_height, write_title
from seqgraft.report.curve_figure import NARROW, WIDE, spread
from seqgraft.report.look import FAINT, INK
from seqgraft.report.text import count, signed, signed_span

#: Looks of the thin lines, fewest labels first: dashes and markers tell them apart without their greys.
_THIN: tuple[dict[str, Any], ...] = (
    {"marker": "s", "linestyle": (0, (5, 1.6)), "color": "#D55E00"},
    {"marker": "^", "linestyle": (0, (2.2, 1.2)), "color": "#0072B2"},
    {"marker": "D", "linestyle": (0, (6, 1.4, 1, 1.4)), "color": "#009E73"},
    {"marker": "v", "linestyle": (0, (1, 1.3)), "color": "#CC79A7"},
    {"marker": "P", "linestyle": (0, (8, 1.6, 2, 1.6)), "color": "#7b5ea7"},
)


@dataclass(frozen=True)
class Gain:
    """The gain at one size of the source.

    Parameters
    ----------
    size : int
        Source sequences.
    is_whole : bool
        Whether that is the whole source.
    mean, low, high : float
        NaN where undefined.
    """

    size: int
    is_whole: bool
    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Line:
    """The gains at one train size, or over the curve.

    Parameters
    ----------
    name : str
        As written beside it.
    main : bool
        Whether it is the curve, which is drawn in bold with its intervals.
    gains : tuple of Gain
        Sizes of the source ascending.
    """

    name: str
    main: bool
    gains: tuple[Gain, ...]


def source_size_figure(lines: Sequence[Line], frame: Frame, *, narrow: bool = False) -> Sketch:
    """Draw the gain against the size of the source, on a log scale.

    Parameters
    ----------
    lines : sequence of Line
        The curve first.
    frame : Frame
        Title, metric and so on.
    narrow : bool
        Whether to draw for a phone.

    Returns
    -------
    Sketch
        Words alone where no gain is defined.
    """
    width, height = NARROW if narrow else WIDE
    columns = 40 if narrow else 78
    lines = [line for line in lines if any(math.isfinite(gain.mean) for gain in line.gains)]
    if not lines:
        return blank(frame, "No gain could be computed.", width=width)
    with canvas(width, height, simulated=frame.simulated) as figure:
        left, gutter, foot = (0.78, 1.34, 0.66) if narrow else (0.84, 1.64, 0.66)
        head = title_height(frame, columns)
        axes = figure.add_axes(
            (left / width, foot / height, (width - left - gutter) / width, (height - head - foot) / height)
        )
        write_title(figure, frame, columns)
        _axes(axes, lines, narrow)
        axes.set_ylabel(f"gain in {frame.metric_title} over scratch", labelpad=5)
        axes.set_xlabel("source sequences (log scale)", labelpad=5)
        looks = _looks(lines)
        for line, look in zip(reversed(lines), reversed(looks), strict=True):
            _draw(axes, line, look)
        _names(axes, lines, looks, narrow)
        title = f"Gain in {frame.metric_title} against the size of the source: {frame.title}"
        return Sketch(figure, title, _description(lines, frame))


def _looks(lines: Sequence[Line]) -> list[dict[str, Any]]:
    """Return matplotlib's words for each line."""
    main = {"marker": "o", "linestyle": "solid", "color": "#000000", "linewidth": 2.4, "markersize": 6}
    thin = [_THIN[place % len(_THIN)] | {"linewidth": 1.3, "markersize": 4.5} for place in range(len(lines))]
    places = iter(thin)
    return [main if line.main else next(places) for line in lines]


def _axes(axes: Axes, lines: Sequence[Line], narrow: bool) -> None:
    """Lay out the axes: ticks at the sizes that were used, a line where there is no gain."""
    gains = lines[0].gains
    sizes = [gain.size for gain in gains]
    values = [
        value
        for line in lines
        for gain in line.gains
        for value in ((gain.mean, gain.low, gain.high) if line.main else (gain.mean,))
        if math.isfinite(value)
    ]
    low, high = min([*values, 0.0]), max([*values, 0.0])
    margin = 0.06 * max(high - low, 1e-3)
    pad = (sizes[-1] / sizes[0]) ** 0.06 if len(sizes) > 1 else 1.5
    axes.set_xscale("log")
    axes.set_xlim(sizes[0] / pad, sizes[-1] * pad)
    axes.set_ylim(low - margin, high + margin)
    words, last, reach = [], 0, math.log(sizes[-1] / sizes[0]) if len(sizes) > 1 else 1.0
    for gain in gains:
        near = last and math.log(gain.size / last) < (0.22 if narrow else 0.1) * reach
        text = f"all\n({count(gain.size)})" if gain.is_whole else count(gain.size)
        words.append(f"\n{text}" if near else text)
        last = gain.size
    axes.xaxis.set_major_locator(FixedLocator(sizes))
    axes.xaxis.set_major_formatter(FixedFormatter(words))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.axhline(0, color=FAINT, linewidth=0.9, dashes=(4, 2), zorder=1)
    axes.grid(axis="y")
    axes.set_axisbelow(True)
    axes.tick_params(length=3)


def _draw(axes: Axes, line: Line, look: dict[str, Any]) -> None:
    """Draw one line, the main one with its intervals."""
    gains = [gain for gain in line.gains if math.isfinite(gain.mean)]
    order = 4 if line.main else 3
    places = [gain.size for gain in gains]
    axes.plot(
        places,
        [gain.mean for gain in gains],
        zorder=order,
        markeredgecolor="white",
        markeredgewidth=0.6,
        **look,
    )
    if line.main:
        known = [gain for gain in gains if math.isfinite(gain.low) and math.isfinite(gain.high)]
        axes.vlines(
            [gain.size for gain in known], [gain.low for gain in known], [gain.high for gain in known],
            color=look["color"], linewidth=1.4, zorder=order,
        )  # fmt: skip


def _names(axes: Axes, lines: Sequence[Line], looks: Sequence[dict[str, Any]], narrow: bool) -> None:
    """Write each line's name at its right end; names are moved apart where ends are close."""
    low, high = axes.get_ylim()
    box = axes.get_window_extent()
    dpi = dots_per_inch(axes)
    gap = 15 / (box.height / dpi * 72)
    ends = []
    for line, look in zip(lines, looks, strict=True):
        end = [gain.mean for gain in line.gains if math.isfinite(gain.mean)][-1]
        ends.append(((end - low) / (high - low), line.name, look, line.main))
    ends.sort(key=lambda end: end[:2])
    inch = dpi / box.width
    heights = spread([end[0] for end in ends], gap)
    for (share, name, look, main), height in zip(ends, heights, strict=True):
        options: dict[str, Any] = {"transform": axes.transAxes, "clip_on": False}
        axes.plot([1 + 0.03 * inch, 1 + 0.12 * inch], [share, height], color=FAINT, linewidth=0.6, **options)
        axes.plot([1 + 0.2 * inch], [height], **(look | {"linestyle": "None"} | options))
        axes.text(
            1 + 0.3 * inch, height, name, va="center", fontsize=8 if narrow else 9, color=INK,
            fontweight="bold" if main else "normal", transform=axes.transAxes,
        )  # fmt: skip


def _description(lines: Sequence[Line], frame: Frame) -> str:
    """Put the numbers of the drawing into words."""
    words = []
    for line in lines:
        points = [
            f"{signed(gain.mean)} ({signed_span(gain.low, gain.high)}) from "
            f"{'all ' if gain.is_whole else ''}{count(gain.size)} source sequences"
            for gain in line.gains
        ]
        words.append(f"{line.name}: {', '.join(points)}")
    return f"Gains over scratch with {frame.level * 100:g} % intervals. {'; '.join(words)}."
