"""Time evaluation and report on predictions without models.

    make bench, or: .venv/bin/python bench/evaluation.py [fits of the study] [test examples]

The study has six tasks, every one grafted onto every other (30 transfers), five train sizes and ten replicates. With
the default of 10,000 fits there are six strategies that use a source. Each stage runs in a process of its own, so that
its peak memory can be told. What was measured is printed and written to bench/evaluation.tsv.
"""

import contextlib
import resource
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import psutil

from seqgraft.evaluate import EvaluationSettings, FitJob, TransferSettings, evaluate, write_tables
from seqgraft.seeds import seed
from seqgraft.stats.identity_bands import identity_bands
from seqgraft.tables import write_tsv

ROOT = Path(__file__).resolve().parents[1]
TASKS = ("ant", "bee", "cat", "dog", "eel", "fox")
PAIRS = [(source, target) for target in TASKS for source in TASKS if source != target]
SIZES = ((50, False), (100, False), (200, False), (400, False), (961, True))
REPLICATES, SOURCE_MODELS = 10, 3
BASELINES = ("constant", "kmer-logistic")
NAMES = ("full", "full-kept-head", "linear-probe", *(f"strategy-{k}" for k in range(4, 1000)))
POSITIVES = 0.27
DRAWS = 1000
BANDS = "identity_bands.tsv"
COLUMNS = ["stage", "cpu_seconds", "wall_seconds", "peak_mib", "what"]


def candidates(fits: int) -> tuple[str, ...]:
    """Name as many strategies with a source as make about so many fits."""
    per_target = (1 + len(BASELINES)) * len(SIZES) * REPLICATES
    per_strategy = len(PAIRS) * len(SIZES) * REPLICATES
    wanted = fits - len(TASKS) * per_target - len(PAIRS) * SOURCE_MODELS
    return NAMES[: max(1, round(wanted / per_strategy))]


def predictions(path: Path, name: str, distance: float, test: int, *, zero_shot: bool = False) -> None:
    """Write one predictions file: normal scores, the classes `distance` apart, nearer with few labels."""
    generator = np.random.default_rng(seed("bench", str(path.relative_to(path.parents[3]))))
    frames = []
    for n, is_all in ((0, False),) if zero_shot else SIZES:
        for replicate in range(1, (SOURCE_MODELS if zero_shot else REPLICATES) + 1):
            held = n if 0 < n < 500 else 200
            parts = np.repeat(["test", "held-out"], [test, held])
            labels = np.concatenate([np.arange(test) < POSITIVES * test, np.arange(held) < POSITIVES * held])
            gap = distance + 0.1 * np.log2(max(n, 50) / 50) + 0.1 * generator.normal()
            scores = gap * (labels - 0.5) + generator.normal(size=len(labels)) - 0.5
            frames.append(
                pd.DataFrame(
                    {
                        "id": [f"t{k:06d}" for k in range(test)] + [f"h{k:06d}" for k in range(held)],
                        "train_size": n,
                        "is_all": is_all,
                        "replicate": replicate,
                        "part": parts,
                        "label": labels.astype("int8"),
                        "prediction": np.full(len(labels), -1.0) if name == "constant" else scores,
                    }
                )
            )
    path.parent.mkdir(parents=True, exist_ok=True)
    pd.concat(frames, ignore_index=True).to_parquet(path, index=False, compression="zstd")


def study(folder: Path, fits: int) -> tuple[list[FitJob], EvaluationSettings]:
    """Lay out a study: its prediction files and what evaluation must know of it."""
    names = candidates(fits)
    jobs = []
    for target in TASKS:
        for name in ("scratch", *BASELINES):
            kind = "baseline" if name in BASELINES else "strategy"
            jobs.append(
                FitJob(None, target, name, kind, folder / "targets" / target / name / "predictions.parquet")
            )
    for source, target in PAIRS:
        transfer = f"{source}--{target}"
        for name in ("zero-shot", *names):
            path = folder / "transfers" / transfer / name / "predictions.parquet"
            jobs.append(FitJob(transfer, target, name, "strategy", path))
    strategies = ("scratch", "zero-shot", *names)
    transfers = tuple(
        TransferSettings(f"{source}--{target}", (source,), target, source, target, strategies, names)
        for source, target in PAIRS
    )
    return jobs, EvaluationSettings(
        "bench", transfers, BASELINES, replicates=REPLICATES, source_models=SOURCE_MODELS, draws=DRAWS
    )


def make(folder: Path, fits: int, test: int) -> str:
    """Write all prediction files."""
    for job in study(folder, fits)[0]:
        distance = {"scratch": 1.3, "kmer-logistic": 1.4, "zero-shot": 1.7}.get(job.strategy, 1.6)
        predictions(job.predictions, job.strategy, distance, test, zero_shot=job.strategy == "zero-shot")
    return f"{len(study(folder, fits)[0])} files of about {fits:,} fits, {test:,} test examples"


