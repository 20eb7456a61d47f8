"""What the checks for suspicious results look at, and what they return."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from seqgraft.signs import true_minus
from seqgraft.stats.metric_names import written
from seqgraft.stats.panel import Panel
from seqgraft.stats.settings import CHOSEN, CURVE


@dataclass(frozen=True)
class Finding:
    """Something that a reader must know before believing a number.

    Parameters
    ----------
    message : str
        A sentence or two, for people.
    evidence : mapping of str to float, int or str
        The numbers behind it.
    serious : bool
        Whether a number on the page may be wrong or its claim empty, rather than only weaker.
    """

    message: str
    evidence: Mapping[str, float | int | str] = field(default_factory=dict)
    serious: bool = False

    def values(self) -> str:
        """Write the evidence as "name=value" pairs."""
        return "; ".join(
            f"{name}={value:.4g}" if isinstance(value, float) else f"{name}={value}"
            for name, value in self.evidence.items()
        )


def signed(value: float, metric: str) -> str:
    """Write a difference in a metric with its sign and a true minus."""
    return true_minus(written(value, metric, "+"))


@dataclass(frozen=True)
class Evidence:
    """What is known of one transfer.

    Parameters
    ----------
    panel : Panel
        Its scores.
    comparisons : pandas.DataFrame
        Its rows of ``comparisons.tsv``.
    leakage, excluded : pandas.DataFrame or None
        Of the whole study; None where not known.
    """

    panel: Panel
    comparisons: pd.DataFrame
    leakage: pd.DataFrame | None = None
    excluded: pd.DataFrame | None = None

    @property
    def primary(self) -> pd.Series | None:
        """The primary comparison; None where there is none or its difference is undefined."""
        rows = self.comparisons[self.comparisons["role"] == "primary"]
        return None if rows.empty or rows["difference"].isna().all() else rows.iloc[0]

    def contrast(self, reference: str) -> pd.Series | None:
        """Return the chosen strategy against a reference over the learning curve; None where not compared."""
        rows = self.comparisons
        rows = rows[
            (rows["strategy"] == CHOSEN)
            & (rows["role"] == "contrast")
            & (rows["reference"] == reference)
            & (rows["train_size"] == CURVE)
        ]
        return None if rows.empty or rows["difference"].isna().all() else rows.iloc[0]
