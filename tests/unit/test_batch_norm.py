"""Statistics of a BatchNorm: what moves them, what does not, and those of averaged weights."""

import numpy as np
import pytest
import torch
from learn_toys import PRETRAINING, READING, TRAINING, planted, split
from torch import nn

from seqgraft.config.backbones import BackboneSettings
from seqgraft.learn.bundle import load_bundle, save_bundle
from seqgraft.learn.examples import Reading
from seqgraft.learn.fits import run_job
from seqgraft.learn.loop import LoopSettings, Run
from seqgraft.learn.model import build, predict
from seqgraft.learn.norms import BatchNorm, adapt, batch_norms, estimate, fix, statistics
from seqgraft.learn.pretrain import train_source

RESNET = BackboneSettings(name="resnet", width=4, hidden=4, depth=1, stem=5, kernel=3, dropout=0.0)
QUICK = PRETRAINING.model_copy(update={"epochs": (1, 2)})
SETTINGS = LoopSettings(learning_rate=0.01, weight_decay=0.01, batch_size=16)


def started(policy=None) -> Run:
    """Return a run whose model has statistics that no batch has."""
    examples = planted(60, 1)
    model = build(READING, RESNET, 3)
    for norm in batch_norms(model):
        norm.running_mean.fill_(0.7)
        norm.running_var.fill_(1.9)
    if policy:
        policy(model)
    labels = torch.from_numpy(examples.labels).float()
    return Run(model, torch.from_numpy(examples.tokens), labels, SETTINGS, ("w",))


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    torch.set_num_threads(1)
    folder, examples = tmp_path_factory.mktemp("source"), planted(90, 7)
    model = train_source(
        examples, np.arange(30, 90), np.arange(30), reading=READING, backbone=RESNET, pretraining=QUICK,
        seed_words=("toy", "source", 0),
    )  # fmt: skip
    save_bundle(folder / "bundle.json", folder / "weights.safetensors", model.weights, READING, RESNET)
    return folder


def learned(strategy: str, source, policy: str, sizes=(30,)):
    """Return what a job of few fits gives."""
    target = planted(105, 3)
    training = TRAINING.model_copy(update={"batch_norm": policy, "epochs": (2,), "folds": 2})
    return run_job(
        strategy, target, split(target), reading=READING, backbone=RESNET, training=training, train_sizes=sizes,
        replicates=1, seed_words=("toy", "target"), bundles=[source],
    )  # fmt: skip


def fitted(strategy: str, source, policy: str):
    """Return the weights that a fit leaves behind, of its first member."""
    result = learned(strategy, source, policy)
    return {name.removeprefix("0."): value for name, value in result.weights.items() if name.startswith("0.")}


def moved_of(weights, source) -> set[str]:
    """Return the names of the weights whose bytes are not the source's."""
    own = load_bundle(source).weights
    return {name for name, value in weights.items() if value.tobytes() != own[name].numpy().tobytes()}


@pytest.mark.parametrize("strategy", ["full", "linear-probe"])
def test_frozen_statistics_do_not_move_by_a_byte(source, strategy):
    moved = moved_of(fitted(strategy, source, "frozen"), source)
    assert not {name for name in moved if "running" in name}
    assert ("backbone.stem.weight" in moved) == (strategy == "full")


@pytest.mark.parametrize(
    ("strategy", "policy"), [("full", "train"), ("full", "adapt"), ("linear-probe", "adapt")]
)
def test_other_statistics_move(source, strategy, policy):
    moved = moved_of(fitted(strategy, source, policy), source)
    every = {name for name in load_bundle(source).weights if "running" in name}
    assert {name for name in moved if "running" in name} == every
    assert ("backbone.norm.weight" in moved) == (strategy == "full")


def test_a_probe_adapts_to_the_sequences_of_each_fit(source):
    together = learned("linear-probe", source, "adapt", (30, 60)).predictions
    alone = learned("linear-probe", source, "adapt", (60,)).predictions
    assert together[together["train_size"] == 60]["prediction"].tolist() == alone["prediction"].tolist()