def evaluation(folder: Path, fits: int, test: int) -> str:
    """Evaluate the study."""
    tables = evaluate(*study(folder, fits), threads=2)
    write_tables(tables, folder)
    keys = ["transfer", "strategy", "train_size", "is_all", "replicate"]
    return f"{len(tables.metrics[keys].drop_duplicates()):,} rows of fits and choices in metrics.tsv"


def identities(target: str, test: int) -> pd.DataFrame:
    """Make up how alike each test example is to its target's pool and to every source: all bands alike."""
    generator = np.random.default_rng(seed("bench", target, "identity"))
    ids, tasks = [f"t{k:06d}" for k in range(test)], [target, *(s for s, own in PAIRS if own == target)]
    drawn = [False] * test + [True] * test
    return pd.concat(
        pd.DataFrame({"id": ids * 2, "shuffled": drawn, "task": task, "identity": generator.random(2 * test)})
        for task in tasks
    )


def bands(folder: Path, fits: int, test: int) -> str:
    """Score by band of identity."""
    jobs, settings = study(folder, fits)
    table = identity_bands(jobs, settings, {task: identities(task, test) for task in TASKS}, threads=2)
    write_tsv(table, folder / BANDS)
    return f"{len(table):,} rows of {BANDS}"


def report(folder: Path, fits: int, test: int) -> str:
    """Write the page and the figures; data sections are those of the tests' planted study."""
    import json

    sys.path.insert(0, str(ROOT / "tests/unit"))
    from report_fixtures import make_inputs

    from seqgraft.report.figures import figure_files
    from seqgraft.report.inputs import COLUMNS as SHOWN
    from seqgraft.report.page import build
    from seqgraft.report.reading import read_table

    verdicts = json.loads((folder / "verdicts.json").read_text(encoding="utf-8"))
    planted = make_inputs({entry["transfer"]: "helps" for entry in verdicts})
    inputs = replace(
        planted,
        verdicts=verdicts,
        attachments=planted.attachments | {BANDS: (folder / BANDS).read_text(encoding="utf-8")},
        **{path.stem: read_table(path) for path in folder.glob("*.tsv") if path.stem in SHOWN},
    )
    figures = figure_files(inputs, processes=2)
    page = build(inputs, processes=2)
    assert "torch" not in sys.modules
    return f"{len(figures)} figures, a page of {len(page) / 1e6:.1f} MB"


STAGES: tuple[Callable[[Path, int, int], str], ...] = (make, evaluation, bands, report)


def timed(stage: Callable[[Path, int, int], str], folder: Path, fits: int, test: int) -> dict[str, Any]:
    """Run one stage in a process of its own; return its row of the table."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(measured, stage, folder, fits, test).result()


def measured(stage: Callable[[Path, int, int], str], folder: Path, fits: int, test: int) -> dict[str, Any]:
    """Run one stage here; its time and memory include those of processes which it started."""
    peak, done = [0.0], threading.Event()
    watch = threading.Thread(target=_watch, args=(peak, done))
    watch.start()
    start, busy = time.perf_counter(), time.process_time()
    what = stage(folder, fits, test)
    wall, cpu = time.perf_counter() - start, time.process_time() - busy
    done.set()
    watch.join()
    others = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu += others.ru_utime + others.ru_stime
    row = (stage.__name__, round(cpu, 1), round(wall, 1), round(peak[0] / 2**20), what)
    return dict(zip(COLUMNS, row, strict=True))


def _watch(peak: list[float], done: threading.Event) -> None:
    """Note the most memory that this process and its children have, what they share counted once."""
    this = psutil.Process()
    while not done.wait(0.5):
        size = 0.0
        for process in (this, *this.children(recursive=True)):
            with contextlib.suppress(psutil.NoSuchProcess):
                size += process.memory_full_info().pss
        peak[0] = max(peak[0], size)


def main() -> None:
    """Print a line a stage and write the table."""
    fits = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    test = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000
    rows = []
    with tempfile.TemporaryDirectory() as name:
        for stage in STAGES:
            row = timed(stage, Path(name), fits, test)
            rows.append(row)
            stage_name, cpu, wall, peak, what = row.values()
            print(f"{stage_name:<12}{wall:7.1f} s{cpu:9.1f} CPU s{peak:7} MiB   {what}", flush=True)
    write_tsv(pd.DataFrame(rows, columns=COLUMNS), ROOT / "bench/evaluation.tsv")


if __name__ == "__main__":
    main()
