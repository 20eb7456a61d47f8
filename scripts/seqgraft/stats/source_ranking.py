"""How well the estimates made before training ranked the sources that then helped most.

The agreement is a weighted rank correlation, in which the top of the ranking counts most, because one source is taken
and the order of the others is of no consequence.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata, weightedtau

from seqgraft.seeds import seed
from seqgraft.stats.metric_names import facts
from seqgraft.stats.settings import CHOSEN, SCRATCH

Floats = NDArray[np.float64]

#: Sources below which there is no ranking to speak of: two are right or wrong by a toss.
FEWEST_SOURCES = 3
#: Replicates below which no interval is given.
FEWEST_REPLICATES = 5
TOO_FEW = "too few sources"
COLUMNS = [
    "target", "estimate", "train_size", "is_all", "metric", "sources", "replicates", "tau", "ci_low", "ci_high",
    "picked", "best", "gain_of_picked", "gain_of_best", "regret", "note",
]  # fmt: skip


def realised_gains(metrics: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Return what each source gave: chosen minus scratch on the test part, turned so that greater is better.

    Parameters
    ----------
    metrics : pandas.DataFrame
        As in ``metrics.tsv``.
    metric : str
        A name in `seqgraft.stats.metric_names.FACTS`.

    Returns
    -------
    pandas.DataFrame
        Columns ``target, source, train_size, is_all, replicate, gain``.
    """
    keys = ["target", "source", "train_size", "is_all", "replicate"]
    own = metrics[(metrics["part"] == "test") & (metrics["metric"] == metric)]
    chosen, scratch = (own[own["strategy"] == name].set_index(keys)["value"] for name in (CHOSEN, SCRATCH))
    sign = 1 if facts(metric).greater_is_better else -1
    return (sign * (chosen - scratch)).rename("gain").reset_index()


def ranking_table(
    scores: pd.DataFrame,
    metrics: pd.DataFrame,
    metric: str,
    *,
    seed_words: tuple = (),
    draws: int = 1000,
    level: float = 0.95,
) -> pd.DataFrame:
    """Compare every estimate with the gains that followed, over the sources of a target.

    Parameters
    ----------
    scores : pandas.DataFrame
        As in ``source_scores.tsv``.
    metrics : pandas.DataFrame
        As in ``metrics.tsv``.
    metric : str
        The primary metric.
    seed_words : tuple
        Name the study.
    draws : int
        Bootstrap draws.
    level : float
        Coverage of the interval.

    Returns
    -------
    pandas.DataFrame
        One row per target, train size and estimate. ``tau`` compares mean estimate and mean gain, both over replicates
        (and source models); its interval resamples replicates, the same ones for both. It holds for these sources and
        this test part, and it is wide where few sources allow few values of tau. ``picked`` is the source with the
        greatest estimate, ``best`` the one that gave most, ``regret`` the gain lost between them. Sources of which an
        estimate is unknown are left out of its row.
    """
    gains = realised_gains(metrics, metric)
    rows = []
    for (target, size, is_all, name), own in scores.groupby(
        ["target", "train_size", "is_all", "estimate"], sort=False
    ):
        estimate = own.pivot_table(index="replicate", columns="source", values="value", sort=False)
        at = gains[(gains["target"] == target) & (gains["train_size"] == size) & (gains["is_all"] == is_all)]
        gain = at.pivot_table(index="replicate", columns="source", values="gain", sort=False)
        sources = [source for source in estimate.columns if source in gain.columns]
        both = estimate[sources].join(gain[sources], rsuffix=" gain", how="inner").dropna()
        promised, given = np.hsplit(both.to_numpy(float), 2)
        generator = np.random.default_rng(seed(*seed_words, target, size, "source ranking"))
        head = {"target": target, "estimate": name, "train_size": size, "is_all": is_all, "metric": metric}
        rows.append(head | _compare(promised, given, sources, generator, draws, level))
    return pd.DataFrame(rows, columns=COLUMNS)


def sentences(ranking: pd.DataFrame) -> Iterator[str]:
    """Yield a sentence per row of `ranking_table`, for a log or a page."""
    for row in ranking.to_dict("records"):
        text = f"{row['target']} at {row['train_size']} labels: {row['estimate']} picks {row['picked']}"
        text += (
            ", which gave most"
            if row["picked"] == row["best"]
            else f", which gave {row['regret']:.3f} {row['metric']} less than {row['best']}"
        )
        if row["note"]:
            yield f"{text} ({row['note']} for a ranking)."
        else:
            yield f"{text}; weighted tau {row['tau']:.2f}{_interval(row['ci_low'], row['ci_high'])}."


def tau(promised: Floats, given: Floats) -> float:
    """Return the weighted Kendall correlation of two rankings of the same sources.

    Parameters
    ----------
    promised, given : ndarray of float64, shape (S,)
        Greater is better in both.

    Returns
    -------
    float
        From -1 to 1, NaN where one of them does not tell any two apart. Weights fall hyperbolically from the top, and
        the correlation is the mean over both rankings' tops (Vigna 2015, WWW:1166).
    """
    return _tau_of_ranks(tuple(rankdata(promised)), tuple(rankdata(given)))


@lru_cache(maxsize=65536)
def _tau_of_ranks(promised: tuple[float, ...], given: tuple[float, ...]) -> float:
    """Compute the correlation once per pair of rankings: a bootstrap of few sources meets the same ones often."""
    if len(set(promised)) < 2 or len(set(given)) < 2:
        return float("nan")
    return float(weightedtau(promised, given).statistic)


def _compare(
    promised: Floats,
    given: Floats,
    sources: Sequence[str],
    generator: np.random.Generator,
    draws: int,
    level: float,
) -> dict[str, object]:
    """Compare one estimate with the gains; both have shape (R, S)."""
    replicates, count = promised.shape
    result: dict[str, object] = {
        "sources": count, "replicates": replicates, "tau": np.nan, "ci_low": np.nan, "ci_high": np.nan, "note": "",
    }  # fmt: skip
    if not count or not replicates:
        return result | {"note": "nothing to compare"}
    gains = given.mean(axis=0)
    picked, best = int(promised.mean(axis=0).argmax()), int(gains.argmax())
    result |= {
        "picked": sources[picked],
        "best": sources[best],
        "gain_of_picked": gains[picked],
        "gain_of_best": gains[best],
        "regret": gains[best] - gains[picked],
    }
    if count < FEWEST_SOURCES:
        return result | {"note": TOO_FEW}
    result["tau"] = tau(promised.mean(axis=0), gains)
    if replicates >= FEWEST_REPLICATES:
        drawn = generator.integers(0, replicates, (draws, replicates))
        values = [
            tau(p, g) for p, g in zip(promised[drawn].mean(axis=1), given[drawn].mean(axis=1), strict=True)
        ]
        tail = (1 - level) / 2
        result["ci_low"], result["ci_high"] = np.nanquantile(values, [tail, 1 - tail])
    return result


def _interval(low: float, high: float) -> str:
    """Write an interval, or nothing where there is none."""
    return "" if np.isnan(low) else f" ({low:.2f} to {high:.2f})"
