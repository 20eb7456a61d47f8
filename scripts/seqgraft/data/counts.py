"""Whether a task holds enough of each class for its test part, its folds and the sizes asked of it."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from seqgraft.errors import SeqgraftError

MIN_TEST = 2  # of each class: with fewer no ranking metric and no interval is defined


def size_of_test(count: int, test: float) -> int:
    """Return how many of `count` sequences of one class go to the test part, a fraction `test` of them."""
    return round(test * count)


def check_counts(
    counts: Mapping[str, int], *, test: float, folds: int, numbers: Sequence[int], task: str
) -> None:
    """Refuse a task that is too small for what the study asks of it.

    Parameters
    ----------
    counts : mapping of str to int
        Sequences of each class.
    test : float
        Fraction of each class that goes to the test part.
    folds : int
        Folds used for choosing: each class needs that many sequences in the pool.
    numbers : sequence of int
        The train sizes asked for, without ``all``; none where the task is only a source.
    task : str
        The task's name, for messages.

    Raises
    ------
    SeqgraftError
        If a class is too small for the test part, the folds or the smallest train size, or the pool for the
        largest train size.
    """
    pool = {}
    for label, count in counts.items():
        taken = size_of_test(count, test)
        pool[label] = count - taken
        if taken < MIN_TEST or pool[label] < folds:
            raise SeqgraftError(
                f"class '{label}' of task '{task}' has {count} sequences: a test fraction of {test:g} takes "
                f"{taken} of them (at least {MIN_TEST} are needed) and leaves {pool[label]} for the pool "
                f"(at least {folds} are needed, one for each fold)",
                where=f"config key tasks.{task}",
                remedy="give more sequences of that class, or change tasks."
                f"{task}.split.test or training.folds",
            )
    _check_sizes(pool, numbers=numbers, task=task)


def check_parts(
    labels: np.ndarray,
    in_test: np.ndarray,
    *,
    classes: Sequence[str],
    folds: int,
    numbers: Sequence[int],
    task: str,
) -> None:
    """Refuse a split, however it was made, whose parts are too small for what the study asks of them.

    Parameters
    ----------
    labels : numpy.ndarray
        (N,) labels.
    in_test : numpy.ndarray
        (N,) bool.
    classes : sequence of str
        The classes of which both parts need some; none where labels are no classes.
    folds, numbers, task
        As for `check_counts`.

    Raises
    ------
    SeqgraftError
        If a part holds too few of a class, or the pool too few sequences.
    """
    for label in classes:
        taken, left = (int((labels[part] == label).sum()) for part in (in_test, ~in_test))
        if taken < MIN_TEST or left < folds:
            raise SeqgraftError(
                f"the split of task '{task}' puts {taken} sequences of class '{label}' into the test part (at least "
                f"{MIN_TEST} are needed) and {left} into the pool (at least {folds} are needed, one for each fold)",
                where=f"config key tasks.{task}.split",
                remedy="give more sequences of that class, change training.folds, or split in another way: another "
                "`seed`, another fraction, smaller groups",
            )
    pool = {label: int((labels[~in_test] == label).sum()) for label in classes}
    _check_sizes(pool or {"": int((~in_test).sum())}, numbers=numbers, task=task)


def check_prefixes(
    labels: np.ndarray, classes: Sequence[str], *, numbers: Sequence[int], replicate: int, task: str
) -> None:
    """Refuse a permutation of whole groups whose first labels hold too few of a class to choose on.

    Parameters
    ----------
    labels : numpy.ndarray
        (N,) labels of the pool in the permutation's order.
    classes : sequence of str
        The task's classes.
    numbers : sequence of int
        The train sizes asked for, without ``all``.
    replicate : int
        Which permutation it is.
    task : str
        The task's name, for messages.

    Raises
    ------
    SeqgraftError
        If a class has fewer than two labels among those of a train size.
    """
    for size in numbers:
        for label in classes:
            held = int((labels[:size] == label).sum())
            if held < 2:
                raise SeqgraftError(
                    f"the first {size} labels of replicate {replicate} of task '{task}' hold {held} of class "
                    f"'{label}', because prefixes take whole groups: too few to choose anything on",
                    where=f"config key tasks.{task}.split.respect_groups",
                    remedy="leave out the smallest sizes, or set `respect_groups: folds`",
                )


def _check_sizes(pool: Mapping[str, int], *, numbers: Sequence[int], task: str) -> None:
    """Refuse train sizes that a pool of so many sequences of each class is too small or too poor for."""
    size = sum(pool.values())
    if max(numbers, default=0) > size:
        raise SeqgraftError(
            f"train_sizes asks for {max(numbers)} labels, but the pool of task '{task}' holds {size}",
            where="config key train_sizes",
            remedy=f"leave out the sizes above {size}; `all` stands for the whole pool",
        )
    for label, count in pool.items():
        share = count / size
        # A prefix holds each class in proportion to within one sequence, and choosing takes two of each.
        least = math.ceil(3 / share)
        if numbers and min(numbers) < least:
            raise SeqgraftError(
                f"{min(numbers)} labels of task '{task}' hold about {share * min(numbers):.1f} of class '{label}' "
                f"({share:.1%} of the pool): too few to choose anything on",
                where="config key train_sizes",
                remedy=f"leave out the sizes below {least}, or collect more of that class",
            )


def check_source_size(size: int, counts: Mapping[str, int], *, source: str) -> None:
    """Refuse a part of a source that is none, or too small to train a source model on.

    Parameters
    ----------
    size : int
        Sequences asked for, of all classes together.
    counts : mapping of str to int
        Sequences of each class that source models may learn from.
    source : str
        The source's name, for messages.

    Raises
    ------
    SeqgraftError
        If the part is not smaller than the source, or holds too few of a class.
    """
    whole = sum(counts.values())
    if size >= whole:
        raise SeqgraftError(
            f"ablation.source_sizes asks for {size} sequences of source '{source}', which has {whole} to learn from",
            where="config key ablation.source_sizes",
            remedy=f"leave out the sizes from {whole} on, because the whole source is compared in any case; or name "
            "transfers with larger sources in ablation.transfers",
        )
    for label, count in counts.items():
        share = count / whole
        # A part holds each class in proportion to within one sequence; two are needed, one of them to validate on.
        least = math.ceil(3 / share)
        if size < least:
            raise SeqgraftError(
                f"{size} sequences of source '{source}' hold about {share * size:.1f} of class '{label}' "
                f"({share:.1%} of those to learn from): too few to train and validate a source model on",
                where="config key ablation.source_sizes",
                remedy=f"leave out the sizes below {least}",
            )
