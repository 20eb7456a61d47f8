"""What tests of strategies share: a source model of the toy task, and short fits from it."""

import dataclasses

import numpy as np
import pandas as pd
import torch
from learn_toys import BACKBONE, READING, TRAINING, planted, split

from seqgraft.config.strategies import StrategyOptions, options_of
from seqgraft.learn import fits
from seqgraft.learn.bundle import load_bundle, save_bundle
from seqgraft.learn.examples import Examples
from seqgraft.learn.jobs import FitPlan, plan_fits
from seqgraft.learn.loop import LoopSettings, Run
from seqgraft.learn.model import build
from seqgraft.learn.names import STRATEGY_FACTS
from seqgraft.learn.start import Start
from seqgraft.tables import write_parquet

STILL = BACKBONE.model_copy(update={"dropout": 0.0})
SHORT = TRAINING.model_copy(update={"epochs": (3,)})
SETTINGS = LoopSettings(learning_rate=0.01, weight_decay=0.0, batch_size=16)
TARGET, SOURCE = planted(105, 1), planted(150, 7, prefix="source")


def source_model(folder):
    """Write a source model that has learned a little into a folder, and return the folder."""
    torch.set_num_threads(1)
    run = Run(build(READING, STILL, 5), *tensors(SOURCE), SETTINGS, ("source",))
    run.advance(8)
    save_bundle(folder / "bundle.json", folder / "weights.safetensors", run.state(), READING, STILL)
    own = Examples(SOURCE.ids[:20], SOURCE.tokens[:20], SOURCE.labels[:20])
    logits = run.predict(torch.from_numpy(own.tokens)).double().numpy()
    table = pd.DataFrame({"id": own.ids, "part": "held-out", "label": own.labels, "prediction": logits})
    write_parquet(table, folder / "predictions.parquet")
    return folder


def tensors(examples):
    return torch.from_numpy(examples.tokens), torch.from_numpy(examples.labels).float()


def learn(strategy, target, bundle, *, training=SHORT, options=None, **more):
    settings = {
        "reading": READING, "backbone": STILL, "training": training, "train_sizes": [30], "replicates": 1,
        "seed_words": ("toy", "target"), "bundles": [bundle],
    }  # fmt: skip
    own = options_of(strategy, StrategyOptions()) | (options or {})
    return fits.run_job(strategy, target, split(target), options=own, **(settings | more))


def on_test(result):
    table = result.predictions
    return table.loc[table["part"] == "test", "prediction"].to_numpy()


def started(strategy, target, bundle, training=SHORT, **options) -> tuple[Start, FitPlan]:
    facts = STRATEGY_FACTS[strategy]
    own = options_of(strategy, StrategyOptions()) | options
    test = np.arange(45)
    start = Start(
        facts, target, test, READING, STILL, training, [load_bundle(bundle)], torch.device("cpu"), own
    )
    (plan,) = plan_fits(target, split(target), (), [30], 1, training, ("toy", "target"))
    return start, plan


def moved(before, after) -> set[str]:
    """Name the modules of which a weight is another one than before."""
    return {name.rsplit(".", 1)[0] for name, value in after.items() if not torch.equal(value, before[name])}


def plain(result, member=0):
    """Return the weights of one member as tensors."""
    prefix = f"{member}."
    own = {n.removeprefix(prefix): v for n, v in result.weights.items() if n.startswith(prefix)}
    return {name: torch.from_numpy(value) for name, value in own.items()}


def flipped(examples, rows=slice(None)):
    """Return the examples with the labels of some rows changed into the others."""
    labels = examples.labels.copy()
    labels[rows] = 1 - labels[rows]
    return dataclasses.replace(examples, labels=labels)
