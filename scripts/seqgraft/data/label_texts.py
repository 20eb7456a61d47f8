"""What a task says of its labels, and single labels from text: a class, a number, or missing."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from seqgraft.data.checks import MISSING_WORDS
from seqgraft.data.listing import place
from seqgraft.errors import SeqgraftError

_NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*")
_INFINITE = re.compile(r"\s*[+-]?inf(inity)?\s*", re.IGNORECASE)
_NAMED = 8  # classes that a message names


@dataclass(frozen=True)
class Labels:
    """How a task's labels are to be read.

    Parameters
    ----------
    type : str
        A name in `seqgraft.data.label_types.TYPES`.
    classes : tuple of str
        Class names in the config's order, which is the order of numbers and bits everywhere; none for numbers.
    names : mapping of str to str
        The class that each text of the file means, where they differ.
    separator : str
        Between the classes of one sequence.
    outputs : tuple of str
        Names of several numbers.
    missing : {"error", "drop", "keep"}
        What happens to a missing label.
    missing_values : tuple of str
        Texts that mean a missing label, besides blanks and the usual words.
    transforms : tuple of str
        What is done to numbers before they are learned; here only looked at, because some numbers have no logarithm.
    tolerance : float
        How far apart numbers of one sequence may lie to be averaged.
    """

    type: str = "binary"
    classes: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    separator: str = ";"
    outputs: tuple[str, ...] = ()
    missing: str = "error"
    missing_values: tuple[str, ...] = ()
    transforms: tuple[str, ...] = ()
    tolerance: float = 0.0

    @cached_property
    def codes(self) -> dict[str, int]:
        """The number of the class that each text means: its place in `classes`."""
        places = {name: number for number, name in enumerate(self.classes)}
        return places | {text: places[name] for text, name in self.names.items()}

    @cached_property
    def missing_numbers(self) -> frozenset[float]:
        """Those of `missing_values` that are numbers."""
        return frozenset(float(text) for text in self.missing_values if _NUMBER.fullmatch(text))

    @property
    def columns(self) -> list[str]:
        """The columns of numbers in the file and in the records."""
        return [f"label_{name}" for name in self.outputs] or ["label"]


def text_of(value: Any) -> str:
    """Return a label as text, as it would stand in a file: tables may have read it as a number.

    Parameters
    ----------
    value : object
        Text, number, truth value or None.

    Returns
    -------
    str
        ``1`` for 1.0; empty for None and not-a-number.
    """
    if isinstance(value, str):
        return value
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    number = float(value) if not isinstance(value, bool) else int(value)
    return str(int(number)) if math.isfinite(number) and number == int(number) else str(number)


def is_missing(text: str, how: Labels) -> bool:
    """Tell whether a text means that there is no label."""
    return not text.strip() or text.strip() in MISSING_WORDS or text in how.missing_values


def number(text: str, how: Labels) -> float | None:
    """Read a number.

    Parameters
    ----------
    text : str
        A decimal number, as in ``-1.5e3``.
    how : Labels
        Which texts mean a missing one.

    Returns
    -------
    float or None
        Not-a-number where it is missing; None where the text is no finite number.
    """
    if _NUMBER.fullmatch(text):
        value = float(text)
        if value in how.missing_numbers:
            return math.nan
        return value if math.isfinite(value) else None
    return math.nan if is_missing(text, how) else None


def no_number(text: str, record: Any) -> SeqgraftError:
    """Describe a text that should be a number.

    Parameters
    ----------
    text : str
        The text.
    record : pandas.Series or mapping
        Its record.

    Returns
    -------
    SeqgraftError
    """
    if _INFINITE.fullmatch(text) or _NUMBER.fullmatch(text):
        return SeqgraftError(
            f"the label '{text}' of '{record['id']}' is not a finite number",
            where=place(record),
            remedy="remove that sequence, or name the text in `labels.missing_values`",
        )
    hint = (
        "write a point, not a comma, in numbers"
        if re.fullmatch(r"\s*-?\d+,\d+\s*", text)
        else "mend the file"
    )
    return SeqgraftError(
        f"the label '{text}' of '{record['id']}' is not a number",
        where=place(record),
        remedy=f"{hint}, name the text in `labels.missing_values`, or correct the task's `type`",
    )


def no_class(text: str, record: Any, how: Labels) -> SeqgraftError:
    """Describe a text that should be a class.

    Parameters
    ----------
    text : str
        The text.
    record : pandas.Series or mapping
        Its record.
    how : Labels
        The classes that there are.

    Returns
    -------
    SeqgraftError
    """
    known = [*how.classes, *how.names]
    shown = ", ".join(known[:_NAMED]) + (", …" if len(known) > _NAMED else "")
    return SeqgraftError(
        f"the label '{text}' of '{record['id']}' is no class of the task ({shown})",
        where=place(record),
        remedy="add it to `classes`, say in `labels.names` which class it means, or mend the file; blanks and capitals "
        "count",
    )


def no_label(record: Any, column: str) -> SeqgraftError:
    """Describe a label that is missing.

    Parameters
    ----------
    record : pandas.Series or mapping
        Its record.
    column : str
        Where it should be.

    Returns
    -------
    SeqgraftError
    """
    which = "label" if column == "label" else f"label '{column.removeprefix('label_')}'"
    return SeqgraftError(
        f"the {which} of '{record['id']}' is missing",
        where=place(record),
        remedy="complete the file, or set the task's `labels.missing` to drop",
    )
