"""Config of the sources of a transfer: one or several, what is learned of them, and whose head is kept."""

from typing import Annotated, Any

from pydantic import BeforeValidator, StringConstraints, WithJsonSchema

from seqgraft.config.consistency import check_learnable
from seqgraft.config.suggest import once, unknown_name
from seqgraft.learn.names import STRATEGY_FACTS

NAME_PATTERN = r"[a-z0-9]+([_-][a-z0-9]+)*"


def _joined(value: Any) -> Any:
    """Write a list of names as one, joined by ``+``; anything else is left for validation."""
    named = isinstance(value, list) and all(isinstance(name, str) for name in value)
    return "+".join(value) if named else value


_ONE = {"type": "string", "pattern": rf"^{NAME_PATTERN}(\+{NAME_PATTERN})*$"}
#: One name or a list of them; understood as the names joined by ``+``, as they stand in paths.
SourceNames = Annotated[
    str,
    BeforeValidator(_joined),
    StringConstraints(pattern=_ONE["pattern"]),
    WithJsonSchema({"anyOf": [_ONE, {"type": "array", "items": _ONE, "minItems": 1}]}),
]


def check_sources(where: str, transfer: Any, study: Any) -> None:
    """Refuse sources and a target that cannot share a backbone, and a kept head that is nobody's.

    Parameters
    ----------
    where : str
        The transfer's place in the config.
    transfer : seqgraft.config.study.Transfer
        The transfer; its tasks exist.
    study : seqgraft.config.study.Study
        Whose tasks, strategies and pretraining it uses.

    Raises
    ------
    ValueError
        If they do not go together.
    """
    names, target = transfer.source_tasks, study.tasks[transfer.target]
    once(f"{where}.source", names)
    if transfer.target in names:
        raise ValueError(f"{where}: task '{transfer.target}' cannot be its own source")
    for name in names:
        check_learnable(where, name, study.tasks[name], as_source=True)
    check_learnable(where, transfer.target, target)
    for name in names:
        _same_reading(where, name, study.tasks[name], transfer.target, target)
    if transfer.head is not None:
        unknown_name(f"{where}.head", transfer.head, names)
    entries = [STRATEGY_FACTS[name] for name in study.strategies_of(transfer)]
    kept = [entry.name for entry in entries if entry.needs_equal_classes]
    if kept:
        _check_head(where, ", ".join(kept), transfer, study)


def _same_reading(where: str, name: str, source: Any, target_name: str, target: Any) -> None:
    """Refuse tasks that one network cannot read."""
    if source.alphabet != target.alphabet:
        raise ValueError(
            f"{where}: the alphabets differ ('{name}' is {source.alphabet}, '{target_name}' is {target.alphabet})"
        )
    if source.strand != target.strand:
        raise ValueError(
            f"{where}: `strand` differs ('{name}' is {source.strand}, '{target_name}' is {target.strand}), and one "
            "network reads both"
        )


def _check_head(where: str, kept: str, transfer: Any, study: Any) -> None:
    """Refuse strategies that keep the source's head where there is none, none alone, or one for other classes."""
    if study.has_second_stage(transfer):
        raise ValueError(
            f"{where}: {kept} use the source's head, and `pretraining.second_stage` moves the backbone away from it; "
            "leave these strategies out, or name the second stage's transfers"
        )
    names, target = transfer.source_tasks, study.tasks[transfer.target]
    masked = [name for name in names if study.is_masked(name)]
    if len(names) > 1 and transfer.head is None and len(masked) < len(names):
        raise ValueError(
            f"{where}: {kept} use the source's head, and {len(names)} sources have one each; say which with "
            f"`head: {next(name for name in names if name not in masked)}`, or leave these strategies out"
        )
    head = transfer.head or names[0]
    if head in masked:
        raise ValueError(
            f"{where}: {kept} use the source's head, and source models of '{head}' have none for classes: they learn "
            "to fill in masked letters; leave these strategies out"
        )
    source = study.tasks[head]
    if source.classes != target.classes:
        raise ValueError(
            f"{where}: {kept} use the source's head, so both tasks need the same classes in the "
            f"same order ('{head}' has {', '.join(source.classes)}; "
            f"'{transfer.target}' has {', '.join(target.classes)}); leave these strategies out or rename"
        )
