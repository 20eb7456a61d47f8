"""Where the source was planted to help, what transfers beats scratch; where it misleads, what trains recovers.

The small form has few strategies and fits; ``make strategies`` takes all of them, at two replicates.
"""

import dataclasses
import os

import numpy as np
import pytest
import torch
from learn_toys import READING, TRAINING, planted
from sklearn.metrics import roc_auc_score
from strategy_toys import SETTINGS, STILL, flipped, learn, tensors

from seqgraft.learn.bundle import save_bundle
from seqgraft.learn.loop import Run
from seqgraft.learn.model import build
from seqgraft.learn.names import STRATEGY_FACTS

LONG = bool(os.environ.get("SEQGRAFT_STRATEGIES"))
REPLICATES = 2 if LONG else 1


def blurred(examples, seed):
    """Replace about every third letter of the motifs: 30 labels do not suffice to find it."""
    generator = np.random.default_rng(seed)
    tokens = examples.tokens.copy()
    other = generator.integers(0, 4, (len(tokens), 6)).astype(np.uint8)
    tokens[:, 9:15] = np.where(generator.random(other.shape) < 0.4, other, tokens[:, 9:15])
    return dataclasses.replace(examples, tokens=tokens)


TARGET, SOURCE = blurred(planted(345, 21), 1), blurred(planted(450, 22, prefix="source"), 2)
TRAIN = TRAINING.model_copy(update={"epochs": (0, 4, 8, 16) if LONG else (4, 8)})
#: What starts from the source and sees labels; the short form takes those that the long one names first.
LEARNERS = [
    "full",
    "l2-sp",
    *[n for n, f in STRATEGY_FACTS.items() if f.needs_source and f.uses_target_labels],
]
LEARNERS = list(dict.fromkeys(LEARNERS))[: None if LONG else 1]
#: What starts with the source's answers: the first never leaves its ranking, the second needs more labels to.
MISLED = {"zero-shot-calibrated", "full-kept-head"}


def source_model(folder, examples):
    run = Run(build(READING, STILL, 5), *tensors(examples), SETTINGS, ("planted",))
    run.advance(15)
    save_bundle(folder / "bundle.json", folder / "weights.safetensors", run.state(), READING, STILL)
    return folder


@pytest.fixture(scope="module")
def helping(tmp_path_factory):
    torch.set_num_threads(1)
    return source_model(tmp_path_factory.mktemp("helping"), SOURCE)


@pytest.fixture(scope="module")
def misleading(tmp_path_factory):
    """A source in which the motif makes a sequence negative."""
    torch.set_num_threads(1)
    return source_model(tmp_path_factory.mktemp("misleading"), flipped(SOURCE))


def area(strategy, bundle, source, size):
    """Return the mean AUROC over replicates."""
    facts = STRATEGY_FACTS[strategy]
    more = {"bundles": [bundle] if facts.needs_source else []}
    if facts.source_examples:
        more["source_examples"] = source
    if strategy == "auto":
        from seqgraft.config.strategies import StrategyOptions, options_of

        names = ("zero-shot-calibrated", "linear-probe", "full", "l2-sp", "scratch")
        own = [["s" if n != "scratch" else "", n, options_of(n, StrategyOptions())] for n in names]
        more["options"] = {"sources": ["s"], "candidates": own}
    table = learn(
        strategy, TARGET, bundle, training=TRAIN, train_sizes=[size], replicates=REPLICATES, **more
    ).predictions
    test = table[table["part"] == "test"]
    return float(
        np.mean([roc_auc_score(own["label"], own["prediction"]) for _, own in test.groupby("replicate")])
    )


@pytest.fixture(scope="module")
def scratch():
    return {size: area("scratch", None, None, size) for size in (30, 90)}


@pytest.mark.parametrize("strategy", LEARNERS)
def test_a_source_that_helps_beats_scratch(strategy, helping, scratch):
    assert area(strategy, helping, SOURCE, 30) > scratch[30] + 0.03


@pytest.mark.parametrize("strategy", LEARNERS)
def test_a_source_that_misleads_is_overcome_by_what_trains(strategy, misleading, scratch):
    found = area(strategy, misleading, flipped(SOURCE), 90)
    if strategy in MISLED:
        assert found < scratch[90] - 0.1
    else:
        assert found > scratch[90] - 0.05


def test_a_source_that_misleads_hurts_as_it_is(misleading, scratch):
    assert area("zero-shot-calibrated", misleading, None, 30) < scratch[30] - 0.2
