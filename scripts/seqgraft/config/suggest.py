"""Did you mean …?"""

import difflib
from collections.abc import Iterable


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return `` (did you mean 'x'?)`` for the closest known word, or a list of a few known ones."""
    names = list(known)
    close = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
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
