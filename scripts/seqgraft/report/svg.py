"""Drawings as SVG text: the same bytes for the same data, text kept as text, safe to put into a page."""

import html
import io
import re

from seqgraft.report.canvas import Sketch, own_style

#: What browsers draw text in; matplotlib measures with the font that it brings along, which is wider.
FONTS = "'Helvetica Neue', Helvetica, Arial, 'Liberation Sans', sans-serif"
#: Digits after the point of a coordinate, in points: a hundredth cannot be seen, and a page holds many.
_COORDINATE = re.compile(r"(?<![\w#.])(-?\d+\.\d{3,})(?![\w.])")


def to_svg(sketch: Sketch, name: str) -> str:
    """Write a drawing as one SVG element.

    Parameters
    ----------
    sketch : Sketch
        The drawing.
    name : str
        Put before every id, so that several drawings can share a page.

    Returns
    -------
    str
        From ``<svg`` to ``</svg>``; no document type, no style sheet, no metadata, nothing to load.
    """
    buffer = io.StringIO()
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    with own_style():
        sketch.figure.savefig(buffer, format="svg", metadata=nothing)
    text = buffer.getvalue()
    text = text[text.index("<svg") :].strip()
    text = re.sub(r"<metadata>.*?</metadata>\s*", "", text, flags=re.DOTALL)
    # matplotlib's style element would apply to the whole page; its two rules become attributes.
    text = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>\s*", "", text, flags=re.DOTALL)
    text = re.sub(r"<!--.*?-->\s*", "", text, flags=re.DOTALL)
    text = _small(text)
    key = re.sub(r"[^A-Za-z0-9_-]", "_", name)
    text = re.sub(r"url\(#([^)]+)\)", rf"url(#{key}.\1)", text)
    text = re.sub(r'href="#([^"]+)"', rf'href="#{key}.\1"', text)
    text = re.sub(r'\bid="([^"]+)"', rf'id="{key}.\1"', text)
    head, rest = text.split(">", 1)
    head += f' role="img" aria-labelledby="{key}.title {key}.desc"'
    head += f' stroke-linejoin="round" stroke-linecap="butt" font-family="{FONTS}"'
    words = (
        f'<title id="{key}.title">{html.escape(sketch.title)}</title>'
        f'<desc id="{key}.desc">{html.escape(sketch.description)}</desc>'
    )
    return f"{head}>{words}{rest}"


def _small(text: str) -> str:
    """Leave out what a page with sixty drawings has no room for: digits nobody sees, ids nobody uses, fonts twice."""
    text = re.sub(r"<[^>]*>", lambda tag: _COORDINATE.sub(_rounded, tag[0]), text)
    text = re.sub(r"; font-family: [^;\"]*|font-family: [^;\"]*; ?", "", text)
    text = re.sub(r"(style=\"[^\"]*font): ([^;\"]*?) 'DejaVu Sans[^;\"]*", r"\1: \2 inherit", text)
    used = set(re.findall(r'url\(#([^)]+)\)|href="#([^"]+)"', text))
    names = {name for pair in used for name in pair if name}
    text = re.sub(r' id="([^"]+)"', lambda found: found[0] if found[1] in names else "", text)
    text = re.sub(r' transform="rotate\(-0 [^"]*"', "", text)
    return re.sub(r">\s+<", "><", text)


def _rounded(number: re.Match[str]) -> str:
    """Write a coordinate with two digits after the point."""
    return f"{float(number[1]):.2f}".rstrip("0").rstrip(".")
