"""Numbers as people write them: sensible digits, true minus signs, en dashes between numbers, units."""

import math
from collections.abc import Sequence

from seqgraft.signs import MINUS
from seqgraft.stats.multiplicity import p_number

#: Shown where a number does not exist.
NOTHING = "–"
#: Digits after the point of a metric or a difference, and at most so many where fewer would show zero.
DIGITS, MOST_DIGITS = 3, 5

_UNITS = ("bytes", "kB", "MB", "GB", "TB")


def number(value: float | None, digits: int | None = DIGITS) -> str:
    """Write a number with a fixed count of digits after the point, or with three significant ones.

    Parameters
    ----------
    value : float or None
        None and NaN are numbers that do not exist.
    digits : int or None
        Digits after the point; None for a number of any size, which has three significant digits.

    Returns
    -------
    str
        E.g. "0.955", "−0.012", "–"; "1,230", "0.00012", "1.2e-06".
    """
    if missing(value):
        return NOTHING
    assert value is not None
    if math.isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    if digits is None:
        return f"{MINUS if value < 0 else ''}{_significant(abs(value))}"
    text = f"{abs(value):,.{digits}f}"
    return f"{MINUS}{text}" if value < 0 and float(text.replace(",", "")) else text


def _significant(value: float) -> str:
    """Write a number that is not negative with three significant digits, whatever its size."""
    if not value or value < 1e-4 or value >= 1e7:
        return f"{value:.3g}"
    return f"{value:,.{max(0, 2 - math.floor(math.log10(value)))}f}"


def setting(value: object) -> str:
    """Write the value of a setting; of several "and" stands between them."""
    return " and ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def missing(value: float | None) -> bool:
    """Tell whether a number does not exist (None or NaN)."""
    return value is None or math.isnan(value)


def signed(value: float | None, digits: int | None = DIGITS) -> str:
    """Write a difference with its sign; digits are added until one is not zero, up to five.

    Parameters
    ----------
    value : float or None
        The difference.
    digits : int
        Digits after the point at least.

    Returns
    -------
    str
        E.g. "+0.052", "−0.006", "+0.0003", "0.000".
    """
    if missing(value):
        return NOTHING
    assert value is not None
    if digits is None:
        return f"{'+' if value > 0 else ''}{number(value, None)}"
    while digits < MOST_DIGITS and value and not round(value, digits):
        digits += 1
    text = number(value, digits)
    return f"+{text}" if round(value, digits) > 0 else text


def span(low: float | None, high: float | None, digits: int | None = DIGITS) -> str:
    """Write a range of numbers that are never negative, such as an interval of a metric.

    Returns
    -------
    str
        E.g. "0.940–0.968"; with "to" where an end is negative, because a dash and a minus look alike.
    """
    if missing(low) or missing(high):
        return NOTHING
    assert low is not None
    assert high is not None
    joint = "–" if min(low, high) >= 0 else " to "
    return f"{number(low, digits)}{joint}{number(high, digits)}"


def signed_span(low: float | None, high: float | None, digits: int | None = DIGITS) -> str:
    """Write an interval of a difference, e.g. "+0.037 to +0.067"."""
    if missing(low) or missing(high):
        return NOTHING
    return f"{signed(low, digits)} to {signed(high, digits)}"


def p_value(value: float | None) -> str:
    """Write a p-value.

    Returns
    -------
    str
        "<0.0001", "0.0003", "0.012" or "0.27".
    """
    if missing(value):
        return NOTHING
    assert value is not None
    return p_number(value)


def count(value: float | None) -> str:
    """Write a whole number with a comma between thousands, e.g. "3,000"."""
    if missing(value):
        return NOTHING
    assert value is not None
    return f"{round(value):,}"


def large(value: float | None) -> str:
    """Write a large count with three digits and a word, e.g. "83,200", "1.25 million"."""
    if missing(value):
        return NOTHING
    assert value is not None
    for word, factor in (("billion", 1e9), ("million", 1e6)):
        if abs(value) >= factor:
            return f"{value / factor:.3g} {word}"
    return count(value)


def percent(value: float | None, digits: int = 1) -> str:
    """Write a fraction as per cent, e.g. "27.2 %"; a small one is not rounded to nothing."""
    if missing(value):
        return NOTHING
    assert value is not None
    if 0 < value < 0.5 * 10 ** -(digits + 2):
        return f"<{10**-digits:g} %"
    return f"{value * 100:.{digits}f} %"


def times(value: float | None) -> str:
    """Write a factor, e.g. "7.2×", "19×"."""
    if missing(value):
        return NOTHING
    assert value is not None
    return f"{value:.0f}×" if value >= 9.95 else f"{value:.1f}×"


def duration(seconds: float | None) -> str:
    """Write a time, e.g. "0.4 s", "85 s", "12 min", "3.4 h"."""
    if missing(seconds):
        return NOTHING
    assert seconds is not None
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    if seconds < 119.5:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def size(count_of_bytes: float) -> str:
    """Write a file's size in decimal units, e.g. "76 kB"."""
    value, unit = float(count_of_bytes), 0
    while value >= 999.5 and unit < len(_UNITS) - 1:
        value, unit = value / 1000, unit + 1
    return f"{value:.0f} {_UNITS[unit]}" if unit == 0 or value >= 9.95 else f"{value:.1f} {_UNITS[unit]}"


def plural(number_of: int, word: str, many: str = "") -> str:
    """Write a count with its noun, e.g. "1 fit", "40 fits"."""
    return f"{count(number_of)} {word if number_of == 1 else many or word + 's'}"


def listed(words: Sequence[str], last: str = "and") -> str:
    """Join words as in a sentence, e.g. "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def train_size(size: int | str, is_all: bool) -> str:
    """Write a train size, e.g. "50", "all (961)", "0"."""
    return f"all ({count(int(size))})" if is_all else count(int(size))
