"""Predictions without models: scores drawn so that the true effect of every strategy is known."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from seqgraft.evaluate import EvaluationSettings, FitJob, TransferSettings
from seqgraft.seeds import seed

SIZES = ((50, False), (100, False), (200, False), (400, False), (961, True))
TARGETS_ONLY = ("scratch", "constant", "kmer-logistic")
BASELINES = ("constant", "kmer-logistic")
CANDIDATES = ("linear-probe", "full", "full-kept-head")
STRATEGIES = ("scratch", "zero-shot", *CANDIDATES)

#: Distance between the classes (in standard deviations) at 50 labels and what each doubling adds.
EFFECT: Mapping[str, tuple[float, float]] = {
    "scratch": (1.3, 0.30),
    "zero-shot": (2.2, 0.0),
    "linear-probe": (2.1, 0.05),
    "full": (1.9, 0.18),
    "full-kept-head": (2.25, 0.11),
    "constant": (0.0, 0.0),
    "kmer-logistic": (1.6, 0.12),
}


def scores(
    labels: np.ndarray,
    distance: float,
    shared: np.ndarray,
    generator: np.random.Generator,
    scale: float = 1.5,
) -> np.ndarray:
    """Draw logits: a shift between the classes, a part that all fits share and one of this fit alone."""
    noise = 0.8 * shared + 0.6 * generator.normal(size=len(labels))
    return scale * (distance * (labels - 0.5) + noise) - 0.5


def write_strategy(
    path: Path,
    strategy: str,
    effect: tuple[float, float],
    words: tuple[str, ...],
    test: tuple[np.ndarray, np.ndarray],
    sizes: tuple[tuple[int, bool], ...] = SIZES,
    replicates: int = 10,
    source_models: int = 3,
    spread: float = 0.12,
    positives: float = 0.27,
) -> None:
    """Write one predictions.parquet; `spread` is how much replicates differ in their distance."""
    labels, shared = test
    frames = []
    zero = strategy == "zero-shot"
    for n, is_all in ((0, False),) if zero else sizes:
        for replicate in range(1, (source_models if zero else replicates) + 1):
            generator = np.random.default_rng(seed(*words, strategy, n, replicate))
            distance = effect[0] + effect[1] * np.log2(max(n, 50) / 50) + spread * generator.normal()
            constant = strategy == "constant"
            held = n if 0 < n < 500 else min(500, max(200, round(0.2 * n)))
            held_labels = np.arange(held) < round(positives * held)
            held_shared = np.random.default_rng(seed(*words[:2], "pool", n, replicate)).normal(size=held)
            for part, y, common in (("test", labels, shared), ("held-out", held_labels, held_shared)):
                logit = np.full(len(y), -1.0) if constant else scores(y, distance, common, generator)
                frames.append(
                    pd.DataFrame(
                        {
                            "id": [
                                f"{'s' if zero and part != 'test' else 't'}{part[0]}{i:05d}"
                                for i in range(len(y))
                            ],
                            "train_size": n,
                            "is_all": is_all,
                            "replicate": replicate,
                            "part": part,
                            "label": y.astype("int8"),
                            "prediction": logit.astype("float64"),
                        }
                    )
                )
    path.parent.mkdir(parents=True, exist_ok=True)
    pd.concat(frames, ignore_index=True).to_parquet(path, index=False)


def make_study(
    folder: Path,
    transfers: tuple[tuple[str, str], ...] = (("ecoli", "bsubtilis"),),
    effects: Mapping[str, Mapping[str, tuple[float, float]]] | None = None,
    n_test: int = 412,
    positives: float = 0.27,
    sizes: tuple[tuple[int, bool], ...] = SIZES,
    replicates: int = 10,
    source_models: int = 3,
    titles: Mapping[str, str] | None = None,
    name: str = "fake",
    draws: int = 1000,
    chosen: str = "held-out",
) -> tuple[list[FitJob], EvaluationSettings]:
    """Write the predictions of a whole study in the layout of results/<study>.

    Parameters
    ----------
    folder : Path
        The study's folder.
    transfers : tuple of (source, target)
        Task names.
    effects : mapping of transfer name to strategy to (distance, gain per doubling), optional
        Departures from `EFFECT`.
    """
    titles = titles or {}
    jobs = []
    tests: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    common = {
        "sizes": sizes,
        "replicates": replicates,
        "source_models": source_models,
        "positives": positives,
    }
    for source, target in transfers:
        transfer = f"{source}--{target}"
        planted = {**EFFECT, **(effects or {}).get(transfer, {})}
        if target not in tests:
            generator = np.random.default_rng(seed(name, target, "test"))
            labels = np.arange(n_test) < round(positives * n_test)
            tests[target] = (labels, generator.normal(size=n_test))
            for strategy in TARGETS_ONLY:
                path = folder / "targets" / target / strategy / "predictions.parquet"
                write_strategy(path, strategy, planted[strategy], (name, target), tests[target], **common)
                kind = "baseline" if strategy in BASELINES else "strategy"
                jobs.append(FitJob(None, target, strategy, kind, path))
        for strategy in ("zero-shot", *CANDIDATES):
            path = folder / "transfers" / transfer / strategy / "predictions.parquet"
            write_strategy(path, strategy, planted[strategy], (name, target, source), tests[target], **common)
            jobs.append(FitJob(transfer, target, strategy, "strategy", path))
    settings = EvaluationSettings(
        study=name,
        transfers=tuple(
            TransferSettings(
                f"{source}--{target}",
                (source,),
                target,
                titles.get(source, source),
                titles.get(target, target),
                STRATEGIES,
                CANDIDATES,
            )
            for source, target in transfers
        ),
        baselines=BASELINES,
        replicates=replicates,
        source_models=source_models,
        draws=draws,
        chosen=chosen,
    )
    return jobs, settings
