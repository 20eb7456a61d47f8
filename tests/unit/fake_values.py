"""Predictions without models for tasks that are not binary: noise is drawn so that the order of strategies is known."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from fake_predictions import BASELINES, TARGETS_ONLY

from seqgraft.evaluate import EvaluationSettings, FitJob, TransferSettings
from seqgraft.seeds import seed
from seqgraft.stats.metric_names import METRIC_NAMES

CANDIDATES = ("linear-probe", "full")
STRATEGIES = ("scratch", "zero-shot", *CANDIDATES)
SIZES = ((50, False), (100, False), (300, True))
#: Noise beside the truth (standard deviations of the labels) at 50 labels.
NOISE: Mapping[str, float] = {
    "scratch": 1.6, "zero-shot": 1.2, "linear-probe": 1.1, "full": 0.6, "constant": np.inf, "kmer-logistic": 1.5,
}  # fmt: skip
NAMES = {
    "regression": (),
    "outputs": ("affinity", "stability"),
    "multiclass": ("nucleus", "cytoplasm", "membrane", "secreted"),
    "multilabel": ("binds", "cuts", "moves"),
    "residue-classes": ("helix", "strand", "coil"),
    "residue-values": (),
}
#: Residues of a chain.
CHAIN = 12


def type_of(kind: str) -> str:
    """The config's name of a type; two outputs are a regression, too."""
    return "regression" if kind == "outputs" else kind


def truth(kind: str, n: int, generator: np.random.Generator, scale: float = 1.0) -> np.ndarray:
    """Draw labels of n sequences (residues: of n chains)."""
    if kind == "outputs":
        labels = generator.normal(size=(n, 2)) * [1, 50]
        labels[::7, 1] = np.nan
        return labels
    if kind == "multilabel":
        return (generator.random((n, 3)) < [0.5, 0.3, 0.2]).astype(float)
    if kind.startswith("residue-"):
        n *= CHAIN
    if kind in ("multiclass", "residue-classes"):
        classes = len(NAMES[kind])
        return generator.choice(classes, n, p=np.arange(classes, 0, -1) / sum(range(classes + 1)))
    return scale * generator.normal(size=n)


def answer(kind: str, labels: np.ndarray, noise: float, shared: np.ndarray, generator) -> np.ndarray:
    """Predict labels with noise, most of it shared by all fits; infinite noise is a constant."""
    own = 0.8 * shared + 0.6 * generator.normal(size=shared.shape)
    if kind in ("multiclass", "residue-classes"):
        # The signal is weaker where there is more noise.
        signal = 2.0 * np.eye(shared.shape[1])[labels]
        return (
            np.tile(np.arange(shared.shape[1], 0, -1.0), (len(labels), 1))
            if np.isinf(noise)
            else signal + noise * own
        )
    if kind == "multilabel":
        return (
            np.tile([0.0, -0.8, -1.4], (len(labels), 1)) if np.isinf(noise) else 2 * labels - 1 + noise * own
        )
    spread = np.nanstd(labels, axis=0)
    if np.isinf(noise):
        return np.zeros(labels.shape) + np.nanmean(labels, axis=0)
    return np.where(np.isnan(labels), 0.0, labels) + spread * noise * own


def noise_shape(kind: str, labels: np.ndarray) -> tuple[int, ...]:
    if kind in ("multiclass", "residue-classes"):
        return (len(labels), len(NAMES[kind]))
    return labels.shape


def table(kind: str, prefix: str, labels: np.ndarray, values: np.ndarray) -> dict[str, np.ndarray]:
    """Lay out one part in the columns of predictions.parquet."""
    residues = kind.startswith("residue-")
    rows = np.arange(len(labels))
    sequence = rows // CHAIN if residues else rows
    columns: dict[str, np.ndarray] = {"id": np.array([f"{prefix}{i:05d}" for i in sequence])}
    if residues:
        columns["position"] = (rows % CHAIN).astype(np.int32)
    for name, array in (("label", labels), ("prediction", values)):
        if array.ndim == 1:
            columns[name] = array
        else:
            columns |= {f"{name}_{k}": array[:, k] for k in range(array.shape[1])}
    return columns


def make_typed_study(
    folder: Path,
    kind: str,
    *,
    metric: str = "",
    noise: Mapping[str, float] | None = None,
    n_test: int = 120,
    sizes: tuple[tuple[int, bool], ...] = SIZES,
    replicates: int = 5,
    draws: int = 100,
    scale: float = 1.0,
    chosen: str = "held-out",
) -> tuple[list[FitJob], EvaluationSettings]:
    """Write the predictions of a study with one transfer, ``near`` to ``far``, in the layout of results/<study>."""
    planted = {**NOISE, **(noise or {})}
    generator = np.random.default_rng(seed(kind, "test"))
    test = truth(kind, n_test, generator, scale)
    shared = generator.normal(size=noise_shape(kind, test))
    jobs = []
    for strategy in (*STRATEGIES, *BASELINES):
        frames = []
        zero = strategy == "zero-shot"
        for n, is_all in ((0, False),) if zero else sizes:
            for replicate in range(1, 4 if zero else replicates + 1):
                own = np.random.default_rng(seed(kind, strategy, n, replicate))
                # Replicates differ in how well they do; labels help.
                level = planted[strategy] * (max(n, 50) / 50) ** -0.25 * np.exp(0.05 * own.normal())
                pool = np.random.default_rng(seed(kind, "pool", n, replicate))
                held = truth(kind, min(n or 60, 100), pool, scale)
                held_shared = pool.normal(size=noise_shape(kind, held))
                for part, labels, common in (("test", test, shared), ("held-out", held, held_shared)):
                    prefix = f"{'s' if zero and part != 'test' else 't'}{part[0]}"
                    columns = table(kind, prefix, labels, answer(kind, labels, level, common, own))
                    fit = {"train_size": n, "is_all": is_all, "replicate": replicate, "part": part}
                    frames.append(columns | {key: np.full(len(labels), value) for key, value in fit.items()})
        scope = "targets/far" if strategy in TARGETS_ONLY else "transfers/near--far"
        path = folder / scope / strategy / "predictions.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        columns = {key: np.concatenate([frame[key] for frame in frames]) for key in frames[0]}
        pd.DataFrame(columns).to_parquet(path, index=False)
        jobs.append(
            FitJob(
                None if strategy in TARGETS_ONLY else "near--far", "far", strategy,
                "baseline" if strategy in BASELINES else "strategy", path, type_of(kind), NAMES[kind],
            )
        )  # fmt: skip
    transfer = TransferSettings("near--far", ("near",), "far", "near", "far", STRATEGIES, CANDIDATES)
    return jobs, EvaluationSettings(
        study=f"fake-{kind}",
        transfers=(transfer,),
        baselines=BASELINES,
        primary_metric=metric or METRIC_NAMES[type_of(kind)][0],
        replicates=replicates,
        source_models=3,
        draws=draws,
        chosen=chosen,
    )
