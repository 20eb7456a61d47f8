"""Which sequences must stay on one side of a split: one function per method that groups."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from seqgraft.data.mmseqs import cluster, components
from seqgraft.data.overlap import overlaps
from seqgraft.data.splitting.columns import column_of
from seqgraft.data.splitting.edits import close_pairs
from seqgraft.errors import SeqgraftError
from seqgraft.known_alphabets import alphabet_of

COLUMNS = ["id", "group"]


def find_groups(
    records: pd.DataFrame,
    settings: Mapping[str, Any],
    *,
    alphabet: str,
    strand: str,
    task: str,
    threads: int = 1,
    windows: bool = False,
) -> pd.DataFrame:
    """Find the groups of a task's sequences.

    Parameters
    ----------
    records : pandas.DataFrame
        The task's accepted sequences.
    settings : mapping
        The config's ``split``, with a method in `GROUPERS`.
    alphabet : str
        Of the sequences.
    strand : {"single", "both"}
        With ``both`` the other strand counts as well.
    task : str
        The task's name, for messages.
    threads : int
        Of MMseqs2; changes no result.
    windows : bool
        Whether the sequences are windows that were cut from longer ones, named in the column ``group``: those of one
        sequence stay together, too.

    Returns
    -------
    pandas.DataFrame
        ``id, group``, in the order of the records. A group that was computed is named after its first sequence.

    Raises
    ------
    SeqgraftError
        If a column is missing or blank, or the method cannot be used with such sequences.
    """
    groups = GROUPERS[settings["method"]](records, settings, alphabet, strand == "both", task, threads)
    if windows:
        groups = _joined(records["id"].tolist(), groups, records["group"].to_numpy(object))
    return pd.DataFrame({"id": records["id"].to_numpy(), "group": groups})[COLUMNS].astype({"group": str})


def _joined(ids: list[str], *groupings: np.ndarray) -> np.ndarray:
    """Return the groups of what any of several groupings keeps together."""
    firsts = [np.unique(own.astype(str), return_index=True, return_inverse=True) for own in groupings]
    rows = np.concatenate([first[inverse] for _, first, inverse in firsts])
    return components(ids, np.tile(np.arange(len(ids)), len(groupings)), rows)


def _column(name: str) -> Callable[..., np.ndarray]:
    """Return the method that takes a column's values as groups."""

    def grouper(records: pd.DataFrame, settings: Any, _a: Any, _b: Any, task: str, _t: Any) -> np.ndarray:
        return column_of(records, name, settings["method"], task).to_numpy()

    return grouper


def _sequences(records: pd.DataFrame, settings: Mapping[str, Any], task: str) -> list[str]:
    """Return the sequences that a method compares, one per record."""
    if "sequence" not in records:
        raise SeqgraftError(
            f"the split method '{settings['method']}' compares single sequences, and task '{task}' has pairs",
            where=f"config key tasks.{task}.split.method",
            remedy="split pairs by the method `group`, with a column that says which must stay together",
        )
    return records["sequence"].tolist()


def _homology(
    records: pd.DataFrame, settings: Mapping[str, Any], alphabet: str, both: bool, task: str, threads: int
) -> np.ndarray:
    sequences = _sequences(records, settings, task)
    return cluster(
        records["id"].tolist(),
        sequences,
        identity=settings["identity"],
        coverage=settings["coverage"],
        nucleotide=alphabet in ("dna", "rna"),
        both_strands=both,
        threads=threads,
    )


def _overlap(
    records: pd.DataFrame, settings: Mapping[str, Any], alphabet: str, both: bool, task: str, _t: int
) -> np.ndarray:
    sequences = _sequences(records, settings, task)
    longest = max(map(len, sequences))
    if longest < settings["shared"]:
        raise SeqgraftError(
            f"no two sequences of task '{task}' can share {settings['shared']} letters: the longest has {longest}",
            where=f"config key tasks.{task}.split.shared",
            remedy="give a smaller number",
        )
    letters = alphabet_of(alphabet)
    turned = [letters.reverse_complement(sequence) for sequence in sequences] if both else []
    found = [
        overlaps(own, sequences, letters, letters=settings["shared"], identity=settings["identity"])
        for own in (sequences, turned)
    ]
    rows, others = (np.concatenate([side[at] for side in found]) for at in (0, 1))
    return components(records["id"].tolist(), rows, others)


def _edit_distance(
    records: pd.DataFrame, settings: Mapping[str, Any], alphabet: str, both: bool, task: str, _t: int
) -> np.ndarray:
    sequences = _sequences(records, settings, task)
    shortest = min(map(len, sequences))
    if shortest <= settings["distance"]:
        raise SeqgraftError(
            f"a distance of {settings['distance']} turns any sequence of task '{task}' with {shortest} letters into "
            "any other of that length: all would be one group",
            where=f"config key tasks.{task}.split.distance",
            remedy="give a smaller distance, or use the method `homology`",
        )
    if not both:
        return components(records["id"].tolist(), *close_pairs(sequences, settings["distance"]))
    letters, count = alphabet_of(alphabet), len(sequences)
    turned = [letters.reverse_complement(sequence) for sequence in sequences]
    rows, others = close_pairs(sequences + turned, settings["distance"])
    return components(records["id"].tolist(), rows % count, others % count)


#: How each method finds groups; the rule `group` runs it.
GROUPERS: dict[str, Callable[..., np.ndarray]] = {
    "group": _column("group"),
    "chromosome": _column("chromosome"),
    "homology": _homology,
    "overlap": _overlap,
    "edit-distance": _edit_distance,
    "predefined": _column("group"),  # of windows, which stay together in folds
}
