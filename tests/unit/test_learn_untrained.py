import numpy as np
import pandas as pd
import torch
from learn_toys import BACKBONE, READING, TRAINING, planted, split

from seqgraft.learn.fits import run_job
from seqgraft.learn.model import build, predict
from seqgraft.seeds import seed


def test_a_random_backbone_is_drawn_per_replicate_and_stays_as_it_is():
    target = planted(165, 1)
    words = ("toy", "target")
    result = run_job(
        "random-backbone", target, split(target), reading=READING, backbone=BACKBONE, training=TRAINING,
        train_sizes=[30, 60], replicates=2, seed_words=words,
    )  # fmt: skip
    own = build(READING, BACKBONE, seed(*words, "untrained", 1))
    untrained = {f"0.{name}": value for name, value in own.state_dict().items() if "head" not in name}
    kept = {name: value for name, value in result.weights.items() if "head" not in name}
    assert kept.keys() == untrained.keys()
    assert all(np.array_equal(kept[name], untrained[name].numpy()) for name in kept)

    own.load_state_dict({k.removeprefix("0."): torch.from_numpy(v) for k, v in result.weights.items()})
    table = result.predictions[result.predictions["part"] == "test"]
    last = {r: table[(table["replicate"] == r) & (table["train_size"] == 60)] for r in (1, 2)}
    rows = pd.Index(target.ids).get_indexer(last[1]["id"])
    expected = predict(own, torch.from_numpy(target.tokens[rows])).numpy()
    assert np.allclose(last[1]["prediction"], expected, atol=1e-4)

    # the second replicate's network is another one: its features, and so its answers, differ
    assert np.abs(last[1]["prediction"].to_numpy() - last[2]["prediction"].to_numpy()).max() > 0.1
