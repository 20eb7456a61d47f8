"""A study that grows trains only what is new: fits and source models are found under keys that nothing else moves."""

import dataclasses
import importlib.metadata

import pandas as pd
import pytest
import torch
from learn_toys import BACKBONE, PRETRAINING, READING, TRAINING, planted, split

from seqgraft.learn import fits, pretrain

QUICK = TRAINING.model_copy(update={"epochs": (0, 1)})


def learn(store, sizes, replicates=2):
    target = planted(165, 1)
    settings = {"reading": READING, "backbone": BACKBONE, "training": QUICK, "seed_words": ("toy", "target")}
    splits = split(target, replicates=replicates)
    settings |= {"train_sizes": sizes, "replicates": replicates, "store_folder": store}
    return fits.run_job("scratch", target, splits, **settings)


def upgrade(monkeypatch, package):
    """Let this package seem to be of another version."""
    installed = importlib.metadata.version
    monkeypatch.setattr(
        importlib.metadata, "version", lambda name: "99.0" if name == package else installed(name)
    )


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


def test_a_larger_size_or_a_replicate_trains_only_the_new_fits(tmp_path):
    first = learn(tmp_path, [18, 24])
    assert (first.trained, first.reused) == (4, 0)
    larger = learn(tmp_path, [18, 24, 30])
    assert (larger.trained, larger.reused) == (2, 4)
    more = learn(tmp_path, [18, 24, 30], replicates=3)
    assert (more.trained, more.reused) == (3, 6)
    fresh = learn(None, [18, 24, 30], replicates=3)
    pd.testing.assert_frame_equal(more.predictions, fresh.predictions, check_exact=True)
    assert {k: v.tobytes() for k, v in more.weights.items()} == {
        k: v.tobytes() for k, v in fresh.weights.items()
    }


def test_the_weights_are_those_of_the_largest_size_also_when_sizes_are_taken_away(tmp_path):
    learn(tmp_path, [18, 30])
    less = learn(tmp_path, [18])
    assert (less.trained, less.reused) == (1, 1)  # of this fit no weights were kept
    own = learn(None, [18])
    assert less.weights["0.head.weight"].tobytes() == own.weights["0.head.weight"].tobytes()
    again = learn(tmp_path, [18])
    assert (again.trained, again.reused) == (0, 2)


def test_other_software_makes_other_fits_and_the_history_names_it(tmp_path, monkeypatch):
    first = learn(tmp_path, [18])
    assert f"torch {importlib.metadata.version('torch')}" in first.history["software"][0]
    upgrade(monkeypatch, "numpy")
    upgraded = learn(tmp_path, [18])
    assert upgraded.trained == 2
    assert upgraded.history["software"].str.contains("numpy 99.0").all()


FILES = ("bundle.json", "weights.safetensors", "history.tsv", "predictions.parquet")


def source(folder, store, *, examples=None, replicates=1, excluded=(), said=None, **more):
    examples = examples or planted(200, 7, prefix="source")
    settings = {
        "reading": READING,
        "backbone": BACKBONE,
        "seed_words": ("toy", "source", 0),
        "code_digest": "a",
    }
    settings |= {"pretraining": PRETRAINING.model_copy(update={"epochs": (1, 2)}), "classes": ["a", "b"]}
    names = dict(zip(("bundle_json", "weights_file", "history_file", "predictions_file"), FILES, strict=True))
    pretrain.run(
        examples,
        split(examples, replicates=replicates, test=50),
        excluded,
        **{name: folder / file for name, file in names.items()},
        store_folder=store,
        say=(said if said is not None else []).append,
        **(settings | more),
    )
    return {file: (folder / file).read_bytes() for file in FILES}


@pytest.fixture
def trained(tmp_path):
    (tmp_path / "out").mkdir()
    return source(tmp_path / "out", tmp_path / "store")


def test_a_source_model_is_found_again_byte_by_byte(trained, tmp_path):
    said: list[str] = []
    assert source(tmp_path / "out", tmp_path / "store", said=said) == trained
    assert said == ["0 source models trained, 1 found in the resume store"]
    assert len(list((tmp_path / "store").iterdir())) == 1


@pytest.mark.parametrize(
    "more",
    [
        {"replicates": 3},  # the target's replicates, where the source is a target, too
        {"pretraining": PRETRAINING.model_copy(update={"epochs": (1, 2), "replicates": 9})},
    ],
)
def test_what_does_not_determine_a_source_model_does_not_train_it(more, trained, tmp_path):
    said: list[str] = []
    assert source(tmp_path / "out", tmp_path / "store", said=said, **more) == trained
    assert said[-1] == "0 source models trained, 1 found in the resume store"


def relabelled():
    examples = planted(200, 7, prefix="source")
    labels = examples.labels.copy()
    labels[[60, 61]] = labels[[61, 60]] if labels[60] != labels[61] else 1 - labels[[60, 61]]
    return dataclasses.replace(examples, labels=labels)


def mutated(row):
    examples = planted(200, 7, prefix="source")
    tokens = examples.tokens.copy()
    tokens[row, 0] = (tokens[row, 0] + 1) % 4
    return dataclasses.replace(examples, tokens=tokens)


@pytest.mark.parametrize(
    "more",
    [
        {"examples": relabelled()},
        {"examples": mutated(100)},
        {"examples": mutated(3)},  # of the test part, which is predicted
        {"excluded": ["source77"]},
        {"seed_words": ("toy", "source", 1)},
        {"code_digest": "b"},
        {"backbone": BACKBONE.model_copy(update={"dropout": 0.2})},
        {"pretraining": PRETRAINING.model_copy(update={"epochs": (1, 3)})},
        {"reading": dataclasses.replace(READING, complement=(3, 2, 1, 0))},
    ],
    ids=["label", "sequence", "test sequence", "leak", "seed", "code", "backbone", "settings", "strands"],
)
def test_what_determines_a_source_model_trains_it_anew(more, trained, tmp_path):
    said: list[str] = []
    source(tmp_path / "out", tmp_path / "store", said=said, **more)
    assert said[-1] == "1 source models trained, 0 found in the resume store"
    assert len(list((tmp_path / "store").iterdir())) == 1  # the stale one is gone


def test_a_source_model_of_other_software_or_threads_is_not_found(trained, tmp_path, monkeypatch):
    said: list[str] = []
    monkeypatch.setattr(torch, "get_num_threads", lambda: 2)
    source(tmp_path / "out", tmp_path / "store", said=said)
    upgrade(monkeypatch, "torch")
    source(tmp_path / "out", tmp_path / "store", said=said)
    assert [line[0] for line in said if "resume" in line] == ["1", "1"]
