"""Each strategy does what its name says, where the answer is known beforehand."""

import dataclasses
import functools
import re
import textwrap
from pathlib import Path

import numpy as np
import pytest
import torch
from learn_toys import READING, TRAINING, planted
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from strategy_toys import (
    SETTINGS,
    SHORT,
    SOURCE,
    STILL,
    TARGET,
    flipped,
    learn,
    moved,
    on_test,
    plain,
    source_model,
    started,
    tensors,
)

from seqgraft.errors import SeqgraftError
from seqgraft.learn.bundle import load_bundle
from seqgraft.learn.examples import Examples
from seqgraft.learn.loop import Run
from seqgraft.learn.model import build, predict
from seqgraft.learn.names import STRATEGY_FACTS, Strategy, training_keys
from seqgraft.learn.strategies import blocks, calibrated, l2_sp, lora, registry, with_source
from seqgraft.learn.strategies.recipe import Trial
from seqgraft.seeds import seed


@pytest.fixture(scope="module")
def target() -> Examples:
    return TARGET


@pytest.fixture(scope="module")
def source() -> Examples:
    return SOURCE


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    return source_model(tmp_path_factory.mktemp("source"))


# --- zero-shot-calibrated ---------------------------------------------------------------------------------------------


def test_temperature_and_threshold_are_those_of_a_logistic_regression_on_smoothed_labels():
    generator = np.random.default_rng(0)
    labels = (np.arange(60) % 3 == 0).astype(np.int8)
    logits = 4 * (labels + generator.normal(size=60)) + 3
    share = np.where(labels == 1, 21 / 22, 1 / 42)
    machine = LogisticRegression(C=1e12, tol=1e-12, max_iter=10_000)
    twice = np.concatenate([logits, logits])[:, None]
    machine.fit(twice, np.repeat([1, 0], 60), np.concatenate([share, 1 - share]))
    slope, shift = calibrated.fit_line(logits, labels)
    assert slope == pytest.approx(machine.coef_[0, 0], rel=1e-4)
    assert shift == pytest.approx(machine.intercept_[0], rel=1e-4)


def test_labels_that_the_logits_separate_ask_for_no_infinite_slope_and_wrong_ones_for_no_other_ranking():
    logits = np.linspace(-2, 2, 20)
    slope, _ = calibrated.fit_line(logits, (logits > 0).astype(np.int8))
    assert 1 < slope < 10
    slope, shift = calibrated.fit_line(logits, (logits < -1).astype(np.int8))
    assert slope == calibrated.LEAST_SLOPE
    assert 1 / (1 + np.exp(-shift)) == pytest.approx((5 * 6 / 7 + 15 / 17) / 20, abs=1e-3)


def test_calibration_changes_no_ranking_and_lowers_the_loss_on_what_it_holds_out(target, bundle):
    zero, result = learn("zero-shot", target, bundle), learn("zero-shot-calibrated", target, bundle)
    assert np.argsort(on_test(zero)).tolist() == np.argsort(on_test(result)).tolist()
    start, plan = started("zero-shot-calibrated", target, bundle)
    logits = predict(start.model(start.source_of(1), 0), start.tokens[plan.rows]).double().numpy()
    labels = target.labels[plan.rows]
    assert result.history["held_out_loss"][0] < calibrated.log_loss(logits - 3, labels)
    expected = np.empty(30)
    for part in plan.members:
        slope, shift = calibrated.fit_line(logits[part.fit], labels[part.fit])
        expected[part.held_out] = slope * logits[part.held_out] + shift
    found = calibrated.fit(start, plan)
    assert np.allclose(found.held_out, expected)
    model = build(READING, STILL, 0)
    model.load_state_dict(plain(result))
    assert np.allclose(
        predict(model, torch.from_numpy(target.tokens[:45])).numpy(), on_test(result), atol=1e-5
    )


# --- probe-then-full --------------------------------------------------------------------------------------------------


