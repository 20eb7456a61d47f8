"""From a table of sequences as they were read to accepted ones with typed labels, and the list of all others."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Self

import numpy as np
import pandas as pd

from seqgraft.data import transforms
from seqgraft.data.checks import unique_ids
from seqgraft.data.duplicates import once_each, sameness
from seqgraft.data.label_texts import Labels
from seqgraft.data.label_types import label_columns, type_labels
from seqgraft.data.listing import LEFT_OUT, Step
from seqgraft.data.policies import POLICIES
from seqgraft.known_alphabets import AnyAlphabet, alphabet_of

#: What records keep of what readers found beside sequences and labels.
CARRIED = ("id_1", "id_2", "file", "line", "group", "chromosome", "part")


@dataclass(frozen=True)
class Cleaning:
    """What decides which sequences of a task are accepted, and what is changed of them.

    Parameters
    ----------
    alphabet : str or mapping
        A name, or letters of one's own.
    labels : Labels
        How labels are read.
    policies : mapping
        The task's keys in `seqgraft.data.policies.POLICIES`; what is not there is as the config's default.
    conflicts : str
        What happens to a sequence that is found with several labels.
    strand : {"single", "both"}
        With ``both`` a sequence and its reverse complement are the same.
    inputs : int
        2 for pairs, in the columns ``sequence_1`` and ``sequence_2``.
    symmetric : bool
        Whether the sequences of a pair may change places.
    """

    alphabet: str | Mapping[str, Any]
    labels: Labels
    policies: Mapping[str, Any] = field(default_factory=dict)
    conflicts: str = "drop"
    strand: str = "single"
    inputs: int = 1
    symmetric: bool = False

    @classmethod
    def of(cls, task: Mapping[str, Any]) -> Self:
        """Take it from a task's keys as in the config; keys that have to do with other things are passed over."""
        labels: dict[str, Any] = {
            name: tuple(given) if isinstance(given, list) else given
            for name, given in task.get("labels", {}).items()
        }
        own = {name: task[name] for name in ("conflicts", "strand", "inputs", "symmetric") if name in task}
        return cls(
            alphabet=task["alphabet"],
            labels=Labels(type=task.get("type", "binary"), classes=tuple(task.get("classes", ())), **labels),
            policies=DEFAULTS | {name: task[name] for name in POLICIES if name in task},
            **own,
        )

    @cached_property
    def letters(self) -> AnyAlphabet:
        """The alphabet itself."""
        return alphabet_of(self.alphabet)

    @property
    def sequences(self) -> list[str]:
        """The columns that hold sequences."""
        return ["sequence"] if self.inputs == 1 else ["sequence_1", "sequence_2"]

    @property
    def columns(self) -> list[str]:
        """The columns of records that every task has; further ones follow where readers found them."""
        return ["id", *self.sequences, *label_columns(self.labels)]


#: What holds where a task says nothing, as in the config.
DEFAULTS: dict[str, Any] = {
    "case": "upper",
    "gaps": "error",
    "stops": "error",
    "ut": "error",
    "ambiguous": "drop",
    "length": {"policy": "error"},
}


def clean(
    raw: pd.DataFrame,
    how: Cleaning,
    tell: Callable[[str], None] = lambda note: None,
    left_out: pd.DataFrame | None = None,
) -> Step:
    """Check sequences and labels, one check after the other.

    Parameters
    ----------
    raw : pandas.DataFrame
        As readers hand it over: ``id, line, file, path``; ``sequence``, or ``sequence_1, sequence_2`` of pairs;
        ``label`` or ``label_<output>``; where there are any ``mask``, ``group``, ``chromosome``, ``part``, ``id_1``,
        ``id_2``.
    how : Cleaning
        What the task says.
    tell : callable
        Told three times how far it is.
    left_out : pandas.DataFrame, optional
        ``file, line, id, reason, kind`` of what readers left out already; it is listed with the others.

    Returns
    -------
    records, listed : pandas.DataFrame
        Accepted sequences with typed labels in the column order of the contract, with ``path``; and the list
        ``file, line, id, reason, kind, effect`` of those that were left out or changed, by file and line.

    Raises
    ------
    SeqgraftError
        If a sequence or a label cannot be taken and no policy says what to do with it.
    """
    table, renamed = unique_ids(raw)
    steps = [renamed] if left_out is None else [left_out.assign(effect=LEFT_OUT)[renamed.columns], renamed]
    tell("ids checked")
    for column in how.sequences:
        for name, policy in how.policies.items():
            table, found = POLICIES[name](table, column, how.letters, policy)
            steps.append(_of_pair(found, column, how))
    tell("letters checked")
    table, unlabelled = type_labels(table, how.labels)
    labels = label_columns(how.labels)
    for column in labels if how.labels.transforms else []:
        # Only to find labels that have no transform; the fit itself is thrown away, because test labels are among them.
        transforms.fit(how.labels.transforms, np.hstack([*table[column]]))
    same = sameness(table, how.sequences, how.letters, how.strand, symmetric=how.symmetric)
    table, copies = once_each(
        table.assign(same=same), "same", labels, policy=how.conflicts, tolerance=how.labels.tolerance
    )
    steps += [unlabelled, copies]
    tell("copies found")
    listed = pd.concat([step for step in steps if len(step)] or [renamed], ignore_index=True)
    listed = listed.sort_values(["file", "line"], kind="stable")
    carried = [name for name in CARRIED if name in table]
    return table[[*how.columns, *carried, "path"]].reset_index(drop=True), listed


def _of_pair(found: pd.DataFrame, column: str, how: Cleaning) -> pd.DataFrame:
    """Say which sequence of a pair it was."""
    return found if how.inputs == 1 or found.empty else found.assign(reason=found["reason"] + f" ({column})")
