"""The registry of sections: a new section of the page is one entry here and one template beside this file.

Each entry names its template in this text, so that the code digest of the report's rule knows of it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from seqgraft.report import study_sections, transfer_sections
from seqgraft.report.view import Study, Transfer

Content = dict[str, Any] | None


@dataclass(frozen=True)
class TransferSection:
    """A section that every transfer has.

    Parameters
    ----------
    key : str
        Its anchor is the transfer's, a hyphen and this.
    title : str
        The heading.
    template : str
        Shows the content, which it finds as ``s``; the transfer's titles and anchor are in ``t``.
    content : callable
        Makes what the template shows; None leaves the section out.
    """

    key: str
    title: str
    template: str
    content: Callable[[Transfer], Content]


@dataclass(frozen=True)
class StudySection:
    """A section that the page has once; members as of `TransferSection`.

    Parameters
    ----------
    key, title, template, content
        As there; the anchor is the key alone.
    link : str
        What the contents call it.
    numbered : bool
        Whether it counts as a chapter.
    """

    key: str
    title: str
    link: str
    template: str
    content: Callable[[Study], Content]
    numbered: bool = True


#: Shown above the first verdict, without a number.
OPENING: tuple[StudySection, ...] = (
    StudySection(
        "suspicions",
        "Before you believe a number",
        "Suspicions",
        "section_suspicions.html",
        study_sections.suspicions_section,
        False,
    ),
    StudySection(
        "overview", "All transfers", "All transfers", "section_overview.html", study_sections.overview, False
    ),
)

#: Shown for each transfer, in this order.
OF_TRANSFER: tuple[TransferSection, ...] = (
    TransferSection("verdict", "Verdict", "section_verdict.html", transfer_sections.verdict),
    TransferSection("curve", "Learning curve", "section_curve.html", transfer_sections.curve),
    TransferSection("comparisons", "Comparisons", "section_comparisons.html", transfer_sections.comparisons),
    TransferSection(
        "calibration",
        "Can its probabilities be trusted?",
        "section_calibration.html",
        transfer_sections.calibration,
    ),
    TransferSection(
        "trust", "What was predicted and what was measured", "section_trust.html", transfer_sections.trust
    ),
    TransferSection(
        "identity",
        "Does it work on sequences unlike those it learned from?",
        "section_identity.html",
        transfer_sections.identity,
    ),
)

#: Shown after the transfers, in this order.
OF_STUDY: tuple[StudySection, ...] = (
    StudySection(
        "strategies", "What was compared", "Strategies", "section_strategies.html", study_sections.strategies
    ),
    StudySection(
        "data", "How the data were cleaned, split and checked", "Data", "section_data.html", study_sections.data
    ),
    StudySection("sources", "About the sources", "Sources", "section_sources.html", study_sections.sources),
    StudySection(
        "ablation", "Would a smaller source do?", "Size of the source", "section_ablation.html", study_sections.ablation
    ),
    StudySection("training", "How training went", "Training", "section_training.html", study_sections.training),
    StudySection(
        "methods", "Methods, ready to paste", "Methods", "section_methods.html", study_sections.methods_section
    ),
    StudySection("run", "How it was run", "How it was run", "section_run.html", study_sections.run),
    StudySection("words", "Words used here", "Words", "section_words.html", study_sections.words_section, False),
    StudySection(
        "downloads", "Tables to download", "Downloads", "section_downloads.html", study_sections.downloads_section,
        False,
    ),
)  # fmt: skip
