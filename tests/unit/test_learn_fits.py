import dataclasses
import math
from collections import Counter

import numpy as np
import pandas as pd
import pytest
import torch
from learn_toys import BACKBONE, PRETRAINING, READING, TRAINING, planted, split
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from seqgraft.errors import SeqgraftError
from seqgraft.learn import fits, gradient, pretrain
from seqgraft.learn.bundle import load_bundle, model_from
from seqgraft.learn.choosing import members
from seqgraft.learn.examples import Examples, Reading
from seqgraft.learn.model import extract, predict
from seqgraft.learn.strategies import registry
from seqgraft.tables import write_parquet

SIZES = [30, 60]


@pytest.fixture(scope="module")
def target() -> Examples:
    return planted(165, 1)


@pytest.fixture(scope="module")
def bundles(tmp_path_factory) -> list:
    torch.set_num_threads(1)
    source = planted(400, 7, prefix="source")
    folders = []
    for number in range(2):
        folder = tmp_path_factory.mktemp(f"source{number}")
        pretrain_into(folder, source, number)
        folders.append(folder)
    return folders


def pretrain_into(folder, source, number, excluded=(), **more):
    return pretrain.run(
        source,
        split(source, replicates=1, test=90),
        excluded,
        bundle_json=folder / "bundle.json",
        weights_file=folder / "weights.safetensors",
        history_file=folder / "history.tsv",
        predictions_file=folder / "predictions.parquet",
        classes=["promoter", "background"],
        reading=READING,
        backbone=BACKBONE,
        pretraining=PRETRAINING,
        seed_words=("toy", "source", number),
        **more,
    )


def learn(strategy, target, bundles=(), **more):
    settings = {
        "reading": READING, "backbone": BACKBONE, "training": TRAINING, "train_sizes": SIZES, "replicates": 2,
        "seed_words": ("toy", "target"), "bundles": bundles,
    }  # fmt: skip
    return fits.run_job(strategy, target, split(target), **(settings | more))


def test_the_source_model_learns_and_says_how(bundles):
    table = pd.read_parquet(bundles[0] / "predictions.parquet")
    assert Counter(table["part"]) == {"test": 90, "held-out": 46}  # 15 % of 103 and of 206
    test = table[table["part"] == "test"]
    assert roc_auc_score(test["label"], test["prediction"]) > 0.95
    history = pd.read_csv(bundles[0] / "history.tsv", sep="\t")
    assert history.columns.tolist() == [
        "epoch",
        "train_loss",
        "validation_loss",
        "validation_auroc",
        "seconds",
    ]
    own = load_bundle(bundles[0]).description
    chosen = history.set_index("epoch")["validation_loss"].idxmin()
    assert own["epochs"] == chosen
    assert own["trained_on"] == 309 - 46


def test_what_leaks_is_left_out_of_the_source(tmp_path):
    source = planted(400, 7, prefix="source")
    leaks = [f"source{row}" for row in range(100, 250)]
    model = pretrain_into(tmp_path, source, 0, excluded=leaks)
    assert not set(leaks) & set(model.predictions["id"])
    assert load_bundle(tmp_path).description["trained_on"] == 309 - 150 - 24


def test_a_part_of_the_source_counts_its_validation_share_and_leaves_out_what_leaks(tmp_path):
    source = planted(400, 7, prefix="source")
    leaks = [f"source{row}" for row in range(100, 250)]
    model = pretrain_into(tmp_path, source, 0, excluded=leaks, source_size=90)
    own = load_bundle(tmp_path).description
    assert own["source_size"] == 90
    assert own["trained_on"] == 90 - 4 - 9  # 15 % of 30 positives and of 60 others
    held_out = model.predictions[model.predictions["part"] == "held-out"]
    assert len(held_out) == 13
    assert not set(leaks) & set(held_out["id"])


def test_a_part_is_trained_as_the_whole_source_is(tmp_path, bundles, monkeypatch):
    """A part that held everything would give the same weights: nothing but the sequences differs."""
    monkeypatch.setattr(pretrain, "part_of_source", lambda examples, rows, size, **words: rows)
    source = planted(400, 7, prefix="source")
    pretrain_into(tmp_path, source, 0, source_size=309)
    for name in ("weights.safetensors", "predictions.parquet", "bundle.json"):
        assert (tmp_path / name).read_bytes() == (bundles[0] / name).read_bytes()


def test_zero_shot_has_one_row_per_source_model_and_the_sources_held_out_examples(target, bundles):
    result = learn("zero-shot", target, bundles)
    table = result.predictions
    assert set(table["train_size"]) == {0}
    assert set(table["replicate"]) == {1, 2}
    assert not table["is_all"].any()
    held_out = table[(table["part"] == "held-out") & (table["replicate"] == 2)]
    own = load_bundle(bundles[1]).held_out()
    assert held_out["id"].tolist() == own["id"].tolist()
    assert held_out["prediction"].tolist() == own["prediction"].tolist()
    assert result.history["note"].tolist() == ["prior not adapted"] * 2


