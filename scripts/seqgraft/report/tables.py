"""Tables as the page shows them: cells of finished text under heads, with a caption and notes."""

from dataclasses import dataclass

from seqgraft.report.text import DIGITS
from seqgraft.stats.metric_names import FACTS, facts


@dataclass(frozen=True)
class Cell:
    """One cell.

    Parameters
    ----------
    text : str
        Plain text; the template escapes it.
    small : str
        A second line in small type, such as an interval.
    more : str
        A third line in small type, such as a p-value.
    mark : str
        The raised letter of a note below the table.
    kind : str
        "" for words, "number" (aligned right), "head" (names its row), "code" (a checksum).
    link : str
        An address for people to follow; never loaded by the page.
    tint : str
        Background, hexadecimal; the words say the same, so that no one needs the color.
    style : str
        A class of the style sheet.
    """

    text: str
    small: str = ""
    kind: str = ""
    more: str = ""
    mark: str = ""
    link: str = ""
    tint: str = ""
    style: str = ""


@dataclass(frozen=True)
class Row:
    """One row; a heading over the rows below it has one cell that spans the table."""

    cells: tuple[Cell, ...]
    style: str = ""


@dataclass(frozen=True)
class Table:
    """A table with its caption.

    Parameters
    ----------
    caption : str
        What it shows.
    columns : tuple of str
        Heads of the columns.
    rows : tuple of Row
        As many cells as columns, except for headings.
    numbers : frozenset of int
        Columns whose head stands above numbers.
    notes : tuple of str
        Sentences below the table.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    numbers: frozenset[int] = frozenset()
    notes: tuple[str, ...] = ()


def heading(words: str) -> Row:
    """Return a row that heads the rows below it."""
    return Row((Cell(words, kind="head"),), "heading")


def num(words: str, small: str = "", more: str = "", mark: str = "") -> Cell:
    """Return a cell of a number."""
    return Cell(words, small, "number", more=more, mark=mark)


def metric_title(metric: str) -> str:
    """Return a metric's title for people."""
    return facts(metric).title if _known(metric) else metric


def lower_is_better(metric: str) -> bool:
    """Tell whether smaller values of a metric are better."""
    return _known(metric) and not facts(metric).greater_is_better


def digits_of(metric: str) -> int | None:
    """Return how many digits stand after the point; None for a metric with a unit, of any size."""
    return DIGITS if not _known(metric) or facts(metric).decimals else None


def _known(metric: str) -> bool:
    """Tell whether this is a metric, of everything or of one output."""
    return metric.partition(":")[0] in FACTS
