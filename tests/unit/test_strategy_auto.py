"""The strategy that chooses among others, with choices planted beforehand."""

import dataclasses
import json

import numpy as np
import pytest
from learn_toys import READING, TRAINING
from strategy_toys import (
    STILL,
    TARGET,
    flipped,
    learn,
    on_test,
    plain,
    source_model,
    started,
)

from seqgraft.config.strategies import StrategyOptions, options_of
from seqgraft.errors import SeqgraftError
from seqgraft.learn.bundle import save_bundle
from seqgraft.learn.choosing import Member
from seqgraft.learn.examples import Examples
from seqgraft.learn.jobs import FitPlan
from seqgraft.learn.model import build
from seqgraft.learn.store import FitResult
from seqgraft.learn.strategies import auto, registry


@pytest.fixture(scope="module")
def target() -> Examples:
    return TARGET


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    return source_model(tmp_path_factory.mktemp("source"))


CHEAP = TRAINING.model_copy(update={"epochs": (0, 2, 4, 8), "patience": 1})


def candidates(*pairs):
    """Return the options of `auto`: its sources and candidates."""
    names = list(dict.fromkeys(sources for sources, _ in pairs if sources))
    own = [[sources, name, options_of(name, StrategyOptions())] for sources, name in pairs]
    return {"sources": names, "candidates": own}


def test_rounds_double_the_epochs():
    assert auto.rounds(2, (0, 2, 40)) == [40]
    assert auto.rounds(3, (0, 2, 40)) == [20, 40]
    assert auto.rounds(6, (0, 2, 40)) == [10, 20, 40]
    assert auto.rounds(40, (0, 2, 40)) == [2, 2, 5, 10, 20, 40]


def test_auto_takes_the_better_source_and_strategy_and_tells_what_it_tried(target, bundle, tmp_path):
    """The other source model is an untrained one, and untrained features cannot be probed as well."""
    own = build(READING, STILL, 77).state_dict()
    save_bundle(tmp_path / "bundle.json", tmp_path / "weights.safetensors", own, READING, STILL)
    options = candidates(("bad", "linear-probe"), ("good", "linear-probe"), ("", "scratch"))
    result = learn(
        "auto", target, bundle, training=CHEAP, options=options, bundles=[tmp_path, bundle], train_sizes=[60]
    )
    assert result.history["options"].tolist() == ["linear-probe from good"]
    tried = json.loads(result.history["candidates"][0])
    assert [entry["candidate"] for entry in tried] == [
        "linear-probe from bad",
        "linear-probe from good",
        "scratch",
    ]
    probe = learn("linear-probe", target, bundle, training=CHEAP, train_sizes=[60])
    assert on_test(result).tolist() == on_test(probe).tolist()
    assert tried[1]["loss"] == pytest.approx(probe.history["held_out_loss"][0], abs=1e-6)
    assert plain(result).keys() == plain(probe).keys()
    assert tried[1]["round"] == tried[1]["rounds"] == 2
    assert min(tried, key=lambda entry: entry["loss"])["candidate"] == "linear-probe from good"


def test_a_poisoned_test_part_changes_nothing_of_auto(target, bundle):
    options = candidates(("good", "zero-shot-calibrated"), ("good", "linear-probe"), ("good", "full"))
    first, other = (
        learn("auto", examples, bundle, training=CHEAP, options=options)
        for examples in (target, flipped(target, slice(0, 45)))
    )
    columns = ["id", "part", "prediction"]
    assert first.predictions[columns].equals(other.predictions[columns])
    for name in ("options", "epochs", "held_out_loss"):
        assert first.history[name].equals(other.history[name])
    assert all(np.array_equal(first.weights[name], other.weights[name]) for name in first.weights)
    pool = learn("auto", flipped(target, slice(45, None)), bundle, training=CHEAP, options=options)
    assert not np.allclose(on_test(pool), on_test(first))


def test_the_choice_is_cross_fitted(target, bundle, monkeypatch):
    """Two planted candidates: one is right about the first fold alone, the other about all the rest."""
    start, plan = started("auto", target, bundle)
    start.options = candidates(("", "scratch"), ("good", "full"))
    signs = np.where(target.labels[plan.rows] == 1, 1.0, -1.0)
    first = np.isin(np.arange(30), plan.members[0].held_out)
    held_out = {"scratch": np.where(first, 9, 1) * signs, "full": np.where(first, -2, 1.2) * signs}

    def planted_fit(own, plan):
        values = held_out[own.strategy.name]
        return FitResult(np.zeros(45), np.arange(30), values, {"members": 3, "epochs": 3})

    monkeypatch.setitem(registry.FITTERS, "all", planted_fit)
    result = auto.fit(start, plan)
    # All labels choose scratch, and so do those without the second or third fold; those without the first choose full.
    assert result.history["options"] == "scratch"
    assert result.held_out.tolist() == np.where(first, -2 * signs, signs).tolist()


def test_a_candidate_that_diverges_is_out_and_all_are_an_error(target, bundle):
    options = candidates(("good", "full"), ("good", "linear-probe"))
    wild = CHEAP.model_copy(update={"learning_rates": (1e30,)})
    result = learn("auto", target, bundle, training=wild, options=options)
    assert result.history["options"].tolist() == ["linear-probe from good"]
    assert json.loads(result.history["candidates"][0])[0]["loss"] is None
    with pytest.raises(SeqgraftError, match="loss of every candidate"):
        learn("auto", target, bundle, training=wild, options=candidates(("good", "full"), ("", "scratch")))


def test_where_all_members_hold_out_the_same_labels_the_choice_has_folds_of_its_own():
    labels = (np.arange(100) % 4 == 0).astype(np.int8)
    parts = [Member(k, np.arange(100, 500), np.arange(100)) for k in range(3)]
    plan = FitPlan(500, False, 1, np.arange(500), parts, ("w",))
    fold = auto.views(plan, np.arange(100), labels, 5)
    assert np.bincount(fold).tolist() == [20] * 5
    assert np.bincount(fold, labels).tolist() == [5] * 5
    grouped = dataclasses.replace(plan, groups=np.repeat(np.arange(50), 10).astype(str))
    fold = auto.views(grouped, np.arange(100), labels, 5)
    assert all(len(set(own)) == 1 for own in fold.reshape(-1, 10))


def test_a_source_model_that_more_epochs_cannot_change_is_not_trained_again(target, bundle, monkeypatch):
    """A candidate whose run stopped of itself is kept as it is; one that was cut short is trained again."""
    made = []
    original = registry.FITTERS["all"]
    monkeypatch.setitem(
        registry.FITTERS,
        "all",
        lambda start, plan: (
            made.append((start.strategy.name, max(start.training.epochs))) or original(start, plan)
        ),
    )
    start, plan = started("auto", target, bundle, training=CHEAP)
    start.options = candidates(("", "scratch"), ("good", "full"), ("good", "linear-probe"))
    auto.fit(start, plan)
    assert made[:2] == [("scratch", 4), ("full", 4)]
    assert set(made[2:]) <= {("scratch", 8), ("full", 8)}
