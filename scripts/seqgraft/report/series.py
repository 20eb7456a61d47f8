"""From the long summary table to the lines of one learning curve."""

from dataclasses import dataclass

import pandas as pd

from seqgraft.stats.settings import CHOSEN, SCRATCH, ZERO_SHOT


@dataclass(frozen=True)
class Point:
    """One mean with its interval.

    Parameters
    ----------
    size : int
        Train size; 0 for zero-shot.
    is_all : bool
        Whether it is the whole pool.
    mean, low, high : float
        NaN where undefined.
    note : str
        What must be known about it.
    """

    size: int
    is_all: bool
    mean: float
    low: float
    high: float
    note: str = ""


@dataclass(frozen=True)
class Series:
    """One strategy's points, sizes ascending.

    Parameters
    ----------
    name : str
        Name of the strategy.
    kind : str
        "strategy", "baseline" or "chosen".
    points : tuple of Point
        At least one.
    """

    name: str
    kind: str
    points: tuple[Point, ...]

    @property
    def without_labels(self) -> bool:
        """Whether it sees no target label and so has the same score at every train size."""
        return all(point.size == 0 for point in self.points)


def series_of(summary: pd.DataFrame, transfer: str, metric: str) -> list[Series]:
    """Collect the lines of one transfer and metric.

    Parameters
    ----------
    summary : pandas.DataFrame
        As in ``summary.tsv``.
    transfer, metric : str
        Which.

    Returns
    -------
    list of Series
        The chosen strategy first, then scratch, the other strategies, zero-shot, and the baselines.
    """
    rows = summary[(summary["transfer"] == transfer) & (summary["metric"] == metric)]
    found = []
    for name, own in rows.groupby("strategy", sort=False):
        points = tuple(
            Point(
                int(row["train_size"]),
                bool(row["is_all"]),
                float(row["mean"]),
                float(row["ci_low"]),
                float(row["ci_high"]),
                str(row["note"] or ""),
            )
            for row in own.sort_values(["is_all", "train_size"]).to_dict("records")
        )
        found.append(Series(str(name), str(own["kind"].iloc[0]), points))
    place = {name: position for position, name in enumerate((CHOSEN, SCRATCH))}
    late = {"strategy": 2, "baseline": 4}
    return sorted(found, key=lambda s: place.get(s.name, 3 if s.name == ZERO_SHOT else late.get(s.kind, 2)))


def sizes_of(lines: list[Series]) -> list[tuple[int, bool]]:
    """Return the train sizes of a learning curve, ascending, with whether each is the whole pool."""
    return sorted(
        {(p.size, p.is_all) for line in lines for p in line.points if p.size}, key=lambda s: (s[1], s[0])
    )
