import numpy as np
import pytest

from seqgraft.errors import SeqgraftError
from seqgraft.learn.choosing import log_loss, members, pooled, stratified_share


def labels_of(positives: int, negatives: int) -> np.ndarray:
    return np.random.default_rng(0).permutation(np.array([1] * positives + [0] * negatives, dtype=np.int8))


@pytest.mark.parametrize(("positives", "negatives", "folds"), [(14, 36, 5), (13, 37, 3), (100, 399, 5)])
def test_folds_partition_the_labels_and_are_stratified(positives, negatives, folds):
    labels = labels_of(positives, negatives)
    parts = members(labels, folds=folds, large_members=3, seed_words=("t",))
    assert len(parts) == folds
    held = np.concatenate([part.held_out for part in parts])
    assert sorted(held) == list(range(len(labels)))
    sizes = [len(part.held_out) for part in parts]
    assert max(sizes) - min(sizes) <= 1
    for part in parts:
        assert not set(part.fit) & set(part.held_out)
        assert len(part.fit) + len(part.held_out) == len(labels)
        assert abs(labels[part.held_out].sum() - positives / folds) < 1


def test_from_500_labels_one_fifth_is_held_out_and_at_most_500():
    labels = labels_of(200, 400)
    parts = members(labels, folds=5, large_members=3, seed_words=("t",))
    assert [part.number for part in parts] == [0, 1, 2]
    for part in parts:
        assert np.array_equal(part.held_out, parts[0].held_out)
        assert len(part.held_out) == 120
        assert labels[part.held_out].sum() == 40
    large = members(labels_of(2000, 4000), folds=5, large_members=1, seed_words=("t",))
    assert len(large[0].held_out) == 500


def test_a_rare_class_lowers_the_number_of_folds_and_one_example_is_an_error():
    assert len(members(labels_of(3, 40), folds=5, large_members=3, seed_words=("t",))) == 3
    with pytest.raises(SeqgraftError, match="1 example"):
        members(labels_of(1, 40), folds=5, large_members=3, seed_words=("t",))


def test_folds_depend_on_the_words_and_only_on_them():
    labels = labels_of(14, 36)
    first, again, other = (
        members(labels, folds=5, large_members=3, seed_words=words)[0].held_out
        for words in (("t", 1), ("t", 1), ("t", 2))
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_log_loss_by_hand():
    # p = 1/2 costs ln 2; logit ln 3 means p = 3/4.
    logits = np.array([0.0, np.log(3.0), np.log(3.0)])
    expected = (np.log(2) + np.log(4 / 3) + np.log(4)) / 3
    assert log_loss(logits, np.array([1, 1, 0])) == pytest.approx(expected)
    assert log_loss(np.array([1000.0]), np.array([0])) == pytest.approx(1000.0)


def test_pooled_averages_members_that_held_out_the_same_example():
    labels = labels_of(200, 400)
    parts = members(labels, folds=5, large_members=2, seed_words=("t",))
    rows, values = pooled(parts, [np.full(120, 1.0), np.full(120, 3.0)])
    assert np.array_equal(rows, parts[0].held_out)
    assert np.allclose(values, 2.0)


def test_a_stratified_share_holds_at_least_one_of_each_class():
    labels = labels_of(2, 50)
    drawn = stratified_share(labels, 0.1, np.random.default_rng(1))
    assert labels[drawn].sum() == 1
    assert len(drawn) == 6
