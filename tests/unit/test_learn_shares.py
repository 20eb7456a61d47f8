"""However fits are cut into jobs, each is made once and the bytes are the same; frozen features are made once, too."""

import torch
from learn_toys import BACKBONE as TOY
from learn_toys import READING, TRAINING, planted, split

from seqgraft.learn import fits
from seqgraft.learn.examples import Reading
from seqgraft.learn.model import build, extract, predict

BACKBONE = TOY.model_copy(update={"width": 4, "hidden": 4})


def job(store, **more) -> fits.JobResult:
    target = planted(90, 1)
    return fits.run_job(
        "scratch", target, split(target), reading=READING, backbone=BACKBONE,
        training=TRAINING.model_copy(update={"epochs": (0, 2), "folds": 2}), train_sizes=[18, 24, 30], replicates=2,
        seed_words=("toy",), store_folder=store, **more,
    )  # fmt: skip


def content(result: fits.JobResult) -> tuple:
    weights = {name: value.tobytes() for name, value in result.weights.items()}
    return result.predictions.to_numpy().tolist(), weights


def test_parts_make_each_fit_once_and_the_whole_finds_them(tmp_path):
    alone = job(tmp_path / "one")
    parts = [job(tmp_path / "four", share=(k, 4)) for k in (1, 2, 3, 4)]
    assert [part.trained for part in parts] == [2, 2, 1, 1]
    assert all(part.predictions.empty and not part.weights for part in parts)
    whole = job(tmp_path / "four")
    assert (whole.trained, whole.reused) == (0, 6)
    assert content(whole) == content(alone)
    again = [job(tmp_path / "one", share=(k, 3)) for k in (1, 2, 3)]
    assert [(part.trained, part.reused) for part in again] == [(0, 2)] * 3
    assert len(list((tmp_path / "one").iterdir())) == 6


def test_cached_features_give_the_logits_of_the_network():
    tokens = torch.from_numpy(planted(40, 1).tokens)
    for complement in (None, (3, 2, 1, 0)):
        model = build(Reading("ACGT", 24, complement), BACKBONE, 1)
        cached = model.head(extract(model, tokens)).squeeze(1)
        assert torch.allclose(cached, predict(model, tokens), atol=1e-6)
        assert cached.std() > 1e-3
