import math

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression, Ridge

from seqgraft.errors import SeqgraftError
from seqgraft.learn.choosing import Member, log_loss, members, stratified_share
from seqgraft.learn.entries import spread, spread_members
from seqgraft.learn.examples import Aim
from seqgraft.learn.lesson import lesson_of
from seqgraft.learn.linear import search, solve
from seqgraft.learn.objectives import BINARY, OBJECTIVES, objective_of, trained

THREE = objective_of(Aim("multiclass", ("a", "b", "c")))
TWO = objective_of(Aim("multilabel", ("a", "b")))
NUMBER = objective_of(Aim("regression"))
SEVERAL = objective_of(Aim("regression", outputs=("x", "y")))
RESIDUES = objective_of(Aim("residue-classes", ("a", "b", "c")))
LN2, NAN = math.log(2), math.nan

# Logits, labels, the loss by hand.
BY_HAND = {
    "binary": (BINARY, [0.0, math.log(3)], [1, 0], (LN2 + math.log(4)) / 2),
    "multiclass": (THREE, [[0, 0, math.log(2)], [0, 0, 0]], [2, 0], (LN2 + math.log(3)) / 2),
    "multilabel, one missing": (
        TWO, [[0.0, math.log(3)], [0.0, 9.0]], [[1, 1], [0, NAN]], (2 * LN2 + math.log(4 / 3)) / 3,
    ),
    "regression": (NUMBER, [1.0, 5.0], [2.0, 2.0], (1 + 9) / 2),
    "regression of several, one missing": (
        SEVERAL, [[1.0, 5.0], [0.0, 7.0]], [[2.0, 2.0], [2.0, NAN]], (1 + 9 + 4) / 3,
    ),
    "residue-classes": (
        RESIDUES, [[[0, 0, LN2], [9, 0, 0]], [[0, 0, 0], [0, 9, 0]]], [[2, -1], [1, -1]], (LN2 + math.log(3)) / 2,
    ),
    "residue-classes of two": (
        objective_of(Aim("residue-classes", ("a", "b"))), [[0.0, 5.0]], [[1, -1]], LN2,
    ),
    "residue-values": (objective_of(Aim("residue-values")), [[1.0, 5.0, 0.0]], [[2.0, NAN, 2.0]], 2.5),
    "residue-multilabel": (
        objective_of(Aim("residue-multilabel", ("a", "b"))), [[[0.0, math.log(3)], [4.0, 4.0]]],
        [[[1, 1], [NAN, NAN]]], (LN2 + math.log(4 / 3)) / 2,
    ),
}  # fmt: skip


def arrays(logits, labels):
    labels = np.array(labels)
    return np.array(logits, dtype=np.float64), labels


@pytest.mark.parametrize("name", BY_HAND)
def test_both_losses_are_what_they_are_by_hand(name):
    objective, logits, labels, loss = BY_HAND[name]
    logits, labels = arrays(logits, labels)
    assert objective.held_out_loss(logits, labels) == pytest.approx(loss, rel=1e-12)
    tensor = objective.loss(torch.tensor(logits, dtype=torch.float32), objective.targets(labels))
    assert float(tensor) == pytest.approx(loss, rel=1e-6)


def test_every_type_has_an_objective_by_hand():
    assert {objective.type for objective, *_ in BY_HAND.values()} == set(OBJECTIVES)


def test_hubers_loss_grows_linearly_from_one_on():
    lesson = lesson_of(Aim("regression"), np.array([0.0, 2.0]), Options("huber"))
    values, labels = np.array([0.5, 3.0]), np.array([0.0, 0.0])
    assert lesson.objective.held_out_loss(values, labels) == pytest.approx((0.125 + 2.5) / 2)
    tensor = trained(lesson.objective).loss(torch.tensor(values), torch.tensor(labels))
    assert float(tensor) == pytest.approx((0.125 + 2.5) / 2)


class Options:
    def __init__(self, loss="mse", class_weights="none"):
        self.loss, self.class_weights = loss, class_weights


