"""Every type of task from its labels to its predictions: what is planted is found, and by the contract's columns."""

import numpy as np
import pytest
import torch
from task_toys import BACKBONE, POSITIONS, PRETRAINING, TRAINING, split, task

from seqgraft.errors import SeqgraftError
from seqgraft.learn import fits, pretrain
from seqgraft.learn.baseline_job import run_baseline_job
from seqgraft.learn.bundle import load_bundle

SCORES = {
    "multiclass": lambda t: (t.filter(like="prediction_").to_numpy().argmax(axis=1) == t["label"]).mean(),
    "multilabel": lambda t: np.mean([((t[f"prediction_{k}"] > 0) == t[f"label_{k}"]).mean() for k in (0, 1)]),
    "regression": lambda t: np.corrcoef(t["label"], t["prediction"])[0, 1],
    "regression of several": lambda t: min(
        np.corrcoef(t[f"label_{k}"], t[f"prediction_{k}"])[0, 1] for k in (0, 1)
    ),
    "residue-classes": lambda t: (
        t.filter(like="prediction_").to_numpy().argmax(axis=1) == t["label"]
    ).mean(),
    "residue-classes of two": lambda t: ((t["prediction"] > 0) == t["label"]).mean(),
    "residue-values": lambda t: np.corrcoef(t["label"], t["prediction"])[0, 1],
    "residue-multilabel": lambda t: np.mean(
        [((t[f"prediction_{k}"] > 0) == t[f"label_{k}"]).mean() for k in (0, 1)]
    ),
}


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


def settings(reading):
    return {
        "reading": reading,
        "train_sizes": [60],
        "replicates": 1,
        "seed_words": ("toy", "t"),
        "training": TRAINING,
    }


def learn(strategy, kind, bundles=(), ragged=False, **more):
    examples, reading = task(kind, ragged=ragged)
    backbone = POSITIONS if reading.per_residue else BACKBONE
    options = settings(reading) | {"backbone": backbone, "bundles": bundles} | more
    return fits.run_job(strategy, examples, split(examples), **options), examples


@pytest.mark.parametrize("kind", SCORES)
def test_what_is_planted_is_found(kind):
    result, examples = learn("scratch", kind, ragged=kind.startswith("residue"))
    table = result.predictions
    assert SCORES[kind](table[table["part"] == "test"]) > 0.8
    assert SCORES[kind](table[table["part"] == "held-out"]) > 0.8
    labelled = ~np.isnan(examples.labels) if examples.labels.dtype.kind == "f" else examples.labels >= 0
    labelled = labelled.any(axis=2) if labelled.ndim == 3 else labelled
    if kind.startswith("residue"):
        assert len(table) == labelled[:90].sum()
        assert not set(table["position"]) & {3, 7, 11}
        first = table[table["id"] == "s0"]
        assert first["position"].tolist() == np.flatnonzero(labelled[0]).tolist()
        assert table["position"].dtype == np.int32
    else:
        assert len(table) == 90


def pretrained(kind, folder, ragged=False):
    examples, reading = task(kind, seed=9, ragged=ragged)
    pretrain.run(
        examples, split(examples), (), bundle_json=folder / "bundle.json", weights_file=folder / "weights.safetensors",
        history_file=folder / "history.tsv", predictions_file=folder / "predictions.parquet",
        classes=list(examples.aim.classes), reading=reading, pretraining=PRETRAINING,
        backbone=POSITIONS if reading.per_residue else BACKBONE, seed_words=("toy", "source", 1),
        store_folder=folder / "store",
    )  # fmt: skip
    return folder


