"""All transfers at once: sources down, targets across, the gain over scratch in each cell."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from seqgraft.report import text
from seqgraft.report.inputs import ReportInputs
from seqgraft.report.tables import Cell, Row, Table, lower_is_better, metric_title

#: What marks a verdict beside its word, so that it is seen at a glance and without color.
MARKS = {"helps": "▲", "hurts": "▼", "no evidence": "○", "no verdict": "–"}
#: Ends of the scale: a pale blue for a gain, a pale orange for a loss; dark text stays readable on both.
GAIN, LOSS = (143, 188, 224), (243, 181, 138)

#: How much of its tint a difference keeps that may be chance.
UNSURE = 0.35


@dataclass(frozen=True)
class Outcome:
    """One transfer in the matrix.

    Parameters
    ----------
    difference, low, high : float or None
        Chosen minus scratch, mean over sizes, with its interval.
    verdict : str
        "helps", "hurts", "no evidence" or "no verdict".
    tint : str
        Background, hexadecimal.
    link : str
        Address of the transfer's section.
    """

    difference: float | None
    low: float | None
    high: float | None
    verdict: str
    tint: str
    link: str


@dataclass(frozen=True)
class Matrix:
    """All transfers of a study.

    Parameters
    ----------
    sources, targets : tuple of (str, str)
        Name and title, in the order of the study.
    cells : dict
        By name of source and target; pairs that were not tried are absent.
    """

    sources: tuple[tuple[str, str], ...]
    targets: tuple[tuple[str, str], ...]
    cells: dict[tuple[str, str], Outcome]


def matrix_of(inputs: ReportInputs, links: Sequence[str] = ()) -> Matrix:
    """Arrange the verdicts of a study.

    Parameters
    ----------
    inputs : ReportInputs
        The study.
    links : sequence of str
        Address of each transfer's section, in the order of the verdicts.

    Returns
    -------
    Matrix
    """
    verdicts = inputs.verdicts
    known = [abs(v["difference"]) for v in verdicts if v["difference"] is not None]
    reach = max(known, default=0.0)
    sign = -1.0 if lower_is_better(verdicts[0]["metric"]) else 1.0
    cells = {}
    for place, verdict in enumerate(verdicts):
        difference = verdict["difference"]
        share = 0.0 if difference is None or not reach else sign * difference / reach
        share *= 1.0 if verdict["verdict"] in ("helps", "hurts") else UNSURE
        cells[verdict["source"], verdict["target"]] = Outcome(
            difference, verdict["ci_low"], verdict["ci_high"], verdict["verdict"], tint(share),
            links[place] if links else "",
        )  # fmt: skip
    sources = {verdict["source"]: inputs.titles_of(verdict)[0] for verdict in verdicts}
    targets = {verdict["target"]: inputs.titles_of(verdict)[1] for verdict in verdicts}
    # Both in the order of the config's tasks, so that a full matrix has its empty cells on the diagonal.
    order = list(inputs.config["tasks"])

    def place_of(entry: tuple[str, str]) -> int:
        return order.index(entry[0].split("+")[0])

    rows, columns = sorted(sources.items(), key=place_of), sorted(targets.items(), key=place_of)
    return Matrix(tuple(rows), tuple(columns), cells)


def tint(share: float) -> str:
    """Return the background of a cell.

    Parameters
    ----------
    share : float
        From -1 (the greatest loss) over 0 (white) to 1 (the greatest gain).

    Returns
    -------
    str
        E.g. "#8fbce0".
    """
    end = GAIN if share > 0 else LOSS
    return "#" + "".join(f"{round(255 + (value - 255) * min(abs(share), 1.0)):02x}" for value in end)


def matrix_table(matrix: Matrix, metric: str, level: float) -> Table:
    """Show the matrix with a link to each transfer.

    Parameters
    ----------
    matrix : Matrix
        From `matrix_of`.
    metric : str
        Name of the primary metric.
    level : float
        Coverage of the intervals.

    Returns
    -------
    Table
    """
    rows = []
    for source, title in matrix.sources:
        cells = [_cell(matrix.cells.get((source, target)), source == target) for target, _ in matrix.targets]
        rows.append(Row((Cell(title, kind="head"), *cells)))
    name = metric_title(metric)
    better = "Below 0" if lower_is_better(metric) else "Above 0"
    return Table(
        f"What each source gave to each target: difference in {name}",
        ("source ↓  target →", *[title for _, title in matrix.targets]),
        tuple(rows),
        frozenset(range(1, len(matrix.targets) + 1)),
        (
            f"Chosen strategy minus scratch, mean over sizes, with its {level * 100:g} % interval. {better} transfer "
            "did better. The word below is the verdict, which also takes the number of transfers into account. "
            "A number leads to its transfer. Blue: better, orange: worse, stronger for larger "
            "differences and pale where the difference may be chance.",
        ),
    )


def _cell(outcome: Outcome | None, same: bool) -> Cell:
    """Write one transfer."""
    if outcome is None:
        return Cell(text.NOTHING if same else "not tried", kind="number", style="absent")
    interval = text.signed_span(outcome.low, outcome.high)
    words = f"{MARKS.get(outcome.verdict, '')} {outcome.verdict}".strip()
    return Cell(
        text.signed(outcome.difference), interval, "number", more=words, link=outcome.link, tint=outcome.tint
    )


def description(matrix: Matrix, level: float) -> str:
    """Put the numbers of the matrix into words for who cannot see the drawing."""
    sources, targets = dict(matrix.sources), dict(matrix.targets)
    words = [
        f"{sources[source]} to {targets[target]}: {text.signed(o.difference)} "
        f"({text.signed_span(o.low, o.high)}), {o.verdict}"
        for (source, target), o in matrix.cells.items()
    ]
    return f"Differences with {level * 100:g} % intervals and verdicts. {'; '.join(words)}."


def overview_words(verdicts: Sequence[dict[str, Any]]) -> str:
    """Sum up several verdicts in one sentence."""
    kinds = (
        ("helps", "{} that helped"),
        ("hurts", "{} that hurt"),
        ("no evidence", "{} without evidence either way"),
        ("no verdict", "{} without a verdict"),
    )
    counts = {name: sum(v["verdict"] == name for v in verdicts) for name, _ in kinds}
    parts = [words.format(text.plural(counts[name], "transfer")) for name, words in kinds if counts[name]]
    return f"{text.listed(parts)}."
