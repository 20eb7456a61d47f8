"""Leaks of pair tasks: a partner that was seen in training, or the pair itself.

Whether a known partner is a leak depends on the claim (Park & Marcotte 2012, Nature Methods 9:1134): predicting new
pairs of known partners is another, easier question than predicting for a partner that the model never saw.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from seqgraft.config.leakage import LeakageSettings
from seqgraft.data.leak_names import ALLOWED, KEPT
from seqgraft.data.leakage import (
    LEFT_OUT,
    Hits,
    Leaks,
    Line,
    collected,
    crossing,
    lines_of,
    row_of,
    table_of,
)
from seqgraft.data.matches import KINDS
from seqgraft.data.parts import PARTNERS, Parts, parts_of
from seqgraft.known_alphabets import alphabet_of

#: By `LeakageSettings.pairs`, what must not be known from training.
CLAIMS = {"cold-1": ("1", "pair"), "cold-2": ("2", "pair"), "both": ("1", "2", "pair"), "none": ("pair",)}
PAIR = "pair"


class PairParts(NamedTuple):
    """The partners of a pair task by part.

    Parameters
    ----------
    first, second : Parts
        Sequences of either partner, indexed by the pair's id.
    """

    first: Parts
    second: Parts

    @property
    def task(self) -> str:
        """The task's name."""
        return self.first.task


def pair_parts_of(task: str, records: pd.DataFrame, splits: pd.DataFrame) -> PairParts:
    """Divide a pair task's records into test part and pool."""
    return PairParts(*(parts_of(task, records, splits, column) for column in PARTNERS))


def find_pair_leaks(
    own: PairParts,
    targets: Sequence[PairParts],
    *,
    alphabets: tuple[str, str],
    strands: Mapping[str, str],
    settings: Mapping[str, LeakageSettings] | None = None,
    symmetric: Mapping[str, bool] | None = None,
    threads: int = 1,
) -> Leaks:
    """Compare a pair task with itself, and as a source with each target, by either partner and by the whole pair.

    Parameters
    ----------
    own : PairParts
        The task.
    targets : sequence of PairParts
        The targets for which it is a source; may be empty.
    alphabets : (str, str)
        Of the first and the second partner. Where they are the same, as between proteins, a partner is known wherever
        it stood in training.
    strands, settings, threads
        As for `seqgraft.data.leakage.find_leaks`. Kinds of match that a partner's alphabet does not have are not looked
        for in that partner.
    symmetric : mapping of str to bool, optional
        Of each task, whether partners may change places: then A with B is the pair B with A, on either side of a line.

    Returns
    -------
    Leaks
        With a row for partner ``1``, partner ``2`` and the ``pair``, of which the last is looked for as it is. What the
        claim allows to be known is counted and not left out.
    """
    alike = alphabets[0] == alphabets[1]
    rows, tables = [], []
    firsts = lines_of(own.first, [target.first for target in targets])
    seconds = lines_of(own.second, [target.second for target in targets])
    for (line, near_1, far_1), (_, near_2, far_2) in zip(firsts, seconds, strict=True):
        how = (settings or {}).get(line.task) or LeakageSettings()
        both = "both" in (strands[line.own], strands[line.task])
        swapped = alike and any((symmetric or {}).get(name, False) for name in (line.own, line.task))
        for partner, kind, hits, alphabet in _all_hits(
            (near_1, near_2),
            (far_1, far_2),
            alphabets,
            alike=alike,
            swapped=swapped,
            both=both,
            how=how,
            threads=threads,
        ):
            action = _action(line, partner, how)
            rows.append(row_of(line, kind, hits, action, how, alphabet, partner))
            tables.append(table_of(line, kind, hits, action, partner))
    return collected(rows, tables)


def _all_hits(
    near: tuple[pd.Series, pd.Series],
    far: tuple[pd.Series, pd.Series],
    alphabets: tuple[str, str],
    *,
    alike: bool,
    swapped: bool,
    both: bool,
    how: LeakageSettings,
    threads: int,
) -> list[tuple[str, str, Hits, str]]:
    """Return what crosses one line, by partner and kind."""
    found = []
    for place, alphabet in enumerate(alphabets):
        known_as = pd.concat(near) if alike else near[place]
        turned = both and bool(alphabet_of(alphabet).complements)
        for kind in how.kinds:
            if kind == "contained" and not alphabet_of(alphabet).divisible:
                continue  # a piece of a molecule's notation is no piece of the molecule
            known = KINDS[kind].alphabets
            if (KINDS[kind].other_strand and not turned) or (known is not None and alphabet not in known):
                continue
            hits = crossing(
                known_as, far[place], kind, alphabet=alphabet, both=turned, how=how, threads=threads
            )
            found.append((str(place + 1), kind, hits, alphabet))
    whole = crossing(
        _joined(*near, swapped=swapped), _joined(*far, swapped=swapped), "exact",
        alphabet=alphabets[0], both=False, how=how,
    )  # fmt: skip
    return [*found, (PAIR, "exact", whole, alphabets[0])]


def _joined(first: pd.Series, second: pd.Series, *, swapped: bool) -> pd.Series:
    """Write each pair as one text, in an order of its own where partners may change places."""
    pairs = zip(first.to_numpy(object), second.to_numpy(object), strict=True)
    texts = np.array(["\n".join(sorted(pair) if swapped else pair) for pair in pairs], dtype=object)
    return pd.Series(texts, index=first.index, dtype=object)


def _action(line: Line, partner: str, how: LeakageSettings) -> str:
    """Say what is done with what was found."""
    if partner not in CLAIMS[how.pairs]:
        return ALLOWED
    return KEPT if how.action == "report" else LEFT_OUT[line.role]