@pytest.mark.parametrize(
    ("objective", "labels", "expected"),
    [
        (BINARY, [1, 0, 0, 0], [[4 / 6, 2]]),
        (THREE, [0, 0, 0, 1], [4 / 9, 4 / 3, 1.0]),  # a class without labels weighs 1
        (TWO, [[1, NAN], [0, 1], [0, 1], [0, 0]], [[4 / 6, 2], [1.5, 0.75]]),
        (RESIDUES, [[0, -1], [0, 1], [2, 2]], [5 / 6, 5 / 3, 5 / 6]),
    ],
)
def test_balanced_weights_are_by_hand_and_both_losses_use_them(objective, labels, expected):
    labels = np.array(labels)
    weighed = objective.balanced(labels)
    assert weighed.weights == pytest.approx(np.array(expected))
    shape = (*labels.shape[: 1 + objective.per_residue], objective.outputs)
    logits = np.random.default_rng(0).normal(size=shape)
    logits = logits[..., 0] if objective.outputs == 1 else logits
    tensor = weighed.loss(
        torch.tensor(logits),
        weighed.targets(labels).to(torch.float64)
        if objective.family == "logistic"
        else weighed.targets(labels),
    )
    assert float(tensor) == pytest.approx(weighed.held_out_loss(logits, labels))
    assert float(tensor) != pytest.approx(objective.held_out_loss(logits, labels))


def test_numbers_have_no_class_weights():
    with pytest.raises(SeqgraftError, match="no classes that could be weighed"):
        lesson_of(Aim("regression"), np.array([1.0, 2.0]), Options(class_weights="balanced"))


def test_what_is_missing_changes_neither_loss_nor_gradient():
    labels = np.array([[0, 1, -1], [2, -1, -1]])
    logits = torch.randn(2, 3, 3, generator=torch.Generator().manual_seed(1), requires_grad=True)
    loss = RESIDUES.loss(logits, RESIDUES.targets(labels))
    loss.backward()
    assert not logits.grad[torch.tensor(labels < 0)].any()
    assert logits.grad[torch.tensor(labels >= 0)].all()
    changed = logits.detach().clone()
    changed[torch.tensor(labels < 0)] = 100.0
    assert RESIDUES.loss(changed, RESIDUES.targets(labels)) == loss
    assert RESIDUES.held_out_loss(changed.numpy(), labels) == RESIDUES.held_out_loss(
        logits.detach().numpy(), labels
    )
    cut = RESIDUES.loss(logits[:, :2], RESIDUES.targets(labels))  # a batch cut to its longest sequence
    assert torch.allclose(cut, loss)


def test_weights_of_examples_weigh_them():
    logits, labels = torch.tensor([1.0, 5.0]), torch.tensor([2.0, 2.0])
    assert NUMBER.loss(logits, labels, torch.tensor([1.0, 0.0])) == 0.5


def test_the_binary_objective_is_the_log_loss_to_the_bit():
    generator = np.random.default_rng(3)
    logits, labels = generator.normal(size=200), generator.integers(0, 2, 200).astype(np.int8)
    assert BINARY.held_out_loss(logits, labels) == log_loss(logits, labels)
    assert BINARY.strata(labels) is labels