def test_a_kept_head_before_training_is_zero_shot(target, bundles):
    training = TRAINING.model_copy(update={"epochs": (0,)})
    kept = learn("full-kept-head", target, bundles, training=training).predictions
    zero = learn("zero-shot", target, bundles).predictions
    for replicate in (1, 2):
        first = kept[(kept["part"] == "test") & (kept["replicate"] == replicate) & (kept["train_size"] == 30)]
        second = zero[(zero["part"] == "test") & (zero["replicate"] == replicate)]
        assert first["id"].tolist() == second["id"].tolist()
        assert np.allclose(first["prediction"], second["prediction"], atol=1e-6)


@pytest.mark.parametrize("strategy", ["scratch", "linear-probe", "full", "full-kept-head"])
def test_every_strategy_learns_the_motif(strategy, target, bundles):
    table = learn(strategy, target, bundles, train_sizes=[60, "all"], replicates=1).predictions
    test = table[(table["part"] == "test") & table["is_all"]]
    assert len(test) == 45
    assert set(table.loc[table["is_all"], "train_size"]) == {120}
    assert roc_auc_score(test["label"], test["prediction"]) > 0.9


def test_the_probe_is_the_optimum_and_leaves_the_backbone_alone(target, bundles):
    training = TRAINING.model_copy(update={"penalties": (0.5,)})
    before = (bundles[0] / "weights.safetensors").read_bytes()
    result = learn("linear-probe", target, bundles, training=training, train_sizes=[60], replicates=1)
    source = load_bundle(bundles[0])
    assert (bundles[0] / "weights.safetensors").read_bytes() == before
    for name, value in source.weights.items():
        if not name.startswith("head."):
            assert result.weights[f"0.{name}"].tobytes() == value.numpy().tobytes()
    model, _ = model_from(source, READING, BACKBONE, keep_head=True, seed_value=0)
    features = extract(model, torch.from_numpy(target.tokens)).double().numpy()
    splits = split(target)
    order = splits[splits["replicate"] == 1].sort_values("rank")["id"].str[1:].astype(int).to_numpy()[:60]
    labels = target.labels[order]
    expected = []
    for part in members(labels, folds=3, large_members=2, seed_words=("toy", "target", 60, 1)):
        own = features[order[part.fit]]
        mean, scale = own.mean(0), own.std(0)
        scale[scale == 0] = 1
        machine = LogisticRegression(C=0.5, solver="newton-cholesky", tol=1e-12)
        machine.fit((own - mean) / scale, labels[part.fit])
        expected.append(machine.decision_function((features[:45] - mean) / scale))
    table = result.predictions
    found = table.loc[table["part"] == "test", "prediction"].to_numpy()
    assert np.allclose(found, np.mean(expected, axis=0), atol=1e-3)


def test_held_out_rows_are_the_labels_and_test_labels_do_not_matter(target, bundles):
    result = learn("full", target, bundles).predictions
    poisoned = target.labels.copy()
    poisoned[:45] = 1 - poisoned[:45]
    other = learn("full", dataclasses.replace(target, labels=poisoned), bundles).predictions
    assert other["prediction"].tolist() == result["prediction"].tolist()
    splits = split(target)
    test = set(splits.loc[splits["part"] == "test", "id"])
    for (size, replicate), part in result.groupby(["train_size", "replicate"]):
        order = splits[splits["replicate"] == replicate].sort_values("rank")["id"].tolist()
        assert set(part.loc[part["part"] == "held-out", "id"]) == set(order[:size])
        assert part.loc[part["part"] == "test", "id"].tolist() == target.ids[:45].tolist()
        assert not test & set(order)


def test_excluded_ids_are_never_seen(target):
    splits = split(target)
    first = splits[(splits["replicate"] == 1) & (splits["rank"] < 5)]["id"].tolist()
    table = learn("scratch", target, excluded=first, train_sizes=[30], replicates=1).predictions
    assert not set(first) & set(table["id"])
    assert (table["part"] == "held-out").sum() == 30


