"""How the labels of one fit are divided, so that what is chosen is chosen on examples not learned from.

Below 500 labels every example is held out once (stratified folds), because a single held-out part of a few
examples is too small to choose on; from 500 on one stratified 20 % (at most 500) is enough and cheaper.
The final predictor is the same for every strategy and baseline: the members trained for choosing, their
logits averaged.
"""

from dataclasses import dataclass

import numpy as np

from seqgraft.data.splitting.assign import deal_groups
from seqgraft.errors import SeqgraftError
from seqgraft.seeds import seed

LARGE = 500
HELD_OUT_SHARE = 0.2
HELD_OUT_MOST = 500


@dataclass(frozen=True)
class Member:
    """One member of a fit's ensemble.

    Parameters
    ----------
    number : int
        0, 1, …: part of the seeds of its initialisation and batch order.
    fit : numpy.ndarray
        int64 positions, within the fit's labels, that it learns from.
    held_out : numpy.ndarray
        int64 positions that it does not see.
    """

    number: int
    fit: np.ndarray
    held_out: np.ndarray


def members(
    labels: np.ndarray,
    *,
    folds: int,
    large_members: int,
    seed_words: tuple,
    groups: np.ndarray | None = None,
    every: bool = True,
) -> list[Member]:
    """Divide the labels of one fit among the members of its ensemble.

    Parameters
    ----------
    labels : numpy.ndarray
        (n,) integers, over whose values is balanced: 0 or 1, or other strata of `Measure.strata`.
    folds : int
        Folds below 500 labels; fewer when a class has fewer examples, but at least 2.
    large_members : int
        Members from 500 labels on; they share one held-out part and differ in their seeds.
    seed_words : tuple
        Words that name the fit.
    groups : numpy.ndarray, optional
        (n,) group of each label; no group is held out in part. Folds are then stratified as well as groups allow.
    every : bool
        Whether each of the values 0 and 1 must be on both sides of every division. Without it values are dealt out as
        evenly as they allow, and a rare one may lie in one fold alone.

    Returns
    -------
    list of Member

    Raises
    ------
    SeqgraftError
        When a class has fewer than two examples, or lies in a single group; without `every` when there are fewer than
        two labels or groups.
    """
    labels = np.asarray(labels)
    rarest = min(int((labels == 1).sum()), int((labels == 0).sum())) if every else len(labels)
    if rarest < 2:
        raise SeqgraftError(
            f"Among {len(labels)} labels one class has {rarest} example(s); choosing needs 2 of each.",
            where="train_sizes",
            remedy="use larger train sizes",
        )
    generator = np.random.default_rng(seed(*seed_words, "folds"))
    everything = np.arange(len(labels))
    if groups is not None:
        return _grouped_members(labels, np.asarray(groups), folds, large_members, generator, every=every)
    if len(labels) < LARGE:
        fold = _folds(labels, min(folds, rarest), generator)
        return [Member(k, everything[fold != k], everything[fold == k]) for k in range(fold.max() + 1)]
    share = min(HELD_OUT_SHARE, HELD_OUT_MOST / len(labels))
    held_out = stratified_share(labels, share, generator)
    rest = np.setdiff1d(everything, held_out)
    return [Member(k, rest, held_out) for k in range(large_members)]


def grouped_share(
    labels: np.ndarray,
    groups: np.ndarray,
    share: float,
    generator: np.random.Generator,
    *,
    every: bool = True,
) -> np.ndarray:
    """Draw whole groups that hold about a share of the examples, and of each class as nearly as groups allow.

    Parameters
    ----------
    labels : numpy.ndarray
        (n,) 0 or 1.
    groups : numpy.ndarray
        (n,) group of each example.
    share : float
        Between 0 and 1.
    generator : numpy.random.Generator
        Draws the groups.
    every : bool
        As for `members`.

    Returns
    -------
    numpy.ndarray
        int64 positions, rising.

    Raises
    ------
    SeqgraftError
        When a class is not on both sides, or no group on one.
    """
    part = deal_groups(groups, np.asarray(labels, dtype=np.int64), np.array([1 - share, share]), generator)
    _both_sides(labels, part, every=every)
    return np.flatnonzero(part == 1)


