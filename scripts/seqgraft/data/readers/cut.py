"""Sequences cut out of a table's columns: the expression ``upstream[-4:] + guide + context[26:56]``."""

import re
from typing import NamedTuple

_TERM = re.compile(
    r"""\s*(?:"([^"]+)"|'([^']+)'|([^\s\[\]+'"][^\[\]+'"]*?))\s*(?:\[\s*(-?\d*)\s*:\s*(-?\d*)\s*\])?\s*(?=\+|$)"""
)


class Cut(NamedTuple):
    """A stretch of the text in one column.

    Parameters
    ----------
    column : str
        The column's name.
    start, stop : int or None
        As in Python: from 0, the end left out, negative numbers from the end; None is open.
    """

    column: str
    start: int | None
    stop: int | None

    def of(self, text: str) -> str | None:
        """Return the stretch; None where the text is too short for it, which Python would cut short in silence."""
        for bound in (self.start, self.stop):
            if bound is not None and not -len(text) <= bound <= len(text):
                return None
        return text[self.start : self.stop]


def parse_cut(expression: str) -> list[Cut] | None:
    """Read an expression: columns, each with or without a cut, joined by ``+``.

    Parameters
    ----------
    expression : str
        A column whose name holds brackets, quotes or a plus sign stands in quotes.

    Returns
    -------
    list of Cut or None
        None if this is no such expression.
    """
    cuts, at = [], 0
    while True:
        found = _TERM.match(expression, at)
        if found is None:
            return None
        start, stop = (int(bound) if bound not in (None, "", "-") else None for bound in found.group(4, 5))
        if "-" in found.group(4, 5):
            return None
        cuts.append(Cut(found[1] or found[2] or found[3], start, stop))
        at = found.end() + 1  # past the plus sign
        if at > len(expression):
            return cuts
