"""Which strategies train in a way of their own; all others train as their facts say."""

from collections.abc import Callable

from seqgraft.learn.gradient import fit_all
from seqgraft.learn.jobs import FitPlan
from seqgraft.learn.names import Strategy
from seqgraft.learn.probe import fit_head
from seqgraft.learn.start import Start
from seqgraft.learn.store import FitResult
from seqgraft.learn.strategies import auto, blocks, calibrated, l2_sp, lora, probe_then_full, with_source

Fitter = Callable[[Start, FitPlan], FitResult]

#: By what is trained.
FITTERS: dict[str, Fitter] = {"all": fit_all, "head": fit_head}

#: By the strategy's name.
OWN: dict[str, Fitter] = {
    "zero-shot-calibrated": calibrated.fit,
    "probe-then-full": probe_then_full.fit,
    "partial": blocks.fit_partial,
    "gradual": blocks.fit_gradual,
    "discriminative": blocks.fit_discriminative,
    "l2-sp": l2_sp.fit,
    "lora": lora.fit,
    "joint": with_source.fit_joint,
    "alternating": with_source.fit_alternating,
    "auto": auto.fit,
}


def fitter_of(strategy: Strategy) -> Fitter:
    """Return what makes one fit of a strategy."""
    return OWN.get(strategy.name) or FITTERS[strategy.trainable]
