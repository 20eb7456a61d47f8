"""Simulate many studies of each kind and count how often the statistics were right."""

import os
import sys
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import binomtest

from seqgraft.seeds import seed
from seqgraft.tables import write_tsv
from seqgraft.truth.claims import CLAIMS, Answer
from seqgraft.truth.draw import draw
from seqgraft.truth.judge import judge
from seqgraft.truth.worlds import WORLDS

COLUMNS = ["level", "kind", "studies", "what", "found", "ci_low", "ci_high", "asked_low", "asked_high", "met"]
STUDIES, DRAWS = 2000, 100
#: Column `level`: predictions were drawn and nothing was trained.
PREDICTIONS = "predictions"
#: Studies that one process simulates before it hands in its answers.
CHUNK = 50


def answers(kind: str, numbers: Iterable[int], draws: int = DRAWS) -> list[Answer]:
    """Simulate some studies of a kind and answer its claims.

    Parameters
    ----------
    kind : str
        A name in `seqgraft.truth.worlds.WORLDS`.
    numbers : iterable of int
        Which studies; each number gives the same study always.
    draws : int
        Bootstrap draws.

    Returns
    -------
    list of Answer
    """
    world = WORLDS[kind]
    found: list[Answer] = []
    for number in numbers:
        generator = np.random.default_rng(seed("truth", kind, number))
        panel = judge(world, draw(world, generator), draws, seed("truth draws", kind, number))
        for claim in world.claims:
            found += CLAIMS[claim](world, panel)
    return found


def summarise(kind: str, studies: int, found: Sequence[Answer]) -> pd.DataFrame:
    """Count the answers of all studies of a kind.

    Parameters
    ----------
    kind : str
        A name in `seqgraft.truth.worlds.WORLDS`.
    studies : int
        How many there are.
    found : sequence of Answer
        Of all studies.

    Returns
    -------
    pandas.DataFrame
        Columns `COLUMNS`. The interval is that of a binomial share (Clopper & Pearson 1934), or of a mean; `met` is
        "yes" or "no", and "" where nothing is asked.
    """
    rows = []
    for what in dict.fromkeys(answer.what for answer in found):
        own = [answer for answer in found if answer.what == what]
        values = np.array([answer.value for answer in own])
        mean = float(values.mean())
        if set(np.unique(values)) <= {0.0, 1.0}:
            interval = binomtest(int(values.sum()), len(values)).proportion_ci()
            low, high = float(interval.low), float(interval.high)
        else:
            error = 1.96 * values.std(ddof=1) / np.sqrt(len(values))
            low, high = mean - error, mean + error
        asked_low, asked_high = own[0].low, own[0].high
        met = "" if np.isnan(asked_low) else ("yes" if asked_low <= mean <= asked_high else "no")
        rows.append(
            (PREDICTIONS, WORLDS[kind].title, studies, what, mean, low, high, asked_low, asked_high, met)
        )
    numbers = ["found", "ci_low", "ci_high"]
    return pd.DataFrame(rows, columns=COLUMNS).round(dict.fromkeys(numbers, 4))


def run(kinds: Sequence[str], studies: int, workers: int, draws: int = DRAWS) -> pd.DataFrame:
    """Simulate and count.

    Parameters
    ----------
    kinds : sequence of str
        Names in `seqgraft.truth.worlds.WORLDS`.
    studies : int
        Of each kind.
    workers : int
        Processes.
    draws : int
        Bootstrap draws.

    Returns
    -------
    pandas.DataFrame
        As from `summarise`.
    """
    tables = []
    chunks = [range(first, min(first + CHUNK, studies)) for first in range(0, studies, CHUNK)]
    with ProcessPoolExecutor(workers) as pool:
        for kind in kinds:
            start = time.perf_counter()
            parts = pool.map(answers, [kind] * len(chunks), chunks, [draws] * len(chunks))
            tables.append(summarise(kind, studies, [answer for part in parts for answer in part]))
            print(f"{WORLDS[kind].title}: {time.perf_counter() - start:.0f} s", file=sys.stderr, flush=True)
    return pd.concat(tables, ignore_index=True)


def markdown(table: pd.DataFrame) -> str:
    """Return the table as it stands in docs/truth.md.

    Parameters
    ----------
    table : pandas.DataFrame
        From `run`.

    Returns
    -------
    str
    """
    lines = ["| kind | what | found | its interval | asked | met |", "|---|---|---|---|---|---|"]
    for row in table.to_dict("records"):
        asked = "" if np.isnan(row["asked_low"]) else f"{row['asked_low']:.2f} to {row['asked_high']:.2f}"
        shares = f"{row['found']:.3f} | {row['ci_low']:.3f} to {row['ci_high']:.3f}"
        met = row["met"] if isinstance(row["met"], str) else ""
        lines.append(f"| {row['kind']} | {row['what']} | {shares} | {asked} | {met} |")
    return "\n".join(lines)


def main(path: str | Path, studies: int = STUDIES, kinds: Sequence[str] = ()) -> int:
    """Write the table and print it.

    Parameters
    ----------
    path : path-like
        The TSV file.
    studies : int
        Of each kind.
    kinds : sequence of str
        Default all.

    Returns
    -------
    int
        0 when everything asked is met, otherwise 1.
    """
    workers = int(os.environ.get("CORES") or os.cpu_count() or 1)
    table = run(list(kinds) or list(WORLDS), studies, workers)
    write_tsv(table, path)
    print(markdown(table))
    return int((table["met"] == "no").any())
