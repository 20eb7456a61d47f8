import dataclasses

import numpy as np
import pytest
import torch
from learn_toys import BACKBONE, READING, TRAINING, planted, split
from sklearn.metrics import roc_auc_score

from seqgraft.learn import descriptions
from seqgraft.learn.bundle import save_bundle
from seqgraft.learn.fits import run_job
from seqgraft.learn.model import build, predict
from seqgraft.learn.names import ESTIMATE_NAMES
from seqgraft.learn.source_scores import ESTIMATES, NEEDS_EQUAL_CLASSES, score_sources
from seqgraft.learn.transferability import leep

CLASSES = ["promoter", "background"]
WORDS = ("toy", "target")


@pytest.fixture(scope="module")
def target():
    return planted(165, 1)


@pytest.fixture(scope="module")
def bundles(tmp_path_factory):
    """Two source models with random weights: what they know is of no account here."""
    folders = []
    for number in range(2):
        folder = tmp_path_factory.mktemp(f"source{number}")
        weights = build(READING, BACKBONE, number).state_dict()
        files = folder / "bundle.json", folder / "weights.safetensors"
        save_bundle(*files, weights, READING, BACKBONE, classes=CLASSES)
        folders.append(folder)
    return folders


def score(target, bundles, estimates=ESTIMATE_NAMES, **more):
    settings = {
        "reading": READING, "classes": CLASSES, "training": TRAINING, "train_sizes": [30], "replicates": 2,
        "seed_words": WORDS, "bundles": bundles, "estimates": estimates,
    }  # fmt: skip
    return score_sources(target, split(target), **(settings | more))


def test_registry_names_and_sentences_agree():
    assert tuple(ESTIMATES) == ESTIMATE_NAMES == tuple(descriptions.ESTIMATES)
    assert set(ESTIMATES) >= NEEDS_EQUAL_CLASSES


def test_one_value_per_model_size_replicate_and_estimate(target, bundles):
    table = score(target, bundles, train_sizes=[30, "all"])
    keys = ["source_model", "train_size", "is_all", "replicate", "estimate"]
    assert len(table) == 2 * 2 * 2 * len(ESTIMATES) == len(table.drop_duplicates(keys))
    assert set(table["train_size"]) == {30, 120}
    assert table["value"].notna().all()


def test_labels_of_the_test_part_change_nothing(target, bundles):
    poisoned = target.labels.copy()
    poisoned[:45] = 1 - poisoned[:45]  # split() makes the first 45 the test part
    other = dataclasses.replace(target, labels=poisoned)
    expected = score(target, bundles, train_sizes=["all"], replicates=1)
    assert score(other, bundles, train_sizes=["all"], replicates=1).equals(expected)


def test_labels_beyond_the_train_size_change_nothing(target, bundles):
    splits = split(target, replicates=1)
    first = splits[(splits["part"] == "pool") & (splits["rank"] < 30)]["id"]
    beyond = ~np.isin(target.ids, first.to_numpy())
    other = dataclasses.replace(
        target, labels=np.where(beyond, 1 - target.labels, target.labels).astype(np.int8)
    )
    one, two = (score(t, bundles, train_sizes=[30], replicates=1) for t in (target, other))
    assert one.equals(two)
    swapped = dataclasses.replace(target, labels=(1 - target.labels).astype(np.int8))
    assert not score(swapped, bundles, train_sizes=[30], replicates=1).equals(one)


def test_the_head_answers_for_the_labels_that_the_fits_see(target, bundles):
    table = score(target, bundles, ["head-auroc", "leep"]).set_index(
        ["estimate", "source_model", "replicate", "train_size"]
    )["value"]
    order = split(target)
    order = order[(order["replicate"] == 2) & (order["rank"] < 30)]["id"]
    rows = [list(target.ids).index(name) for name in order]
    logits = predict(build(READING, BACKBONE, 1), torch.from_numpy(target.tokens[rows])).numpy()
    labels = target.labels[rows]
    assert table["head-auroc", 1, 2, 30] == pytest.approx(roc_auc_score(labels, logits))
    share = 1 / (1 + np.exp(-logits.astype(float)))
    assert table["leep", 1, 2, 30] == pytest.approx(leep(np.column_stack([1 - share, share]), labels))


def test_the_probe_is_the_strategy_of_that_name(target, bundles):
    table = score(target, bundles, ["probe"], train_sizes=[30])
    history = run_job(
        "linear-probe", target, split(target), reading=READING, backbone=BACKBONE, training=TRAINING, train_sizes=[30],
        replicates=2, seed_words=WORDS, bundles=bundles,
    ).history  # fmt: skip
    for replicate in (1, 2):
        own = table[(table["replicate"] == replicate) & (table["source_model"] == replicate - 1)]
        loss = history.set_index("replicate").loc[replicate, "held_out_loss"]
        assert own["value"].item() == pytest.approx(-loss)


def test_a_head_of_other_classes_is_not_asked(target, bundles):
    table = score(target, bundles, classes=["background", "promoter"])
    assert set(table["estimate"]) == set(ESTIMATES) - NEEDS_EQUAL_CLASSES
