"""How source models learned: loss, and AUROC where there is one, against epochs, one line a model."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from seqgraft.report.canvas import Frame, Sketch, blank, canvas, title_height, write_title
from seqgraft.report.look import FAINT
from seqgraft.report.text import number

#: Inches.
WIDE, NARROW, PANEL = 7.6, 3.75, 2.0
_COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#7b5ea7", "#505a63")
#: Models that get a look and a name of their own.
NAMED = len(_COLORS)
#: Names in one row above a panel.
_ACROSS = 3
_MARKERS = ("o", "s", "^", "D", "v", "P")


@dataclass(frozen=True)
class Course:
    """How one source model learned.

    Parameters
    ----------
    name : str
        E.g. "model 1".
    epochs : tuple of int
        Checkpoints, rising.
    train_loss, held_out_loss, held_out_auroc : tuple of float
        At each checkpoint; no AUROC where the source has none, and in its place what `measure` says.
    kept : int
        The checkpoint whose weights were kept.
    measure : str
        What is drawn beside the loss.
    """

    name: str
    epochs: tuple[int, ...]
    train_loss: tuple[float, ...]
    held_out_loss: tuple[float, ...]
    held_out_auroc: tuple[float, ...]
    kept: int
    measure: str = "AUROC"


def training_course(courses: Sequence[Course], frame: Frame, *, narrow: bool = False) -> Sketch:
    """Draw how the models of one source learned.

    Parameters
    ----------
    courses : sequence of Course
        Where there is none, only words are drawn.
    frame : Frame
        Title and so on; its metric is the name of the loss.
    narrow : bool
        Whether to draw for a phone.

    Returns
    -------
    Sketch
    """
    width, columns = (NARROW, 40) if narrow else (WIDE, 78)
    if not courses:
        return blank(frame, "No source model was trained.", width=width)
    # Names stand above the panels: inside, they would hide the last checkpoints of some curve.
    names = 0.24 if len(courses) <= _ACROSS or len(courses) > NAMED else 0.42
    head, foot, gap, left = title_height(frame, columns) + names, 0.5, 0.45 + names, 0.68
    shown = _shown(courses, frame)
    panels = len(shown) if narrow else 1
    measure = courses[0].measure
    height = head + panels * PANEL + (panels - 1) * gap + foot
    with canvas(width, height, simulated=frame.simulated) as figure:
        write_title(figure, frame, columns)
        room = (width - left - 0.12) if narrow else (width - 2 * left - 0.16) / 2
        for place, (words, kind) in enumerate(shown):
            x = left if narrow else left + place * (room + left)
            y = foot + (len(shown) - 1 - place) * (PANEL + gap) if narrow else foot
            axes = figure.add_axes((x / width, y / height, room / width, PANEL / height))
            for model, course in enumerate(courses):
                _draw(axes, course, model, kind, named=len(courses) <= NAMED, label=kind == shown[-1][1])
            _dress(axes, words, legend=kind == "auroc" and len(courses) <= NAMED)
            if kind == "loss":
                axes.plot([], [], color=FAINT, linestyle="solid", label="held out")
                axes.plot([], [], color=FAINT, linestyle=(0, (2, 1.5)), label="training")
                _legend(axes)
        what = f"Loss and {measure}" if len(shown) > 1 else "Loss"
        return Sketch(figure, f"{what} against epochs: {frame.title}", _description(courses))


def _shown(courses: Sequence[Course], frame: Frame) -> list[tuple[str, str]]:
    """Return the panels: their axis in words, and what they show."""
    loss = (f"loss ({frame.metric_title or 'log loss'})", "loss")
    areas = all(course.held_out_auroc for course in courses)
    return [loss, (f"{courses[0].measure}, held out", "auroc")] if areas else [loss]


def _draw(axes: Axes, course: Course, model: int, kind: str, *, named: bool, label: bool) -> None:
    """Draw one model's line, its kept checkpoint filled."""
    color = _COLORS[model % len(_COLORS)] if named else FAINT
    marker = _MARKERS[model % len(_MARKERS)] if named else "o"
    values = course.held_out_loss if kind == "loss" else course.held_out_auroc
    if kind == "loss":
        axes.plot(course.epochs, course.train_loss, color=color, linestyle=(0, (2, 1.5)), linewidth=1)
    name = course.name if label and named else None
    axes.plot(
        course.epochs, values, color=color, linewidth=1.5, marker=marker, markersize=4.5, label=name,
        markerfacecolor="white",
    )  # fmt: skip
    if course.kept in course.epochs:
        at = course.epochs.index(course.kept)
        axes.plot([course.kept], [values[at]], marker=marker, markersize=6.5, color=color, linestyle="None")


def _dress(axes: Axes, words: str, *, legend: bool) -> None:
    """Add axes and names."""
    axes.set_xlabel("epochs", labelpad=3)
    axes.set_ylabel(words, labelpad=4)
    axes.xaxis.set_major_locator(MaxNLocator(7, integer=True))
    axes.yaxis.set_major_locator(MaxNLocator(5))
    axes.grid(axis="y")
    axes.set_axisbelow(True)
    axes.tick_params(length=3, labelsize=8)
    axes.margins(x=0.05, y=0.1)
    if legend:
        _legend(axes)


def _legend(axes: Axes) -> None:
    """Name the lines above a panel."""
    axes.legend(
        loc="lower left", bbox_to_anchor=(-0.03, 0.98), ncols=_ACROSS, fontsize=8, frameon=False,
        handlelength=2.2, columnspacing=1.2, borderpad=0.2,
    )  # fmt: skip


def _description(courses: Sequence[Course]) -> str:
    """Put the numbers of the drawing into words."""
    words = []
    if not all(course.held_out_auroc for course in courses):
        for course in courses:
            listed = [
                f"{number(loss)} after {epoch}"
                for epoch, loss in zip(course.epochs, course.held_out_loss, strict=True)
            ]
            words.append(f"{course.name}, kept at {course.kept}: {', '.join(listed)}")
        return f"Held-out loss by epochs. {'; '.join(words)}."
    for course in courses:
        points = [
            f"{number(loss)} and {number(area)} after {epoch}"
            for epoch, loss, area in zip(
                course.epochs, course.held_out_loss, course.held_out_auroc, strict=True
            )
        ]
        words.append(f"{course.name}, kept at {course.kept}: {', '.join(points)}")
    return f"Held-out loss and {courses[0].measure} by epochs. {'; '.join(words)}."