def test_a_probe_leaves_the_statistics_of_its_source_alone(source):
    assert moved_of(fitted("linear-probe", source, "train"), source) == {"head.weight", "head.bias"}


def test_fixed_statistics_stay_whatever_mode_the_model_is_put_into():
    run = started(fix)
    before = statistics(run.model)
    run.advance(3)
    run.model.train()
    run.model(run.tokens)
    run.predict(run.tokens)
    assert len(before) == 6
    for name, value in statistics(run.model).items():
        assert torch.equal(value, before[name])
        assert torch.equal(run.state()[name], before[name])


def test_adapted_statistics_are_those_of_the_sequences():
    model = started().model
    tokens = torch.from_numpy(planted(40, 5).tokens)
    adapt(model, tokens)
    one_hot = model.one_hot[tokens.long()].transpose(1, 2)
    stem = model.backbone.stem(one_hot).transpose(1, 2).reshape(-1, 4)
    first = model.backbone.block1.norm1
    assert torch.allclose(first.running_mean, stem.mean(0), atol=1e-5)
    assert torch.allclose(first.running_var, stem.var(0), atol=1e-4)
    own = statistics(model)
    model.train()
    model(tokens[:5])
    assert all(torch.equal(value, own[name]) for name, value in statistics(model).items())


def test_statistics_of_many_sequences_are_averaged_over_passes(monkeypatch):
    monkeypatch.setattr("seqgraft.learn.norms.BATCH", 10)
    model = started().model
    tokens = torch.from_numpy(planted(40, 5).tokens)
    estimate(model, batch_norms(model), tokens)
    first = model.backbone.block1.norm1
    one_hot = model.one_hot[tokens.long()].transpose(1, 2)
    parts = model.backbone.stem(one_hot).transpose(1, 2).reshape(4, -1, 4)
    assert torch.allclose(first.running_mean, parts.mean((0, 1)), atol=1e-5)
    assert torch.allclose(first.running_var, parts.var(1).mean(0), atol=1e-4)
    assert first.momentum == 0.1
    assert not first.training


def test_averaged_weights_get_statistics_of_their_own():
    run = started()
    assert torch.equal(run.state()["backbone.norm.running_mean"], torch.full((4,), 0.7))  # no step was made
    run.advance(2)
    state, now = run.state(), statistics(run.model)
    other = build(READING, RESNET, 0)
    other.load_state_dict(state)
    estimate(other, batch_norms(other), run.tokens)
    for name, value in statistics(other).items():
        assert torch.equal(value, state[name])
        assert not torch.equal(value, now[name])
    other.load_state_dict(state)
    assert torch.equal(predict(other, run.tokens), run.predict(run.tokens))
    assert all(torch.equal(value, now[name]) for name, value in statistics(run.model).items())


def test_looking_at_a_run_with_statistics_changes_nothing():
    straight, halting = started(), started()
    straight.advance(3)
    for epoch in (0, 1, 3):
        halting.advance(epoch)
        halting.predict(halting.tokens)
        halting.state()
    for name, value in straight.state().items():
        assert torch.equal(value, halting.state()[name])


def test_both_strands_count():
    model = build(Reading("ACGT", 24, (3, 2, 1, 0)), RESNET, 3)
    tokens = torch.from_numpy(planted(20, 5).tokens)
    adapt(model, tokens)
    before = statistics(model)
    adapt(model, model.reverse_complement(tokens).to(torch.uint8))
    for name, value in statistics(model).items():
        assert torch.allclose(value, before[name], atol=1e-5)


def test_the_layer_computes_what_torchs_does():
    torch.manual_seed(0)
    own, plain, cells = BatchNorm(3), nn.BatchNorm1d(3), torch.randn(4, 3, 5)
    everywhere = torch.ones(4, 5, dtype=torch.bool)
    for mask in (None, everywhere):
        assert torch.allclose(own(cells, mask), plain(cells), atol=1e-6)
    assert torch.allclose(own.running_var, plain.running_var, atol=1e-6)
    assert set(own.state_dict()) == set(plain.state_dict()) - {"num_batches_tracked"}
