"""Whether a task's alphabet, policies and label type fit each other; told from the config alone."""

from collections.abc import Sequence
from typing import Any

from seqgraft.config.labels import CLASSES, NUMBERS, PER_RESIDUE
from seqgraft.config.splitting import GROUPED
from seqgraft.known_alphabets import alphabet_of
from seqgraft.stats.metric_names import METRIC_NAMES, shared_metrics

#: Split methods that keep the windows of one sequence in one part.
KEEPS_TOGETHER = frozenset({*GROUPED, "predefined"})
_LEARNED = ("dna", "rna", "protein")
_NO_STRAND = {"protein": "a protein", "smiles": "a molecule"}


def check_policies(task: Any) -> None:
    """Refuse policies that have no meaning for the task's alphabet or type.

    Parameters
    ----------
    task : seqgraft.config.tasks.Task
        The task.

    Raises
    ------
    ValueError
        If one has none.
    """
    name = task.alphabet_name
    letters = alphabet_of(name if isinstance(task.alphabet, str) else task.alphabet.model_dump())
    if task.strand == "both" and not letters.complements:
        what = _NO_STRAND.get(name, "an alphabet without `complements`")
        raise ValueError(f"{what} has no reverse complement: `strand` must be `single`")
    if task.ut == "read" and name not in ("dna", "rna"):
        raise ValueError(f"`ut` is for dna and rna, not for {name}")
    touched = [key for key in ("gaps", "stops") if getattr(task, key) != "error"]
    touched += ["length"] * (task.length.policy != "error")
    if touched and not letters.divisible:
        raise ValueError(
            f"`{touched[0]}` cannot be applied to SMILES, of which no letter can be taken out or added"
        )
    moved = [key for key in ("gaps", "stops") if getattr(task, key) == "remove"]
    moved += ["length"] * (task.length.policy != "error")
    if moved and task.type in PER_RESIDUE:
        raise ValueError(
            f"`{moved[0]}` would move the labels of {task.type} away from their residues: leave such sequences out "
            "(`drop`), or mend the file"
        )
    method = task.split.method
    if (method == "homology" and name not in _LEARNED) or (
        method in ("overlap", "edit-distance") and not letters.divisible
    ):
        raise ValueError(f"`split.method: {method}` does not compare sequences of the alphabet {name}")
    if task.length.policy == "window" and task.split.method not in KEEPS_TOGETHER:
        raise ValueError(
            "`window` makes several sequences of one, which belong into one part: `split.method` must be one of "
            f"{', '.join(sorted(KEEPS_TOGETHER))}, not {task.split.method}"
        )
    if task.length.policy == "window" and task.inputs == 2:
        raise ValueError("`window` is for single sequences, not for pairs")


def check_classes(type_: str, classes: Sequence[str]) -> None:
    """Refuse another number of classes than the type has.

    Parameters
    ----------
    type_ : str
        The task's type.
    classes : sequence of str
        Its classes.

    Raises
    ------
    ValueError
        If they are too few or too many.
    """
    least, most = CLASSES[type_]
    if not least <= len(classes) <= most:
        wanted = f"{least}" if least == most else f"{least} to {most}"
        raise ValueError(f"`type: {type_}` needs {wanted} `classes`, not {len(classes)}")


def check_labels(task: Any) -> None:
    """Refuse keys of labels that have no meaning for the task's type.

    Parameters
    ----------
    task : seqgraft.config.tasks.Task
        The task.

    Raises
    ------
    ValueError
        If one has none.
    """
    numbers, labels = task.type in NUMBERS, task.labels
    if task.simulate is not None and (task.type != "binary" or task.inputs == 2):
        raise ValueError("simulated tasks are single sequences of two classes")
    if task.inputs == 2 and task.type in PER_RESIDUE:
        raise ValueError(f"a pair has no {task.type}: `inputs` must be 1")
    if task.conflicts in ("mean", "first") and task.type != "regression":
        raise ValueError(f"`conflicts: {task.conflicts}` is for regression, not for {task.type}")
    if task.conflicts == "merge" and task.type not in PER_RESIDUE:
        raise ValueError(f"`conflicts: merge` is for labels of residues, not for {task.type}")
    for key, fits, for_whom in (
        ("transforms", numbers, "numbers"),
        ("outputs", task.type == "regression", "regression"),
        ("names", not numbers, "classes"),
    ):
        if getattr(labels, key) and not fits:
            raise ValueError(f"`labels.{key}` is for {for_whom}, and the type is {task.type}")
    if labels.tolerance and task.conflicts != "mean":
        raise ValueError("`labels.tolerance` belongs to `conflicts: mean`")
    if labels.missing == "keep" and task.type not in PER_RESIDUE and len(labels.outputs) < 2:
        raise ValueError(
            "`labels.missing: keep` is for labels of which others of the same sequence are there: residues, or several "
            "`outputs`"
        )
    for text, name in labels.names.items():
        if name not in task.classes:
            raise ValueError(
                f"`labels.names` gives {text!r} the class '{name}', which is not among `classes`"
            )


def primary_metric_of(named: str, types: Sequence[str]) -> str:
    """Check that a study's primary metric is one of its targets, and find it where none is named.

    Parameters
    ----------
    named : str
        As the config has it; empty for none.
    types : sequence of str
        Types of the targets.

    Returns
    -------
    str
        The named one, or the first of the targets' type.

    Raises
    ------
    ValueError
        If some target lacks it, or targets of several types have no common first one.
    """
    kinds = list(dict.fromkeys(types))
    if not kinds:
        return named
    known, words = shared_metrics(kinds), " and ".join(kinds)
    listed = ", ".join(known) or "none in common: each type needs a study of its own"
    if named and named not in known:
        raise ValueError(f"primary_metric: '{named}' is no metric of {words} targets, which have: {listed}")
    first = {METRIC_NAMES[kind][0] for kind in kinds}
    if not named and len(first) > 1:
        raise ValueError(f"primary_metric: name one that {words} targets all have: {listed}")
    return named or first.pop()
