import math

import numpy as np
import pytest
from learn_toys import READING, TRAINING, planted, split
from sklearn.metrics import roc_auc_score

from seqgraft.data.words import words
from seqgraft.learn.baseline_job import run_baseline_job
from seqgraft.learn.choosing import Member
from seqgraft.learn.neighbours import search, vote


def tokens_of(*sequences: str) -> np.ndarray:
    return np.array([["ACGT?".index(letter) for letter in text] for text in sequences], dtype=np.uint8)


def test_votes_by_hand():
    near = np.array([[0.9, 0.5, 0.5, 0.1]])
    labels = np.array([1.0, 0.0, 1.0, 0.0])
    assert vote(near, labels, 1, 0.1) == pytest.approx(math.log(0.95 / 0.05))
    # the second and third are equally near: both vote
    assert vote(near, labels, 2, 0.1) == pytest.approx(math.log(1.45 / 0.55))
    assert vote(near, labels, 99, 0.1) == pytest.approx(math.log(1.45 / 0.65))
    assert vote(np.zeros((1, 4)), labels, 3, 0.1) == pytest.approx(0.0)


def test_the_order_of_the_labels_is_of_no_account():
    generator = np.random.default_rng(1)
    near = generator.integers(0, 4, (30, 20)) / 4
    labels = generator.integers(0, 2, 20).astype(float)
    order = generator.permutation(20)
    assert np.allclose(vote(near, labels, 3, 1.0), vote(near[:, order], labels[order], 3, 1.0))


def test_families_are_recognised_and_their_size_is_chosen():
    """Eight families of mutated copies; a family has one label, so the nearest copies know it."""
    generator = np.random.default_rng(0)
    founders = generator.integers(0, 4, (8, 60))
    family = np.arange(160) % 8
    tokens = founders[family].astype(np.uint8)
    changed = generator.random(tokens.shape) < 0.05
    tokens[changed] = generator.integers(0, 4, changed.sum())
    labels = (family < 3).astype(np.int8)
    own = words(tokens, 4)
    half = np.arange(60)
    parts = [Member(0, half[:30], half[30:]), Member(1, half[30:], half[:30])]
    found = search(own[:60], labels[:60], parts, own[60:])
    assert np.array_equal(found.test > 0, labels[60:] == 1)
    assert found.prior == 0.03  # a family never lies: the more trust, the lower the loss
    assert found.held_out_rows.tolist() == list(range(60))


def test_a_member_does_not_see_what_it_holds_out():
    own = words(tokens_of("ACGTACGTAC", "GGTTGGTTGG", "ACGTACGTAC", "GGTTGGTTGG"), 4)
    labels = np.array([1, 0, 0, 1])  # the copies of the second half contradict the first
    parts = [Member(0, np.array([0, 1]), np.array([2, 3])), Member(1, np.array([2, 3]), np.array([0, 1]))]
    found = search(own, labels, parts, own)
    assert (found.held_out > 0).tolist() == [False, True, True, False]
    assert np.allclose(found.test, 0)  # both members have their say


def test_the_baseline_shares_rows_with_the_constant():
    examples = planted(345, 2)
    splits = split(examples)
    settings = {"reading": READING, "training": TRAINING, "train_sizes": [30, "all"], "replicates": 2}
    table, other = (
        run_baseline_job(name, examples, splits, seed_words=("t",), **settings).predictions
        for name in ("nearest-neighbour", "constant")
    )
    assert table.drop(columns="prediction").equals(other.drop(columns="prediction"))
    final = table[(table["part"] == "test") & table["is_all"] & (table["replicate"] == 1)]
    assert roc_auc_score(final["label"], final["prediction"]) > 0.9
