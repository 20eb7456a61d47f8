"""Comparing two runs of one study: which files differ, by how much, and whether the verdicts agree."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml
from safetensors import SafetensorError
from safetensors.numpy import load_file

from seqgraft.files import sha256_of
from seqgraft.record.findings import Findings

PREDICTION_KEY = ["id", "train_size", "is_all", "replicate", "part"]
# What the two records may have in common without deciding a byte, and what each is called.
CIRCUMSTANCES = {
    "system": "system",
    "processor": "processor",
    "python": "Python",
    "threads": "threads of torch",
}


def compare_runs(
    folder: Path, record: Mapping[str, Any], other: Path, other_record: Mapping[str, Any]
) -> Findings:
    """Compare what two runs must have in common: config, inputs, data, weights, predictions and tables.

    Parameters
    ----------
    folder, other : pathlib.Path
        Two ``results/<study>`` folders.
    record, other_record : mapping
        Their ``provenance.json``; they say which files there are, the bytes are read from the folders.

    Returns
    -------
    Findings
        Histories, which hold times, are not compared.
    """
    found = Findings()
    found.add("config", "config.yaml", _file("config.yaml", folder, other))
    for kind, part in (("inputs", "raw"), ("", "sha256")):
        for name in dict.fromkeys([*record[part], *other_record[part]]):
            problem = _only_one(name, record[part], other_record[part]) or _file(name, folder, other)
            found.add(kind or kind_of(name), name, problem)
    found.notes += _verdict_notes(folder, other) + _record_notes(record, other_record)
    return found


def kind_of(name: str) -> str:
    """Say what a recorded result is: predictions, models, data or tables."""
    path = Path(name)
    if path.name == "predictions.parquet":
        return "predictions"
    if path.suffix == ".safetensors":
        return "models"
    return "data" if path.parts[0] == "data" else "tables"


def _only_one(name: str, first: Mapping[str, Any], second: Mapping[str, Any]) -> str:
    """Say so where only one of the runs has a file at all."""
    if name in first and name in second:
        return ""
    return f"only in the {'first' if name in first else 'second'} run"


def _file(name: str, folder: Path, other: Path) -> str:
    """Compare one file of both runs; nothing where the bytes are equal."""
    first, second = folder / name, other / name
    gone = [word for word, path in (("first", first), ("second", second)) if not path.is_file()]
    if gone:
        return f"missing in the {' and the '.join(gone)} folder"
    if sha256_of(first) == sha256_of(second):
        return ""
    measure = MEASURES.get(first.name) or MEASURES.get(first.suffix)
    return "differs" + (f": {measure(first, second)}" if measure else " in its bytes")


def largest_difference_of_predictions(first: Path, second: Path) -> str:
    """Say by how much two files of predictions differ, prediction by prediction."""
    a, b = pd.read_parquet(first), pd.read_parquet(second)
    both = a.merge(b, on=PREDICTION_KEY, suffixes=("_a", "_b"))
    lone = len(a) + len(b) - 2 * len(both)
    words = [f"{lone} rows are in one run only"] if lone else []
    if len(both):
        gap = (both["prediction_a"] - both["prediction_b"]).abs()
        number = int((gap > 0).sum())
        words.append(
            f"{number} of {len(both)} predictions, the largest difference is {gap.max():.3g} (logits)"
        )
        if (both["label_a"] != both["label_b"]).any():
            words.append("labels differ")
    return "; ".join(words)


def largest_difference_of_weights(first: Path, second: Path) -> str:
    """Say by how much two files of weights differ."""
    a, b = load_file(first), load_file(second)
    if {name: value.shape for name, value in a.items()} != {name: value.shape for name, value in b.items()}:
        return "other layers or sizes"
    gap = max((float(np.abs(value - b[name]).max()) for name, value in a.items() if value.size), default=0.0)
    return f"the largest difference of a weight is {gap:.3g}"


def largest_difference_of_tables(first: Path, second: Path) -> str:
    """Say by how much the numbers of two tables differ, cell by cell where both have the same rows."""
    a, b = (pd.read_csv(path, sep="\t", keep_default_na=False, dtype=str) for path in (first, second))
    if list(a.columns) != list(b.columns) or len(a) != len(b):
        return f"{len(a)} and {len(b)} rows, or other columns"
    cells = a.to_numpy() != b.to_numpy()
    pairs = list(zip(a.to_numpy()[cells], b.to_numpy()[cells], strict=True))
    gaps = [abs(x - y) for x, y in ((_number(p), _number(q)) for p, q in pairs) if x == x and y == y]
    words = f"{len(pairs)} of {a.size} cells"
    return f"{words}, the largest difference of a number is {max(gaps):.3g}" if gaps else words


def differences_of_configs(first: Path, second: Path) -> str:
    """Name the keys in which two configs differ."""
    a, b = (_flat(yaml.safe_load(path.read_text(encoding="utf-8"))) for path in (first, second))
    keys = [key for key in dict.fromkeys([*a, *b]) if a.get(key) != b.get(key)]
    shown = [f"{key} ({a.get(key, 'absent')} and {b.get(key, 'absent')})" for key in keys[:5]]
    more = f" and {len(keys) - 5} more" if len(keys) > 5 else ""
    return ", ".join(shown) + more if keys else "in its layout only"


def _safely(measure: Callable[[Path, Path], str]) -> Callable[[Path, Path], str]:
    """Tell of a damaged file instead of failing at it."""

    def measured(first: Path, second: Path) -> str:
        try:
            return measure(first, second)
        except (OSError, ValueError, KeyError, SafetensorError, yaml.YAMLError) as error:
            return f"one of them cannot be read ({type(error).__name__})"

    return measured


MEASURES: dict[str, Callable[[Path, Path], str]] = {
    "config.yaml": _safely(differences_of_configs),
    "predictions.parquet": _safely(largest_difference_of_predictions),
    ".safetensors": _safely(largest_difference_of_weights),
    ".tsv": _safely(largest_difference_of_tables),
}


def _verdict_notes(folder: Path, other: Path) -> list[str]:
    """Say whether both runs come to the same verdicts."""
    try:
        a, b = (
            {v["transfer"]: v["verdict"] for v in json.loads((f / "verdicts.json").read_text("utf-8"))}
            for f in (folder, other)
        )
    except (OSError, ValueError, KeyError, TypeError):
        return ["the verdicts of one run cannot be read"]
    apart = [f"{name}: '{a.get(name, 'none')}' and '{b.get(name, 'none')}'" for name in {**a, **b}
             if a.get(name) != b.get(name)]  # fmt: skip
    return [f"the verdicts differ: {'; '.join(apart)}"] if apart else [f"the verdicts agree ({len(a)})"]


def _record_notes(first: Mapping[str, Any], second: Mapping[str, Any]) -> list[str]:
    """Name what differs between the circumstances of two runs."""
    notes = []
    if first["study"] != second["study"]:
        notes.append("the studies have different names, from which all seeds are derived")
    rules = [rule for rule in first["code"] if first["code"][rule] != second["code"].get(rule)]
    if rules:
        notes.append(f"the code differs behind {', '.join(rules)}")
    for name in dict.fromkeys([*first["packages"], *second["packages"]]):
        a, b = first["packages"].get(name, "none"), second["packages"].get(name, "none")
        if a != b:
            notes.append(f"{name} {a} and {b}")
    for key, name in CIRCUMSTANCES.items():
        a, b = first["machine"].get(key), second["machine"].get(key)
        if a != b:
            notes.append(f"{name}: {a} and {b}")
    return notes


def _number(text: str) -> float:
    """Read a number; not-a-number for other text."""
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _flat(tree: Any, path: str = "") -> dict[str, Any]:
    """Turn nested keys into dotted ones."""
    if isinstance(tree, dict) and tree:
        return {
            k: v for key, value in tree.items() for k, v in _flat(value, f"{path}.{key}".lstrip(".")).items()
        }
    return {path: tree}
