"""Which versions of the numerical packages made a result: part of its key in the resume store, and of its record."""

from collections.abc import Mapping
from types import ModuleType


def versions_of(*packages: ModuleType) -> dict[str, str]:
    """Return the version of each imported package by its name.

    Parameters
    ----------
    *packages : module
        Packages on which numbers depend; those named here must be imported already, so that reading a version never
        loads torch where nothing else does.

    Returns
    -------
    dict of str to str
        Sorted by name.
    """
    return {
        package.__name__: str(package.__version__) for package in sorted(packages, key=lambda p: p.__name__)
    }


def in_words(versions: Mapping[str, str]) -> str:
    """Write versions into one cell of a table: ``numpy 2.3.1, torch 2.13.0``."""
    return ", ".join(f"{name} {version}" for name, version in versions.items())
