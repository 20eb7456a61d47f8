"""Suggest the known word that a misspelt one was meant to be."""

import difflib
from collections.abc import Iterable


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return ``; did you mean 'x'?`` for the closest known word, or a list of a few known ones."""
    names = list(known)
    alike = [name for name in names if name.casefold() == word.casefold()]
    begins = [name for name in names if len(word) >= 3 and name.startswith(word)]
    close = difflib.get_close_matches(word, names, n=1, cutoff=0.6) or begins
    close = alike or close
    if close:
        return f"; did you mean '{close[0]}'?"
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
