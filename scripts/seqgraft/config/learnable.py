"""What can be learned and compared for each type of task; told from the config alone."""

from collections.abc import Sequence
from typing import Any

from seqgraft.config.labels import NUMBERS, PER_RESIDUE
from seqgraft.learn.names import BASELINES_OF, PAIR_BASELINES


def check_learnable(where: str, name: str, task: Any) -> None:
    """Refuse a transfer with a task of which no network can learn.

    Parameters
    ----------
    where : str
        The transfer's place in the config.
    name : str
        The task's name.
    task : seqgraft.config.tasks.Task
        The task.

    Raises
    ------
    ValueError
        If it can only be prepared.
    """
    if task.type in PER_RESIDUE and task.strand == "both":
        raise ValueError(
            f"{where}: task '{name}' has labels of type {task.type}, which belong to one strand: `strand` must be "
            "`single`"
        )


def check_target(where: str, name: str, task: Any) -> None:
    """Refuse a target without labels.

    Parameters
    ----------
    where : str
        The transfer's place in the config.
    name : str
        The task's name.
    task : seqgraft.config.tasks.Task
        The task.

    Raises
    ------
    ValueError
        If there is nothing to be learned.
    """
    if task.type == "unlabelled":
        raise ValueError(f"{where}: task '{name}' has no labels, so it can be a source and not a target")


def check_heads(where: str, kept: Sequence[str], source: Any, target: Any) -> None:
    """Refuse to keep the head of a source that says other things than the target asks.

    Parameters
    ----------
    where : str
        The transfer's place in the config.
    kept : sequence of str
        Strategies that keep it.
    source, target : seqgraft.config.tasks.Task
        The two tasks.

    Raises
    ------
    ValueError
        If types or outputs differ.
    """
    for what, theirs, ours in (
        ("type", source.type, target.type),
        ("outputs", ", ".join(source.labels.outputs), ", ".join(target.labels.outputs)),
    ):
        if kept and theirs != ours:
            raise ValueError(
                f"{where}: {', '.join(kept)} use the source's head, so both tasks need the same {what} (the source has "
                f"'{theirs}', the target '{ours}'); leave these strategies out"
            )


def check_inputs(where: str, source: Any, target: Any) -> None:
    """Refuse a transfer between single sequences and pairs, or between pairs of different kinds."""
    if (source.inputs, source.symmetric) != (target.inputs, target.symmetric):
        raise ValueError(
            f"{where}: source and target need the same `inputs` and `symmetric`, because one network reads both"
        )


def check_positions(where: str, target: Any, backbone: Any) -> None:
    """Refuse labels of residues for a backbone that joins all positions by weights of their own."""
    if target.type in PER_RESIDUE and not backbone.per_position:
        raise ValueError(
            f"{where}: labels of residues are learned from features of each position, which '{backbone.name}' has "
            "with `positions: mean` or `max` (mlp: with `window`)"
        )


def baselines_of(targets: Sequence[tuple[str, Any]]) -> list[str]:
    """Return the baselines that make sense for all targets, in the order of the first one's type.

    Parameters
    ----------
    targets : sequence of (str, seqgraft.config.tasks.Task)
        Names and tasks.

    Returns
    -------
    list of str
    """
    known = [_baselines(task) for _, task in targets]
    return [name for name in known[0] if all(name in own for own in known)] if known else []


def check_baselines(named: Sequence[str], targets: Sequence[tuple[str, Any]]) -> None:
    """Refuse baselines that a target cannot have.

    Parameters
    ----------
    named : sequence of str
        The study's.
    targets : sequence of (str, seqgraft.config.tasks.Task)
        Names and tasks.

    Raises
    ------
    ValueError
        If one cannot, naming those that it can.
    """
    for target, task in targets:
        own = _baselines(task)
        for name in named:
            if name not in own:
                pair = " of pairs" if task.inputs == 2 else ""
                instead = " (the counterpart is kmer-ridge)" if "kmer-ridge" in own and "kmer" in name else ""
                raise ValueError(
                    f"baselines: '{name}' is no baseline for target '{target}' of type {task.type}{pair}{instead}; "
                    f"there are {', '.join(own)}"
                )


def check_training(training: Any, targets: Sequence[tuple[str, Any]]) -> None:
    """Refuse options of the loss, and changes of sequences in training, that a target cannot have.

    Parameters
    ----------
    training : seqgraft.config.learning.TrainingSettings
        The study's.
    targets : sequence of (str, seqgraft.config.tasks.Task)
        Names and tasks.

    Raises
    ------
    ValueError
        If one has none.
    """
    for target, task in targets:
        numbers = task.type in NUMBERS
        for key, wrong in (
            ("class_weights: balanced", training.class_weights == "balanced" and numbers),
            ("loss: huber", training.loss == "huber" and not numbers),
            ("shift", training.shift > 0 and (task.type in PER_RESIDUE or task.inputs == 2)),
        ):
            if wrong:
                raise ValueError(
                    f"training: `{key}` has no meaning for target '{target}' of type {task.type}"
                    f"{' of pairs' if task.inputs == 2 else ''}"
                )


def needs_binary(key: str, tasks: Sequence[tuple[str, Any]]) -> None:
    """Refuse a part of a study that is only made for binary tasks of single sequences.

    Parameters
    ----------
    key : str
        The config key that asks for it.
    tasks : sequence of (str, seqgraft.config.tasks.Task)
        Names and tasks that it would look at.

    Raises
    ------
    ValueError
        If one is something else.
    """
    for name, task in tasks:
        if not plain(task):
            raise ValueError(
                f"{key}: is made for binary tasks of single sequences, and task '{name}' is of type {task.type}"
                f"{' and has pairs' if task.inputs == 2 else ''}: leave it out"
            )


def plain(task: Any) -> bool:
    """Tell whether a task is binary and of single sequences."""
    return task.type == "binary" and task.inputs == 1


def _baselines(task: Any) -> list[str]:
    """Return the baselines of a target; neighbours vote on one answer for single sequences."""
    one = task.inputs == 1 and len(task.labels.outputs) < 2
    return [name for name in BASELINES_OF[task.type] if one or name in PAIR_BASELINES]
