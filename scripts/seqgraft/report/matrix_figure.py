"""The matrix of transfers as a drawing for a paper; the page shows it as a table."""

import textwrap

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from seqgraft.report.canvas import Frame, Sketch, canvas, title_height, write_title
from seqgraft.report.look import FAINT, INK, RULE
from seqgraft.report.matrix import Matrix, Outcome, description
from seqgraft.report.text import signed, signed_span

#: Inches: of the drawing, of the titles of sources, and the greatest size of a cell.
WIDE, LEFT, WIDEST, HIGH = 7.6, 1.6, 1.5, 0.62
#: matplotlib's markers of the verdicts and whether they are filled.
_MARKERS = {
    "helps": ("^", True),
    "hurts": ("v", True),
    "no evidence": ("o", False),
    "no verdict": ("_", True),
}


def matrix_drawing(matrix: Matrix, frame: Frame) -> Sketch:
    """Draw the matrix.

    Parameters
    ----------
    matrix : Matrix
        All transfers.
    frame : Frame
        Title, metric and so on.

    Returns
    -------
    Sketch
    """
    columns, rows = len(matrix.targets), len(matrix.sources)
    cell = min(WIDEST, (WIDE - LEFT - 0.1) / columns)
    head, foot, names = title_height(frame, 78), 0.42, 0.62
    height = head + names + rows * HIGH + foot
    with canvas(WIDE, height, simulated=frame.simulated) as figure:
        axes = figure.add_axes((LEFT / WIDE, foot / height, columns * cell / WIDE, rows * HIGH / height))
        axes.set_axis_off()
        axes.set_xlim(0, columns)
        axes.set_ylim(rows, 0)
        write_title(figure, frame, 78)
        for column, (_, title) in enumerate(matrix.targets):
            words = _lines(title, int(cell * 13), 3)
            axes.text(column + 0.5, -0.1, words, ha="center", va="bottom", fontsize=8, linespacing=1.1)
        for row, (source, title) in enumerate(matrix.sources):
            axes.text(-0.08 / cell, row + 0.5, _lines(title, 22, 3), ha="right", va="center", fontsize=8)
            for column, (target, _) in enumerate(matrix.targets):
                _cell(axes, matrix.cells.get((source, target)), column, row, cell)
        _key(axes, matrix, rows, cell)
        title = f"Difference in {frame.metric_title} by source and target"
        return Sketch(figure, title, description(matrix, frame.level))


def _lines(title: str, letters: int, most: int) -> str:
    """Break a title into few lines."""
    return "\n".join(textwrap.wrap(title, max(letters, 6), max_lines=most, placeholder=" …"))


def _cell(axes: Axes, outcome: Outcome | None, column: int, row: int, width: float) -> None:
    """Draw one transfer: its difference, interval and verdict on a tint."""
    if outcome is None:
        axes.add_patch(
            Rectangle((column, row), 1, 1, facecolor="white", edgecolor=RULE, linewidth=0.6, hatch="///")
        )
        return
    sure = outcome.verdict in ("helps", "hurts")
    axes.add_patch(Rectangle((column, row), 1, 1, facecolor=outcome.tint, edgecolor="white", linewidth=1.2))
    axes.text(
        column + 0.5, row + 0.3, signed(outcome.difference), ha="center", va="center",
        fontsize=9, fontweight="bold" if sure else "normal",
    )  # fmt: skip
    span = signed_span(outcome.low, outcome.high)
    small = 6.5 if width > 0.95 else 5.6
    axes.text(column + 0.5, row + 0.58, span, ha="center", va="center", fontsize=small)
    _mark(axes, outcome.verdict, column + 0.5, row + 0.83)


def _mark(axes: Axes, verdict: str, x: float, y: float) -> None:
    """Draw the mark of a verdict."""
    marker, filled = _MARKERS.get(verdict, ("_", True))
    axes.plot(
        [x], [y], marker=marker, markersize=5, color=INK, markerfacecolor=INK if filled else "none",
        linestyle="None", clip_on=False,
    )  # fmt: skip


def _key(axes: Axes, matrix: Matrix, rows: int, cell: float) -> None:
    """Explain the marks below the matrix."""
    x = 0.12 / cell
    for verdict in _MARKERS:
        if any(outcome.verdict == verdict for outcome in matrix.cells.values()):
            _mark(axes, verdict, x, rows + 0.36)
            axes.text(x + 0.1 / cell, rows + 0.36, verdict, va="center", fontsize=8, color=FAINT)
            x += 1.0 / cell
