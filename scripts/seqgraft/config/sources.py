"""Config of the sources of a transfer: one or several, what is learned of them, and whose head is kept."""

from typing import Annotated, Any

from pydantic import BeforeValidator, StringConstraints, WithJsonSchema

from seqgraft.config import learnable
from seqgraft.config.embeddings import check_embeddings
from seqgraft.config.suggest import once, unknown_name
from seqgraft.learn.names import PLAIN_ONLY, STRATEGY_FACTS

# Alphabets that one network can read in turn, U as T.
NUCLEIC = frozenset({"dna", "rna"})
#: Strategies that need the source model of one source's labels, as it was trained.
OF_ONE_SOURCE = ("joint", "alternating", "auto")

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
    learnable.check_target(where, transfer.target, target)
    for name in [*names, transfer.target]:
        learnable.check_learnable(where, name, study.tasks[name])
    for name in names:
        source = study.tasks[name]
        learnable.check_inputs(where, source, target)
        check_embeddings(where, source, target, study.backbone)
        _same_reading(where, name, source, transfer.target, target)
    if transfer.head is not None:
        unknown_name(f"{where}.head", transfer.head, names)
    entries = [STRATEGY_FACTS[name] for name in study.strategies_of(transfer)]
    kept = [entry.name for entry in entries if entry.needs_equal_classes]
    if study.is_shared(transfer.sources) or study.has_second_stage(transfer):
        _check_shared(where, transfer, study)
    if kept:
        _check_head(where, kept, transfer, study)
    learnable.check_positions(where, target, study.backbone)
    learned = [*(name for name in names if not study.is_masked(name)), transfer.target]
    for entry in entries:
        if entry.name in PLAIN_ONLY:
            own = [(name, study.tasks[name]) for name in learned]
            learnable.needs_binary(f"{where}: strategy '{entry.name}'", own)


def _same_reading(where: str, name: str, source: Any, target_name: str, target: Any) -> None:
    """Refuse tasks that one network cannot read."""
    if source.alphabet != target.alphabet and not {source.alphabet_name, target.alphabet_name} <= NUCLEIC:
        raise ValueError(
            f"{where}: the alphabets differ ('{name}' is {source.alphabet}, '{target_name}' is {target.alphabet})"
        )
    if source.strand != target.strand:
        raise ValueError(
            f"{where}: `strand` differs ('{name}' is {source.strand}, '{target_name}' is {target.strand}), and one "
            "network reads both"
        )


def _check_shared(where: str, transfer: Any, study: Any) -> None:
    """Refuse what several sources, masked letters or a second stage cannot learn or give."""
    names = transfer.source_tasks
    staged = study.has_second_stage(transfer)
    what = "a second stage" if staged else "several sources" if len(names) > 1 else "masked letters"
    used = [name for name in study.strategies_of(transfer) if name in OF_ONE_SOURCE]
    if used:
        raise ValueError(
            f"{where}: {', '.join(used)} need a source model that learned the labels of one source, and that of this "
            f"transfer learned of {what}; leave them out of its `strategies`"
        )
    masked = [name for name in names if study.is_masked(name)]
    tasks = [(name, study.tasks[name]) for name in names] + (
        [(transfer.target, study.tasks[transfer.target])] if staged else []
    )
    for name, task in tasks if masked or staged or len(names) > 1 else []:
        if task.inputs == 2 or task.embeddings is not None:
            given = "pairs of sequences" if task.inputs == 2 else "`embeddings`"
            raise ValueError(
                f"{where}: task '{name}' has {given}, of which {what} cannot be learned: it takes single sequences of "
                "letters"
            )
    alphabets = {study.tasks[name].alphabet_name for name in names}
    if len(alphabets) > 1:
        raise ValueError(
            f"{where}: sources that share a backbone need one alphabet, and these have "
            f"{' and '.join(sorted(alphabets))}"
        )
    for name in names if len(names) > 1 else []:
        if name not in masked and study.tasks[name].type != "binary":
            raise ValueError(
                f"{where}: source '{name}' has labels of type {study.tasks[name].type}, and several sources share a "
                "backbone by binary labels or masked letters; make it the only source of a transfer"
            )
    if (masked or staged) and not study.backbone.per_position:
        raise ValueError(
            f"{where}: masked letters are filled in from features of each position, which backbone "
            f"'{study.backbone.name}' has not as it is set; use `positions: mean` or `max` (mlp: `window`)"
        )


def _check_head(where: str, strategies: list[str], transfer: Any, study: Any) -> None:
    """Refuse strategies that keep the source's head where there is none, none alone, or one for other classes."""
    kept = ", ".join(strategies)
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
    learnable.check_heads(where, strategies, source, target)
    if source.classes != target.classes:
        raise ValueError(
            f"{where}: {kept} use the source's head, so both tasks need the same classes in the "
            f"same order ('{head}' has {', '.join(source.classes)}; "
            f"'{transfer.target}' has {', '.join(target.classes)}); leave these strategies out or rename"
        )
