"""The resume store: finished fits, one file each, under a key made of everything that changes them.

Snakemake deletes a job's outputs before it starts the job, so a killed job's finished fits live here, in a
folder that is no rule's output. A file appears whole or not at all. Nothing is pickled.
"""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from seqgraft.files import atomic_path

SUFFIX = ".safetensors"
UNFINISHED = ".checkpoint"  # of fits that were cut short, see `learn.checkpoint`
MOST_UNFINISHED = 200  # files of fits that nobody asked for
_WEIGHT = "weight:"


@dataclass(frozen=True)
class FitResult:
    """What one finished fit leaves behind.

    Parameters
    ----------
    test : numpy.ndarray
        (T,) float64 logits of the test part; the members' logits averaged.
    held_out_rows : numpy.ndarray
        (H,) int64 positions, within the fit's labels, that were held out.
    held_out : numpy.ndarray
        (H,) float64 logits from members that did not see the example.
    history : dict
        The fit's row of ``history.tsv``: JSON scalars.
    weights : dict of numpy.ndarray
        Weights of the final predictor by name; empty where they are not kept.
    transforms : list, optional
        Of numbers the fitted transforms of each output, which predictions have undone.
    """

    test: np.ndarray
    held_out_rows: np.ndarray
    held_out: np.ndarray
    history: dict[str, Any]
    weights: dict[str, np.ndarray] = field(default_factory=dict)
    transforms: list[Any] | None = None


def array_digest(array: np.ndarray) -> str:
    """Return the SHA-256 of an array's type, shape and values; text arrays count by their text."""
    if array.dtype.kind in "OU":
        content = "\x1f".join(str(value) for value in array).encode()
        return hashlib.sha256(b"text" + content).hexdigest()
    array = np.ascontiguousarray(array)
    head = f"{array.dtype.str}{array.shape}".encode()
    return hashlib.sha256(head + array.tobytes()).hexdigest()


def key_of(parts: Mapping[str, Any]) -> str:
    """Return the key of a fit: the SHA-256 of its parts as canonical JSON.

    Parameters
    ----------
    parts : mapping
        JSON values and numpy arrays (which enter by their digest), by name.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    plain = {
        name: array_digest(value) if isinstance(value, np.ndarray) else value for name, value in parts.items()
    }
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()


class Store:
    """A folder of finished fits.

    Parameters
    ----------
    folder : path-like, optional
        Made when first written to; None keeps nothing.
    most : int
        Fits that nobody asked this object for and that are kept all the same. `prune` removes them when a job is
        done; a job that is killed again and again, each time with other settings, never comes to that.
    """

    def __init__(self, folder: str | Path | None, most: int = 5_000) -> None:
        self.folder = None if folder is None else Path(folder)
        self.most = most
        self._asked: set[str] = set()

    def get(self, key: str) -> FitResult | None:
        """Return a finished fit, or None when it is not there (or was cut short by a failing disk)."""
        self._asked.add(key)
        if self.folder is None or not (path := self.folder / f"{key}{SUFFIX}").is_file():
            return None
        try:
            with safe_open(path, framework="numpy") as file:
                arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
                known = file.metadata()
                history, transforms = (json.loads(known.get(n, "null")) for n in ("history", "transforms"))
        except (SafetensorError, KeyError, json.JSONDecodeError):
            return None
        weights = {
            name.removeprefix(_WEIGHT): value for name, value in arrays.items() if name.startswith(_WEIGHT)
        }
        return FitResult(
            arrays["test"], arrays["held_out_rows"], arrays["held_out"], history, weights, transforms
        )

    def put(self, key: str, result: FitResult) -> None:
        """Write a finished fit, atomically, and let go of the oldest unasked ones if there are too many."""
        if self.folder is None:
            return
        self._asked.add(key)
        arrays = {"test": result.test, "held_out_rows": result.held_out_rows, "held_out": result.held_out}
        # Of an array in another order safetensors would write the bytes as they lie.
        arrays = {name: np.ascontiguousarray(value) for name, value in arrays.items()}
        arrays |= {_WEIGHT + name: np.ascontiguousarray(value) for name, value in result.weights.items()}
        with atomic_path(self.folder / f"{key}{SUFFIX}") as path:
            known: dict[str, Any] = {"history": result.history}
            if result.transforms is not None:
                known["transforms"] = result.transforms
            save_file(arrays, path, metadata={name: json.dumps(value) for name, value in known.items()})
        for path in self.folder.glob(f"{key}.*{UNFINISHED}"):
            _removed(path)
        self._bound(SUFFIX, self.most)
        self._bound(UNFINISHED, MOST_UNFINISHED)

    def prune(self, keep_keys: Collection[str]) -> int:
        """Remove all but the fits `keep_keys`, unfinished files of killed writers too; return how many they were."""
        unwanted = (path for suffix in (SUFFIX, UNFINISHED) for path in self._others(set(keep_keys), suffix))
        return sum(_removed(path) for path in unwanted)

    def _bound(self, suffix: str, most: int) -> None:
        """Keep at most so many files of one kind whose fits were not asked for, the newest."""
        others = self._others(self._asked, suffix)
        if len(others) > most:
            others.sort(key=_written)
            for path in others[: len(others) - most]:
                _removed(path)

    def _others(self, keys: Collection[str], suffix: str) -> list[Path]:
        """List the files of one kind, unfinished ones included, that do not belong to one of these fits."""
        if self.folder is None or not self.folder.is_dir():
            return []
        # A name begins with the key and a dot; one that begins with a dot was never finished.
        return [path for path in self.folder.glob(f"*{suffix}") if path.name.partition(".")[0] not in keys]


def _written(path: Path) -> int:
    """Return when a file was written; a file that another job removed meanwhile counts as the oldest."""
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def _removed(path: Path) -> bool:
    """Remove a file and tell whether it was still there: another job may have been faster."""
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    return True