def test_twice_the_same_bytes_and_the_strategies_share_seeds(target, bundles, tmp_path):
    for name in ("one", "two"):
        write_parquet(learn("full", target, bundles).predictions, tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    heads = []
    for strategy, own in (("scratch", ()), ("full", bundles)):
        training = TRAINING.model_copy(update={"epochs": (0,)})
        result = learn(strategy, target, own, training=training, train_sizes=[30], replicates=1)
        heads.append(result.weights["1.head.weight"])
    assert heads[0].tobytes() == heads[1].tobytes()


def test_finished_fits_are_found_again(target, bundles, tmp_path, monkeypatch):
    made = []
    monkeypatch.setitem(
        registry.FITTERS, "all", lambda start, plan: made.append(1) or gradient.fit_all(start, plan)
    )
    first = learn("full", target, bundles, store_folder=tmp_path)
    assert (first.trained, first.reused, len(made)) == (4, 0, 4)
    again = learn("full", target, bundles, store_folder=tmp_path)
    assert (again.trained, again.reused, len(made)) == (0, 4, 4)
    pd.testing.assert_frame_equal(again.predictions, first.predictions, check_exact=True)
    pd.testing.assert_frame_equal(again.history, first.history, check_exact=True)
    assert again.weights.keys() == first.weights.keys()
    more = learn("full", target, bundles, store_folder=tmp_path, train_sizes=[30, 45, 60])
    assert (more.trained, more.reused) == (2, 4)
    other = learn("full", target, bundles, store_folder=tmp_path, code_digest="edited")
    assert other.trained == 4
    assert len(list(tmp_path.iterdir())) == 4


def test_another_source_model_means_other_fits(target, bundles, tmp_path):
    learn("linear-probe", target, bundles, store_folder=tmp_path)
    swapped = learn("linear-probe", target, bundles[::-1], store_folder=tmp_path)
    assert swapped.trained == 4


def test_a_diverging_learning_rate_is_noted_and_all_diverging_is_an_error(target, monkeypatch):
    training = TRAINING.model_copy(update={"learning_rates": (0.01, 1e30), "epochs": (0, 2, 4)})
    history = learn("scratch", target, training=training, train_sizes=[30], replicates=1).history
    assert history["learning_rate"].tolist() == [0.01]
    assert "1e+30 diverged" in history["note"][0]
    training = TRAINING.model_copy(update={"learning_rates": (1e30,), "epochs": (0, 2, 4)})
    with pytest.raises(SeqgraftError, match="loss became"):
        learn("scratch", target, training=training, train_sizes=[30], replicates=1)


def test_history_has_a_row_per_fit(target):
    history = learn("scratch", target).history
    assert history["train_size"].tolist() == [30, 30, 60, 60]
    assert history["members"].tolist() == [3] * 4
    assert set(history["epochs"]) <= set(TRAINING.epochs)
    assert (history["held_out_loss"] < math.log(2) + 0.1).all()
    assert (history["examples_per_second"] > 0).all()


def test_a_size_beyond_the_pool_is_told(target):
    with pytest.raises(SeqgraftError, match="Train size 500 is more than the 120 sequences"):
        learn("scratch", target, train_sizes=[500])


def test_a_source_is_needed_and_must_be_read_alike(target, bundles, tmp_path):
    with pytest.raises(SeqgraftError, match="needs a source model"):
        learn("full", target)
    other = Reading("ACGT", 24, (3, 2, 1, 0))
    with pytest.raises(SeqgraftError, match="number of strands is one, the target's both"):
        model_from(load_bundle(bundles[0]), other, BACKBONE, keep_head=True, seed_value=0)
    with pytest.raises(SeqgraftError, match="no complete bundle"):
        load_bundle(tmp_path)


def test_every_weight_is_accounted_for(bundles):
    source = load_bundle(bundles[0])
    model, layers = model_from(source, READING, BACKBONE, keep_head=False, seed_value=0)
    assert dict(layers[["name", "action"]].to_numpy()) == {
        name: "re-initialised" if name.startswith("head.") else "loaded"
        for name, _ in model.named_parameters()
    }
    del source.weights["head.bias"]
    model_from(source, READING, BACKBONE, keep_head=False, seed_value=0)
    with pytest.raises(SeqgraftError, match=r"do not fit the backbone: head\.bias is missing"):
        model_from(source, READING, BACKBONE, keep_head=True, seed_value=0)


def test_damaged_weights_are_refused(bundles, tmp_path):
    for name in ("bundle.json", "weights.safetensors"):
        (tmp_path / name).write_bytes((bundles[0] / name).read_bytes())
    content = bytearray((tmp_path / "weights.safetensors").read_bytes())
    content[-1] ^= 1
    (tmp_path / "weights.safetensors").write_bytes(content)
    with pytest.raises(SeqgraftError, match="checksum"):
        load_bundle(tmp_path)


def test_the_saved_predictor_gives_the_same_logits(target, bundles, tmp_path):
    result = learn("full-kept-head", target, bundles, replicates=1)
    saved = fits.save_predictor(
        result, tmp_path / "bundle.json", tmp_path / "weights.safetensors", reading=READING, backbone=BACKBONE
    )
    assert saved
    own = load_bundle(tmp_path)
    logits = []
    for member in range(own.description["members"]):
        model, _ = model_from(load_bundle(bundles[0]), READING, BACKBONE, keep_head=True, seed_value=0)
        prefix = f"{member}."
        state = {k.removeprefix(prefix): v for k, v in own.weights.items() if k.startswith(prefix)}
        model.load_state_dict(state)
        logits.append(predict(model, torch.from_numpy(target.tokens[:45])).double().numpy())
    table = result.predictions
    expected = table[(table["part"] == "test") & (table["train_size"] == 60)]["prediction"]
    assert np.mean(logits, axis=0).tolist() == expected.tolist()
