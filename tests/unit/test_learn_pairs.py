"""Pairs: heads that no order changes, backbones shared or not, and strands turned in place."""

import dataclasses

import numpy as np
import pytest
import torch
from task_toys import BACKBONE, LENGTH, TRAINING, split

from seqgraft.learn import fits
from seqgraft.learn.baseline_job import run_baseline_job
from seqgraft.learn.examples import Examples, Reading
from seqgraft.learn.model import build, extract, predict

PARTNER = Reading("ACGT", LENGTH)
SYMMETRIC = Reading("ACGT", LENGTH, second=PARTNER, symmetric=True)
DIRECTED = dataclasses.replace(SYMMETRIC, symmetric=False)
OTHER = dataclasses.replace(DIRECTED, second=Reading("HPQ", 9))


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


def tokens(count=40, seed=2, second=(4, LENGTH)):
    generator = np.random.default_rng(seed)
    parts = [generator.integers(0, n, (count, length)) for n, length in ((4, LENGTH), second)]
    return torch.from_numpy(np.concatenate(parts, axis=1).astype(np.uint8))


def swapped(both):
    return torch.cat([both[:, LENGTH:], both[:, :LENGTH]], dim=1)


def test_a_symmetric_pair_gives_the_same_bits_both_ways():
    model, both = build(SYMMETRIC, BACKBONE, 1), tokens()
    for function in (predict, extract):
        assert torch.equal(function(model, both), function(model, swapped(both)))
    assert not hasattr(model, "backbone_2")
    directed = build(DIRECTED, BACKBONE, 1)
    assert not torch.allclose(predict(directed, both), predict(directed, swapped(both)))


def test_two_alphabets_have_two_backbones():
    model = build(OTHER, BACKBONE, 1)
    both = tokens(second=(3, 9))
    assert model.backbone_2.conv1.weight.shape[1] == 3
    assert predict(model, both).shape == (40,)
    assert Reading.of(OTHER.plain()) == OTHER
    other = both.clone()
    other[:, LENGTH:] = 3  # unknown letters
    assert not torch.allclose(predict(model, both), predict(model, other))


def test_each_sequence_of_a_pair_is_turned_and_hidden_in_its_place():
    strands = dataclasses.replace(PARTNER, complement=(3, 2, 1, 0))
    reading = dataclasses.replace(strands, second=dataclasses.replace(strands, ragged=True), symmetric=True)
    model = build(reading, BACKBONE, 1)
    own = torch.full((1, 2 * LENGTH), 4, dtype=torch.uint8)
    own[0, :3] = torch.tensor([0, 0, 1])
    own[0, LENGTH : LENGTH + 3] = torch.tensor([0, 0, 1])
    own[0, LENGTH + 3 :] = 5  # the second sequence has three letters
    turned = model.reverse_complement(own)[0]
    assert turned[LENGTH - 3 : LENGTH].tolist() == [2, 3, 3]
    assert turned[LENGTH:].tolist() == [2, 3, 3] + [5] * (LENGTH - 3)
    hidden = model.hide(own, torch.ones_like(own, dtype=torch.bool))[0]
    assert hidden.tolist() == [4] * (LENGTH + 3) + [5] * (LENGTH - 3)


def test_what_only_both_sequences_tell_is_learned():
    both = tokens(240).numpy()
    first, second = both[:, 2] > 1, both[:, LENGTH + 2] > 1
    for place in (3, 4, 5):
        both[:, place], both[:, LENGTH + place] = both[:, 2], both[:, LENGTH + 2]
    examples = Examples(
        np.array([f"p{row}" for row in range(240)], dtype=object), both, (first == second).astype(np.int8)
    )
    options = {"reading": SYMMETRIC, "train_sizes": [180], "replicates": 1, "seed_words": ("toy", "pairs")}
    result = fits.run_job(
        "scratch", examples, split(examples), backbone=BACKBONE, training=TRAINING, **options
    )
    test = result.predictions[result.predictions["part"] == "test"]
    assert ((test["prediction"] > 0) == test["label"]).mean() > 0.8
    probe = fits.run_job(
        "random-backbone", examples, split(examples), backbone=BACKBONE, training=TRAINING, **options
    )
    assert probe.weights["0.head.weight"].shape == (1, 3 * BACKBONE.hidden)
    turned = dataclasses.replace(examples, tokens=swapped(torch.from_numpy(both)).numpy())
    options["training"] = TRAINING
    one, two = (
        run_baseline_job("kmer-logistic", given, split(given), **options) for given in (examples, turned)
    )
    assert one.predictions["prediction"].tolist() == two.predictions["prediction"].tolist()
