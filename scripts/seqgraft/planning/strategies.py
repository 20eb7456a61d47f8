"""What the fits of a strategy are made of, as far as their cost goes: what it tries, and what it chooses among."""

import math

from seqgraft.config.auto import auto_candidates
from seqgraft.config.study import Study, Transfer
from seqgraft.learn.names import STRATEGY_FACTS, Strategy


def trials(study: Study, strategy: Strategy) -> int:
    """Return how many combinations of its options a strategy tries, beside learning rates."""
    options = study.options_of(strategy.name)
    return math.prod(len(options[name]) for name in strategy.searches)


def parts_of(study: Study, strategy: Strategy, transfer: Transfer | None) -> list[tuple[Strategy, float]]:
    """List what is fitted for each fit of a strategy, and for what share of the epochs.

    Parameters
    ----------
    study : Study
        The config.
    strategy : Strategy
        Itself, but for one that chooses: that is its candidates.
    transfer : Transfer or None
        What is fitted; None for a strategy without a source.

    Returns
    -------
    list of (Strategy, float)
        Successive halving trains C candidates in log2 C rounds, half of them for twice as many epochs each time: as if
        each had log2 C times a share 1/2^(rounds - 1) of all epochs. Every round begins anew.
    """
    if strategy.trainable != "chosen" or transfer is None:
        return [(strategy, 1.0)]
    names = [name for _, name in auto_candidates(study, transfer)]
    rounds = max(1, math.ceil(math.log2(len(names))))
    return [(STRATEGY_FACTS[name], rounds / 2 ** (rounds - 1)) for name in names]
