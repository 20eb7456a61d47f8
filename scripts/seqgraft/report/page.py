"""The page that a study ends in: one HTML file that opens without a network."""

from itertools import count
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from seqgraft.report import advice, words
from seqgraft.report.canvas import SIMULATED
from seqgraft.report.fonts import families
from seqgraft.report.inputs import ReportInputs
from seqgraft.report.made_words import MADE, made_note
from seqgraft.report.sections import OF_STUDY, OF_TRANSFER, OPENING, StudySection, TransferSection
from seqgraft.report.view import Study, Transfer
from seqgraft.running.side_by_side import each

_HERE = Path(__file__).parent
#: The frame of the page and what its sections share; named here so that the code digest knows of them.
TEMPLATE, MACROS, STYLE = "template.html", "macros.html", "style.css"


def build(inputs: ReportInputs, processes: int = 1) -> str:
    """Write the report.

    Parameters
    ----------
    inputs : ReportInputs
        The study, e.g. from `seqgraft.report.inputs.read_inputs`.
    processes : int
        Transfers that are described at the same time; changes no byte.

    Returns
    -------
    str
        HTML. The same inputs give the same text. Whatever comes from data is escaped.

    Raises
    ------
    SeqgraftError
        When a table lacks a column (on making the inputs).
    """
    environment = Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        keep_trailing_newline=True,
    )  # fmt: skip
    environment.globals["macros"] = MACROS
    return environment.get_template(TEMPLATE).render(**_context(inputs, processes))


def _context(inputs: ReportInputs, processes: int) -> dict[str, Any]:
    """Return what the templates show."""
    config = inputs.config
    level = float(inputs.verdicts[0]["level"])
    study = Study(inputs, level)
    # One transfer's sections are chapters of the page; with several, each transfer holds its own.
    numbers = count(1)
    families()  # made once, before there are several processes
    transfers = each(
        lambda transfer: _transfer(transfer, None if study.several else numbers),
        [Transfer(study, place, verdict) for place, verdict in enumerate(inputs.verdicts, start=1)],
        processes,
    )
    opening = _shown(OPENING, study, None)
    closing = _shown(OF_STUDY, study, None if study.several else numbers)
    return {
        "style": Markup((_HERE / STYLE).read_text(encoding="utf-8")),
        "simulated": inputs.simulated,
        "simulated_words": SIMULATED,
        "made_words": MADE,
        "made_note": made_note(config["tasks"]),
        "simulated_note": words.simulated_note(inputs),
        "version": str(inputs.provenance.get("seqgraft", "")),
        "title": config.get("title") or str(config["study"]),
        "study": str(config["study"]),
        "lead": _lead(inputs),
        "level_words": f"{level * 100:g} %",
        "several": study.several,
        "many": study.many,
        "level": 3 if study.several else 2,
        "opening": opening,
        "transfers": transfers,
        "closing": closing,
    }


def _transfer(transfer: Transfer, numbers: "count[int] | None") -> dict[str, Any]:
    """Return what the template shows of one transfer: its name, its verdict in brief, its sections."""
    badge, style = advice.badge(transfer.verdict["verdict"])
    return {
        "id": transfer.key,
        "title": " → ".join(transfer.titles),
        "badge": badge,
        "badge_style": style,
        "brief": advice.brief(transfer.verdict),
        "sections": [
            _entry(section, f"{transfer.key}-{section.key}", content, numbers)
            for section in OF_TRANSFER
            if (content := section.content(transfer)) is not None
        ],
    }


def _shown(
    sections: tuple[StudySection, ...], study: Study, numbers: "count[int] | None"
) -> list[dict[str, Any]]:
    """Return those sections of the study that have something to show."""
    found = []
    for section in sections:
        content = section.content(study)
        if content is not None:
            counted = numbers if section.numbered else None
            found.append(_entry(section, section.key, content, counted) | {"link": section.link})
    return found


def _entry(
    section: StudySection | TransferSection, key: str, content: dict[str, Any], numbers: "count[int] | None"
) -> dict[str, Any]:
    """Return one section as the templates want it."""
    return {
        "id": key,
        "title": section.title,
        "template": section.template,
        "number": str(next(numbers)) if numbers is not None else "",
        "content": content,
    }


def _lead(inputs: ReportInputs) -> str:
    """Say in a sentence what the study asks."""
    verdicts = inputs.verdicts
    if len(verdicts) > 1:
        question = "does what was learned on a source help to learn a target with few labels?"
        return f"{len(verdicts)} transfers: {question}"
    source, target = inputs.titles_of(verdicts[0])
    return f"Does what was learned on {source} help to learn {target} with few labels?"
