"""One backbone for several sources: planted halves of the motifs, shares of sources, heads, and the resume store."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from learn_toys import BACKBONE, LENGTH, PRETRAINING, READING, TRAINING, split

from seqgraft.config.learning import BackboneSettings
from seqgraft.errors import SeqgraftError
from seqgraft.learn.bundle import load_bundle, model_from
from seqgraft.learn.examples import Aim, Examples
from seqgraft.learn.fits import run_job
from seqgraft.learn.lessons import Lesson
from seqgraft.learn.model import extract, predict
from seqgraft.learn.objectives import BINARY
from seqgraft.learn.shared_pretraining import Course, train_shared
from seqgraft.learn.shared_run import drawn, draws_per_epoch
from seqgraft.learn.shared_source import run
from seqgraft.learn.source_heads import one_headed
from seqgraft.learn.source_lessons import shared_reading
from seqgraft.stats.auc import auroc

MOTIFS = {"left": ((3, 0, 3, 0, 0, 3), 3), "right": ((2, 2, 1, 1, 2, 1), 15)}
SETTINGS = PRETRAINING.model_copy(update={"epochs": (8, 16)})


def half(which: str, count: int, seed: int) -> Examples:
    """Return random sequences, every second one with one of the two motifs at its place."""
    motif, place = MOTIFS[which]
    tokens = np.random.default_rng(seed).integers(0, 4, (count, LENGTH)).astype(np.uint8)
    labels = (np.arange(count) % 2 == 0).astype(np.int8)
    tokens[labels == 1, place : place + len(motif)] = motif
    return Examples(np.array([f"{which}{row}" for row in range(count)], dtype=object), tokens, labels)


def lesson(which: str, count: int = 200, seed: int = 1) -> Lesson:
    own = half(which, count, seed)
    rows = np.arange(count)
    return Lesson(which, own, rows[40:], rows[:40], BINARY, classes=("with", "without"))


def made(folder: Path, lessons: list[Lesson], **more):
    files = {
        "bundle_json": folder / "bundle.json",
        "weights_file": folder / "weights.safetensors",
        "history_file": folder / "history.tsv",
        "predictions_file": folder / "predictions.parquet",
    }
    how = {"reading": READING, "backbone": BACKBONE, "settings": SETTINGS, "seed_words": ("study", "l+r", 0)}
    return run(lessons, **files, **(how | more))


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shared")
    made(folder, [lesson("left"), lesson("right", 160, 2)], store_folder=folder / "resume")
    return folder


def probe(folder: Path, which: str) -> float:
    """Return the AUROC of a linear probe, on 40 labels, of a frozen backbone."""
    model, _ = model_from(
        one_headed(load_bundle(folder), None), READING, BACKBONE, keep_head=False, seed_value=0
    )
    own = half(which, 240, 7)
    features = extract(model, torch.from_numpy(own.tokens)).double().numpy()
    centred = features - features[:40].mean(axis=0)
    ridge = centred[:40].T @ centred[:40] + 0.1 * np.eye(centred.shape[1])
    logits = centred[40:] @ np.linalg.solve(ridge, centred[:40].T @ (own.labels[:40] - 0.5))
    return float(auroc(own.labels[40:] == 1, logits))


def test_a_shared_backbone_knows_what_each_source_taught_it(pair: Path, tmp_path: Path) -> None:
    both = {which: probe(pair, which) for which in MOTIFS}
    assert min(both.values()) > 0.98
    # One source alone does not teach the other's motif; what is known of it is what any filters give at a fixed place.
    made(tmp_path, [lesson("right")])
    assert probe(tmp_path, "right") > 0.98
    assert probe(tmp_path, "left") < both["left"] - 0.05


def test_each_head_answers_for_its_own_source(pair: Path) -> None:
    bundle = load_bundle(pair)
    found = {}
    for which in MOTIFS:
        own = half(which, 100, 9)
        for head in MOTIFS:
            model, _ = model_from(one_headed(bundle, head), READING, BACKBONE, keep_head=True, seed_value=0)
            with torch.no_grad():
                logits = model.eval()(torch.from_numpy(own.tokens)).numpy()
            found[which, head] = float(auroc(own.labels == 1, logits))
    assert min(found["left", "left"], found["right", "right"]) > 0.95
    assert found["left", "left"] > found["left", "right"]
    assert found["right", "right"] > found["right", "left"]


def test_a_model_of_several_heads_keeps_none_unless_told_which(pair: Path) -> None:
    bundle = load_bundle(pair)
    with pytest.raises(SeqgraftError, match="do not fit the backbone: head"):
        model_from(one_headed(bundle, None), READING, BACKBONE, keep_head=True, seed_value=0)
    with pytest.raises(SeqgraftError, match="no head of 'middle'"):
        one_headed(bundle, "middle")
    layers = model_from(one_headed(bundle, None), READING, BACKBONE, keep_head=False, seed_value=0)[1]
    assert set(layers.loc[layers["action"] == "re-initialised", "name"]) == {"head.weight", "head.bias"}
    assert one_headed(bundle, "left").sha256 != one_headed(bundle, "right").sha256


def test_zero_shot_predicts_with_the_head_that_is_named(pair: Path) -> None:
    own = replace(half("right", 120, 11), aim=Aim(classes=("with", "without")))
    result = run_job(
        "zero-shot", own, split(own), reading=READING, backbone=BACKBONE, training=TRAINING, train_sizes=[],
        replicates=1, seed_words=("study", "t"), bundles=[pair], source_head="right",
    )  # fmt: skip
    test = result.predictions[result.predictions["part"] == "test"]
    assert float(auroc(test["label"] == 1, test["prediction"])) > 0.85
    held_out = result.predictions[result.predictions["part"] == "held-out"]
    assert held_out["id"].str.startswith("right").all()


def test_the_mean_of_the_sources_losses_chooses(pair: Path) -> None:
    history = pd.read_csv(pair / "history.tsv", sep="\t")
    mean = history[["validation_loss_left", "validation_loss_right"]].mean(axis=1)
    assert history["validation_loss"].to_numpy() == pytest.approx(mean.to_numpy(), abs=1e-6)
    assert load_bundle(pair).description["epochs"] == history.loc[mean.idxmin(), "epoch"]
    assert "validation_accuracy" not in history
    description = load_bundle(pair).description
    assert description["head_classes"] == {"left": ["with", "without"], "right": ["with", "without"]}
    predictions = pd.read_parquet(pair / "predictions.parquet")
    assert predictions.groupby(["source", "part"]).size().to_dict() == {
        ("left", "held-out"): 24, ("left", "test"): 40, ("right", "held-out"): 18, ("right", "test"): 40,
    }  # fmt: skip


def test_a_finished_model_is_found_again_and_a_changed_source_is_not(pair: Path, tmp_path: Path) -> None:
    lines: list[str] = []
    both = [lesson("left"), lesson("right", 160, 2)]
    made(tmp_path, both, store_folder=pair / "resume", say=lines.append)
    assert "0 source models trained, 1 found" in lines[-1]
    for name in ("bundle.json", "weights.safetensors", "history.tsv", "predictions.parquet"):
        assert (tmp_path / name).read_bytes() == (pair / name).read_bytes()
    quick = {"settings": SETTINGS.model_copy(update={"epochs": (1,)}), "say": lines.append}
    made(tmp_path, both, store_folder=tmp_path / "resume", **quick)
    both[1].examples.tokens[60, 0] ^= 1
    made(tmp_path, both, store_folder=tmp_path / "resume", **quick)
    assert "1 source models trained" in lines[-1]


def test_sources_are_drawn_in_proportion_and_evened_out_by_temperature() -> None:
    assert draws_per_epoch([900, 100], 1) == [900, 100]
    assert draws_per_epoch([900, 100], 2) == [750, 250]  # 30 to 10
    assert draws_per_epoch([900, 100], 100)[1] == pytest.approx(494, abs=1)
    rows = drawn(10, 25)
    assert sorted(np.bincount(rows.numpy(), minlength=10).tolist()) == [2] * 5 + [3] * 5


def test_a_source_too_small_is_named() -> None:
    few = lesson("left")
    few = Lesson("few", few.examples, few.train_rows[:3], few.test_rows, BINARY)
    with pytest.raises(SeqgraftError, match="fewer than 2 of one class") as found:
        train_shared(
            [few, lesson("right")], reading=READING, backbone=BACKBONE, course=Course.of(SETTINGS),
            seed_words=("s", "few+right", 0),
        )  # fmt: skip
    assert "source few" in str(found.value)


def test_where_the_rate_falls_each_number_of_epochs_is_a_run_of_its_own(tmp_path: Path) -> None:
    both = [lesson("left", 80), lesson("right", 80, 2)]
    losses = []
    for epochs in ((1, 3), (3,)):
        settings = SETTINGS.model_copy(update={"epochs": epochs, "schedule": "cosine", "optimizer": "sgd"})
        losses.append(made(tmp_path, both, settings=settings).history["validation_loss"].iloc[-1])
    assert losses[0] == losses[1]
    constant = SETTINGS.model_copy(update={"epochs": (3,), "optimizer": "sgd"})
    assert made(tmp_path, both, settings=constant).history["validation_loss"].iloc[-1] != losses[0]


def test_sources_of_two_lengths_are_filled_up_and_read_alike(tmp_path: Path) -> None:
    long, short = lesson("left", 80), lesson("right", 80, 2)
    cut = replace(short, examples=replace(short.examples, tokens=short.examples.tokens[:, :21].copy()))
    reading = shared_reading([READING, replace(READING, length=21)])
    assert (reading.length, reading.ragged) == (LENGTH, True)
    # A network with statistics of batches: they are kept with the weights, of a second start as of the first.
    backbone = BackboneSettings(name="resnet", width=4, depth=1, hidden=4)
    settings = SETTINGS.model_copy(update={"epochs": (1,)})
    found = [
        made(tmp_path, [long, cut], reading=reading, backbone=backbone, settings=settings) for _ in range(2)
    ]
    assert all(torch.equal(value, found[1].weights[name]) for name, value in found[0].weights.items())
    assert any("running_mean" in name for name in found[0].weights)
    bundle = one_headed(load_bundle(tmp_path), "right")
    model, _ = model_from(bundle, reading, backbone, keep_head=True, seed_value=0)
    tokens = torch.from_numpy(cut.examples.tokens)
    filled = torch.nn.functional.pad(tokens, (0, 3), value=5)
    with torch.no_grad():
        assert torch.allclose(model.eval()(tokens), model(filled), atol=1e-6)
    held_out = found[0].logits["held-out"]["right"]
    assert held_out == pytest.approx(predict(model, tokens[found[0].held_out["right"]]).numpy(), abs=1e-5)
