"""The learning curve: a metric against the number of target labels, one line a strategy."""

import math
from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedFormatter, FixedLocator, NullLocator

from seqgraft.report.canvas import Frame, Sketch, blank, canvas, dots_per_inch, title_height, write_title
from seqgraft.report.look import FAINT, INK, LOOKS, Look, look_of
from seqgraft.report.series import Series, sizes_of
from seqgraft.report.text import number, train_size

#: Inches of the wide drawing and of the narrow one for phones.
WIDE, NARROW = (7.6, 4.7), (3.75, 4.7)


def learning_curve(lines: Sequence[Series], frame: Frame, *, narrow: bool = False) -> Sketch:
    """Draw a learning curve.

    Parameters
    ----------
    lines : sequence of Series
        With at least one train size above 0 and a score, else only words are drawn.
    frame : Frame
        Title, metric and so on.
    narrow : bool
        Whether to draw for a phone.

    Returns
    -------
    Sketch
    """
    width, height = NARROW if narrow else WIDE
    columns = 40 if narrow else 78
    lines = [line for line in lines if any(not math.isnan(p.mean) for p in line.points)]
    sizes = sizes_of(list(lines))
    if not sizes:
        return blank(frame, "There is no score with target labels to draw.", width=width)
    low, high, outside = _range(lines)
    unknown = tuple(line.name for line in lines if line.name not in LOOKS)
    with canvas(width, height, simulated=frame.simulated) as figure:
        longest = max((len(line.name) for line in lines if line.name not in outside), default=0)
        left = 0.6 if narrow else 0.7
        gutter = max(1.34, 0.56 + 0.068 * longest) if narrow else max(1.78, 0.68 + 0.077 * longest)
        head = title_height(frame, columns)
        foot = 0.86 if outside else 0.66
        axes = figure.add_axes(
            (left / width, foot / height, (width - left - gutter) / width, (height - head - foot) / height)
        )
        write_title(figure, frame, columns)
        _axes(axes, sizes, low, high, narrow)
        better = "" if frame.greater_is_better else ", lower is better"
        axes.set_ylabel(f"{frame.metric_title} on {frame.n_test:,} test sequences{better}", labelpad=5)
        axes.set_xlabel("target labels used (log scale)", labelpad=5)
        ends = []
        for order, line in enumerate(reversed(lines)):
            if line.name in outside:
                continue
            look = look_of(line.name, unknown)
            ends.append((line.name, look, _draw(axes, line, look, 3 + order)))
        _labels(axes, ends, narrow)
        if outside:
            values = "; ".join(f"{line.name} {number(_end(line))}" for line in lines if line.name in outside)
            below = all(_end(line) < low for line in lines if line.name in outside)
            words = f"{'below' if below else 'outside'} the axis: {values}"
            figure.text(0.02 / width, 0.1 / height, words, fontsize=8, color=FAINT, style="italic")
        title = f"{frame.metric_title} against train size: {frame.title}"
        return Sketch(figure, title, _description(lines, frame))


def _description(lines: Sequence[Series], frame: Frame) -> str:
    """Put the numbers of the drawing into words."""
    words = []
    for line in lines:
        points = [
            f"{number(p.mean)} ({number(p.low)} to {number(p.high)}) at {train_size(p.size, p.is_all)} labels"
            for p in line.points
        ]
        words.append(f"{line.name}: {', '.join(points)}")
    return f"Means over replicates with {frame.level * 100:g} % intervals. {'; '.join(words)}."


def _range(lines: Sequence[Series]) -> tuple[float, float, set[str]]:
    """Return the range of the axis and the flat lines left out because they would squeeze all others."""

    def ends(chosen: Sequence[Series]) -> tuple[float, float]:
        values = [
            value
            for line in chosen
            for p in line.points
            for value in (p.mean, p.low, p.high)
            if math.isfinite(value)
        ]
        return min(values), max(values)

    flat = {line.name for line in lines if line.kind == "baseline" and _is_flat(line)}
    rest = [line for line in lines if line.name not in flat]
    if not rest:
        rest, flat = list(lines), set()
    low, high = ends(rest)
    all_low, all_high = ends(lines)
    reach = max(high - low, 1e-3)
    if flat and (all_low < low - 0.25 * reach or all_high > high + 0.25 * reach):
        outside = flat
    else:
        low, high, outside = all_low, all_high, set()
    margin = 0.05 * max(high - low, 1e-3)
    return low - margin, high + margin, outside


def _is_flat(line: Series) -> bool:
    """Tell whether a line has the same mean at every size."""
    means = [p.mean for p in line.points if not math.isnan(p.mean)]
    return max(means) - min(means) < 1e-9


def _end(line: Series) -> float:
    """Return the last mean that exists."""
    return [p.mean for p in line.points if not math.isnan(p.mean)][-1]


def _axes(axes: Axes, sizes: Sequence[tuple[int, bool]], low: float, high: float, narrow: bool) -> None:
    """Lay out the axes: ticks at the train sizes that were used, the whole pool marked."""
    places = [size for size, _ in sizes]
    axes.set_xscale("log")
    pad = 1.5 if len(set(places)) == 1 else (places[-1] / places[0]) ** 0.035
    axes.set_xlim(min(places) / pad, max(places) * pad)
    axes.set_ylim(low, high)
    texts, last, reach = [], 0, math.log(places[-1] / places[0])
    for size, is_all in sizes:
        near = last and math.log(size / last) < (0.16 if narrow else 0.09) * reach
        text = f"all\n({size:,})" if is_all else f"{size:,}"
        texts.append(f"\n{text}" if near else text)
        last = size
    axes.xaxis.set_major_locator(FixedLocator(places))
    axes.xaxis.set_major_formatter(FixedFormatter(texts))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.grid(axis="y")
    axes.set_axisbelow(True)
    axes.tick_params(length=3)
    for size, is_all in sizes:
        if is_all:
            axes.axvline(size, color=FAINT, linewidth=0.7, dashes=(1, 2), zorder=1)