def test_before_any_step_probe_then_full_is_the_linear_probe(target, bundle):
    training = TRAINING.model_copy(update={"epochs": (0,)})
    probe, result = (
        learn(name, target, bundle, training=training) for name in ("linear-probe", "probe-then-full")
    )
    assert np.allclose(on_test(probe), on_test(result), atol=1e-4)
    assert probe.history["held_out_loss"][0] == pytest.approx(result.history["held_out_loss"][0], abs=1e-5)
    after = learn("probe-then-full", target, bundle)
    assert moved(plain(result), plain(after)) == {
        "backbone.conv1",
        "backbone.conv2",
        "backbone.dense",
        "head",
    }


# --- speeds by block --------------------------------------------------------------------------------------------------


def test_partial_trains_all_but_the_first_blocks(target, bundle):
    before = load_bundle(bundle).weights
    result = learn("partial", target, bundle, options={"blocks": 2})
    assert moved(before, plain(result)) == {"backbone.dense", "head"}
    with pytest.raises(SeqgraftError, match="freeze 4 blocks, and this backbone has 3"):
        learn("partial", target, bundle, options={"blocks": 4})


def test_gradual_moves_exactly_the_blocks_of_its_schedule():
    model = build(READING, STILL, 1)
    run = Run(
        model,
        *tensors(planted(30, 2)),
        dataclasses.replace(SETTINGS, weight_decay=0.1),
        ("w",),
        rates=blocks.gradual_rates(model, 2),
    )
    order = ["head", "backbone.dense", "backbone.conv2", "backbone.conv1"]
    for epoch in range(8):
        before = {name: value.clone() for name, value in model.state_dict().items()}
        run.advance(epoch + 1)
        assert moved(before, model.state_dict()) == set(order[: 1 + epoch // 2])


def test_the_first_step_of_discriminative_is_shorter_with_depth():
    """The first step of Adam is the learning rate in the direction of the gradient's sign."""
    model = build(READING, STILL, 1)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    settings = dataclasses.replace(SETTINGS, batch_size=30)
    run = Run(
        model,
        *tensors(planted(30, 2)),
        settings,
        ("w",),
        rates=blocks.discriminative_rates(model, 4.0),
    )
    run.advance(1)
    for name, power in (("head", 0), ("backbone.dense", 1), ("backbone.conv2", 2), ("backbone.conv1", 3)):
        change = (model.state_dict()[f"{name}.weight"] - before[f"{name}.weight"]).abs()
        assert change.max() == pytest.approx(0.01 / 4**power, rel=1e-2)


def test_a_parameter_without_a_block_is_told():
    model = build(READING, STILL, 1)
    model.backbone.blocks = (("conv1",), ("dense",))
    with pytest.raises(ValueError, match=r"backbone\.conv2\.weight is in 0 blocks"):
        blocks.blocks_of(model)


# --- l2-sp ------------------------------------------------------------------------------------------------------------


def test_the_penalty_by_hand():
    model = build(READING, STILL, 1)
    origin = {n: v.detach().clone() for n, v in model.named_parameters() if n.startswith("backbone.")}
    with torch.no_grad():
        model.backbone.conv1.bias += 0.5  # 8 numbers
        model.head.weight.fill_(2.0)  # 8 numbers
        model.head.bias.fill_(1.0)
    assert float(l2_sp.distance_penalty(model, origin, 10.0, 3.0).detach()) == pytest.approx(
        10 / 2 * 8 * 0.25 + 3 / 2 * (8 * 4 + 1)
    )


def test_a_huge_penalty_returns_the_source_and_none_is_full(target, bundle):
    before = load_bundle(bundle).weights
    training = TRAINING.model_copy(
        update={"epochs": (50,), "weight_decay": 0.0, "folds": 2, "batch_size": 64}
    )

    def farthest(result):
        return max(
            float((value - before[name]).abs().max())
            for name, value in plain(result).items()
            if name.startswith("backbone.")
        )

    huge = learn("l2-sp", target, bundle, training=training, options={"strength": [1e5]})
    assert farthest(huge) < 2e-3
    assert not torch.equal(plain(huge)["head.weight"], before["head.weight"])
    full = learn("full", target, bundle, training=training)
    assert farthest(full) > 0.1
    none = learn("l2-sp", target, bundle, training=training, options={"strength": [0.0], "head_strength": 0})
    assert np.allclose(on_test(none), on_test(full), atol=1e-4)


def test_the_strength_is_chosen_by_held_out_loss(target, bundle):
    options = {"strength": [1e5, 0.01, 1.0]}
    chosen = learn("l2-sp", target, bundle, options=options).history.loc[0]
    alone = {
        value: learn("l2-sp", target, bundle, options={"strength": [value]}).history["held_out_loss"][0]
        for value in options["strength"]
    }
    best = min(alone, key=alone.get)
    assert chosen["options"] == f"strength {best:g}"
    assert chosen["held_out_loss"] == alone[best]


# --- lora -------------------------------------------------------------------------------------------------------------


def test_lora_changes_each_layer_by_a_matrix_of_low_rank_and_merging_changes_no_prediction(target, bundle):
    before = load_bundle(bundle).weights
    result = learn("lora", target, bundle, options={"rank": 2})
    after = plain(result)
    assert after.keys() == before.keys()
    for layer in ("conv1", "conv2", "dense"):
        name = f"backbone.{layer}.weight"
        change = (after[name] - before[name]).reshape(len(before[name]), -1).double()
        values = torch.linalg.svdvals(change)
        assert values[1] > 100 * values[2]
        assert values[2] < 1e-6
        assert torch.equal(after[f"backbone.{layer}.bias"], before[f"backbone.{layer}.bias"])
    start, plan = started("lora", target, bundle, rank=2)
    model = start.model(start.source_of(1), seed("a"))
    tokens = torch.from_numpy(target.tokens)
    untouched = predict(model, tokens)
    options = {"rank": 2, "alpha": 16.0}
    change = lora.changes(start, plan, Trial(0.01, options=options))(0, model)
    assert torch.equal(predict(model, tokens), untouched)
    run = Run(model, *tensors(target), SETTINGS, ("w",), rates=change.rates)
    run.advance(2)
    assert not torch.allclose(run.predict(tokens), untouched)
    other = build(READING, STILL, 0)
    other.load_state_dict(lora.merged(run.state(), options))
    assert torch.allclose(predict(other, tokens), run.predict(tokens), atol=1e-5)


def test_lora_adapts_attention():
    class Attending(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.attention = torch.nn.MultiheadAttention(8, 2, batch_first=True)

    model = torch.nn.Module()
    model.backbone = Attending()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    cells = torch.rand(3, 5, 8)
    lora.adapt(model, 2, 4.0, 1)
    for name, value in model.named_parameters():
        if name.endswith("0.up"):
            torch.nn.init.normal_(value)
    adapted = model.backbone.attention(cells, cells, cells)[0]
    merged = lora.merged(dict(model.named_parameters()), {"rank": 2, "alpha": 4.0})
    assert moved(before, merged) == {"backbone.attention", "backbone.attention.out_proj"}
    other = Attending()
    other.load_state_dict({name.removeprefix("backbone."): value.detach() for name, value in merged.items()})
    assert torch.allclose(other.attention(cells, cells, cells)[0], adapted, atol=1e-5)


# --- joint and alternating --------------------------------------------------------------------------------------------


def test_joint_learns_only_the_source_or_only_the_target(target, source, bundle):
    joint = functools.partial(learn, "joint", bundle=bundle)

    def features(result):
        return torch.cat([v.ravel() for n, v in plain(result).items() if n.startswith("backbone.")])

    # No weight: the target's labels do not matter, the source's do.
    none = joint(target, source_examples=source, options={"weight": [0.0]})
    other = joint(flipped(target), source_examples=source, options={"weight": [0.0]})
    assert torch.equal(features(none), features(other))
    other = joint(target, source_examples=flipped(source), options={"weight": [0.0]})
    assert (features(none) - features(other)).abs().max() > 0.01
    # A huge one: the source's labels do not matter, and what is learned is what `full` learns.
    huge = joint(target, source_examples=source, options={"weight": [1e9]})
    other = joint(target, source_examples=flipped(source), options={"weight": [1e9]})
    assert np.allclose(on_test(huge), on_test(other), atol=1e-3)
    assert np.abs(on_test(huge) - on_test(none)).max() > 0.1
    names = set(load_bundle(bundle).weights)
    assert set(plain(huge)) == names
    assert plain(none)["head.weight"].shape == (1, 8)


def test_alternating_sees_source_and_target_in_turn(target, source, bundle, monkeypatch):
    seen = []
    original = with_source.SourceBatches.loss

    def counted(self, model):
        seen.append(("source", self.size))
        return original(self, model)

    monkeypatch.setattr(with_source.SourceBatches, "loss", counted)
    start, plan = started("alternating", target, bundle, training=SHORT.model_copy(update={"batch_size": 8}))
    start.source_examples = source
    model = start.model(start.source_of(1), 0)
    changes = with_source.alternating(start, plan, Trial(0.01, options={"source_batches": 2}))(0, model)
    own = Examples(target.ids[:30], target.tokens[:30], target.labels[:30])
    forward = type(model).forward

    def told(self, tokens):
        seen.append(("target", len(tokens)))
        return forward(self, tokens)

    monkeypatch.setattr(type(model), "forward", told)
    run = Run(
        model,
        *tensors(own),
        dataclasses.replace(SETTINGS, batch_size=8),
        ("w",),
        before_step=changes.before_step,
    )
    run.advance(2)
    epoch = [entry for size in (8, 8, 8, 6) for entry in (("source", 8), ("source", 8), ("target", size))]
    assert seen == epoch * 2
    before = load_bundle(bundle).weights
    after = run.state()
    assert not torch.equal(after["source_head.weight"], before["head.weight"])


def test_alternating_learns_from_both(target, source, bundle):
    result = learn("alternating", target, bundle, source_examples=source)
    other = learn("alternating", target, bundle, source_examples=flipped(source))
    assert np.abs(on_test(result) - on_test(other)).max() > 0.05
    assert set(plain(result)) == set(load_bundle(bundle).weights)


# --- all of them ------------------------------------------------------------------------------------------------------

EVERY = [name for name, facts in STRATEGY_FACTS.items() if facts.uses_target_labels]


@pytest.mark.parametrize("strategy", [name for name in EVERY if name != "auto"])
def test_every_strategy_learns_the_motif_and_leaves_a_plain_model(strategy, target, source, bundle):
    facts: Strategy = STRATEGY_FACTS[strategy]
    training = TRAINING.model_copy(update={"epochs": (8,)})
    more = {"source_examples": source} if facts.source_examples else {}
    own = {} if facts.needs_source else {"bundles": ()}
    result = learn(strategy, target, bundle, training=training, train_sizes=[60], **more, **own)
    assert roc_auc_score(target.labels[:45], on_test(result)) > 0.85
    logits = []
    for member in sorted({name.split(".")[0] for name in result.weights}):
        model = build(READING, STILL, 0)
        model.load_state_dict(plain(result, member))
        logits.append(predict(model, torch.from_numpy(target.tokens[:45])).double().numpy())
    assert np.allclose(np.mean(logits, axis=0), on_test(result), atol=1e-4)


def test_keys_of_training_that_a_strategy_uses():
    loading = {"batch_norm", "position_bound", "class_weights"}
    known = {"folds", "members", "threads", "penalties", "kmer", "epochs", *loading}
    assert training_keys(STRATEGY_FACTS["zero-shot"], known) == {"threads"}
    assert training_keys(STRATEGY_FACTS["full"], known) == known - {"penalties", "kmer"}
    assert training_keys(STRATEGY_FACTS["probe-then-full"], known) == known - {"kmer"}
    assert training_keys(STRATEGY_FACTS["zero-shot-calibrated"], known) == {"folds", "members", "threads"}
    assert training_keys(STRATEGY_FACTS["auto"], known) == known - {"kmer"}


def test_the_strategy_that_the_docs_add_works(target, bundle, monkeypatch):
    """The example of docs/strategies.md, taken from the page: its recipe, its entry and its test."""
    page = (Path(__file__).resolve().parents[2] / "docs/strategies.md").read_text()
    entry, recipe, test = (
        textwrap.dedent(own) for own in re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    )
    made: dict = {}
    exec(recipe, made)
    monkeypatch.setitem(STRATEGY_FACTS, "biases", eval(entry.strip().rstrip(","), {"Strategy": Strategy}))
    monkeypatch.setitem(registry.OWN, "biases", made["fit"])
    told = {"load_bundle": load_bundle, "plain": plain, "learn": learn, "torch": torch}
    exec(test, told)
    told["test_biases_moves_no_weight_of_the_backbone"](target, bundle)
