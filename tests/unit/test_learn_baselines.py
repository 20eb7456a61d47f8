import math
import subprocess
import sys

import numpy as np
import pytest
from learn_toys import READING, TRAINING, planted, split
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from seqgraft.learn.baseline_job import run_baseline_job
from seqgraft.learn.baselines import kmer_features
from seqgraft.learn.choosing import Member
from seqgraft.learn.examples import Reading
from seqgraft.learn.logistic import search, solve


def run(name, examples, splits, **more):
    settings = {"reading": READING, "training": TRAINING, "train_sizes": [30, "all"], "replicates": 2}
    return run_baseline_job(name, examples, splits, seed_words=("t",), **(settings | more))


def test_kmers_by_hand():
    reading = Reading("ACGT", 4)
    tokens = np.array([[0, 1, 0, 1], [2, 4, 2, 2]], dtype=np.uint8)  # ACAC, G?GG
    features = kmer_features(tokens, reading, 2)
    assert features.shape == (2, 16 + 4 + 16)
    assert features[0, :16].reshape(4, 4).argmax(1).tolist() == [0, 1, 0, 1]
    assert features[1, :16].sum() == 3
    assert features[0, 16:20].tolist() == [2, 2, 0, 0]
    assert features[1, 16:20].tolist() == [0, 0, 3, 0]
    pairs = features[:, 20:]
    assert pairs[0].nonzero()[0].tolist() == [1, 4]  # AC twice, CA once
    assert pairs[0, [1, 4]].tolist() == [2, 1]
    assert pairs[1].nonzero()[0].tolist() == [10]  # GG once; G? and ?G not at all
    assert pairs[1, 10] == 1


def test_longer_words_equal_a_plain_count():
    tokens = np.random.default_rng(0).integers(0, 5, (5, 30)).astype(np.uint8)
    counts = kmer_features(tokens, Reading("ACGT", 30), 3)[:, 120 + 4 + 16 :]
    for row, sequence in zip(counts, tokens, strict=True):
        expected = np.zeros(64)
        for start in range(28):
            word = sequence[start : start + 3].astype(int)
            if (word < 4).all():
                expected[word @ [16, 4, 1]] += 1
        assert row.tolist() == expected.tolist()


def test_both_strands_have_the_same_features():
    reading = Reading("ACGT", 12, (3, 2, 1, 0))
    tokens = np.random.default_rng(0).integers(0, 4, (3, 12)).astype(np.uint8)
    other = (3 - tokens)[:, ::-1]
    assert np.array_equal(kmer_features(tokens, reading, 3), kmer_features(other, reading, 3))


def test_the_constant_is_the_prior_log_odds():
    examples = planted(145, 1)
    result = run("constant", examples, split(examples))
    table = result.predictions
    test = table[(table["part"] == "test") & (table["train_size"] == 30)]
    assert test["prediction"].unique() == pytest.approx([-math.log(2)], abs=0.1)
    assert len(test) == 2 * 45


def test_the_logistic_regression_is_solved():
    generator = np.random.default_rng(0)
    features = generator.normal(size=(60, 5)) * [1, 5, 0.1, 2, 1] + 3
    labels = (features[:, 0] + generator.normal(size=60) > 3).astype(int)
    scaled = (features - features.mean(0)) / features.std(0)
    reference = LogisticRegression(C=0.5, solver="newton-cholesky", tol=1e-12).fit(scaled, labels)
    coefficients, intercept = solve(features, labels, 0.5)
    assert np.allclose(features @ coefficients + intercept, reference.decision_function(scaled), atol=1e-4)


def test_the_penalty_with_the_lowest_held_out_loss_wins():
    generator = np.random.default_rng(0)
    features = generator.normal(size=(80, 40))
    labels = (features[:, 0] > 0).astype(int)
    halves = [Member(0, np.arange(40), np.arange(40, 80)), Member(1, np.arange(40, 80), np.arange(40))]
    penalties = (1e-6, 0.03, 1e4)
    single = {c: search(features, labels, halves, [c]).held_out_loss for c in penalties}
    chosen = search(features, labels, halves, penalties)
    assert chosen.penalty_c == min(single, key=single.get)
    assert chosen.held_out_loss == min(single.values())


def test_kmer_logistic_learns_a_motif_and_shares_rows_with_the_constant():
    examples = planted(345, 2)
    splits = split(examples)
    table = run("kmer-logistic", examples, splits).predictions
    final = table[(table["part"] == "test") & table["is_all"] & (table["replicate"] == 1)]
    assert roc_auc_score(final["label"], final["prediction"]) > 0.95
    other = run("constant", examples, splits).predictions
    assert table.drop(columns="prediction").equals(other.drop(columns="prediction"))


def test_no_torch_is_imported():
    code = (
        "import sys, seqgraft.learn.baseline_job, seqgraft.config.learning; sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
