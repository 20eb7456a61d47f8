"""What a study will cost, said before it starts."""

from dataclasses import dataclass

from seqgraft.config.study import Study
from seqgraft.learn.names import STRATEGY_FACTS

# Sequences of 81 letters that one core trains per second with the default backbone: the median of the 150 fits of
# scratch, full and full-kept-head in config/bacteria.yaml (5,600 to 11,400), on a two-core machine with AVX-512. Older
# processors, wider backbones and longer sequences are slower.
SEQUENCES_PER_SECOND = 10_000
# Predictions and a resume-store entry of a fit with some hundred test sequences, as seen in the same study.
BYTES_PER_FIT = 20_000


@dataclass(frozen=True)
class Plan:
    """Counts of what a study trains.

    Parameters
    ----------
    source_models : int
        Networks trained on source tasks.
    fits : int
        Predictors of target tasks: strategies and baselines, train sizes and replicates.
    networks : int
        Networks trained inside these fits: one per fold, or one per member of an ensemble.
    passes : int
        Sequences shown to networks at most, repetitions counted; `all` counts where its size is known beforehand.
    open_sizes : int
        How many targets have an `all` whose size is not known before their files are read.
    """

    source_models: int
    fits: int
    networks: int
    passes: int
    open_sizes: int


def plan_of(study: Study) -> Plan:
    """Count what a study trains, before any file is read."""
    training = study.training
    jobs = {
        (transfer.target if not STRATEGY_FACTS[name].needs_source else transfer.name, name): transfer.target
        for transfer in study.transfers
        for name in study.strategies_of(transfer)
    }
    fits = networks = passes = 0
    for (_, name), target in jobs.items():
        strategy = STRATEGY_FACTS[name]
        if not strategy.uses_target_labels:
            fits += study.pretraining.replicates
            continue
        fits += len(study.train_sizes) * study.replicates
        if strategy.trainable != "all":
            continue
        for size in study.train_sizes:
            labels = _pool_size(study, target) if size == "all" else size
            cross_fitted = labels < 500
            members = training.folds if cross_fitted else training.members
            runs = study.replicates * members * len(training.learning_rates)
            networks += runs
            passes += runs * max(training.epochs) * (labels - labels // training.folds)
    targets = {transfer.target for transfer in study.transfers}
    fits += len(targets) * len(study.baselines) * len(study.train_sizes) * study.replicates
    unknown = [t for t in targets if "all" in study.train_sizes and not _pool_size(study, t)]
    sources = {transfer.sources for transfer in study.transfers}
    return Plan(len(sources) * study.pretraining.replicates, fits, networks, passes, len(unknown))


def plan_text(study: Study) -> str:
    """Put the plan into a few lines for the terminal."""
    plan = plan_of(study)
    minutes = max(1, round(plan.passes / SEQUENCES_PER_SECOND / 60))
    megabytes = max(1, round(plan.fits * BYTES_PER_FIT / 1e6))
    beside = ", `all` and the source models not counted" if plan.open_sizes else ", source models not counted"
    data = "SIMULATED data" if study.simulated else "real data"
    return (
        f"seqgraft: study '{study.study}' ({data}): {len(study.transfers)} transfer(s), "
        f"{plan.source_models} source models, {plan.fits} fits with {plan.networks} networks.\n"
        f"          At most about {minutes} core minutes of fitting on a recent CPU{beside}; "
        f"about {megabytes} MB on disk beside the data. What was finished before is not repeated."
    )


def _pool_size(study: Study, target: str) -> int:
    """Return the size of a target's pool, 0 where only its files can tell."""
    task = study.tasks[target]
    if task.simulate is None:
        return 0
    return round(sum(task.simulate.counts.values()) * (1 - task.split.test))
