"""How a task's test part was drawn, in words: one entry per method of `config/splitting.py`."""

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from seqgraft.report import text

#: What stayed together, or who said what the test part is, after "The test part …".
METHODS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "random": lambda own: "was drawn at random, without a look at the labels",
    "stratified": lambda own: "was drawn at random from each class",
    "group": lambda own: "holds whole groups, as the column `group` of the data names them",
    "chromosome": lambda own: (
        f"is {text.listed(own['chromosomes'])}" if own.get("chromosomes") else "holds whole chromosomes"
    ),
    "homology": lambda own: (
        "holds whole groups of homologous sequences (MMseqs2, at least "
        f"{_whole(own['identity'])} identical letters over {_whole(own['coverage'])} of both)"
    ),
    "overlap": lambda own: (
        f"holds whole groups of sequences that share {own['shared']} letters or more, at least "
        f"{_whole(own['identity'])} of them identical, at any shift"
    ),
    "edit-distance": lambda own: (
        f"holds whole groups of sequences that {own['distance']} edits or fewer turn into each other"
    ),
    "predefined": lambda own: "is the published one",
}


def how_split(settings: Mapping[str, Any], counts: pd.DataFrame) -> str:
    """Say how the test part came about and how much of each class it holds.

    Parameters
    ----------
    settings : mapping
        The task's ``split``.
    counts : pandas.DataFrame
        Columns ``part, label, sequences``.

    Returns
    -------
    str
        One or two sentences.
    """
    fold = f" (fold {settings['fold']} of {settings['folds']})" if settings.get("folds") else ""
    if settings["method"] == "stratified" and not fold:
        return f"{_whole(settings['test'])} of each class became the test part."
    shares = []
    for label, own in counts.groupby("label", sort=False):
        tested = own.loc[own["part"] == "test", "sequences"].sum()
        shares.append(f"{text.percent(tested / own['sequences'].sum())} of {label}")
    drawn = "test" in settings and not settings.get("chromosomes")
    asked = f"; {_whole(settings['test'])} was asked for" if drawn else ""
    return (
        f"The test part{fold} {METHODS[settings['method']](settings)}. It has {text.listed(shares)}{asked}."
    )


def _whole(share: float) -> str:
    """Write a share in whole per cent."""
    return text.percent(float(share), 0)
