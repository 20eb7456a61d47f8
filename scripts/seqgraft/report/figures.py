"""The figures of a study, wide and narrow, and as files."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from seqgraft.report.curve_figure import learning_curve
from seqgraft.report.forest_figure import Difference, Group, forest
from seqgraft.report.inputs import ReportInputs
from seqgraft.report.series import series_of
from seqgraft.report.svg import Frame
from seqgraft.report.tables import lower_is_better, metric_title
from seqgraft.report.text import train_size
from seqgraft.stats.settings import CHOSEN, CURVE, SCRATCH, ZERO_SHOT

_HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'
_NOTHING = (
    f'{_HEAD}<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 360 40" role="img">'
    '<text x="10" y="25" font-family="sans-serif" font-size="14">Nothing could be compared.</text></svg>\n'
)


@dataclass(frozen=True)
class Drawing:
    """One figure.

    Parameters
    ----------
    key : str
        Its anchor in the page.
    file : str
        Name of the file.
    caption : str
        Plain text.
    wide, narrow : str
        SVG for a desk and for a phone.
    """

    key: str
    file: str
    caption: str
    wide: str
    narrow: str

    @property
    def document(self) -> str:
        """The wide drawing as a file of its own."""
        return f"{_HEAD}{self.wide}\n"


def figure_files(inputs: ReportInputs) -> dict[str, str]:
    """Draw all figures of a study as files.

    Parameters
    ----------
    inputs : ReportInputs
        The study.

    Returns
    -------
    dict of str to str
        File name to SVG: ``<transfer>.learning-curve.svg`` and ``<transfer>.comparisons.svg``.
    """
    found = {}
    for number, verdict in enumerate(inputs.verdicts, start=1):
        curve = learning_curve_drawing(inputs, verdict, f"transfer-{number}")
        differences = forest_drawing(inputs, verdict, f"transfer-{number}")
        found[curve.file] = curve.document
        # A rule must give each file that it promises, also where there was nothing to draw.
        found[_forest_file(verdict)] = _NOTHING if differences is None else differences.document
    return found


def _forest_file(verdict: dict[str, Any]) -> str:
    """Name the file of a transfer's comparisons."""
    return f"{verdict['transfer']}.comparisons.svg"


def learning_curve_drawing(inputs: ReportInputs, verdict: dict[str, Any], key: str) -> Drawing:
    """Draw one transfer's learning curve.

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
        f"{name}.learning-curve.svg",
        caption,
        learning_curve(lines, frame, f"{key}-curve-wide"),
        learning_curve(lines, frame, f"{key}-curve-narrow", narrow=True),
    )


def forest_drawing(inputs: ReportInputs, verdict: dict[str, Any], key: str) -> Drawing | None:
    """Draw one transfer's comparisons.

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
    Drawing or None
        None where nothing was compared.
    """
    groups = _groups(inputs.comparisons, verdict)
    if not groups:
        return None
    frame = _frame(inputs, verdict)
    caption = (
        f"Difference in {frame.metric_title} between the chosen strategy and each reference, with "
        f"{frame.level * 100:g} % intervals. Diamonds are means over the learning curve; the first one is "
        "the verdict."
    )
    return Drawing(
        f"{key}-figure-comparisons",
        _forest_file(verdict),
        caption,
        forest(groups, frame, f"{key}-forest-wide"),
        forest(groups, frame, f"{key}-forest-narrow", narrow=True),
    )


def _frame(inputs: ReportInputs, verdict: dict[str, Any]) -> Frame:
    """Collect what all drawings of one transfer share."""
    own = inputs.summary[inputs.summary["transfer"] == verdict["transfer"]]
    return Frame(
        title=" → ".join(inputs.titles_of(verdict)),
        metric_title=metric_title(verdict["metric"]),
        greater_is_better=not lower_is_better(verdict["metric"]),
        n_test=int(own["n_test"].max()),
        level=float(verdict["level"]),
        simulated=inputs.simulated,
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
