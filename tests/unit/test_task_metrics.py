"""Metrics of tasks that are not binary, under weights, against scipy and scikit-learn."""

import warnings

import numpy as np
import pytest
from scipy import stats
from sklearn import metrics as reference

from seqgraft.stats.concordance import concordance
from seqgraft.stats.metric_names import FACTS, METRIC_NAMES, facts, shared_metrics
from seqgraft.stats.resampled import UnitDraws, plain
from seqgraft.stats.task_types import TASK_TYPES
from seqgraft.stats.thresholds import Calibration

AS_IS = Calibration()


def weights(n: int, columns: int = 4, seed: int = 4) -> np.ndarray:
    drawn = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=columns).T
    return np.concatenate([np.ones((n, 1)), drawn], axis=1)


def repeated(array: np.ndarray, column: np.ndarray) -> np.ndarray:
    """What a frequency weight means: every row as often as it was drawn."""
    return np.repeat(array, column.astype(int), axis=0)


def numbers(n: int = 300, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    y = generator.normal(size=n)
    x = 0.7 * y + generator.normal(size=n)
    # Ties in both, also across the blocks of the concordance index.
    return np.round(y, 1), np.round(x, 1)


def pairs_in_order(y: np.ndarray, x: np.ndarray) -> float:
    first, second = np.triu_indices(len(y), 1)
    differ = y[first] != y[second]
    product = np.sign(y[first] - y[second]) * np.sign(x[first] - x[second])
    return float((product[differ] + 1).mean() / 2)


def score(kind: str, labels, values, draws=None, chains=None) -> dict:
    return TASK_TYPES[kind].score(labels, values, AS_IS, draws, chains=chains)


def test_regression_agrees_with_scipy_and_sklearn_under_weights():
    y, x = numbers()
    w = weights(len(y))
    found = score("regression", y, x, TASK_TYPES["regression"].draws(w, None))
    for column in range(w.shape[1]):
        a, b = repeated(y, w[:, column]), repeated(x, w[:, column])
        expected = {
            "spearman": stats.spearmanr(a, b).statistic,
            "pearson": stats.pearsonr(a, b).statistic,
            "mse": reference.mean_squared_error(a, b),
            "r2": reference.r2_score(a, b),
            "concordance": pairs_in_order(a, b),
        }
        assert set(expected) == set(METRIC_NAMES["regression"])
        for name, value in expected.items():
            assert found[name][column] == pytest.approx(value, rel=1e-9), name


def test_concordance_of_two_labels_is_the_auroc():
    generator = np.random.default_rng(8)
    y = (generator.random(400) < 0.4).astype(float)
    x = np.round(generator.normal(size=400) + y, 1)
    assert concordance(y, x, np.ones((400, 1)))[0] == pytest.approx(reference.roc_auc_score(y, x), rel=1e-12)


def test_regression_far_from_zero_keeps_its_digits():
    y, x = numbers()
    plainly, moved = score("regression", y, x), score("regression", y + 1e6, x + 1e6)
    for name in METRIC_NAMES["regression"]:
        assert moved[name][0] == pytest.approx(plainly[name][0], rel=1e-6), name


@pytest.mark.parametrize(
    ("labels", "values", "defined"),
    [
        ([1.0, 2.0, 3.0], [0.3, 0.3, 0.3], {"mse": None, "r2": None, "concordance": 0.5}),
        ([0.1, 0.1, 0.1], [1.0, 2.0, 3.0], {"mse": None}),
        ([1.0, 2.0], [1.5, 2.5], {"spearman": 1, "pearson": 1, "mse": 0.25, "r2": 0.0, "concordance": 1}),
        ([1.0], [1.5], {"mse": 0.25}),
        ([], [], {}),
    ],
)
def test_constants_and_few_examples_are_undefined_without_a_warning(labels, values, defined):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = score("regression", np.array(labels), np.array(values))
    assert {name for name, value in found.items() if not np.isnan(value[0])} == set(defined)
    for name, value in defined.items():
        if value is not None:
            assert found[name][0] == pytest.approx(value)


def test_several_outputs_are_averaged_and_missing_labels_left_out():
    y, x = numbers()
    generator = np.random.default_rng(2)
    labels, values = np.stack([y, 100 * generator.normal(size=300)], axis=1), np.stack([x, y], axis=1)
    labels[::3, 1] = np.nan
    kind = TASK_TYPES["regression"]
    found = score("regression", labels, values)
    known = ~np.isnan(labels[:, 1])
    own = [
        stats.spearmanr(y, x).statistic,
        stats.spearmanr(labels[known, 1], values[known, 1]).statistic,
    ]
    assert found["spearman"][0] == pytest.approx(np.mean(own))
    details = kind.details(labels, values, ["near", "far"])
    assert [details["spearman:near"], details["spearman:far"]] == pytest.approx(own)
    # The error of the output in large units must not decide alone.
    loss = kind.held_out_loss(labels, values, {})
    assert loss == pytest.approx(
        (details["mse:near"] / np.var(y) + details["mse:far"] / np.var(labels[known, 1])) / 2
    )


def classes(n: int = 200, k: int = 4, seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, k, n)
    logits = generator.normal(size=(n, k)) + 1.5 * np.eye(k)[labels]
    return labels, logits


def test_multiclass_agrees_with_sklearn_under_weights():
    labels, logits = classes()
    w = weights(200)
    found = score("multiclass", labels, logits, TASK_TYPES["multiclass"].draws(w, None))
    chances = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    calls = logits.argmax(axis=1)
    for column, own in enumerate(w.T):
        expected = {
            "accuracy": reference.accuracy_score(labels, calls, sample_weight=own),
            "balanced_accuracy": reference.balanced_accuracy_score(labels, calls, sample_weight=own),
            "macro_f1": reference.f1_score(labels, calls, average="macro", sample_weight=own),
            "mcc": reference.matthews_corrcoef(labels, calls, sample_weight=own),
            "log_loss": reference.log_loss(labels, chances, sample_weight=own),
        }
        assert set(expected) == set(METRIC_NAMES["multiclass"])
        for name, value in expected.items():
            assert found[name][column] == pytest.approx(value, rel=1e-10), name


def test_recall_of_each_class_and_of_one_without_examples():
    labels = np.array([0, 0, 1, 3])
    logits = np.eye(4)[[0, 1, 1, 2]] * 5
    details = TASK_TYPES["multiclass"].details(labels, logits, list("abcd"))
    assert details["recall:a"] == 0.5
    assert details["recall:b"] == 1
    assert np.isnan(details["recall:c"])
    assert details["recall:d"] == 0


def test_one_class_called_always_has_no_correlation():
    found = score("multiclass", np.array([0, 1, 2]), np.tile([5.0, 0, 0], (3, 1)))
    assert found["mcc"][0] == 0
    assert found["balanced_accuracy"][0] == pytest.approx(1 / 3)
    assert np.isnan(score("multiclass", np.array([1, 1]), np.eye(3)[[1, 1]])["mcc"][0])


def test_multilabel_agrees_with_sklearn_under_weights():
    generator = np.random.default_rng(5)
    labels = (generator.random((150, 3)) < [0.5, 0.3, 0.2]).astype(float)
    logits = 2 * labels - 1.2 + generator.normal(size=(150, 3))
    w = weights(150)
    found = score("multilabel", labels, logits, TASK_TYPES["multilabel"].draws(w, None))
    calls, chances = (logits >= 0).astype(float), 1 / (1 + np.exp(-logits))
    for column, own in enumerate(w.T):
        of_each = [reference.log_loss(labels[:, k], chances[:, k], sample_weight=own) for k in range(3)]
        expected = {
            "macro_auroc": reference.roc_auc_score(labels, logits, sample_weight=own),
            "macro_auprc": reference.average_precision_score(labels, logits, sample_weight=own),
            "micro_f1": reference.f1_score(labels, calls, average="micro", sample_weight=own),
            "macro_f1": reference.f1_score(labels, calls, average="macro", sample_weight=own),
            "log_loss": np.mean(of_each),
        }
        assert set(expected) == set(METRIC_NAMES["multilabel"])
        for name, value in expected.items():
            assert found[name][column] == pytest.approx(value, rel=1e-9), name


def test_multilabel_leaves_out_missing_labels_and_classes_without_positives():
    labels = np.array([[1.0, 0.0], [0.0, 0.0], [np.nan, 0.0], [1.0, 0.0]])
    logits = np.array([[2.0, -1.0], [-1.0, -2.0], [-9.0, -3.0], [1.0, -1.0]])
    found = score("multilabel", labels, logits)
    assert found["macro_auroc"][0] == 1
    assert found["micro_f1"][0] == 1
    assert found["macro_f1"][0] == 1


def residues() -> tuple[np.ndarray, np.ndarray]:
    """Five chains of unequal length, and the two groups that hold them."""
    return np.repeat(np.arange(5), [12, 30, 7, 25, 16]), np.array([0, 0, 1, 1, 1])


@pytest.mark.parametrize("kind", ["residue-classes", "residue-values", "residue-multilabel"])
def test_residues_are_pooled_and_averaged_by_chain_under_weights_of_whole_groups(kind):
    chains, group = residues()
    generator = np.random.default_rng(7)
    if kind == "residue-classes":
        labels, values = classes(90, 3)
    elif kind == "residue-values":
        labels, values = numbers(90)
    else:
        labels = (generator.random((90, 2)) < 0.4).astype(float)
        values = labels + generator.normal(size=(90, 2)) - 0.5
    units = np.array([[1.0, 2.0, 0.0], [1.0, 0.0, 2.0]])
    own = TASK_TYPES[kind]
    found = score(kind, labels, values, own.draws(units[group][chains], group[chains]), chains)
    assert set(found) == set(METRIC_NAMES[kind])
    alone = [
        score(kind, labels[chains == c], values[chains == c], chains=np.zeros((chains == c).sum(), int))
        for c in range(5)
    ]
    for column, drawn in enumerate(units.T):
        rows = np.repeat(np.arange(90), drawn[group][chains].astype(int))
        pooled = score(kind, labels[rows], values[rows], chains=np.zeros(len(rows), int))
        for name, value in found.items():
            if name.startswith("chain_"):
                single = [one[name.removeprefix("chain_")][0] for one in alone]
                expected = np.average(single, weights=drawn[group])
            else:
                expected = pooled[name][0]
            assert value[column] == pytest.approx(expected, rel=1e-9), name


def test_a_chain_in_which_a_metric_is_undefined_is_left_out():
    chains = np.array([0, 0, 0, 1, 1])
    labels, values = np.array([1.0, 2.0, 3.0, 4.0, 4.0]), np.array([1.0, 2.0, 2.5, 0.0, 1.0])
    found = score("residue-values", labels, values, UnitDraws(np.ones((2, 1)), chains), chains)
    assert found["chain_spearman"][0] == pytest.approx(1)
    assert found["chain_mse"][0] == pytest.approx((0.25 / 3 + (16 + 9) / 2) / 2)


def test_two_classes_of_residues_by_one_logit_are_those_by_two():
    labels, logits = classes(60, 2)
    chains = np.repeat(np.arange(6), 10)
    draws = UnitDraws(np.ones((6, 1)), chains)
    two = score("residue-classes", labels, logits, draws, chains)
    one = score("residue-classes", labels, logits[:, 0] - logits[:, 1], draws, chains)
    assert {name: float(value[0]) for name, value in one.items()} == pytest.approx(
        {name: float(value[0]) for name, value in two.items()}
    )


def test_every_type_computes_exactly_the_metrics_it_names():
    for kind, names in METRIC_NAMES.items():
        assert set(names) <= set(FACTS)
        own = {name.removeprefix("chain_") for name in names}
        if kind != "binary":
            assert own <= set(TASK_TYPES[kind].functions)
    assert set(METRIC_NAMES) == set(TASK_TYPES)
    assert facts("spearman:affinity").title == "Spearman correlation of affinity"
    assert shared_metrics(["multiclass", "binary"]) == ["accuracy", "mcc", "log_loss"]


def test_no_rows_are_no_crash():
    for kind, own in TASK_TYPES.items():
        if kind == "binary":
            continue
        width = (0,) if own.numbers else (0, 3)
        labels = np.zeros((0, 3)) if kind.endswith("multilabel") else np.zeros(0)
        chains = np.zeros(0, int)
        found = own.score(labels, np.zeros(width), AS_IS, plain(0), chains=chains)
        assert all(np.isnan(value[0]) for value in found.values()), kind
