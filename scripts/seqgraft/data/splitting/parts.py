"""The test part by each method: which sequences it takes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from seqgraft.data.counts import size_of_test
from seqgraft.data.splitting.assign import deal_groups
from seqgraft.errors import SeqgraftError


@dataclass(frozen=True)
class Draw:
    """What a method draws from.

    Parameters
    ----------
    settings : mapping
        The config's ``split``.
    strata : numpy.ndarray
        (N,) int64 from `seqgraft.data.splitting.strata.strata_of`.
    groups : numpy.ndarray or None
        (N,) group of each sequence, where the method groups.
    parts : numpy.ndarray or None
        (N,) words of the column ``part``, where the method is `predefined`.
    task : str
        For messages.
    """

    settings: Mapping[str, Any]
    strata: np.ndarray
    groups: np.ndarray | None
    parts: np.ndarray | None
    task: str

    @property
    def where(self) -> str:
        """The config key that a message is about."""
        return f"config key tasks.{self.task}.split"


def draw_test(draw: Draw, generator: np.random.Generator) -> np.ndarray:
    """Draw the test part.

    Parameters
    ----------
    draw : Draw
        What from.
    generator : numpy.random.Generator
        The same state gives the same cut into folds, whichever of them is asked for.

    Returns
    -------
    numpy.ndarray
        (N,) bool.

    Raises
    ------
    SeqgraftError
        If the method cannot make two parts of these sequences.
    """
    return DRAWS[draw.settings["method"]](draw, generator)


def _random(draw: Draw, generator: np.random.Generator) -> np.ndarray:
    return _of_each([np.arange(len(draw.strata))], draw, generator)


def _stratified(draw: Draw, generator: np.random.Generator) -> np.ndarray:
    return _of_each([np.flatnonzero(draw.strata == s) for s in np.unique(draw.strata)], draw, generator)


def _of_each(blocks: Sequence[np.ndarray], draw: Draw, generator: np.random.Generator) -> np.ndarray:
    """Take the test fraction, or one fold, of each block of rows."""
    fold, folds = draw.settings.get("fold", 0), draw.settings.get("folds")
    chosen = np.zeros(len(draw.strata), dtype=bool)
    dealt = 0
    for rows in blocks:
        mixed = generator.permutation(rows)
        if folds is None:
            chosen[mixed[: size_of_test(len(rows), draw.settings["test"])]] = True
            continue
        # Dealt like cards, on from where the last block ended, so that folds differ by one sequence at most.
        chosen[mixed[(np.arange(len(rows)) + dealt) % folds == fold - 1]] = True
        dealt += len(rows)
    return chosen


def _grouped(draw: Draw, generator: np.random.Generator) -> np.ndarray:
    assert draw.groups is not None
    fold, folds, test = draw.settings.get("fold", 0), draw.settings.get("folds"), draw.settings["test"]
    names, sizes = np.unique(draw.groups.astype(str), return_counts=True)
    wanted = folds or 2
    if len(names) < wanted:
        raise SeqgraftError(
            f"the sequences of task '{draw.task}' are in {len(names)} group(s), and {wanted} parts are asked for",
            where=draw.where,
            remedy="a group is never cut: group less strictly (fewer shared letters, a higher identity), or make fewer "
            "folds",
        )
    if folds is None:
        chosen = deal_groups(draw.groups, draw.strata, np.array([1 - test, test]), generator) == 1
    else:
        chosen = deal_groups(draw.groups, draw.strata, np.full(folds, 1 / folds), generator) == fold - 1
    reached = chosen.mean()
    if not 0.5 * test <= reached <= 1.5 * test:
        largest = int(sizes.argmax())
        raise SeqgraftError(
            f"the groups of task '{draw.task}' allow no test part of {test:.0%}: whole groups make {reached:.1%}, and "
            f"the largest, '{names[largest]}', holds {sizes[largest] / len(draw.groups):.1%} of all sequences",
            where=draw.where,
            remedy="group less strictly (fewer shared letters, a higher identity), or ask for another `test`",
        )
    return chosen


def _chromosome(draw: Draw, generator: np.random.Generator) -> np.ndarray:
    named = draw.settings.get("chromosomes") or []
    if not named:
        return _grouped(draw, generator)
    assert draw.groups is not None
    known = sorted(set(draw.groups.astype(str)))
    for name in named:
        if name not in known:
            raise SeqgraftError(
                f"no sequence of task '{draw.task}' is on a chromosome '{name}'; there are {', '.join(known[:30])}",
                where=f"{draw.where}.chromosomes",
                remedy="name chromosomes as the data do",
            )
    chosen = np.isin(draw.groups.astype(str), named)
    if chosen.all():
        raise SeqgraftError(
            f"`chromosomes` names every chromosome of task '{draw.task}': nothing is left to learn from",
            where=f"{draw.where}.chromosomes",
            remedy="leave some out",
        )
    return chosen


def _predefined(draw: Draw, generator: np.random.Generator) -> np.ndarray:
    assert draw.parts is not None
    test, pool = ["test"], ["pool"]  # what readers make of the words of the files
    strange = sorted(set(draw.parts) - {*test, *pool})
    if strange:
        raise SeqgraftError(
            f"the column 'part' of task '{draw.task}' says '{strange[0]}', which means neither the test part "
            f"({', '.join(test)}) nor the pool ({', '.join(pool)})",
            where=draw.where,
            remedy="say in the task's `read.parts` which part the word means",
        )
    chosen = np.isin(draw.parts, test)
    if chosen.all() or not chosen.any():
        lacking = ("the pool", pool) if chosen.all() else ("the test part", test)
        raise SeqgraftError(
            f"the column 'part' of task '{draw.task}' leaves {lacking[0]} empty: it never says "
            f"{' or '.join(lacking[1])}",
            where=draw.where,
            remedy="give the files of both parts, or split by another method",
        )
    return chosen


#: How each method takes the test part.
DRAWS: dict[str, Callable[[Draw, np.random.Generator], np.ndarray]] = {
    "random": _random,
    "stratified": _stratified,
    "group": _grouped,
    "chromosome": _chromosome,
    "homology": _grouped,
    "overlap": _grouped,
    "edit-distance": _grouped,
    "predefined": _predefined,
}
