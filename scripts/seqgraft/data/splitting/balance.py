"""How evenly a split divided classes and groups, in words for logs and pages."""

from collections.abc import Iterator, Sequence

import pandas as pd


def balance(
    splits: pd.DataFrame, records: pd.DataFrame, groups: pd.Series | None, classes: Sequence[str]
) -> Iterator[str]:
    """Say what share of each class and of the groups became the test part.

    Parameters
    ----------
    splits : pandas.DataFrame
        Columns ``id, part``.
    records : pandas.DataFrame
        Columns ``id, label``.
    groups : pandas.Series or None
        (N,) group of each record, where there are groups.
    classes : sequence of str
        The task's classes.

    Yields
    ------
    str
    """
    in_test = records["id"].isin(splits.loc[splits["part"] == "test", "id"]).to_numpy()
    for name in classes:
        own = (records["label"] == name).to_numpy()
        if own.any():
            yield (
                f"{in_test[own].mean():.1%} of class {name} is in the test part, {in_test.mean():.1%} of all sequences"
            )
    if groups is not None:
        tested, pooled = (set(groups[part]) for part in (in_test, ~in_test))
        yield f"{len(tested)} groups in the test part, {len(pooled)} in the pool, {len(tested & pooled)} in both"
