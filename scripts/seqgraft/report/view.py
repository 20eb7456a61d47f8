"""What sections and templates share: the study with its numbers, one transfer, and a figure inside the page."""

from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from seqgraft.report.downloads import data_uri
from seqgraft.report.figures import WRITERS, Drawing
from seqgraft.report.inputs import ReportInputs
from seqgraft.report.series import Series, series_of
from seqgraft.report.svg import to_svg

#: With more transfers than this, each one's section is closed until it is opened, and what the page can do without
#: is left to the study's folder: wide figures, figures as files, those whose numbers stand in a table beside them, and
#: tables of metrics that decide nothing.
FEW = 4


@dataclass(frozen=True)
class Study:
    """The study as every section gets it.

    Parameters
    ----------
    inputs : ReportInputs
        All files.
    level : float
        Coverage of the intervals.
    """

    inputs: ReportInputs
    level: float

    @property
    def several(self) -> bool:
        """Whether there is more than one transfer."""
        return len(self.inputs.verdicts) > 1

    @property
    def many(self) -> bool:
        """Whether there are so many transfers that their sections are closed at first."""
        return len(self.inputs.verdicts) > FEW


@dataclass(frozen=True)
class Transfer:
    """One transfer as every section gets it.

    Parameters
    ----------
    study : Study
        All of them.
    number : int
        Counted from 1, in the order of the config.
    verdict : dict
        Its entry of ``verdicts.json``.
    """

    study: Study
    number: int
    verdict: dict[str, Any]

    @property
    def key(self) -> str:
        """Its anchor in the page."""
        return f"transfer-{self.number}"

    @property
    def name(self) -> str:
        """Its name in tables."""
        return str(self.verdict["transfer"])

    @property
    def metric(self) -> str:
        """The primary metric's name."""
        return str(self.verdict["metric"])

    @property
    def titles(self) -> tuple[str, str]:
        """Titles of source and target."""
        return self.study.inputs.titles_of(self.verdict)

    @property
    def lines(self) -> list[Series]:
        """Its learning curves, best known first."""
        return series_of(self.study.inputs.summary, self.name, self.metric)


@dataclass(frozen=True)
class Figure:
    """A drawing as the template shows it; no address and no wide form where room must be saved, or no form at all."""

    id: str
    label: str
    caption: str
    name: str
    uri: str
    wide: Markup
    narrow: Markup

    @classmethod
    def of(cls, drawing: Drawing, label: str, *, small: bool) -> "Figure":
        """Put a drawing into the page; its text was escaped when it was drawn.

        Parameters
        ----------
        drawing : Drawing
            What to draw.
        label : str
            E.g. "Figure 1a."
        small : bool
            Whether room must be saved: then the form for a phone serves all screens, and the page does not offer
            the drawing as a file.
        """
        narrow = drawing.draw(True)
        wide = None if small else drawing.draw(False)
        return cls(
            drawing.key,
            label,
            drawing.caption,
            drawing.name,
            data_uri(WRITERS["svg"](wide), "image/svg+xml") if wide else "",
            Markup(to_svg(wide, f"{drawing.key}-wide")) if wide else Markup(),
            Markup(to_svg(narrow, f"{drawing.key}-narrow")),
        )

    @classmethod
    def elsewhere(cls, drawing: Drawing, label: str) -> "Figure":
        """Point to the files of a drawing that a page with so many transfers leaves to the study's folder."""
        return cls(drawing.key, label, "", drawing.name, "", Markup(), Markup())
