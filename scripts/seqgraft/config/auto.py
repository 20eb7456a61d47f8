"""What the strategy `auto` chooses from in one transfer."""

from typing import TYPE_CHECKING

from seqgraft.config.suggest import once, unknown_name
from seqgraft.learn.names import STRATEGY_FACTS, Strategy

if TYPE_CHECKING:
    from seqgraft.config.study import Study, Transfer


def possible(facts: Strategy) -> bool:
    """Tell whether `auto` may choose a strategy: one that uses labels, needs no source sequences, and is not itself."""
    return facts.uses_target_labels and not facts.source_examples and facts.trainable != "chosen"


def auto_candidates(study: "Study", transfer: "Transfer") -> list[tuple[str, str]]:
    """List what `auto` chooses from.

    Parameters
    ----------
    study : Study
        The config.
    transfer : Transfer
        One of its transfers.

    Returns
    -------
    list of (str, str)
        Sources joined by ``+`` and strategy; without sources for a strategy that needs none, which is listed once.

    Raises
    ------
    ValueError
        When a candidate is unknown, listed twice, or none that `auto` can choose.
    """
    where = "strategy_options.auto.candidates"
    own = study.options_of("auto")
    once(where, own["candidates"])
    for name in own["candidates"]:
        unknown_name(where, name, [known for known, facts in STRATEGY_FACTS.items() if possible(facts)])
    others = [t for t in study.transfers if t.target == transfer.target and t.name != transfer.name]
    for rival in others if own["sources"] == "all" else []:
        if study.is_shared(rival.sources) or study.has_second_stage(rival):
            raise ValueError(
                f"strategy_options.auto.sources: transfer '{rival.name}' learns several sources, masked letters or a "
                "second stage, and `all` needs sources of one task with labels; use `own`"
            )
    target = study.tasks[transfer.target]
    found: dict[tuple[str, str], None] = {}
    for name in own["candidates"]:
        facts = STRATEGY_FACTS[name]
        for rival in [transfer, *(others if own["sources"] == "all" else [])]:
            fits = study.tasks[rival.source].classes == target.classes
            if fits or not facts.needs_equal_classes:
                found[(rival.sources if facts.needs_source else "", name)] = None
    if not any(sources for sources, _ in found):
        raise ValueError(f"{where}: none of them starts from a source of transfer '{transfer.name}'")
    return list(found)
