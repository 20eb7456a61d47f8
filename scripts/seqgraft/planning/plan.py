"""What a study will cost, said before it starts: fits, minutes and disk, of the jobs that are still to be done."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from seqgraft.config.learning import PretrainingSettings
from seqgraft.config.masking import SecondStage
from seqgraft.config.study import Study, Transfer
from seqgraft.learn.choosing import LARGE
from seqgraft.learn.names import NETWORK_BASELINES, STRATEGY_FACTS
from seqgraft.planning.beside import BESIDE
from seqgraft.planning.costs import (
    REFERENCE,
    SNAKEMAKE,
    neighbours_seconds,
    predicting_seconds,
    start_seconds,
    training_seconds,
)
from seqgraft.planning.fits import division, labels_of, pooled, regressions, tested, work_on
from seqgraft.planning.sizes import TaskSize, size_of
from seqgraft.planning.speed import Speed
from seqgraft.planning.strategies import parts_of, trials

# Bytes of one fit in predictions, resume store and metrics: for itself, and for each sequence that it predicts.
BYTES_PER_FIT, BYTES_PER_PREDICTION = 4_000, 28

Job = tuple[str, str, str]  # rule, source or target or transfer, and model or strategy


@dataclass
class Plan:
    """What remains to be done, and what it costs.

    Attributes
    ----------
    source_models, fits, networks : int
        Networks of source tasks; predictors of target tasks; networks trained inside these.
    jobs : int
        Jobs that train or fit.
    most : list of float
        Seconds of each such job, and of those beside them that take long, if every run passes all its checkpoints.
    bytes : int
        Written beside the data.
    unknown : list of str
        Tasks whose size only their files can tell, so that nothing of them is counted.
    """

    source_models: int = 0
    fits: int = 0
    networks: int = 0
    jobs: int = 0
    most: list[float] = field(default_factory=list)
    bytes: int = 0
    unknown: list[str] = field(default_factory=list)


def training_jobs(study: Study) -> list[Job]:
    """List the jobs of a whole study that train or fit.

    Parameters
    ----------
    study : Study
        The config.

    Returns
    -------
    list of (str, str, str)
        Rule (``pretrain``, ``adapt``, ``finetune``, ``baseline``); the sources, target or transfer, behind an ``@``
        the number of source sequences where an ablation takes a part of them; the model or strategy.
    """
    jobs: dict[Job, None] = {}
    for transfer in study.transfers:
        jobs |= {("pretrain", transfer.sources, str(k)): None for k in range(study.pretraining.replicates)}
        if study.has_second_stage(transfer):
            jobs |= {("adapt", transfer.name, str(k)): None for k in range(study.pretraining.replicates)}
        for name in study.strategies_of(transfer):
            scope = transfer.name if STRATEGY_FACTS[name].needs_source else transfer.target
            jobs[("finetune", scope, name)] = None
        for name in study.baselines:
            rule = "finetune" if name in NETWORK_BASELINES else "baseline"
            jobs[(rule, transfer.target, name)] = None
    for transfer, part, name in study.parts:
        source = f"{transfer.sources}@{part}"
        jobs |= {("pretrain", source, str(k)): None for k in range(study.pretraining.replicates)}
        jobs[("finetune", f"{transfer.name}@{part}", name)] = None
    return list(jobs)


def plan_of(
    study: Study,
    jobs: Collection[Job],
    speed: Speed,
    results: Path = Path("results"),
    beside: Collection[tuple[str, str]] = (),
) -> Plan:
    """Count what jobs will train and what that costs.

    Parameters
    ----------
    study : Study
        The config.
    jobs : collection of Job
        Those that are still to be done, e.g. all of `training_jobs`.
    speed : Speed
        Of one of the processes that will train at once.
    results : pathlib.Path
        The folder of all results; what lies there tells the sizes of tasks that were prepared before.
    beside : collection of (str, str)
        Jobs that train nothing and take long: a rule in `seqgraft.planning.beside.BESIDE`, and its target or transfer.
    """
    folder = results / study.study / "data"
    sizes = {name: size_of(task, folder / name) for name, task in study.tasks.items()}
    plan = Plan(jobs=len(jobs))
    transfers = {transfer.name: transfer for transfer in study.transfers}
    for rule, scope, name in jobs:
        _ADD[rule](plan, study, scope, name, sizes, transfers, speed)
    known = {name: size for name, size in sizes.items() if size is not None}
    # How large the tasks are is known of all or, before their files are here, of none that such a job needs.
    if len(known) == len(sizes):
        plan.most += [BESIDE[rule](study, scope, known, transfers, speed) for rule, scope in beside]
    plan.unknown = list(dict.fromkeys(plan.unknown))
    return plan


def _add_source_model(
    plan: Plan,
    study: Study,
    scope: str,
    name: str,
    sizes: Mapping[str, TaskSize | None],
    transfers: Mapping[str, Transfer],
    speed: Speed,
) -> None:
    """Add the training of one source model."""
    plan.source_models += 1
    sources, _, part = scope.partition("@")
    _add_training(plan, study, sources.split("+"), study.pretraining, part, sizes, speed)


def _add_second_stage(
    plan: Plan,
    study: Study,
    scope: str,
    name: str,
    sizes: Mapping[str, TaskSize | None],
    transfers: Mapping[str, Transfer],
    speed: Speed,
) -> None:
    """Add the second stage of one source model on the target's sequences."""
    own = study.pretraining.second_stage
    _add_training(plan, study, [transfers[scope].target], own, "", sizes, speed)


