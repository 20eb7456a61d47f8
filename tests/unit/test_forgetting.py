import dataclasses

import numpy as np
import pytest
import torch
from learn_toys import BACKBONE, PRETRAINING, READING, TRAINING, planted
from sklearn.metrics import roc_auc_score

from seqgraft.learn.bundle import load_bundle, save_bundle
from seqgraft.learn.examples import Reading
from seqgraft.learn.forgetting import SourceTask, forgetting_rows, unseen
from seqgraft.learn.model import build, predict
from seqgraft.learn.pretrain import train_source


@pytest.fixture(scope="module")
def source():
    examples = planted(300, 7)
    return SourceTask(examples, READING, np.arange(90, 300), np.arange(90))


@pytest.fixture(scope="module")
def bundle(source, tmp_path_factory):
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("source")
    model = train_source(
        source.examples, source.train, source.test, reading=READING, backbone=BACKBONE, pretraining=PRETRAINING,
        seed_words=("toy", "source", 0),
    )  # fmt: skip
    save_bundle(folder / "bundle.json", folder / "weights.safetensors", model.weights, READING, BACKBONE)
    return load_bundle(folder)


def members_of(*states):
    return {f"{k}.{name}": value for k, state in enumerate(states) for name, value in state.items()}


def score(bundle, weights, source, kept_head=True):
    table = forgetting_rows(bundle, weights, source, TRAINING, kept_head=kept_head)
    return table[table["metric"] == "auroc"].set_index("head")


def test_a_model_that_did_not_move_forgot_nothing(bundle, source):
    table = forgetting_rows(
        bundle, members_of(bundle.weights, bundle.weights), source, TRAINING, kept_head=True
    )
    assert table["head"].tolist() == ["own", "own", "source", "source", "refit", "refit"]
    assert table["difference"].tolist() == pytest.approx([0] * 6)
    assert (table["n_test"] == 90).all()
    model = build(READING, BACKBONE, 0)
    model.load_state_dict(bundle.weights)
    logits = predict(model, torch.from_numpy(source.examples.tokens[source.test]))
    expected = roc_auc_score(source.examples.labels[source.test], logits)
    assert expected > 0.95
    assert table["before"][0] == pytest.approx(expected)


def test_a_new_head_is_replaced_by_the_sources(bundle, source):
    other = dict(bundle.weights)
    other["head.weight"] = -other["head.weight"]
    table = score(bundle, members_of(other), source, kept_head=False)
    assert table.index.tolist() == ["source", "refit"]
    assert table["difference"].tolist() == pytest.approx([0, 0])
    own = score(bundle, members_of(other), source).loc["own"]
    assert own["after"] == pytest.approx(1 - own["before"])  # the same features, read the other way round


def test_features_that_moved_are_told_from_features_that_are_lost(bundle, source):
    moved = dict(bundle.weights)  # the dense layer's outputs change places: nothing is lost, nothing fits
    order = torch.arange(len(moved["backbone.dense.bias"])).roll(3)
    for name in ("backbone.dense.weight", "backbone.dense.bias"):
        moved[name] = moved[name][order]
    table = score(bundle, members_of(moved), source)
    assert table.loc["refit", "difference"] == pytest.approx(0, abs=0.005)
    assert table.loc["source", "difference"] < -0.02
    lost = {
        name: value if "head" in name else torch.zeros_like(value) for name, value in bundle.weights.items()
    }
    table = score(bundle, members_of(lost), source)
    assert table["after"].tolist() == pytest.approx([0.5] * 3)


def test_scores_of_members_are_averaged(bundle, source):
    turned = dict(bundle.weights)
    turned["head.weight"], turned["head.bias"] = -turned["head.weight"], -turned["head.bias"]
    own = score(bundle, members_of(bundle.weights, turned), source).loc["own"]
    assert own["after"] == pytest.approx(0.5)


def test_what_the_target_has_is_left_out_of_the_sources_test_part(source):
    tokens = source.examples.tokens[[3, 5, 200]]
    assert unseen(source, tokens).test.tolist() == [row for row in range(90) if row not in (3, 5)]
    both = dataclasses.replace(source, reading=Reading("ACGT", READING.length, (3, 2, 1, 0)))
    assert len(unseen(both, 3 - tokens[:, ::-1]).test) == 88
    assert len(unseen(source, 3 - tokens[:, ::-1]).test) == 90


def test_the_refitted_heads_folds_keep_groups_whole(bundle, source, monkeypatch):
    groups = np.repeat(np.array([f"g{i}" for i in range(100)], dtype=object), 3)
    found = []
    monkeypatch.setattr(
        "seqgraft.learn.forgetting.search",
        lambda x, labels, parts, penalties: found.append(parts) or Constant(),
    )
    grouped = dataclasses.replace(source, groups=groups)
    score(bundle, members_of(bundle.weights), unseen(grouped, np.zeros((1, 81), dtype=np.uint8)))
    assert len(found) == 2
    for parts in found:
        for part in parts:
            held_out = set(groups[source.train][part.held_out])
            assert held_out
            assert not held_out & set(groups[source.train][part.fit])


class Constant:
    def predict(self, features):
        return np.arange(len(features)) * 0.01


def test_a_model_of_other_letters_is_not_scored_on_its_source(bundle, source):
    other = dict(bundle.weights) | {"backbone.conv1.weight": torch.zeros(8, 5, 7)}
    table = forgetting_rows(bundle, members_of(other), source, TRAINING, kept_head=True)
    assert table.empty
    assert "difference" in table