def test_strata_follow_classes_ranges_and_rare_classes():
    assert THREE.strata(np.array([2, 0, 1], dtype=np.int16)).tolist() == [2, 0, 1]
    numbers = np.random.default_rng(0).permutation(100).astype(np.float32)
    strata = NUMBER.strata(numbers)
    assert strata.tolist() == (numbers // 10).astype(int).tolist()
    assert NUMBER.strata(numbers[:12]).max() == 1  # at least five labels in each
    both = np.stack([numbers, numbers * 100 + 7], axis=1)
    both[0, 1] = NAN
    assert np.mean(SEVERAL.strata(both) == strata) > 0.9
    rare = np.array([[1, 1], [1, 0], [0, 0], [1, 0]], dtype=np.float32)
    assert TWO.strata(rare).tolist() == [2, 1, 0, 1]
    assert RESIDUES.strata(np.zeros((3, 5))).tolist() == [0, 0, 0]


def test_folds_and_shares_are_balanced_over_more_than_two_strata_and_keep_groups_whole():
    strata = np.random.default_rng(0).permutation(np.repeat([0, 1, 2], [40, 15, 5]))
    parts = members(strata, folds=5, large_members=3, seed_words=("t",), every=False)
    for part in parts:
        assert np.bincount(strata[part.held_out]).tolist() == [8, 3, 1]
    held_out = stratified_share(strata, 0.2, np.random.default_rng(1))
    assert np.bincount(strata[held_out]).tolist() == [8, 3, 1]
    rare = np.array([0] * 20 + [1])  # one example of a class is no mistake here
    assert len(members(rare, folds=3, large_members=3, seed_words=("t",), every=False)) == 3
    groups = np.arange(60) // 6
    for part in members(strata, folds=5, large_members=3, seed_words=("t",), groups=groups, every=False):
        assert not set(groups[part.fit]) & set(groups[part.held_out])
    with pytest.raises(SeqgraftError, match="whole groups"):
        members(strata, folds=5, large_members=3, seed_words=("t",), groups=np.zeros(60), every=False)


def test_transforms_are_fitted_to_the_fits_labels_and_undone_in_predictions():
    labels = np.exp(np.array([[0.0, 5.0], [2.0, 5.5], [1.0, NAN]]))
    aim = Aim("regression", outputs=("x", "y"), transforms=("log",))
    lesson = lesson_of(aim, labels)
    assert lesson.labels == pytest.approx(np.array([[-1.2247449, -1], [1.2247449, 1], [0, NAN]]), nan_ok=True)
    assert lesson.told(lesson.labels, labels) == pytest.approx(labels, rel=1e-6, nan_ok=True)
    again = lesson_of(aim, labels[:1], chains=lesson.chains)  # a kept head's
    assert again.labels.tolist() == lesson.labels[:1].tolist()


def toy(seed=0, n=60, f=4):
    generator = np.random.default_rng(seed)
    x = generator.normal(size=(n, f)) * [1, 5, 0.1, 1]
    return x, generator


def standard(x):
    return (x - x.mean(axis=0)) / x.std(axis=0)


def test_the_multinomial_head_is_scikit_learns_optimum():
    x, generator = toy()
    labels = generator.integers(0, 3, 60).astype(np.int16)
    coefficients, intercepts = solve(x, labels, 0.1, THREE)
    machine = LogisticRegression(C=0.1, tol=1e-10, max_iter=10_000).fit(standard(x), labels)
    values = x @ coefficients.T + intercepts
    p = np.exp(values) / np.exp(values).sum(axis=1, keepdims=True)
    assert p == pytest.approx(machine.predict_proba(standard(x)), abs=1e-4)


def test_one_against_the_rest_leaves_out_what_is_missing_and_a_class_that_none_has():
    x, generator = toy()
    labels = generator.integers(0, 2, (60, 2)).astype(np.float32)
    labels[:20, 0], labels[:, 1] = NAN, 0
    coefficients, intercepts = solve(x, labels, 0.1, TWO)
    inner = LogisticRegression(C=0.1, tol=1e-10, max_iter=10_000).fit(standard(x)[20:], labels[20:, 0])
    assert (x @ coefficients[0] + intercepts[0])[20:] == pytest.approx(
        inner.decision_function(standard(x)[20:]), abs=1e-4
    )
    assert not coefficients[1].any()
    assert intercepts[1] == pytest.approx(math.log(0.5 / 60.5))


def test_the_ridge_head_is_scikit_learns_and_finds_a_planted_line():
    x, _ = toy(n=200)
    y = 3 * x[:, 0] - x[:, 3] + 7
    lesson = lesson_of(Aim("regression"), y)
    coefficients, intercepts = solve(x, lesson.labels, 0.5, NUMBER)
    machine = Ridge(alpha=2.0).fit(standard(x), lesson.labels)
    assert x @ coefficients[0] + intercepts[0] == pytest.approx(machine.predict(standard(x)), abs=1e-9)
    part = Member(0, np.arange(150), np.arange(150, 200))
    own = search(x, lesson.labels, [part], [1e-4, 1e3], NUMBER)
    assert own.penalty_c == 1e3
    assert lesson.undone(own.predict(x)) == pytest.approx(y, abs=1e-2)


def test_a_class_without_labels_becomes_rare_and_not_impossible():
    x, generator = toy()
    labels = generator.integers(0, 2, 60).astype(np.int16)
    coefficients, intercepts = solve(x, labels, 0.1, THREE)
    values = x @ coefficients.T + intercepts
    difference = values[:, 1] - values[:, 0]
    machine = LogisticRegression(C=0.1, tol=1e-10, max_iter=10_000).fit(standard(x), labels)
    assert difference == pytest.approx(machine.decision_function(standard(x)), abs=1e-4)
    share = np.exp(values) / np.exp(values).sum(axis=1, keepdims=True)
    assert 0 < share[:, 2].mean() < 0.05


def test_residues_follow_their_sequences():
    counts = np.array([2, 0, 3, 1])
    assert spread(counts, np.array([2, 0, 1])).tolist() == [2, 3, 4, 0, 1]
    (part,) = spread_members(counts, [Member(4, np.array([0, 3]), np.array([1, 2]))])
    assert (part.number, part.fit.tolist(), part.held_out.tolist()) == (4, [0, 1, 5], [2, 3, 4])
