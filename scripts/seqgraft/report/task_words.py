"""What the page says of a task's labels, by the type of task."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from seqgraft.learn.descriptions import BASELINES
from seqgraft.report import text
from seqgraft.report.inputs import ReportInputs
from seqgraft.stats.task_types import BINARY, TASK_TYPES, TaskType

#: More classes than this are counted, not named.
NAMED = 8
#: The baseline whose sentence depends on the type.
CONSTANT = "constant"


def type_of(inputs: ReportInputs, task: str) -> TaskType:
    """Return how a task's predictions are judged.

    Parameters
    ----------
    inputs : ReportInputs
        The study.
    task : str
        Its name; of several sources, joined by ``+``, only binary labels are learned.

    Returns
    -------
    TaskType
        That of binary tasks also where there are no labels.
    """
    own = inputs.config["tasks"].get(task, {})
    return TASK_TYPES.get(own.get("type", "binary"), BINARY)


def source_type(inputs: ReportInputs, sources: str) -> TaskType:
    """Return how source models are judged: where letters are masked, by the log loss as binary ones."""
    masked = inputs.config.get("pretraining", {}).get("objective") == "masked"
    return BINARY if masked else type_of(inputs, sources)


def target_type(inputs: ReportInputs, verdict: Mapping[str, Any]) -> TaskType:
    """Return how the predictions of one transfer's target are judged."""
    return type_of(inputs, str(verdict["target"]))


def target_types(inputs: ReportInputs) -> list[TaskType]:
    """Return the types of the study's targets, each once."""
    found = {kind.name: kind for kind in (target_type(inputs, verdict) for verdict in inputs.verdicts)}
    return list(found.values())


def names_of(task: Mapping[str, Any]) -> list[str]:
    """Return the names of a task's classes or outputs, in order; none of a single number."""
    return list(task.get("classes") or (task.get("labels") or {}).get("outputs") or [])


def label_words(task: Mapping[str, Any]) -> str:
    """Say what is predicted of each sequence.

    Parameters
    ----------
    task : mapping
        Its config.

    Returns
    -------
    str
        E.g. "promoter (positive) against background", "a number".
    """
    return _WORDS[task.get("type", "binary")](names_of(task))


def constant_words(kinds: Sequence[TaskType]) -> str:
    """Say what the constant baseline predicts for targets of these types.

    Parameters
    ----------
    kinds : sequence of TaskType
        Of the study's targets, or of one.

    Returns
    -------
    str
        One sentence.
    """
    if all(kind.binary for kind in kinds):
        return BASELINES[CONSTANT].text
    said = {"the mean of the labels": any(kind.numbers for kind in kinds)}
    said["the shares of the classes among the labels"] = any(not kind.numbers for kind in kinds)
    listed = text.listed([words for words, wanted in said.items() if wanted], "or")
    where = "residue" if all(kind.per_residue for kind in kinds) else "sequence"
    return f"{listed[0].upper()}{listed[1:]}, the same for every {where}."


def inputs_words(task: Mapping[str, Any]) -> str:
    """Say what one example is."""
    return "pairs of sequences" if task.get("inputs", 1) == 2 else "sequences"


def _classes(names: list[str], what: str = "classes") -> str:
    """Name classes, or count them where they are many."""
    listed = f" ({text.listed(names, 'or')})" if len(names) <= NAMED else ""
    return f"{text.count(len(names))} {what}{listed}"


def _numbers(names: list[str]) -> str:
    """Say how many numbers there are."""
    return f"{text.count(len(names))} numbers ({text.listed(names)})" if len(names) > 1 else "a number"


_WORDS: dict[str, Callable[[list[str]], str]] = {
    "binary": lambda names: f"{names[0]} (positive) against {names[1]}",
    "multiclass": lambda names: f"one of {_classes(names)}",
    "multilabel": lambda names: f"any of {_classes(names)}",
    "regression": _numbers,
    "residue-classes": lambda names: f"one of {_classes(names)} for each residue",
    "residue-values": lambda names: "a number for each residue",
    "residue-multilabel": lambda names: f"any of {_classes(names)} for each residue",
    "unlabelled": lambda names: "without labels",
}
