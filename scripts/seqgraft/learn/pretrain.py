"""Train one source model and leave it as a bundle."""

import math
import time
from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch

from seqgraft.config.learning import BackboneSettings, PretrainingSettings
from seqgraft.errors import SeqgraftError
from seqgraft.learn import checkpoint
from seqgraft.learn.answers import facts_of
from seqgraft.learn.backbones import describe
from seqgraft.learn.bundle import save_bundle
from seqgraft.learn.choosing import grouped_share, stratified_share
from seqgraft.learn.device import name_of, on_device
from seqgraft.learn.examples import Examples, Reading, groups_of_rows
from seqgraft.learn.lesson import lesson_of
from seqgraft.learn.loop import Run
from seqgraft.learn.loop_settings import loop_settings
from seqgraft.learn.model import build, predict
from seqgraft.learn.objectives import objective_of
from seqgraft.learn.part import part_of_source
from seqgraft.learn.progress import duration
from seqgraft.learn.schedules import SCHEDULES
from seqgraft.learn.source_model import (
    HISTORY_COLUMNS,
    SourceModel,
    packed,
    source_key,
    source_predictions,
    unpacked,
)
from seqgraft.learn.store import Store
from seqgraft.record.software import versions
from seqgraft.seeds import seed
from seqgraft.stats.auc import auroc
from seqgraft.tables import write_parquet, write_tsv


def train_source(
    examples: Examples,
    train_rows: np.ndarray,
    test_rows: np.ndarray,
    *,
    reading: Reading,
    backbone: BackboneSettings,
    pretraining: PretrainingSettings,
    seed_words: tuple,
    groups: np.ndarray | None = None,
    device: torch.device | str = "cpu",
    say: Callable[[str], None] | None = None,
) -> SourceModel:
    """Train a source model; a stratified share of its training rows chooses the epoch.

    Parameters
    ----------
    examples : Examples
        The source task.
    train_rows : numpy.ndarray
        Rows it may learn from: its pool, without what leaks into a target.
    test_rows : numpy.ndarray
        Rows of the source's own test part, predicted at the end and used for nothing.
    reading : Reading
        Alphabet, length and strands.
    backbone : BackboneSettings
        The backbone.
    pretraining : PretrainingSettings
        Epochs, learning rate and so on.
    seed_words : tuple
        Name the study, the source and the number of the model.
    groups : numpy.ndarray, optional
        (N,) group of each example of the task; no group is held out in part.
    device : torch.device or str
        Where to compute.
    say : callable, optional
        Takes a line of progress per checkpoint.

    Returns
    -------
    SourceModel

    Raises
    ------
    SeqgraftError
        When a class has fewer than two examples, or the loss is not finite.
    """
    device = torch.device(device)
    rows = np.sort(np.asarray(train_rows))
    labels = examples.labels[rows]
    objective = objective_of(examples.aim)
    every = objective.every_stratum
    if (min((labels == 0).sum(), (labels == 1).sum()) if every else len(rows)) < 2:
        raise SeqgraftError(
            f"the source has {len(rows)} examples to learn from, fewer than 2 of one class",
            where=f"source {seed_words[1] if len(seed_words) > 1 else ''}".strip(),
            remedy="use a larger source, check its classes, and see in leakage.tsv how many of its sequences were "
            "left out because a target holds them",
        )
    generator = np.random.default_rng(seed(*seed_words, "validation"))
    strata, share = objective.strata(labels), pretraining.validation
    if groups is None:
        held_out = rows[stratified_share(strata, share, generator)]
    else:
        held_out = rows[grouped_share(strata, groups[rows], share, generator, every=every)]
    fit = np.setdiff1d(rows, held_out)
    lesson = lesson_of(examples.aim, examples.labels[fit])
    validation = lesson_of(examples.aim, examples.labels[held_out], chains=lesson.chains).labels
    tokens = on_device(examples.tokens, device)
    targets = objective.targets(lesson.labels).to(device)
    settings = loop_settings(pretraining, pretraining.learning_rate, pretraining.weight_decay)
    words = (*seed_words, "run")

    def fresh(epochs: int) -> Run:
        model = build(reading, backbone, seed(*seed_words, "weights")).to(device)
        own = replace(settings, epochs=epochs)
        return Run(model, tokens[fit], targets, own, words, objective=objective)

    run = fresh(pretraining.epochs[0])
    best, waited, history, began = (np.inf, 0, run.state()), 0, [], time.perf_counter()
    for epoch in pretraining.epochs:
        if settings.schedule in SCHEDULES and epoch > pretraining.epochs[0]:
            run = fresh(
                epoch
            )  # where the learning rate falls, checkpoints of one run are no runs of other lengths
        run.advance(epoch)
        logits = run.predict(tokens[held_out]).double().cpu().numpy()
        loss = lesson.objective.held_out_loss(logits, validation)
        # Of other types no area under a curve is defined; the loss chooses in any case.
        area = float(auroc(validation == 1, logits)) if every else math.nan
        seconds = time.perf_counter() - began
        history.append((epoch, run.loss, loss, area, seconds))
        if say is not None:
            last = pretraining.epochs[-1]
            left = f", at most {duration(seconds / epoch * (last - epoch))} left" if epoch < last else ""
            rate = f"{run.examples / seconds:,.0f} examples/s"
            say(
                f"epoch {epoch} of at most {last}: validation loss {loss:.4f}, "
                f"{f'AUROC {area:.4f}, ' if every else ''}{rate}{left}"
            )
        if loss < best[0]:
            best, waited = (loss, epoch, run.state()), 0
        else:
            waited += 1
            if waited >= pretraining.patience:
                break
    _, epochs, weights = best
    model = run.model
    model.load_state_dict(weights)
    parts = {"held-out": held_out, "test": np.sort(np.asarray(test_rows))}
    predicted = {
        part: lesson.told(predict(model, tokens[wanted]).double().cpu().numpy(), examples.labels[wanted])
        if len(wanted)
        else np.empty((0, objective.outputs)[: 1 + (objective.outputs > 1)])
        for part, wanted in parts.items()
    }
    return SourceModel(
        weights={name: value.cpu() for name, value in weights.items()},
        history=pd.DataFrame(history, columns=HISTORY_COLUMNS),
        predictions=source_predictions(examples, parts, predicted),
        epochs=epochs,
        device=name_of(device),
        transforms=lesson.chains,
    )


