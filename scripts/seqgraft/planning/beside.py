"""What the jobs cost that train no network and yet take long: identity, estimates of sources, forgetting."""

from collections.abc import Callable, Mapping

from seqgraft.config.study import Study, Transfer
from seqgraft.data.scoring import SCORINGS, SHUFFLED
from seqgraft.learn.names import STRATEGY_FACTS
from seqgraft.planning.costs import (
    alignment_seconds,
    logistic_seconds,
    predicting_seconds,
    start_seconds,
    word_seconds,
)
from seqgraft.planning.fits import division, labels_of, pooled, regressions, tested, work_on
from seqgraft.planning.sizes import TaskSize
from seqgraft.planning.speed import Speed

Sizes = Mapping[str, TaskSize]
Transfers = Mapping[str, Transfer]


def _identity(study: Study, target: str, sizes: Sizes, transfers: Transfers, speed: Speed) -> float:
    """Weigh one target's search for the nearest training sequences in its own pool and in each source."""
    task, length = study.tasks[target], sizes[target].length
    test = tested(study, target, sizes[target])
    asked = test + min(test, SHUFFLED)
    strands = 2 if task.strand == "both" else 1
    grafted = [transfer.sources.split("+") for transfer in transfers.values() if transfer.target == target]
    seconds = start_seconds(speed, torch=False)
    for name in sorted({target, *(source for sources in grafted for source in sources)}):
        training = pooled(study, name, sizes[name])
        aligned = min(training, SCORINGS[task.alphabet_name].candidates) * strands
        seconds += word_seconds(asked * training, speed)
        seconds += alignment_seconds(asked * aligned, length * sizes[name].length, speed)
    return seconds


def _source_scores(study: Study, name: str, sizes: Sizes, transfers: Transfers, speed: Speed) -> float:
    """Weigh the estimates of one transfer's source: the pool through each source model, and its linear probes."""
    target = transfers[name].target
    size = sizes[target]
    of_one = 2 * predicting_seconds(work_on(study, target, size), pooled(study, target, size), speed)
    if any(estimate.startswith("probe") for estimate in study.estimates):
        for labels in labels_of(study, target, size):
            of_one += regressions(study, labels, division(study.training, labels)[0], speed)
    return start_seconds(speed, torch=True) + study.pretraining.replicates * of_one


def _forgetting(study: Study, scope: str, sizes: Sizes, transfers: Transfers, speed: Speed) -> float:
    """Weigh the scores on the sources: each fit's members as they are, with the source's head, and with a new one."""
    seconds = start_seconds(speed, torch=True)
    for transfer in transfers.values():
        if study.is_shared(transfer.sources):
            continue
        size = sizes[transfer.source]
        work = work_on(study, transfer.source, size)
        test, pool = tested(study, transfer.source, size), pooled(study, transfer.source, size)
        largest = max(labels_of(study, transfer.target, sizes[transfer.target]))
        models = 1 + division(study.training, largest)[0]
        members = division(study.training.model_copy(update={"members": 1}), pool)[0]
        fits = sum(
            STRATEGY_FACTS[name].needs_source and STRATEGY_FACTS[name].trainable == "all"
            for name in study.strategies_of(transfer)
        )
        refit = logistic_seconds(members * len(study.training.penalties), pool, speed)
        seconds += fits * models * (predicting_seconds(work, 3 * test + pool, speed) + refit)
    return seconds


#: By rule, the seconds of a job from the study, its target or transfer, the sizes of all tasks, the transfers by name,
#: and the speed. Rules that are not here count as the start of a job.
BESIDE: dict[str, Callable[[Study, str, Sizes, Transfers, Speed], float]] = {
    "identity": _identity,
    "source_scores": _source_scores,
    "forgetting": _forgetting,
}
