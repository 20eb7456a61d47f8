"""Find the same or similar sequences on both sides of a line that they must not cross."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seqgraft.config.leakage import LeakageSettings
from seqgraft.data.leak_names import KEPT
from seqgraft.data.matches import KINDS, Found, Question, thresholds
from seqgraft.data.parts import Parts
from seqgraft.errors import SeqgraftError
from seqgraft.known_alphabets import alphabet_of

LEAKAGE_COLUMNS = [
    "from_task", "from_part", "to_task", "to_part", "kind", "sequences", "fraction", "action",
    "matched", "matched_fraction", "partner", "identity", "coverage", "letters",
]  # fmt: skip
EXCLUDED_COLUMNS = [
    "id", "role", "kind", "match_task", "match_part", "match_id", "partner", "identity", "coverage"
]  # fmt: skip
Wanted = str | Mapping[str, Any]  # an alphabet, as in the config
FOUND_COLUMNS = [*EXCLUDED_COLUMNS, "action"]
NONE_FOUND = "none found"
#: By the role in which a sequence would be trained on, what is done with it.
LEFT_OUT = {"source": "left out of source training", "pool": "pool copy left out"}


class Leaks(NamedTuple):
    """What was compared, what was found, and what must be left out.

    Parameters
    ----------
    leakage : pandas.DataFrame
        One row per pair of parts and kind of match, those without a match included.
    found : pandas.DataFrame
        One row per sequence, role and kind of match, whatever is done with it: `FOUND_COLUMNS`.
    excluded : pandas.DataFrame
        One row per sequence to leave out and role: ``source`` or ``pool``.
    """

    leakage: pd.DataFrame
    found: pd.DataFrame
    excluded: pd.DataFrame


class Line(NamedTuple):
    """A line that no sequence must cross.

    Parameters
    ----------
    role : {"source", "pool"}
        What the sequences on its near side are trained on as.
    own : str
        Their task; they are its pool.
    task, part : str
        Task and part on its far side.
    """

    role: str
    own: str
    task: str
    part: str


class Hits(NamedTuple):
    """What crosses one line in one way.

    Parameters
    ----------
    ids, match_ids : list of str
        (M,) sequences of the near side, and what each matches best on the far side.
    identity, coverage : numpy.ndarray
        (M,) of that match.
    of, matched, others : int
        Sequences on the near side, matched ones on the far side, all on the far side.
    """

    ids: list[str]
    match_ids: list[str]
    identity: NDArray[np.float64]
    coverage: NDArray[np.float64]
    of: int
    matched: int
    others: int


def find_leaks(
    own: Parts,
    targets: Sequence[Parts],
    *,
    alphabet: Wanted,
    strands: Mapping[str, str],
    settings: Mapping[str, LeakageSettings] | None = None,
    threads: int = 1,
) -> Leaks:
    """Compare a task with itself, and as a source with each target onto which it is grafted.

    Parameters
    ----------
    own : Parts
        The task.
    targets : sequence of Parts
        The targets for which it is a source; may be empty.
    alphabet : str
        Name of the alphabet, the same for all of them.
    strands : mapping of str to str
        ``single`` or ``both`` of each task: with ``both`` the reverse complement counts as the same sequence.
    settings : mapping of str to LeakageSettings, optional
        Of each task on the far side of a line; the defaults where a task has none.
    threads : int
        Changes no result.

    Returns
    -------
    Leaks
        A copy in the task's own pool of a test sequence is left out of the pool; a sequence of the source's pool
        that matches a target's test part or pool (from which its validation examples come) is left out of source
        training. Where the settings say ``report``, nothing is left out.

    Raises
    ------
    SeqgraftError
        If a kind of match is asked for that the alphabet does not have.
    """
    rows, tables = [], []
    for line, near, far in lines_of(own, targets):
        how = (settings or {}).get(line.task) or LeakageSettings()
        both = "both" in (strands[line.own], strands[line.task])
        for kind in kinds_for(how, alphabet, both=both):
            hits = crossing(near, far, kind, alphabet=alphabet, both=both, how=how, threads=threads)
            action = KEPT if how.action == "report" else LEFT_OUT[line.role]
            rows.append(row_of(line, kind, hits, action, how, alphabet))
            tables.append(table_of(line, kind, hits, action))
    return collected(rows, tables)


def lines_of(own: Parts, targets: Sequence[Parts]) -> Iterator[tuple[Line, pd.Series, pd.Series]]:
    """Yield the lines around a task, with the sequences on their near and far side.

    Parameters
    ----------
    own : Parts
        The task.
    targets : sequence of Parts
        The targets for which it is a source.

    Yields
    ------
    (Line, pandas.Series, pandas.Series)
    """
    yield Line("pool", own.task, own.task, "test"), own.pool, own.test
    for target in targets:
        yield Line("source", own.task, target.task, "test"), own.pool, target.test
        yield Line("source", own.task, target.task, "pool"), own.pool, target.pool


def kinds_for(how: LeakageSettings, alphabet: Wanted, *, both: bool) -> list[str]:
    """Name the kinds of match that are looked for.

    Parameters
    ----------
    how : LeakageSettings
        What is asked for.
    alphabet : str
        Of the sequences.
    both : bool
        Whether both strands mean the same.

    Returns
    -------
    list of str

    Raises
    ------
    SeqgraftError
        If one of them means nothing for this alphabet.
    """
    letters = alphabet_of(alphabet)
    # What has no second strand has no match on it; a piece of a molecule's notation is no piece of the molecule.
    kinds = [name for name in how.kinds if both or not KINDS[name].other_strand]
    kinds = [name for name in kinds if letters.divisible or name != "contained"]
    for name in kinds:
        known = KINDS[name].alphabets
        if known is not None and letters.name not in known:
            raise SeqgraftError(
                f"leaks of kind '{name}' are not defined for the alphabet '{letters.name}', "
                f"only for {', '.join(known)}",
                where="config key leakage.kinds",
                remedy="leave this kind out",
            )
    return kinds


def crossing(
    near: pd.Series,
    far: pd.Series,
    kind: str,
    *,
    alphabet: Wanted,
    both: bool,
    how: LeakageSettings,
    threads: int = 1,
) -> Hits:
    """Find the sequences on the near side of a line that match one on its far side.

    Parameters
    ----------
    near, far : pandas.Series
        Sequences, indexed by id. An id may have several, of which the first that matches counts.
    kind : str
        A name in `KINDS`.
    alphabet, both, how, threads
        As in `seqgraft.data.matches.Question`.

    Returns
    -------
    Hits
    """
    # Each sequence is compared once, however many records have it: partners of pairs recur in thousands of them.
    left, own = pd.factorize(near.to_numpy(object))
    right, others = pd.factorize(far.to_numpy(object))
    if len(own) and len(others):
        found = KINDS[kind].find(Question(list(own), list(others), alphabet_of(alphabet), both, how, threads))
    else:
        found = nothing(len(own), len(others))
    _, first = np.unique(right, return_index=True)
    places = np.flatnonzero(found.best[left] >= 0)
    places = places[~near.index[places].duplicated()]
    rows = left[places]
    return Hits(
        near.index[places].tolist(),
        far.index[first[found.best[rows]]].tolist() if len(rows) else [],
        found.identity[rows],
        found.coverage[rows],
        near.index.nunique(),
        far.index[found.touched[right]].nunique(),
        far.index.nunique(),
    )


def nothing(left: int, right: int) -> Found:
    """Return that nothing was found among so many sequences."""
    unknown = np.full(left, np.nan)
    return Found(np.full(left, -1, dtype=np.intp), unknown, unknown, np.zeros(right, dtype=bool))


def row_of(
    line: Line,
    kind: str,
    hits: Hits,
    action: str,
    how: LeakageSettings,
    alphabet: Wanted,
    partner: str = "",
) -> dict[str, object]:
    """Return one row of ``leakage.tsv``."""
    number = len(hits.ids)
    return {
        "from_task": line.own,
        "from_part": "pool",
        "to_task": line.task,
        "to_part": line.part,
        "kind": kind,
        "sequences": number,
        "fraction": number / max(hits.of, 1),
        "action": action if number else NONE_FOUND,
        "matched": hits.matched,
        "matched_fraction": hits.matched / max(hits.others, 1),
        "partner": partner,
        **thresholds(kind, how, alphabet_of(alphabet)),
    }


def table_of(line: Line, kind: str, hits: Hits, action: str, partner: str = "") -> pd.DataFrame:
    """Return the sequences behind one row of ``leakage.tsv``."""
    return pd.DataFrame(
        {
            "id": hits.ids,
            "role": line.role,
            "kind": kind,
            "match_task": line.task,
            "match_part": line.part,
            "match_id": hits.match_ids,
            "partner": partner,
            "identity": hits.identity.round(3),
            "coverage": hits.coverage.round(3),
            "action": action,
        }
    )


def collected(rows: Sequence[Mapping[str, object]], tables: Sequence[pd.DataFrame]) -> Leaks:
    """Put rows and tables together; each sequence is left out once in each role, for the first reason found."""
    some = [table for table in tables if len(table)]
    empty = pd.DataFrame(columns=FOUND_COLUMNS)
    found = pd.concat(some, ignore_index=True)[FOUND_COLUMNS] if some else empty
    out = found[found["action"].isin(LEFT_OUT.values())].drop_duplicates(["id", "role"])
    return Leaks(
        pd.DataFrame(rows, columns=LEAKAGE_COLUMNS), found, out[EXCLUDED_COLUMNS].reset_index(drop=True)
    )