def run(
    examples: Examples,
    splits: pd.DataFrame,
    excluded: Collection[str],
    *,
    bundle_json: str | Path,
    weights_file: str | Path,
    history_file: str | Path,
    predictions_file: str | Path,
    classes: list[str],
    reading: Reading,
    backbone: BackboneSettings,
    pretraining: PretrainingSettings,
    seed_words: tuple,
    source_size: int | None = None,
    code_digest: str = "",
    store_folder: str | Path | None = None,
    device: torch.device | str = "cpu",
    say: Callable[[str], None] | None = None,
) -> SourceModel:
    """Train a source model, or find it in the resume store, and write its four files.

    Parameters
    ----------
    examples : Examples
        The source task.
    splits : pandas.DataFrame
        The source's ``splits.parquet``: its pool is learned from, its test part predicted.
    excluded : collection of str
        Ids that are left out of training because they leak into a target.
    bundle_json, weights_file, history_file, predictions_file : path-like
        What to write; all in one folder.
    classes : list of str
        Class names, the positive one first.
    reading, backbone, pretraining, seed_words, device, say
        As for `train_source`.
    source_size : int, optional
        Learn from a part of the source with so many sequences, see `part.part_of_source`; from all of it by default.
    code_digest : str
        Digest of the library modules that the job imports; written into the bundle.
    store_folder : path-like, optional
        The resume store of this source model, which keeps the last one.

    Returns
    -------
    SourceModel
    """
    index = pd.Index(examples.ids)
    pool = splits.loc[(splits["part"] == "pool") & ~splits["id"].isin(set(excluded)), "id"].unique()
    test = splits.loc[splits["part"] == "test", "id"]
    train_rows, test_rows = (np.sort(index.get_indexer(wanted)) for wanted in (pool, test))
    if source_size is not None:
        train_rows = part_of_source(examples, train_rows, source_size, classes=classes, seed_words=seed_words)
    say = say or (lambda line: None)
    store, device = Store(store_folder), torch.device(device)
    settings: dict[str, Any] = {
        "reading": reading,
        "backbone": backbone,
        "pretraining": pretraining,
        "seed_words": seed_words,
        "groups": groups_of_rows(examples, splits),
        "device": device,
    }
    key = source_key(
        examples,
        train_rows,
        test_rows,
        code_digest=code_digest,
        versions=versions(("numpy", "torch")),
        **settings,
    )
    kept = store.get(key)
    if kept is None:
        with checkpoint.keeping(checkpoint.Checkpoints(store.folder, key)):
            model = train_source(examples, train_rows, test_rows, say=say, **settings)
        store.put(key, packed(model, examples, train_rows))
    else:
        model = unpacked(kept, examples, train_rows, test_rows)
    say(f"{int(kept is None)} source models trained, {int(kept is not None)} found in the resume store")
    store.prune([key])
    chosen = model.history.set_index("epoch").loc[model.epochs].to_dict()
    size = describe(len(reading.letters), reading.length, backbone)
    save_bundle(
        bundle_json,
        weights_file,
        model.weights,
        reading,
        backbone,
        classes=classes,
        **facts_of(examples.aim, model.transforms),
        pretraining=pretraining.of_labels,
        seed_words=[str(word) for word in seed_words],
        source_size=len(train_rows),
        trained_on=len(train_rows)
        - model.predictions.loc[model.predictions["part"] == "held-out", "id"].nunique(),
        epochs=model.epochs,
        validation_loss=chosen["validation_loss"],
        validation_auroc=chosen["validation_auroc"] if examples.aim.type == "binary" else None,
        parameters=size.parameters,
        receptive_field=size.receptive_field,
        flops_per_sequence=size.flops_per_sequence,
        device=model.device,
        torch=torch.__version__,
        code=code_digest,
    )
    write_tsv(model.history, history_file)
    write_parquet(model.predictions, predictions_file)
    return model
