"""Judge one simulated study by the code that judges real ones."""

import numpy as np

from seqgraft.stats.intervals import Interval, two_way_interval, weight_blocks
from seqgraft.stats.metric_names import facts
from seqgraft.stats.metrics import Draws, Scored, compute
from seqgraft.stats.panel import Panel, build_panel
from seqgraft.stats.predictions import Fit, FitKey
from seqgraft.stats.scoring import StrategyScores, TargetScores
from seqgraft.stats.settings import EvaluationSettings, TransferSettings
from seqgraft.stats.task_types import smaller_class_units
from seqgraft.stats.thresholds import Calibration, calibrate
from seqgraft.truth.draw import Predictions
from seqgraft.truth.worlds import SCRATCH, World

SOURCE, TARGET = "source", "target"
HELD_METRICS = ("log_loss",)


def settings(world: World, draws: int) -> EvaluationSettings:
    """Return the settings of a study of this kind.

    Parameters
    ----------
    world : World
        What is planted.
    draws : int
        Bootstrap draws.

    Returns
    -------
    EvaluationSettings
    """
    names = tuple(world.curves)
    candidates = tuple(name for name in names if name != SCRATCH)
    transfer = TransferSettings(f"{SOURCE}--{TARGET}", (SOURCE,), TARGET, SOURCE, TARGET, names, candidates)
    return EvaluationSettings(
        world.title, (transfer,), replicates=world.replicates, source_models=world.source_models, draws=draws
    )


def judge(world: World, drawn: Predictions, draws: int, seed: int) -> Panel:
    """Score one study and build what it is judged by.

    Parameters
    ----------
    world : World
        What is planted.
    drawn : Predictions
        From `seqgraft.truth.draw.draw`.
    draws : int
        Bootstrap draws.
    seed : int
        Of the bootstrap draws.

    Returns
    -------
    Panel
        As from the study's files, with the metrics that the world asks for only.
    """
    weights = Draws(np.concatenate(list(weight_blocks(len(drawn.labels), draws, seed)), axis=1))
    scores = {name: _scores(world, drawn, name, weights) for name in world.curves}
    study = settings(world, draws)
    target = TargetScores(
        {
            (None if name == SCRATCH else study.transfers[0].name, name): found
            for name, found in scores.items()
        },
        len(drawn.labels),
        smaller_class_units(drawn.labels),
        drawn.labels,
    )
    return build_panel(study.transfers[0], study, target)


def mean_interval(panel: Panel, strategy: str, metric: str, size: tuple[int, bool]) -> Interval:
    """Interval of one mean, as `seqgraft.stats.tables.summary_table` gives it.

    Parameters
    ----------
    panel : Panel
        From `judge`.
    strategy, metric : str
        Which mean.
    size : (int, bool)
        Train size, and whether it is the whole pool.

    Returns
    -------
    Interval
    """
    values = panel.at(strategy, metric, size)
    return two_way_interval(
        values, panel.units, panel.study.level, panel.sources(strategy), facts(metric).bounds
    )


def _scores(world: World, drawn: Predictions, name: str, weights: Draws) -> StrategyScores:
    """Score all fits of one strategy."""
    keys, fits, values, held = [], [], [], []
    calibrations = []
    nothing = np.array([])
    for s, n in enumerate(world.sizes):
        for r in range(world.replicates):
            logits = drawn.test[name][s, r]
            used, own = Calibration(), {metric: np.array([np.nan]) for metric in HELD_METRICS}
            labels, held_logits = nothing.astype(bool), nothing
            if world.held_out:
                labels, held_logits = drawn.held_labels[s], drawn.held[name][s][r]
                used = calibrate(labels, held_logits)
                answers = Scored(labels, held_logits, used.temperature, used.threshold)
                own = compute(answers, metrics=HELD_METRICS)
            keys.append(FitKey(n, False, r + 1))
            fits.append(Fit(logits, np.arange(len(labels)).astype(object), labels, held_logits))
            answers = Scored(drawn.labels, logits, used.temperature, used.threshold)
            values.append(compute(answers, weights, ("auroc", *world.metrics)))
            held.append(own)
            calibrations.append(used)
    return StrategyScores(
        name,
        "strategy",
        keys,
        {metric: np.stack([value[metric] for value in values]) for metric in values[0]},
        {metric: np.array([float(value[metric][0]) for value in held]) for metric in HELD_METRICS},
        calibrations,
        fits,
        name != SCRATCH,
    )
