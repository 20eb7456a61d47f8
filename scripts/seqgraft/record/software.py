"""Versions of the software that computes: of a few packages by name, or of all that are installed."""

import importlib.metadata
import platform
from collections.abc import Iterable

# What the numbers of a fit or a source model hang on.
NUMERIC = ("numpy", "scipy", "scikit-learn", "torch")


def versions(names: Iterable[str]) -> dict[str, str]:
    """Return the installed versions of packages; those that are not installed are absent.

    Parameters
    ----------
    names : iterable of str
        Names as in a package index.

    Returns
    -------
    dict of str to str
    """
    found = {}
    for name in names:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def computed_with() -> str:
    """Say in one line with which Python and numeric packages this process computes."""
    own = {"python": platform.python_version(), **versions(NUMERIC)}
    return ", ".join(f"{name} {version}" for name, version in own.items())


def everything_installed() -> dict[str, str]:
    """Return the version of every package that this interpreter can import, sorted by name."""
    found = {
        str(entry.metadata["Name"]): entry.version
        for entry in importlib.metadata.distributions()
        if entry.metadata["Name"]
    }
    return dict(sorted(found.items(), key=lambda item: item[0].lower()))
