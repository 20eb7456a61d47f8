"""Embeddings that a task brings along: read with care, learned by a linear probe and by dense layers."""

import numpy as np
import pandas as pd
import pytest
import torch
from learn_toys import PRETRAINING, TRAINING, planted, split
from sklearn.metrics import roc_auc_score

from seqgraft.config.backbones import BackboneSettings
from seqgraft.data.embeddings import flat, read_embeddings
from seqgraft.data.tokens import write_tokens
from seqgraft.errors import SeqgraftError
from seqgraft.learn.bundle import load_bundle, save_bundle
from seqgraft.learn.examples import VECTOR, Examples, Reading
from seqgraft.learn.fits import run_job
from seqgraft.learn.inputs import read_task
from seqgraft.learn.loading import load_into
from seqgraft.learn.model import build, extract
from seqgraft.learn.pretrain import train_source

WIDTH = 6
GIVEN, MLP = BackboneSettings(name="embeddings"), BackboneSettings(name="mlp", width=8, hidden=4, depth=2)
READING = Reading(VECTOR, WIDTH)


@pytest.fixture
def files(tmp_path):
    """Write a matrix of five rows, in which row k holds k and k + 10."""
    matrix, ids = tmp_path / "vectors.npy", tmp_path / "ids.txt"
    np.save(matrix, np.column_stack([np.arange(5.0), np.arange(10.0, 15.0)]))
    ids.write_text("a\nb\r\nc d\ne\nf\n")
    return matrix, ids


def vectors(count: int, seed: int, prefix: str = "s") -> Examples:
    """Return sequences of `planted` with vectors whose third number tells the class, up to noise."""
    own = planted(count, seed, prefix)
    values = np.random.default_rng(seed).normal(size=(count, WIDTH)).astype(np.float32)
    values[:, 2] += 3 * own.labels
    return Examples(own.ids, values, own.labels)


def test_rows_are_those_of_their_ids(files):
    found = read_embeddings(*files, ["e", "a", "c d"])
    assert found.dtype == np.float32
    assert found.tolist() == [[3, 13], [0, 10], [2, 12]]


MISTAKES = {
    "2 of 3 sequences have no embedding, such as 'x'": lambda matrix, ids: None,
    "5 rows and 6 ids": lambda matrix, ids: ids.write_text("a\nb\nc\nd\ne\nf\n"),
    "the id 'a' stands 2 times": lambda matrix, ids: ids.write_text("a\nb\na\nc\nd\n"),
    "the shape 5 of float64": lambda matrix, ids: np.save(matrix, np.zeros(5)),
    "the shape 5 x 2 of bool": lambda matrix, ids: np.save(matrix, np.zeros((5, 2), dtype=bool)),
    "embeddings cannot be read": lambda matrix, ids: matrix.write_bytes(b"\x93NUMPY"),
    "embeddings cannot be read: Array can't be memory-mapped": lambda matrix, ids: np.save(
        matrix, np.array([["a", 1]], dtype=object)
    ),
    "ids of the embeddings cannot be read": lambda matrix, ids: ids.write_bytes(b"\xff\xfe"),
}


@pytest.mark.parametrize("message", MISTAKES)
def test_a_mistake_is_told(files, message):
    MISTAKES[message](*files)
    with pytest.raises(SeqgraftError, match=message) as told:
        read_embeddings(*files, ["x", "a", "y"])
    assert told.value.remedy
    assert told.value.where


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e300])
def test_numbers_must_be_finite_in_the_rows_that_are_used(files, value):
    matrix, ids = files
    content = np.load(matrix)
    content[1, 0] = value
    np.save(matrix, content)
    assert read_embeddings(matrix, ids, ["a"]).tolist() == [[0, 10]]
    with pytest.raises(SeqgraftError, match=r"1 embeddings hold a number that is not finite.*'b'"):
        read_embeddings(matrix, ids, ["a", "b"])


def test_the_store_gives_vectors_to_networks_and_letters_to_baselines(tmp_path):
    places = {name: tmp_path / f"{name}.parquet" for name in ("records", "splits")}
    places |= {"tokens": tmp_path / "tokens.npy", "offsets": tmp_path / "offsets.npy"}
    places |= {"excluded": tmp_path / "excluded.tsv"}
    records = pd.DataFrame({"id": ["a", "b"], "label": ["yes", "no"], "sequence": ["ACGT", "TT"]})
    records.to_parquet(places["records"])
    pd.DataFrame({"id": ["a"], "part": ["test"]}).to_parquet(places["splits"])
    places["excluded"].write_text("task\tid\trole\n")
    write_tokens(*flat(np.float32([[1.5, 2], [3, 4]])), places["tokens"], places["offsets"])
    task = {"alphabet": "dna", "classes": ["yes", "no"], "strand": "single"}
    own = read_task(task, places, roles=["pool"])
    assert own.reading == Reading(VECTOR, 2)
    assert own.examples.tokens.dtype == np.float32
    assert own.examples.tokens.tolist() == [[1.5, 2], [3, 4]]
    read = read_task(task, places, roles=["pool"], letters=True)
    assert read.reading == Reading("ACGT", 4)
    assert read.examples.tokens.tolist() == [[0, 1, 2, 3], [3, 3, 4, 4]]


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    torch.set_num_threads(1)
    own, found = vectors(150, 7, "x"), {}
    for backbone in (GIVEN, MLP):
        folder = found[backbone.name] = tmp_path_factory.mktemp(backbone.name)
        model = train_source(
            own, np.arange(45, 150), np.arange(45), reading=READING, backbone=backbone, pretraining=PRETRAINING,
            seed_words=("toy", "source", 0),
        )  # fmt: skip
        save_bundle(folder / "bundle.json", folder / "weights.safetensors", model.weights, READING, backbone)
    return found


@pytest.mark.parametrize("backbone", [GIVEN, MLP], ids=lambda own: own.name)
@pytest.mark.parametrize("strategy", ["scratch", "linear-probe", "full-kept-head"])
def test_vectors_are_learned(strategy, backbone, sources):
    target = vectors(165, 3)
    result = run_job(
        strategy, target, split(target), reading=READING, backbone=backbone, training=TRAINING, train_sizes=[60],
        replicates=1, seed_words=("toy", "target"), bundles=[sources[backbone.name]],
    )  # fmt: skip
    test = result.predictions[result.predictions["part"] == "test"]
    assert roc_auc_score(test["label"], test["prediction"]) > 0.9


def test_the_features_of_embeddings_are_the_embeddings():
    own = vectors(9, 1)
    model = build(READING, GIVEN, 0)
    assert [name for name, _ in model.named_parameters()] == ["head.weight", "head.bias"]
    assert np.array_equal(extract(model, torch.from_numpy(own.tokens)).numpy(), own.tokens)


def test_another_width_is_told(sources):
    weights = load_bundle(sources["mlp"]).weights
    with pytest.raises(SeqgraftError, match="embeddings of 6 numbers, the target's model embeddings of 8"):
        load_into(build(Reading(VECTOR, 8), MLP, 0), weights, READING, keep_head=True)
    with pytest.raises(SeqgraftError, match="embeddings of 6 numbers, the target's model sequences of 6"):
        load_into(build(Reading("A", 6), MLP, 0), weights, READING, keep_head=True)
