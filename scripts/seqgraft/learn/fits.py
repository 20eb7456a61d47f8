"""All fits of one strategy on one target: search inside the labels, final predictor, predictions."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pandas as pd
import torch

from seqgraft.config.learning import BackboneSettings, TrainingSettings
from seqgraft.errors import SeqgraftError
from seqgraft.learn import checkpoint, memory
from seqgraft.learn.answers import answers, facts_of
from seqgraft.learn.bundle import load_bundle, save_bundle
from seqgraft.learn.device import name_of
from seqgraft.learn.examples import BINARY_AIM, Aim, Examples, Reading, rows_of_test
from seqgraft.learn.heads import check_head
from seqgraft.learn.jobs import (
    HISTORY_COLUMNS,
    FitPlan,
    JobResult,
    TrainSize,
    as_predictions,
    plan_fits,
    run_fits,
)
from seqgraft.learn.lesson import Lesson
from seqgraft.learn.model import predict
from seqgraft.learn.names import NETWORK_BASELINES, STRATEGY_FACTS
from seqgraft.learn.objectives import objective_of
from seqgraft.learn.progress import Progress
from seqgraft.learn.source_heads import one_headed
from seqgraft.learn.start import Start
from seqgraft.learn.store import FitResult, Store
from seqgraft.learn.strategies.registry import fitter_of
from seqgraft.record.software import computed_with, versions


def run_job(
    strategy: str,
    examples: Examples,
    splits: pd.DataFrame,
    *,
    reading: Reading,
    backbone: BackboneSettings,
    training: TrainingSettings,
    train_sizes: Sequence[TrainSize],
    replicates: int,
    seed_words: tuple,
    bundles: Sequence[str | Path] = (),
    source_head: str | None = None,
    options: Mapping[str, Any] | None = None,
    source_examples: Examples | None = None,
    excluded: Collection[str] = (),
    store_folder: str | Path | None = None,
    code_digest: str = "",
    device: torch.device | str = "cpu",
    progress: Progress | None = None,
    prune: bool = True,
    share: tuple[int, int] | None = None,
) -> JobResult:
    """Learn a target with one strategy, for every train size and replicate.

    Parameters
    ----------
    strategy : str
        A name in ``STRATEGY_FACTS`` or ``NETWORK_BASELINES``.
    examples : Examples
        The target.
    splits : pandas.DataFrame
        The target's ``splits.parquet``.
    reading : Reading
        Alphabet, length and strands.
    backbone : BackboneSettings
        The backbone.
    training : TrainingSettings
        The search.
    train_sizes : sequence of int or "all"
        Numbers of labels.
    replicates : int
        Replicates, counted from 1.
    seed_words : tuple
        Name study and target: together with size, replicate and member they seed everything.
    bundles : sequence of path-like
        Folders of the source models; replicate r starts from number (r-1) mod their count.
    source_head : str, optional
        Of several sources the one whose head is kept.
    options : mapping, optional
        The strategy's options, every one of them.
    source_examples : Examples, optional
        What the source models learned from, for strategies that learn from it again.
    excluded : collection of str
        Ids left out of the pool.
    store_folder : path-like, optional
        The resume store of this job.
    code_digest : str
        Digest of the library modules that the job imports.
    device : torch.device or str
        From ``device.prepare``.
    progress : Progress, optional
        Told after every fit.
    prune : bool
        Whether to remove fits from the store that this job does not want.
    share : (int, int), optional
        Only make part k (1, 2, …) of so many for the store.

    Returns
    -------
    JobResult

    Raises
    ------
    SeqgraftError
        When a source model is missing or does not fit, a train size is too large or too small, or every
        learning rate diverges.
    """
    facts = (STRATEGY_FACTS | NETWORK_BASELINES)[strategy]
    if facts.needs_source and not bundles:
        raise SeqgraftError(f"Strategy '{strategy}' needs a source model.", remedy="pretrain one first")
    device = torch.device(device)
    sources = (
        [one_headed(load_bundle(folder), source_head) for folder in bundles] if facts.needs_source else []
    )
    if facts.needs_equal_classes:
        for source in sources:
            check_head(source, examples.aim)
    test = rows_of_test(examples, splits)
    start = Start(
        facts, examples, test, reading, backbone, training, sources, device, options, source_examples
    )
    if not facts.uses_target_labels:
        return _zero_shot(start)
    plans = plan_fits(examples, splits, excluded, train_sizes, replicates, training, seed_words)
    common = {
        "strategy": [facts.name, facts.trainable, facts.head],
        "training": training.model_dump(mode="json"),
        "backbone": backbone.model_dump(mode="json"),
        "reading": reading.plain(),
        "aim": asdict(examples.aim),
        "code": code_digest,
        "threads": torch.get_num_threads(),
        "device": device.type,
    }

    if facts.trainable == "chosen":
        common["sources"] = [source.sha256 for source in sources]
    if options:
        common["options"] = dict(options)
    if source_examples is not None:
        own = source_examples
        common |= {"source_ids": own.ids, "source_tokens": own.tokens, "source_labels": own.labels}

    def key_parts(plan: FitPlan) -> dict[str, Any]:
        source = start.source_of(plan.replicate)
        return common | {"source": source.sha256 if source else None}

    # Loaded here too: what does not fit is told before any fit, and the table does not hang on which fits are done.
    layers = start.loaded(sources[0], 0)[1] if sources else None
    store = Store(store_folder)

    def fit(plan: FitPlan) -> FitResult:
        memory.forget_peak(device)
        result = fitter_of(facts)(start, plan)
        result.history["peak_mib"] = memory.peak_mib(device)
        if (kept := checkpoint.current()) is not None:
            result.history.update(checkpoint.about_time(kept, result.history))
        return result

    result = run_fits(
        plans,
        fit,
        key_parts,
        examples,
        test,
        store=store,
        progress=progress,
        device=name_of(device),
        versions=versions(("numpy", "torch", "scikit-learn")),
        keep_weights=True,
        prune=prune and share is None,
        share=share,
        around=lambda key: checkpoint.keeping(checkpoint.Checkpoints(store.folder, key)),
    )
    return replace(result, layers=layers)


def _zero_shot(start: Start) -> JobResult:
    """Predict with each source model as it is: one replicate per source model, no fit."""
    examples, test = start.examples, start.test
    test_tokens = start.tokens[torch.from_numpy(test).to(start.device)]
    tables, history = [], []
    for number, source in enumerate(start.sources, start=1):
        labels = examples.labels[test]
        logits = predict(start.model(source, seed_value=0), test_tokens).double().cpu().numpy()
        lesson = Lesson(objective_of(examples.aim), labels, source.description.get("transforms"))
        own = source.held_out()
        target = answers(examples.ids[test], labels, lesson.told(logits, labels), examples.aim)
        tables += [
            table.assign(train_size=0, is_all=False, replicate=number, part=part)
            for table, part in ((own, "held-out"), (target, "test"))
        ]
        history.append({"train_size": 0, "is_all": False, "replicate": number, "members": 1})
    # Already sorted; the two parts come from two tasks, whose ids have no common order.
    predictions = as_predictions(tables, examples.aim)
    table = pd.DataFrame(history).reindex(columns=HISTORY_COLUMNS)
    table = table.assign(device=name_of(start.device), software=computed_with(), note="prior not adapted")
    return JobResult(predictions, table, 0, 0, {})


def save_predictor(
    result: JobResult,
    bundle_json: str | Path,
    weights_file: str | Path,
    *,
    reading: Reading,
    backbone: BackboneSettings,
    aim: Aim = BINARY_AIM,
    **more: Any,
) -> bool:
    """Write the final members of the largest train size of replicate 1 as a bundle.

    Parameters
    ----------
    result : JobResult
        What `run_job` returned.
    bundle_json, weights_file : path-like
        The two files, in one folder.
    reading, backbone
        As for `run_job`.
    aim : Aim
        What its values mean.
    **more
        Further JSON values for ``bundle.json``: classes, strategy, study.

    Returns
    -------
    bool
        False when there is nothing to write (zero-shot: the source's bundle is the predictor).
    """
    if not result.weights:
        return False
    weights = {name: torch.from_numpy(value) for name, value in result.weights.items()}
    members = len({name.split(".")[0] for name in weights})
    more |= facts_of(aim, result.transforms)
    if result.layers is not None:
        more["layers"] = result.layers.to_dict("records")
    save_bundle(bundle_json, weights_file, weights, reading, backbone, members=members, **more)
    return True
