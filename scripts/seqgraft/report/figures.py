"""The figures of a study: what each one shows, and all of them as files."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from seqgraft.report.ablation_figure import Gain, Line, source_size_figure
from seqgraft.report.ablation_tables import ablation_rows, line_name, titles, train_sizes
from seqgraft.report.calibration_tables import panels
from seqgraft.report.canvas import Frame, Sketch
from seqgraft.report.curve_figure import learning_curve
from seqgraft.report.figure_names import (
    ALL_TRANSFERS,
    COMPARISONS,
    IDENTITY,
    LEARNING_CURVE,
    MATRIX,
    RELIABILITY,
    SOURCE_SIZE,
    TRAINING,
)
from seqgraft.report.fonts import families
from seqgraft.report.forest_figure import Difference, Group, forest
from seqgraft.report.identity_figure import identity_figure
from seqgraft.report.identity_tables import panels as identity_panels
from seqgraft.report.inputs import ReportInputs
from seqgraft.report.matrix import matrix_of
from seqgraft.report.matrix_figure import matrix_drawing
from seqgraft.report.paper import to_pdf, to_png
from seqgraft.report.reliability_figure import CALLS, MEASURED, TRUST_CAPTIONS, reliability_figure
from seqgraft.report.series import series_of
from seqgraft.report.svg import to_svg
from seqgraft.report.tables import digits_of, lower_is_better, metric_title
from seqgraft.report.task_words import source_type, target_type
from seqgraft.report.text import train_size
from seqgraft.report.training_figure import NAMED, Course, training_course
from seqgraft.running.side_by_side import each
from seqgraft.stats.settings import CHOSEN, CURVE, SCRATCH, ZERO_SHOT

_HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'


@dataclass(frozen=True)
class Drawing:
    """One figure.

    Parameters
    ----------
    key : str
        Its anchor in the page.
    name : str
        Name of its files, without a format's ending.
    caption : str
        Plain text.
    draw : callable
        Takes whether to draw for a phone, returns a `Sketch`.
    """

    key: str
    name: str
    caption: str
    draw: Callable[[bool], Sketch]


#: How each format of a figure file is written.
WRITERS: dict[str, Callable[[Sketch], bytes]] = {
    "svg": lambda sketch: f"{_HEAD}{to_svg(sketch, 'figure')}\n".encode(),
    "pdf": to_pdf,
    "png": to_png,
}


def figure_files(inputs: ReportInputs, processes: int = 1) -> list[tuple[str, bytes]]:
    """Draw all figures of a study as files.

    Parameters
    ----------
    inputs : ReportInputs
        The study.
    processes : int
        Figures that are drawn at the same time; changes no byte.

    Returns
    -------
    list of (str, bytes)
        Names as `seqgraft.report.figure_names.figure_file_names` lists them, and contents, the same for the same
        study.
    """
    families()  # made once, before there are several processes
    drawn = each(_files_of, list(all_drawings(inputs)), processes)
    return [file for files in drawn for file in files]


def _files_of(drawing: Drawing) -> list[tuple[str, bytes]]:
    """Write one figure in each format."""
    sketch = drawing.draw(False)
    return [(f"{drawing.name}.{ending}", write(sketch)) for ending, write in WRITERS.items()]


def all_drawings(inputs: ReportInputs) -> Iterator[Drawing]:
    """Yield every figure of a study, those included that the page shows as a table."""
    for number, verdict in enumerate(inputs.verdicts, start=1):
        yield learning_curve_drawing(inputs, verdict, f"transfer-{number}")
        yield forest_drawing(inputs, verdict, f"transfer-{number}")
        yield reliability_drawing(inputs, verdict, f"transfer-{number}")
        yield identity_drawing(inputs, verdict, f"transfer-{number}")
    yield from training_drawings(inputs)
    yield from ablation_drawings(inputs)
    if len(inputs.verdicts) > 1:
        yield matrix_figure(inputs)


def learning_curve_drawing(inputs: ReportInputs, verdict: dict[str, Any], key: str) -> Drawing:
    """Describe one transfer's learning curve.

    Parameters
    ----------
    inputs : ReportInputs
        The study.
    verdict : dict
        One entry of ``verdicts.json``.
    key : str
        The transfer's anchor.

    Returns
    -------
    Drawing
    """
    name, metric = verdict["transfer"], verdict["metric"]
    frame = _frame(inputs, verdict)
    lines = series_of(inputs.summary, name, metric)
    caption = (
        f"{frame.metric_title} on the test part against the number of target labels, on a log scale. "
        f"Bands are {frame.level * 100:g} % intervals; those of chosen and scratch have edges. "
        "“All” marks the whole pool."
    )
    if any(line.without_labels for line in lines):
        caption += " Zero-shot uses no target label, so its line is flat."
    return Drawing(
        f"{key}-figure-curve",
        f"{name}.{LEARNING_CURVE}",
        caption,
        lambda narrow: learning_curve(lines, frame, narrow=narrow),
    )


def forest_drawing(inputs: ReportInputs, verdict: dict[str, Any], key: str) -> Drawing:
    """Describe the drawing of one transfer's comparisons.

    Parameters
    ----------
    inputs : ReportInputs
        The study.
    verdict : dict
        One entry of ``verdicts.json``.
    key : str
        The transfer's anchor.

    Returns
    -------
    Drawing
        Words alone where nothing was compared.
    """
    groups = _groups(inputs.comparisons, verdict)
    frame = _frame(inputs, verdict)
    caption = (
        f"Difference in {frame.metric_title} between the chosen strategy and each reference, with "
        f"{frame.level * 100:g} % intervals. Diamonds are means over the learning curve; the first one is "
        "the verdict."
    )
    return Drawing(
        f"{key}-figure-comparisons",
        f"{verdict['transfer']}.{COMPARISONS}",
        caption,
        lambda narrow: forest(groups, frame, narrow=narrow),
    )


def reliability_drawing(inputs: ReportInputs, verdict: dict[str, Any], key: str) -> Drawing:
    """Describe the drawing of one transfer's reliability curves.

    Parameters
    ----------
    inputs : ReportInputs
        The study.
    verdict : dict
        One entry of ``verdicts.json``.
    key : str
        The transfer's anchor.

    Returns
    -------
    Drawing
        Words alone where no probabilities were compared with what was observed.
    """
    shown = panels(inputs.reliability, verdict["transfer"])
    frame = _frame(inputs, verdict)
    kind = target_type(inputs, verdict)
    if not kind.binary:
        axis = MEASURED if kind.numbers else CALLS
        return Drawing(
            f"{key}-figure-reliability",
            f"{verdict['transfer']}.{RELIABILITY}",
            TRUST_CAPTIONS[axis].replace("LEVEL", f"{frame.level * 100:g} %"),
            lambda narrow: reliability_figure(shown, frame, narrow=narrow, axis=axis),
        )
    caption = (
        "Test sequences in bins of equal numbers by predicted probability, all replicates together: the share that "
        f"was positive, with its {frame.level * 100:g} % interval (Wilson), which counts every test sequence once. On "
        "the dashed line probabilities are right; below it they promise too much. Filled: fewest labels; hollow: "
        "most labels."
    )
    return Drawing(
        f"{key}-figure-reliability",
        f"{verdict['transfer']}.{RELIABILITY}",
        caption,
        lambda narrow: reliability_figure(shown, frame, narrow=narrow),
    )


def identity_drawing(inputs: ReportInputs, verdict: dict[str, Any], key: str) -> Drawing:
    """Describe the drawing of one transfer's scores by identity to training sequences.

    Parameters
    ----------
    inputs : ReportInputs
        The study.
    verdict : dict
        One entry of ``verdicts.json``.
    key : str
        The transfer's anchor.

    Returns
    -------
    Drawing
        Words alone where identities were not computed.
    """
    shown = identity_panels(inputs, verdict["transfer"])
    frame = _frame(inputs, verdict)
    caption = (
        f"{frame.metric_title} on test sequences in bands of identity to their nearest training sequence, with "
        f"{frame.level * 100:g} % intervals; below each band its number of test sequences. Left of the dotted line "
        "lies what shuffled sequences reach, which are related to nothing. A hollow marker has no interval: too few "
        "of a class."
    )
    return Drawing(
        f"{key}-figure-identity",
        f"{verdict['transfer']}.{IDENTITY}",
        caption,
        lambda narrow: identity_figure(shown, frame, narrow=narrow),
    )


def training_drawings(inputs: ReportInputs) -> list[Drawing]:
    """Describe how the models of each source learned.

    Parameters
    ----------
    inputs : ReportInputs
        The study.

    Returns
    -------
    list of Drawing
        One a source, in the order of the transfers.
    """
    found = []
    sources = dict.fromkeys(verdict["source"] for verdict in inputs.verdicts)
    for number, source in enumerate(sources, start=1):
        title = " + ".join(inputs.title_of(name) for name in source.split("+"))
        frame = Frame(
            f"Source models: {title}", source_type(inputs, source).loss_words, True, 0, 0.0, inputs.simulated
        )
        courses = tuple(
            _course(f"model {int(folder.rsplit('/', 1)[1]) + 1}", model.history, model.bundle)
            for folder, model in inputs.source_models.items()
            if folder.rsplit("/", 1)[0] == source
        )
        own_look = len(courses) <= NAMED
        looks = "Each has its own color and marker" if own_look else "Each is one grey line"
        caption = (
            f"How the source models of {title} learned. {looks}; a filled marker is the "
            "checkpoint that was kept, the one with the lowest held-out loss."
        )
        found.append(
            Drawing(
                f"training-{number}",
                f"{source}.{TRAINING}",
                caption,
                lambda narrow, courses=courses, frame=frame: training_course(courses, frame, narrow=narrow),  # type: ignore[misc]
            )
        )
    return found


def _course(name: str, history: pd.DataFrame, bundle: dict[str, Any]) -> Course:
    """Collect what is drawn of one source model."""
    knows_classes = "validation_accuracy" not in history or history["validation_auroc"].notna().any()
    drawn = "validation_auroc" if knows_classes else "validation_accuracy"
    return Course(
        name,
        tuple(int(epoch) for epoch in history["epoch"]),
        tuple(float(value) for value in history["train_loss"]),
        tuple(float(value) for value in history["validation_loss"]),
        tuple(float(value) for value in history[drawn])
        if drawn in history and history[drawn].notna().any()
        else (),
        int(bundle.get("epochs") or 0),
        "AUROC" if knows_classes else "accuracy of masked letters",
    )


def ablation_drawings(inputs: ReportInputs) -> list[Drawing]:
    """Describe the gain against the size of the source, of each transfer for which the study asks for it.

    Parameters
    ----------
    inputs : ReportInputs
        The study.

    Returns
    -------
    list of Drawing
    """
    table = ablation_rows(inputs)
    if table.empty:
        return []
    found = []
    for number, (name, own) in enumerate(table.groupby("transfer", sort=False), start=1):
        verdict = next(verdict for verdict in inputs.verdicts if verdict["transfer"] == name)
        frame = replace(
            _frame(inputs, verdict), title=f"{titles(inputs, verdict)}, {own['strategy'].iloc[0]}"
        )
        sizes = train_sizes(own)
        # With one train size the mean over sizes is that size.
        lines = [_gains(own, size) for size in (sizes if len(sizes) > 2 else sizes[:1])]
        caption = (
            f"Gain in {frame.metric_title} over scratch against the number of source sequences, on a log scale. Bold: "
            f"mean over train sizes with {frame.level * 100:g} % intervals; thin: single train sizes."
        )
        found.append(
            Drawing(
                f"source-size-{number}",
                f"{name}.{SOURCE_SIZE}",
                caption,
                lambda narrow, lines=lines, frame=frame: source_size_figure(lines, frame, narrow=narrow),  # type: ignore[misc]
            )
        )
    return found


def _gains(own: pd.DataFrame, size: str) -> Line:
    """Collect one line of that drawing."""
    rows = own[own["train_size"] == size].sort_values("source_size").to_dict("records")
    gains = tuple(
        Gain(int(row["source_size"]), bool(row["is_whole"]), row["gain"], row["ci_low"], row["ci_high"])
        for row in rows
    )
    return Line(line_name(size), size == CURVE, gains)


def matrix_figure(inputs: ReportInputs) -> Drawing:
    """Describe the drawing of all transfers at once, which the page shows as a table.

    Parameters
    ----------
    inputs : ReportInputs
        The study.

    Returns
    -------
    Drawing
    """
    first = inputs.verdicts[0]
    name = metric_title(first["metric"])
    frame = Frame(
        title=f"{name}: chosen strategy minus scratch, mean over train sizes",
        metric_title=name,
        greater_is_better=not lower_is_better(first["metric"]),
        n_test=0,
        level=float(first["level"]),
        simulated=inputs.simulated,
    )
    matrix = matrix_of(inputs)
    return Drawing("matrix", f"{ALL_TRANSFERS}.{MATRIX}", "", lambda narrow: matrix_drawing(matrix, frame))


def _frame(inputs: ReportInputs, verdict: dict[str, Any]) -> Frame:
    """Collect what all drawings of one transfer share."""
    own = inputs.summary[inputs.summary["transfer"] == verdict["transfer"]]
    return Frame(
        title=" → ".join(inputs.titles_of(verdict)),
        metric_title=metric_title(verdict["metric"]),
        greater_is_better=not lower_is_better(verdict["metric"]),
        n_test=0 if own.empty else int(own["n_test"].max()),
        level=float(verdict["level"]),
        simulated=inputs.simulated,
        digits=digits_of(verdict["metric"]),
    )


def _groups(comparisons: pd.DataFrame, verdict: dict[str, Any]) -> list[Group]:
    """Collect the chosen strategy's comparisons by reference: scratch, the best baseline, zero-shot."""
    own = comparisons[
        (comparisons["transfer"] == verdict["transfer"])
        & (comparisons["metric"] == verdict["metric"])
        & (comparisons["strategy"] == CHOSEN)
        & comparisons["role"].isin(["primary", "secondary", "contrast"])
    ]
    groups = []
    for reference in dict.fromkeys([SCRATCH, *own["reference"]]):
        rows = []
        for row in own[own["reference"] == reference].to_dict("records"):
            over = row["train_size"] == CURVE
            label = "mean over sizes" if over else train_size(row["train_size"], row["is_all"])
            rows.append(Difference(label, row["difference"], row["ci_low"], row["ci_high"], over))
        if any(row.difference == row.difference for row in rows):
            kind = "" if reference in (SCRATCH, ZERO_SHOT) else ", best baseline"
            rows.sort(key=lambda row: not row.main)
            groups.append(Group(f"chosen − {reference}{kind}", reference, tuple(rows)))
    return groups
