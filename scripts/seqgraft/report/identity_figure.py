"""Scores by how alike test sequences are to those that were learned from."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from seqgraft.report.canvas import Frame, Sketch, blank, canvas, title_height, write_title
from seqgraft.report.look import FAINT, INK, look_of
from seqgraft.report.text import number

#: Inches of the wide drawing and of the narrow one for phones, panels side by side in each, and a panel's height.
WIDE, NARROW = 7.6, 3.75
_COLUMNS = {False: 2, True: 1}
_HIGH = 1.9


@dataclass(frozen=True)
class Score:
    """A strategy's mean in a band and its interval; NaN where there is none."""

    strategy: str
    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Band:
    """One band: its label, its edges in per cent, its test sequences, and the strategies' scores."""

    label: str
    low: float
    high: float
    examples: int
    why: str
    scores: tuple[Score, ...]


@dataclass(frozen=True)
class Panel:
    """One panel: what was compared with, the bands from low to high, and what chance reaches, in per cent."""

    title: str
    bands: tuple[Band, ...]
    chance: float


def identity_figure(panels: Sequence[Panel], frame: Frame, *, narrow: bool = False) -> Sketch:
    """Draw scores by band, a panel for each part that was compared with.

    Parameters
    ----------
    panels : sequence of Panel
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
    if not panels:
        return blank(frame, "Test sequences were not compared with training sequences.", width=width)
    columns = _COLUMNS[narrow]
    rows = -(-len(panels) // columns)
    letters = 40 if narrow else 78
    left, gap, foot, above, key = 0.62, 0.42, 0.62, 0.26, 0.24
    side = (width - left - 0.1 - gap * (columns - 1)) / columns
    head = title_height(frame, letters) + key
    height = head + rows * (above + _HIGH + foot)
    limits = _limits(panels)
    with canvas(width, height, simulated=frame.simulated) as figure:
        write_title(figure, frame, letters)
        for place, panel in enumerate(panels):
            row, column = divmod(place, columns)
            bottom = foot + (rows - 1 - row) * (_HIGH + above + foot)
            axes = figure.add_axes(
                ((left + column * (side + gap)) / width, bottom / height, side / width, _HIGH / height)
            )
            axes.set_ylim(*limits)
            _draw(axes, panel)
            if column == 0:
                axes.set_ylabel(frame.metric_title, fontsize=8.5)
        names = list(dict.fromkeys(s.strategy for p in panels for b in p.bands for s in b.scores))
        for place, name in enumerate(names):
            x, y = (left + 0.05 + 0.95 * place) / width, 1 - (head - 0.1) / height
            look = look_of(name)
            figure.text(x, y, {"s": "■"}.get(look.marker, "●"), color=look.color, fontsize=8, va="center")
            figure.text(x + 0.14 / width, y, name, fontsize=8, va="center")
        return Sketch(figure, f"Scores by identity: {frame.title}", _description(panels, frame))


def _limits(panels: Sequence[Panel]) -> tuple[float, float]:
    """Return the range of the scores with some room, the same for all panels."""
    values = [
        value
        for panel in panels
        for band in panel.bands
        for score in band.scores
        for value in (score.mean, score.low, score.high)
        if math.isfinite(value)
    ]
    if not values:
        return 0.0, 1.0
    room = 0.06 * (max(values) - min(values)) or 0.05
    return min(values) - room, max(values) + room


def _draw(axes: Axes, panel: Panel) -> None:
    """Draw one panel."""
    axes.set_xlim(-0.5, len(panel.bands) - 0.5)
    axes.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
    axes.grid(axis="y")
    axes.set_axisbelow(True)
    chance = _place(panel)
    if math.isfinite(chance):
        axes.axvline(chance, color=FAINT, linewidth=0.9, dashes=(1, 2), zorder=1)
    for x, band in enumerate(panel.bands):
        for order, score in enumerate(band.scores):
            if not math.isfinite(score.mean):
                continue
            look = look_of(score.strategy)
            at = x + 0.16 * (order - (len(band.scores) - 1) / 2)
            sure = math.isfinite(score.low)
            if sure:
                axes.plot([at, at], [score.low, score.high], color=look.color, linewidth=1.3, zorder=2)
            axes.plot(
                [at], [score.mean], marker=look.marker or "o", markersize=5, linestyle="None", color=look.color,
                markerfacecolor=look.color if sure else "white", zorder=3,
            )  # fmt: skip
        if band.why:
            axes.text(
                x, 0.03, band.why, fontsize=6.5, color=FAINT, ha="center", va="bottom", rotation=90,
                transform=axes.get_xaxis_transform(),
            )  # fmt: skip
    labels = [f"{band.label}\nn={band.examples:,}" for band in panel.bands]
    axes.set_xticks(range(len(panel.bands)), labels, fontsize=7.5)
    axes.tick_params(length=3, labelsize=7.5)
    axes.set_title(panel.title, fontsize=8, fontweight="bold", loc="left", pad=4)
    axes.text(
        0.5, -0.24, "identity in %, test sequences (n)", fontsize=7.5, color=INK, ha="center", va="top",
        transform=axes.transAxes,
    )  # fmt: skip


def _place(panel: Panel) -> float:
    """Return where chance lies on the axis of bands, which are equally wide whatever they span."""
    for x, band in enumerate(panel.bands):
        if band.low <= panel.chance <= band.high:
            return x - 0.5 + (panel.chance - band.low) / (band.high - band.low)
    return math.nan


def _description(panels: Sequence[Panel], frame: Frame) -> str:
    """Put the numbers of the drawing into words."""
    words = []
    for panel in panels:
        bands = []
        for band in panel.bands:
            scores = [
                f"{score.strategy} {number(score.mean)}"
                + (f" ({number(score.low)} to {number(score.high)})" if math.isfinite(score.low) else "")
                for score in band.scores
                if math.isfinite(score.mean)
            ]
            bands.append(f"{band.label} %: {band.examples} sequences, {', '.join(scores) or band.why}")
        chance = (
            f"; shuffled sequences reach {number(panel.chance, 0)} %" if math.isfinite(panel.chance) else ""
        )
        words.append(f"{panel.title}: {'; '.join(bands)}{chance}")
    return f"{frame.metric_title} by identity, with {frame.level * 100:g} % intervals. {'. '.join(words)}."
