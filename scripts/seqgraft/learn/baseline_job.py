"""All fits of one baseline on one target."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from seqgraft.config.learning import TrainingSettings
from seqgraft.learn.baselines import BASELINES
from seqgraft.learn.examples import Examples, Reading, rows_of_test
from seqgraft.learn.jobs import JobResult, TrainSize, plan_fits, run_fits
from seqgraft.learn.progress import Progress
from seqgraft.learn.store import Store
from seqgraft.record.software import versions


def run_baseline_job(
    name: str,
    examples: Examples,
    splits: pd.DataFrame,
    *,
    reading: Reading,
    training: TrainingSettings,
    train_sizes: Sequence[TrainSize],
    replicates: int,
    seed_words: tuple,
    excluded: Collection[str] = (),
    store_folder: str | Path | None = None,
    code_digest: str = "",
    progress: Progress | None = None,
    prune: bool = True,
) -> JobResult:
    """Fit one baseline for every train size and replicate.

    Parameters
    ----------
    name : str
        A name in ``BASELINES``.
    examples : Examples
        The target.
    splits : pandas.DataFrame
        The target's ``splits.parquet``.
    reading : Reading
        Alphabet, length and strands.
    training : TrainingSettings
        Folds, penalties and longest k-mer.
    train_sizes : sequence of int or "all"
        Numbers of labels.
    replicates : int
        Replicates, counted from 1.
    seed_words : tuple
        Name study and target; the same as for strategies, so that folds are shared.
    excluded : collection of str
        Ids left out of the pool.
    store_folder : path-like, optional
        The resume store of this job.
    code_digest : str
        Digest of the library modules that the job imports.
    progress : Progress, optional
        Told after every fit.
    prune : bool
        Whether to remove fits from the store that this job does not want.

    Returns
    -------
    JobResult
    """
    test = rows_of_test(examples, splits)
    plans = plan_fits(examples, splits, excluded, train_sizes, replicates, training, seed_words)
    parts = {
        "baseline": name,
        "training": training.model_dump(mode="json"),
        "reading": reading.plain(),
        "aim": asdict(examples.aim),
        "code": code_digest,
    }
    return run_fits(
        plans,
        BASELINES[name](examples, reading, training, test),
        lambda plan: parts,
        examples,
        test,
        store=Store(store_folder),
        progress=progress,
        device="cpu",
        versions=versions(("numpy", "scikit-learn")),
        prune=prune,
    )