def stratified_share(labels: np.ndarray, share: float, generator: np.random.Generator) -> np.ndarray:
    """Draw a stratified share of the examples, at least one of each class.

    Parameters
    ----------
    labels : numpy.ndarray
        (n,) 0 or 1, or other strata.
    share : float
        Between 0 and 1.
    generator : numpy.random.Generator
        Draws the examples.

    Returns
    -------
    numpy.ndarray
        int64 positions, rising.
    """
    drawn = [
        generator.permutation(rows)[: max(1, round(share * len(rows)))]
        for rows in (np.flatnonzero(labels == value) for value in np.unique(labels))
    ]
    return np.sort(np.concatenate(drawn))


def log_loss(logits: np.ndarray, labels: np.ndarray) -> float:
    """Return the mean negative log likelihood of labels under logits, in nats.

    Parameters
    ----------
    logits : numpy.ndarray
        (n,) log-odds of label 1.
    labels : numpy.ndarray
        (n,) 0 or 1.

    Returns
    -------
    float
    """
    logits = np.asarray(logits, dtype=np.float64)
    with np.errstate(
        invalid="ignore"
    ):  # of logits that are no numbers the caller tells, with the learning rate
        return float(np.mean(np.logaddexp(0.0, logits) - logits * labels))


def pooled(parts: list[Member], logits: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Put the members' held-out logits together.

    Parameters
    ----------
    parts : list of Member
        The members.
    logits : list of numpy.ndarray
        Each member's logits of its `held_out`, (h,) or (h, …).

    Returns
    -------
    rows : numpy.ndarray
        (H,) int64 positions held out by at least one member, rising.
    held_out : numpy.ndarray
        (H,) or (H, …) float64; averaged over the members that held the example out.
    """
    rows = np.concatenate([part.held_out for part in parts])
    values = np.concatenate([np.asarray(value, dtype=np.float64) for value in logits])
    unique, place = np.unique(rows, return_inverse=True)
    if values.ndim == 1:
        return unique, np.bincount(place, values) / np.bincount(place)
    sums = np.zeros((len(unique), *values.shape[1:]))
    np.add.at(sums, place, values)
    return unique, sums / np.bincount(place).reshape(-1, *[1] * (values.ndim - 1))


def _grouped_members(
    labels: np.ndarray,
    groups: np.ndarray,
    folds: int,
    large_members: int,
    generator: np.random.Generator,
    *,
    every: bool,
) -> list[Member]:
    """Divide labels whose groups stay whole."""
    everything = np.arange(len(labels))
    if len(labels) >= LARGE:
        share = min(HELD_OUT_SHARE, HELD_OUT_MOST / len(labels))
        held_out = grouped_share(labels, groups, share, generator, every=every)
        return [Member(k, np.setdiff1d(everything, held_out), held_out) for k in range(large_members)]
    strata = np.asarray(labels, dtype=np.int64)
    most = (
        min(len(np.unique(groups[labels == value])) for value in (0, 1)) if every else len(np.unique(groups))
    )
    count = max(2, min(folds, most))
    fold = deal_groups(groups, strata, np.full(count, 1 / count), generator)
    _both_sides(labels, fold, every=every)
    return [Member(k, everything[fold != k], everything[fold == k]) for k in np.unique(fold)]


def _both_sides(labels: np.ndarray, part: np.ndarray, *, every: bool) -> None:
    """Refuse a division of groups that leaves a class, or without `every` everything, on one side alone."""
    for own in [labels == value for value in (0, 1)] if every else [np.ones(len(labels), dtype=bool)]:
        if len(np.unique(part[own])) < 2:
            raise SeqgraftError(
                f"Among {len(labels)} labels whole groups leave a class to one fold alone, so nothing can be chosen.",
                where="config keys train_sizes of targets, pretraining.validation of sources",
                remedy="use more labels, or set the task's split.respect_groups to `nothing`",
            )


def _folds(labels: np.ndarray, count: int, generator: np.random.Generator) -> np.ndarray:
    """Give each example a fold; class counts per fold differ by one at most, fold sizes too."""
    values = np.unique(labels)[::-1]
    order = np.concatenate([generator.permutation(np.flatnonzero(labels == value)) for value in values])
    fold = np.empty(len(labels), dtype=np.int64)
    fold[order] = np.arange(len(labels)) % count  # dealt like cards, on from the last fold of the rarer class
    return fold
