"""How much of each test sequence is found again in the training sequence that is most like it."""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from seqgraft.alphabets import ALPHABETS
from seqgraft.data.nearest import nearest
from seqgraft.data.scoring import SHUFFLED
from seqgraft.simulate.shuffle import dinucleotide_shuffle

COLUMNS = ["id", "shuffled", "task", "nearest", "identity"]


def identity_table(
    test: pd.Series,
    training: Mapping[str, pd.Series],
    *,
    alphabet: str,
    both: bool,
    seed: int,
    step: Callable[[int], None] = lambda _: None,
) -> pd.DataFrame:
    """Find what each test sequence, and some shuffled ones, have in common with their nearest training sequence.

    Parameters
    ----------
    test : pandas.Series
        (N,) sequences of the test part, indexed by id.
    training : mapping of str to pandas.Series
        By task, the sequences that are learned from, indexed by id: the target's own pool, a source's training part.
    alphabet : str
        A name in `seqgraft.data.scoring.SCORINGS`.
    both : bool
        Whether the other strand of a sequence counts as the same.
    seed : int
        Of the shuffles.
    step : callable, optional
        Is told of every sequence that was compared with one task.

    Returns
    -------
    pandas.DataFrame
        Columns `COLUMNS`: one row per sequence and task; `identity` from 0 to 1. Where `shuffled`, the sequence is the
        one named, with its letters shuffled and its neighbouring pairs kept; these rows tell what sequences reach that
        are related to nothing. Where nothing aligns `nearest` is empty and `identity` 0.
    """
    drawn = shuffled(test, seed)
    asked = pd.concat([test, drawn])
    tables = []
    for task, sequences in training.items():
        found = nearest(asked.tolist(), sequences.tolist(), ALPHABETS[alphabet], both=both, step=step)
        ids = [*sequences.index, ""]  # -1 is the last one: there was nothing to find
        tables.append(
            pd.DataFrame(
                {
                    "id": asked.index,
                    "shuffled": np.arange(len(asked)) >= len(test),
                    "task": task,
                    "nearest": [ids[row] for row, _ in found],
                    "identity": [share for _, share in found],
                }
            )
        )
    return pd.concat(tables, ignore_index=True)[COLUMNS]


def learned_from(pool: pd.Series, excluded: pd.DataFrame, *, source: bool) -> pd.Series:
    """Leave out of a task's pool what is not learned from because it leaks.

    Parameters
    ----------
    pool : pandas.Series
        Sequences, indexed by id.
    excluded : pandas.DataFrame
        The task's ``excluded.tsv``.
    source : bool
        Whether the task is a source, which also does without what it shares with targets; else it is the target.

    Returns
    -------
    pandas.Series
    """
    roles = ("pool", "source") if source else ("pool",)
    return pool[~pool.index.isin(set(excluded.loc[excluded["role"].isin(roles), "id"]))]


def shuffled(test: pd.Series, seed: int) -> pd.Series:
    """Draw at most `SHUFFLED` test sequences and shuffle each.

    Parameters
    ----------
    test : pandas.Series
        Sequences, indexed by id.
    seed : int
        Of the draw and the shuffles.

    Returns
    -------
    pandas.Series
        Each with the same counts of letters and of neighbouring pairs as the sequence of that id.
    """
    generator = np.random.default_rng(seed)
    picked = np.sort(generator.permutation(len(test))[:SHUFFLED])
    return test.iloc[picked].map(lambda sequence: dinucleotide_shuffle(sequence, generator))