@pytest.mark.parametrize("kind", ["multiclass", "regression of several", "residue-values"])
def test_a_source_model_keeps_what_it_learned_for_a_target_of_its_type(kind, tmp_path):
    folder = pretrained(kind, tmp_path)
    zero, _ = learn("zero-shot", kind, [folder])
    test = zero.predictions[zero.predictions["part"] == "test"]
    assert SCORES[kind](test) > 0.8
    source = load_bundle(folder)
    assert source.description["type"] == task(kind)[0].aim.type
    own = zero.predictions[zero.predictions["part"] == "held-out"]
    assert set(own["id"]) == set(source.held_out()["id"])
    untrained = TRAINING.model_copy(update={"epochs": (0,)})
    kept, _ = learn("full-kept-head", kind, [folder], training=untrained)
    first = kept.predictions[kept.predictions["part"] == "test"]
    for column in test.filter(like="prediction"):
        assert np.allclose(first[column], test[column], atol=1e-3)  # in the units of the source's head
    probe, _ = learn("linear-probe", kind, [folder])
    assert SCORES[kind](probe.predictions[probe.predictions["part"] == "test"]) > 0.8
    before = (folder / "predictions.parquet").read_bytes()
    assert pretrained(kind, folder)
    assert (folder / "predictions.parquet").read_bytes() == before  # found in the resume store


def test_numbers_are_predicted_in_the_files_units_and_their_transforms_are_kept(tmp_path):
    result, examples = learn("scratch", "regression of several")
    table = result.predictions
    assert np.abs(table["prediction_1"] - table["label_1"]).mean() < 20  # of a range of 90
    reading = task("regression of several")[1]
    fits.save_predictor(
        result, tmp_path / "bundle.json", tmp_path / "weights.safetensors", reading=reading, backbone=BACKBONE,
        aim=examples.aim,
    )  # fmt: skip
    said = load_bundle(tmp_path).description
    assert said["outputs"] == ["x", "y"]
    assert load_bundle(tmp_path).reading == reading
    own = examples.labels[30:90, 1].astype(np.float64)  # the labels of the fit, and no others
    (step,) = said["transforms"][1]
    assert step == {
        "name": "z-score",
        "state": {"mean": pytest.approx(own.mean()), "sd": pytest.approx(own.std())},
    }


def test_a_head_for_other_classes_is_refused(tmp_path):
    folder = pretrained("multiclass", tmp_path)
    with pytest.raises(SeqgraftError, match="its type is multiclass, the target's regression"):
        learn("zero-shot", "regression", [folder])
    result, _ = learn("linear-probe", "regression", [folder])  # the backbone alone is of use to any type
    assert "prediction" in result.predictions


@pytest.mark.parametrize(
    ("name", "kind", "least"),
    [
        ("kmer-logistic", "multiclass", 0.7),
        ("kmer-logistic", "multilabel", 0.8),
        ("kmer-ridge", "regression", 0.9),
        ("nearest-neighbour", "multiclass", 0.5),
        ("nearest-neighbour", "regression", 0.3),
    ],
)
def test_baselines_learn_what_their_type_needs(name, kind, least):
    examples, reading = task(kind)
    result = run_baseline_job(name, examples, split(examples), **settings(reading))
    for part in ("test", "held-out"):
        assert SCORES[kind](result.predictions[result.predictions["part"] == part]) > least


def test_the_constant_baseline_gives_the_mean_of_the_labels_or_their_shares():
    examples, reading = task("regression")
    table = run_baseline_job("constant", examples, split(examples), **settings(reading)).predictions
    members_of = [examples.labels[30:90]]
    assert table.loc[table["part"] == "test", "prediction"].iloc[0] == pytest.approx(
        np.mean(members_of), abs=0.1
    )
    examples, reading = task("residue-classes")
    table = run_baseline_job("constant", examples, split(examples), **settings(reading)).predictions
    told = table[table["part"] == "test"].filter(like="prediction_").to_numpy()[0]
    labels = examples.labels[30:90]
    share = np.bincount(labels[labels >= 0], minlength=4) / (labels >= 0).sum()
    assert np.exp(told) == pytest.approx(share, abs=0.02)
