"""Draw the test part once, and for each replicate the order in which it takes the pool's labels."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from seqgraft.data.counts import check_counts, check_parts, check_prefixes
from seqgraft.data.splitting.order import order_of_groups, stratified_order
from seqgraft.data.splitting.parts import Draw, draw_test
from seqgraft.data.splitting.strata import strata_of
from seqgraft.seeds import seed

COLUMNS = ["id", "part", "replicate", "rank"]
GROUP = "group"  # a further column, where groups are to stay together inside the labels, too


def split(
    ids: Sequence[str],
    labels: Sequence,
    *,
    classes: Sequence[str],
    settings: Mapping[str, Any],
    seed_words: tuple[object, ...],
    replicates: int,
    numbers: Sequence[int],
    folds: int,
    task: str,
    groups: Sequence[str] | None = None,
    parts: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Split a task into test part and pool, and permute the pool for each replicate.

    Parameters
    ----------
    ids, labels : sequence
        (N,) names and labels of the task's sequences.
    classes : sequence of str
        The task's classes.
    settings : mapping
        The config's ``split``: a method in `seqgraft.data.splitting.parts.DRAWS` and what it needs.
    seed_words : tuple
        Name the draw: study, task and the config's seed.
    replicates : int
        Permutations of the pool.
    numbers : sequence of int
        The train sizes asked for, without ``all``; none where the task is only a source.
    folds : int
        Folds used for choosing: each class needs that many sequences in the pool.
    task : str
        The task's name, for messages.
    groups, parts : sequence of str, optional
        (N,) group and published part of each sequence, for methods that need them.

    Returns
    -------
    pandas.DataFrame
        ``id, part, replicate, rank``; replicate and rank are empty in the test part. With ``group`` where folds or
        prefixes are to respect groups.

    Raises
    ------
    SeqgraftError
        If the method cannot split these sequences, a class is too small for the test part, the folds or the smallest
        train size, or the pool for the largest train size.

    Notes
    -----
    Any prefix of a permutation holds each class in proportion, to within one sequence: the classes are shuffled
    separately and merged by their position within the class, ``(i + u) / size`` with one random ``u`` per class. A
    replicate depends neither on how many others there are nor on the train sizes. Where prefixes respect groups, the
    groups follow each other whole, each in the place of one member, and classes are in proportion only on average.
    """
    names = np.asarray(ids, dtype=object)
    given = np.asarray(labels, dtype=object)
    strata = strata_of(labels, classes)
    by_class = len(classes) > 0 and set(given) <= set(classes)
    balanced = given if by_class else strata
    group_of = None if groups is None else np.asarray(groups, dtype=object)
    part_of = None if parts is None else np.asarray(parts, dtype=object)
    if by_class and settings["method"] == "stratified":  # told before the draw, with the size that would do
        counts = {name: int((given == name).sum()) for name in classes}
        check_counts(counts, test=settings["test"], folds=folds, numbers=numbers, task=task)
    draw = Draw(settings, strata, group_of, part_of, task)
    in_test = draw_test(draw, np.random.default_rng(seed(*seed_words, "test")))
    wanted = classes if by_class else []
    check_parts(given, in_test, classes=wanted, folds=folds, numbers=numbers, task=task)
    # A predefined split says nothing of groups; where it has any, they are windows of one sequence.
    respected = settings.get("respect_groups", "folds") if group_of is not None else "nothing"
    pool = np.flatnonzero(~in_test)
    tables = [pd.DataFrame({"id": names[in_test], "part": "test", "replicate": pd.NA, "rank": pd.NA})]
    for replicate in range(1, replicates + 1):
        generator = np.random.default_rng(seed(*seed_words, "replicate", replicate))
        order = stratified_order(balanced[pool], generator)
        if respected == "prefixes":
            assert group_of is not None
            order = order_of_groups(order, group_of[pool], generator)
            if by_class:
                check_prefixes(given[pool][order], classes, numbers=numbers, replicate=replicate, task=task)
        tables.append(
            pd.DataFrame(
                {
                    "id": names[pool][order],
                    "part": "pool",
                    "replicate": replicate,
                    "rank": np.arange(len(pool)),
                }
            )
        )
    table = pd.concat([t.astype({"replicate": "Int64", "rank": "Int64"}) for t in tables], ignore_index=True)
    if group_of is None or respected == "nothing":
        return table[COLUMNS]
    return table.assign(group=table["id"].map(dict(zip(names, group_of, strict=True))))[[*COLUMNS, GROUP]]