def _add_training(
    plan: Plan,
    study: Study,
    tasks: Sequence[str],
    own: PretrainingSettings | SecondStage | None,
    part: str,
    sizes: Mapping[str, TaskSize | None],
    speed: Speed,
) -> None:
    """Add one training on the pools of some tasks, or on a part of the only one; masked letters cost as labels do."""
    assert own is not None
    seconds = start_seconds(speed, torch=True)
    unknown = [task for task in tasks if sizes[task] is None]
    plan.unknown += unknown
    for task in tasks if not unknown else []:
        size = sizes[task]
        assert size is not None
        work = work_on(study, task, size)
        pool = float(part) if part else pooled(study, task, size)
        learned, held_out = pool * (1 - own.validation), pool * own.validation
        steps = learned / own.batch_size + 1
        seconds += training_seconds(work, own.passes * steps, own.passes * learned, speed)
        seconds += predicting_seconds(work, len(own.epochs) * held_out, speed)
        seconds += predicting_seconds(work, size.sequences, speed)
    plan.most.append(seconds)


def _add_strategy(
    plan: Plan,
    study: Study,
    scope: str,
    name: str,
    sizes: Mapping[str, TaskSize | None],
    transfers: Mapping[str, Transfer],
    speed: Speed,
) -> None:
    """Add all fits of one strategy."""
    transfer = transfers.get(scope.partition("@")[0])
    target = transfer.target if transfer else scope
    strategy, training = (STRATEGY_FACTS | NETWORK_BASELINES)[name], study.training
    size = sizes[target]
    start = start_seconds(speed, torch=True)
    if size is None:
        plan.unknown.append(target)
    test = tested(study, target, size)
    if not strategy.uses_target_labels:
        plan.fits += study.pretraining.replicates
        plan.most.append(start)
        return
    most = rest = 0.0
    for labels in labels_of(study, target, size):
        plan.fits += study.replicates
        plan.bytes += round(study.replicates * (BYTES_PER_FIT + BYTES_PER_PREDICTION * (test + labels)))
        if size is None:
            continue
        work = work_on(study, target, size)
        members, learned = division(training, labels)
        for facts, share in parts_of(study, strategy, transfer):
            if facts.trainable == "all":
                runs = study.replicates * members * len(training.grid) * trials(study, facts)
                plan.networks += runs
                passes = training.passes * facts.cost * share
                steps = passes * (learned // training.batch_size + 1)
                most += training_seconds(work, runs * steps, runs * passes * learned, speed)
                most += predicting_seconds(work, runs * len(training.epochs) * (labels - learned), speed)
                rest += predicting_seconds(work, study.replicates * members * test, speed)
            if "head" in (facts.trainable, *facts.settings):
                rest += regressions(study, labels, members, speed)
    plan.most.append(start + rest + most)


def _add_baseline(
    plan: Plan,
    study: Study,
    scope: str,
    name: str,
    sizes: Mapping[str, TaskSize | None],
    transfers: Mapping[str, Transfer],
    speed: Speed,
) -> None:
    """Add all fits of one baseline."""
    size = sizes[scope]
    test = tested(study, scope, size)
    seconds = start_seconds(speed, torch=False)
    for labels in labels_of(study, scope, size):
        plan.fits += study.replicates
        plan.bytes += round(study.replicates * (BYTES_PER_FIT + BYTES_PER_PREDICTION * (test + labels)))
        seconds += _BASELINES[name](study, labels, test, speed)
    plan.most.append(seconds)


def _neighbours(study: Study, labels: float, test: float, speed: Speed) -> float:
    """Return the seconds of one train size of the nearest neighbours, for all replicates."""
    held_out = labels if labels < LARGE else labels - division(study.training, labels)[1]
    return study.replicates * neighbours_seconds(labels, held_out, test, speed)


#: By baseline without a network, the seconds of one train size from the study, labels, test sequences and the speed.
_BASELINES: dict[str, Callable[[Study, float, float, Speed], float]] = {
    "constant": lambda study, labels, test, speed: 0.0,
    "kmer-logistic": lambda study, labels, test, speed: regressions(
        study, labels, division(study.training, labels)[0], speed
    ),
    # A ridge regression has a closed form: less than this.
    "kmer-ridge": lambda study, labels, test, speed: regressions(
        study, labels, division(study.training, labels)[0], speed
    ),
    "nearest-neighbour": _neighbours,
}

_ADD: dict[str, Callable[..., None]] = {
    "pretrain": _add_source_model,
    "adapt": _add_second_stage,
    "finetune": _add_strategy,
    "baseline": _add_baseline,
}


def makespan(seconds: Collection[float], places: int) -> float:
    """Return how long jobs take on so many places, the longest first."""
    busy = [0.0] * max(1, places)
    for own in sorted(seconds, reverse=True):
        busy[busy.index(min(busy))] += own
    return max(busy)


def plan_text(study: Study, plan: Plan, speed: Speed | None, *, places: int, others: int, stored: int) -> str:
    """Put a plan into a few lines for the terminal.

    Parameters
    ----------
    study : Study
        The config.
    plan : Plan
        What remains to be done.
    speed : Speed or None
        As measured; without it no time is told.
    places : int
        Jobs that run at once.
    others : int
        Jobs that count as no more than their start.
    stored : int
        Finished fits in the resume stores of the plan's jobs.
    """
    data = "SIMULATED data" if study.simulated else "real data"
    lines = [f"study '{study.study}' ({data}), {len(study.transfers)} transfer(s)"]
    if not plan.jobs:
        return _framed([*lines, "nothing is left to train; tables and pages are made anew"])
    disk = f"about {max(1, round(plan.bytes / 1e6))} MB on disk beside the data"
    beside = others * start_seconds(speed or REFERENCE, torch=False) / max(1, places) + SNAKEMAKE
    most = makespan(plan.most, places) + beside
    lines.append(
        f"to do: {plan.source_models} source models and {plan.fits} fits ({plan.networks} networks) in "
        f"{plan.jobs} jobs; what was finished before is not counted"
    )
    if stored:
        lines.append(f"up to {stored} of these fits are in the resume store and are not trained again")
    time = (
        f"about {_duration(most)} with {places} job(s) at once if every run passes all its checkpoints, by a "
        "measurement of this machine a moment ago"
    )
    lines += [time, disk] if speed else [disk]
    if plan.unknown:
        lines.append(
            f"NOT counted: {', '.join(plan.unknown)}, known only when their files are here; it will take longer"
        )
    return _framed(lines)


def _framed(lines: list[str]) -> str:
    """Put the program's name before the first line and align the others."""
    return "seqgraft: " + "\n          ".join(lines)


def _duration(seconds: float) -> str:
    """Write an estimate: nobody should read more into it than it holds."""
    if seconds < 55:
        return f"{max(10, round(seconds / 10) * 10)} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
