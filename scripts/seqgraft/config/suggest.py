"""Checks of lists of words: suggest the known word that a misspelt one was meant to be; find one listed twice."""

import difflib
from collections.abc import Iterable, Sequence


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return ``; did you mean 'x'?`` for the closest known word, or a list of a few known ones."""
    names = list(known)
    folded = {name.casefold(): name for name in names}
    close = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    close = close or [name for name in folded if len(word) >= 3 and word.casefold() in name]
    if close:
        return f"; did you mean '{folded[close[0]]}'?"
    return f"; known: {', '.join(names)}" if len(names) <= 25 else ""


def unknown_name(where: str, name: str, known: Iterable[str]) -> None:
    """Raise a ValueError with a suggestion if `name` is not among `known`.

    Parameters
    ----------
    where : str
        Path of the config key that holds the name.
    name : str
        The name as the user wrote it.
    known : iterable of str
        What may stand there.

    Raises
    ------
    ValueError
        If the name is unknown.
    """
    names = list(known)
    if name not in names:
        raise ValueError(f"{where}: '{name}' is not known{suggestion(name, names)}")


def once(where: str, values: Sequence[object]) -> None:
    """Raise a ValueError if a value stands twice in a list.

    Parameters
    ----------
    where : str
        Path of the config key that holds the list.
    values : sequence
        The list.

    Raises
    ------
    ValueError
        If one is listed twice.
    """
    for value in values:
        if values.count(value) > 1:
            raise ValueError(f"{where}: '{value}' is listed twice")