def _draw(axes: Axes, line: Series, look: Look, order: int) -> float:
    """Draw one line with its band; return the height of its right end."""
    points = [p for p in line.points if not math.isnan(p.mean)]
    if line.without_labels:
        edge = axes.get_xlim()
        places, points = list(edge), [points[0], points[0]]
    else:
        places = [float(p.size) for p in points]
    means = [p.mean for p in points]
    lows = [p.mean if math.isnan(p.low) else p.low for p in points]
    highs = [p.mean if math.isnan(p.high) else p.high for p in points]
    if len(set(places)) == 1:
        axes.vlines(places, lows, highs, color=look.color, linewidth=look.width, zorder=order)
    elif lows != means:
        axes.fill_between(places, lows, highs, color=look.color, alpha=look.band, linewidth=0, zorder=2)
        if look.edge:
            for values in (lows, highs):
                axes.plot(places, values, color=look.color, linewidth=0.6, linestyle=_dashes(look), zorder=2)
    marker = "" if line.without_labels else look.marker or "|"
    axes.plot(places, means, zorder=order, **_stroke(look, marker))
    return means[-1]


def _stroke(look: Look, marker: str) -> dict[str, Any]:
    """Return matplotlib's words for a look."""
    return {
        "color": look.color,
        "linestyle": _dashes(look),
        "linewidth": look.width,
        "marker": marker or "None",
        "markersize": 5,
        "markeredgecolor": "white" if marker != "|" else look.color,
        "markeredgewidth": 0.6,
        "solid_capstyle": "butt",
    }


def _dashes(look: Look) -> str | tuple[float, tuple[float, ...]]:
    """Return a look's dashes in matplotlib's form."""
    return (0.0, look.dashes) if look.dashes else "solid"


def _labels(axes: Axes, ends: Sequence[tuple[str, Look, float]], narrow: bool) -> None:
    """Write each line's name at its right end, with a sample; names are moved apart where ends are close."""
    low, high = axes.get_ylim()
    box = axes.get_window_extent()
    dpi = dots_per_inch(axes)
    gap = 15 / (box.height / dpi * 72)  # points between two names, as a share of the height
    wanted = sorted(((value - low) / (high - low), name, look) for name, look, value in ends)
    heights = spread([share for share, _, _ in wanted], gap)
    inch = dpi / box.width
    for (share, name, look), height in zip(wanted, heights, strict=True):
        start, sample, text = 1 + 0.04 * inch, 1 + 0.18 * inch, 1 + (0.54 if narrow else 0.66) * inch
        options: dict[str, Any] = {"transform": axes.transAxes, "clip_on": False}
        stroke = _stroke(look, look.marker) | options
        end = text - 0.04 * inch
        axes.add_line(Line2D([start, sample], [share, height], color=FAINT, linewidth=0.6, **options))
        axes.add_line(Line2D([sample, end], [height, height], **(stroke | {"marker": "None"})))
        if look.marker:
            axes.add_line(Line2D([(sample + end) / 2], [height], **stroke))
        weight = "bold" if name in ("chosen", "scratch") else "normal"
        axes.text(
            text, height, name, va="center", fontsize=8 if narrow else 9, fontweight=weight, color=INK,
            transform=axes.transAxes,
        )  # fmt: skip


def spread(places: Sequence[float], gap: float) -> list[float]:
    """Move ascending places apart so that neighbours keep a gap, each group staying around its mean.

    Parameters
    ----------
    places : sequence of float
        Ascending, in units of the axis height.
    gap : float
        Least distance.

    Returns
    -------
    list of float
        Ascending, from 0 to 1 where they all fit.
    """
    groups: list[list[float]] = []  # sum of places and their number
    for place in places:
        groups.append([place, 1])
        while len(groups) > 1 and _top(groups[-2], gap) + gap > _bottom(groups[-1], gap):
            above = groups.pop()
            groups[-1] = [groups[-1][0] + above[0], groups[-1][1] + above[1]]
    moved = [_bottom(group, gap) + gap * k for group in groups for k in range(int(group[1]))]
    if moved and moved[-1] > 1:
        for k in range(len(moved) - 1, -1, -1):
            ceiling = 1.0 if k == len(moved) - 1 else moved[k + 1] - gap
            moved[k] = min(moved[k], ceiling)
    if moved and moved[0] < 0:
        for k in range(len(moved)):
            floor = 0.0 if k == 0 else moved[k - 1] + gap
            moved[k] = max(moved[k], floor)
    return moved


def _bottom(group: list[float], gap: float) -> float:
    """Lowest place of a group spread around its mean."""
    return group[0] / group[1] - gap * (group[1] - 1) / 2


def _top(group: list[float], gap: float) -> float:
    """Highest place of a group spread around its mean."""
    return _bottom(group, gap) + gap * (group[1] - 1)
