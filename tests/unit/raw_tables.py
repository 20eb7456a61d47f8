"""Tables as readers hand them to the checks, for tests."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from seqgraft.data.clean import Cleaning, clean

FILE = "in/f.fa"


def raw(*rows: Mapping[str, Any]) -> pd.DataFrame:
    """Return a raw table: record i is called s<i> unless it says otherwise, and stands in line 2 i + 1."""
    places = [{"id": f"s{i}", "line": 2 * i + 1, "file": "f.fa", "path": FILE} for i in range(len(rows))]
    return pd.DataFrame([place | dict(row) for place, row in zip(places, rows, strict=True)])


def cleaned(task: Mapping[str, Any], *rows: Mapping[str, Any]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Check records; return what is accepted and what is listed."""
    return clean(raw(*rows), Cleaning.of({"alphabet": "dna", "classes": ["yes", "no"], **task}))


def dna(*sequences: str, label: Any = "yes") -> list[dict[str, Any]]:
    """Return records with these sequences and one label."""
    return [{"sequence": sequence, "label": label} for sequence in sequences]


def labelled(*labels: Any, sequence: str = "ACGT") -> list[dict[str, Any]]:
    """Return records with these labels, each with a sequence of its own unless it brings one."""
    ends = ["A", "C", "G", "T"]
    return [
        {"sequence": sequence + ends[i % 4] * (i // 4 + 1), "label": label} for i, label in enumerate(labels)
    ]


def residues(labels: Any, *, sequence: str = "MKV", **more: Any) -> list[dict[str, Any]]:
    """Return one record with labels of its residues."""
    return [{"sequence": sequence, "label": labels, **more}]


def reasons(listed: pd.DataFrame) -> list[tuple[str, str]]:
    """Return the id and the reason of each listed record."""
    return list(zip(listed["id"], listed["reason"], strict=True))


def column(table: pd.DataFrame, name: str = "sequence") -> Sequence[Any]:
    """Return a column as a list."""
    return table[name].tolist()
