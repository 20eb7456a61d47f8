"""The record of how a study was run: enough to repeat it and to see what differs if the repetition does."""

import datetime
import importlib.metadata
import json
import os
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

import seqgraft
from seqgraft.files import sha256_of

# The packages whose version can change a number in the report.
PACKAGES = (
    "snakemake",
    "torch",
    "numpy",
    "scipy",
    "pandas",
    "scikit-learn",
    "pyarrow",
    "biopython",
    "matplotlib",
)


def collect(
    *,
    study: str,
    config: Path,
    raw: Mapping[Path, Mapping[str, Any]],
    computed: Sequence[Path],
    bundles: Sequence[Path],
    histories: Sequence[Path],
    code_digests: Mapping[str, str],
) -> dict[str, Any]:
    """Gather a study's provenance.

    Parameters
    ----------
    study : str
        The study's name.
    config : pathlib.Path
        ``config.yaml`` as understood.
    raw : mapping of pathlib.Path to mapping
        Each raw file and where it came from (``task``, ``class`` and ``url``, ``path`` or ``simulated``).
    computed : sequence of pathlib.Path
        Files whose bytes a repetition must give again: records, splits, weights, predictions.
    bundles : sequence of pathlib.Path
        ``bundle.json`` of every source model.
    histories : sequence of pathlib.Path
        ``history.tsv`` of every fit job.
    code_digests : mapping of str to str
        Digest of the library modules behind each rule.

    Returns
    -------
    dict
        Ready for JSON.
    """
    folder = config.parent
    models = {
        str(path.parent.relative_to(folder)): json.loads(path.read_text(encoding="utf-8")) for path in bundles
    }
    # Under conda this job's environment is not the one that trained: the bundles know their own torch.
    trained_with = {"torch": next(iter(models.values()))["torch"]} if models else {}
    return {
        "study": study,
        "seqgraft": seqgraft.__version__,
        "finished": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "config_sha256": sha256_of(config),
        "machine": {
            "system": platform.platform(),
            "processor": _processor(),
            "cores": os.cpu_count(),
            "python": platform.python_version(),
        },
        "packages": _versions() | trained_with,
        "seeds": "derived from names (study, target, train size, replicate, member); see seqgraft.seeds",
        "raw": {
            str(path.relative_to(folder)): {**origin, "sha256": sha256_of(path), "bytes": path.stat().st_size}
            for path, origin in raw.items()
        },
        "sha256": {str(path.relative_to(folder)): sha256_of(path) for path in computed},
        "code": dict(code_digests),
        "source_models": models,
        "fit_jobs": {str(path.parent.relative_to(folder)): _fit_job(path) for path in histories},
    }


def _fit_job(path: Path) -> dict[str, Any]:
    """Sum up one fit job: where its fits ran and how long they took."""
    history = pd.read_csv(path, sep="\t")
    return {
        "fits": len(history),
        "seconds": round(float(history["seconds"].sum()), 1),
        "devices": sorted(set(history["device"].astype(str))),
    }


def _versions() -> dict[str, str]:
    """Return the installed versions of the packages that matter; those of another environment are absent."""
    found = {}
    for name in PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def _processor() -> str:
    """Return the processor's name where the system tells it."""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or "unknown"
