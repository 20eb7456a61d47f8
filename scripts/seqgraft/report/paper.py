"""Drawings as files for a paper: PDF with its text as text, and PNG; the same bytes for the same data."""

import io
from typing import Any

from seqgraft.report.canvas import Sketch, own_style

#: Dots per inch of a PNG: what most journals ask for at least.
RESOLUTION = 300


def to_pdf(sketch: Sketch) -> bytes:
    """Write a drawing as a PDF of one page.

    Parameters
    ----------
    sketch : Sketch
        The drawing.

    Returns
    -------
    bytes
        Without a date and without the name of a program, which would differ from run to run.
    """
    about = {"Title": sketch.title, **dict.fromkeys(("CreationDate", "Creator", "Producer"))}
    return _written(sketch, format="pdf", metadata=about)


def to_png(sketch: Sketch) -> bytes:
    """Write a drawing as an image of 300 dots per inch.

    Parameters
    ----------
    sketch : Sketch
        The drawing.

    Returns
    -------
    bytes
    """
    about = {"Software": None, "Title": sketch.title, "Description": sketch.description}
    return _written(sketch, format="png", dpi=RESOLUTION, metadata=about)


def _written(sketch: Sketch, **options: Any) -> bytes:
    """Return the bytes that matplotlib writes under the settings that the drawing was made with."""
    buffer = io.BytesIO()
    with own_style():
        sketch.figure.savefig(buffer, **options)
    return buffer.getvalue()
