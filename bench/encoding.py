"""Time how sequences become tokens, against what is used instead.

    make bench, or: .venv/bin/python bench/encoding.py [rounds]

Each row compares one task done here with the same task done by a peer: the same file, the same tokens in the end. The
two are run in turn, and the medians of their CPU seconds give the ratio. The files are made up, and lie in memory. The
last row is the peak memory of a process that encodes ten million records. What was measured is printed and written
to bench/encoding.tsv.
"""

import gzip
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from Bio import SeqIO
from Bio.SeqIO.FastaIO import SimpleFastaParser

from seqgraft.alphabets import ALPHABETS
from seqgraft.data.encode_fasta import encode_fasta, letter_table
from seqgraft.data.fasta import read_fasta
from seqgraft.data.genome import Genome, encode_genome
from seqgraft.data.tokens import TokenStore
from seqgraft.tables import write_tsv

ROOT = Path(__file__).resolve().parents[1]
READS, READ = 500_000, 100
LONG_READS, LONG, WIDTH = 50_000, 1_000, 60
CONTIGS, CONTIG = 5, 10_000_000
WINDOWS, WINDOW, BLOCK = 100_000, 200, 1_000
BATCHES, BATCH = 200, 256
MANY, SHORT = 10_000_000, 50
COLUMNS = ["task", "peer", "size", "seconds", "peer_seconds", "ratio", "asked", "peak_mib"]
TABLE = letter_table(ALPHABETS["dna"])


Arrays = tuple[np.ndarray, ...]


class Case(NamedTuple):
    """One comparison.

    Parameters
    ----------
    task, peer, size : str
        As in the table.
    asked : str
        What the ratio should be.
    own, other : callable
        The two ways; they return arrays that must be equal.
    """

    task: str
    peer: str
    size: str
    asked: str
    own: Callable[[], Arrays]
    other: Callable[[], Arrays]


def fasta(path: Path, count: int, length: int, *, about: str = "", width: int = 0, name: str = "seq") -> Path:
    """Write random sequences, in blocks."""
    generator = np.random.default_rng(1)
    letters = np.frombuffer(b"ACGT", dtype=np.uint8)
    with path.open("wb") as handle:
        for first in range(0, count, 50_000):
            rows = letters[generator.integers(0, 4, (min(50_000, count - first), length), dtype=np.uint8)]
            for number, row in enumerate(rows, start=first):
                text = row.tobytes()
                if width:
                    text = b"\n".join(text[at : at + width] for at in range(0, length, width))
                handle.write(b">%s%d%s\n%s\n" % (name.encode(), number, about.encode(), text))
    return path


def here(path: Path, folder: Path) -> Arrays:
    """Encode a FASTA file."""
    encode_fasta(path, "dna", folder)
    return np.load(folder / "tokens.npy", mmap_mode="r"), np.load(folder / "offsets.npy", mmap_mode="r")


def peer(path: Path, parse: Callable[[Any], Iterator[tuple[str, bytes]]]) -> Arrays:
    """Read with a parser and look letters up, one record after the other."""
    ids, parts = [], []
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as handle:
        for name, sequence in parse(handle):
            ids.append(name)
            parts.append(sequence.translate(TABLE))
    assert len(ids) == len(parts)
    return np.frombuffer(b"".join(parts), dtype=np.uint8), np.cumsum([0, *map(len, parts)])


def by_seqio(handle: Any) -> Iterator[tuple[str, bytes]]:
    """Yield what Bio.SeqIO.parse reads."""
    return ((record.id, bytes(record.seq)) for record in SeqIO.parse(handle, "fasta"))


def by_simple_parser(handle: Any) -> Iterator[tuple[str, bytes]]:
    """Yield what SimpleFastaParser reads."""
    return ((title.split(None, 1)[0], text.encode()) for title, text in SimpleFastaParser(handle))


def reading_cases(folder: Path) -> list[Case]:
    """FASTA to tokens with names."""
    short = fasta(folder / "reads.fa", READS, READ)
    told = fasta(folder / "described.fa", READS, READ, about=" length=100 sample=3")
    long = fasta(folder / "long.fa", LONG_READS, LONG, width=WIDTH)
    genome = fasta(folder / "contigs.fa", CONTIGS, CONTIG, width=WIDTH, name="chr")
    packed = folder / "reads.fa.gz"
    with short.open("rb") as plain, gzip.open(packed, "wb", compresslevel=6) as handle:
        shutil.copyfileobj(plain, handle)
    out, seqio, simple = folder / "out", "Bio.SeqIO.parse + table", "SimpleFastaParser + table"
    reads = f"{READS:,} x {READ} nt"
    longs = f"{LONG_READS:,} x {LONG:,} nt in lines of {WIDTH}"
    contigs = f"{CONTIGS} x {CONTIG:,} nt in lines of {WIDTH}"

    def case(task: str, path: Path, parser: Any, name: str, size: str, asked: str) -> Case:
        return Case(task, name, size, asked, lambda: here(path, out), lambda: peer(path, parser))

    return [
        case("FASTA to tokens", short, by_seqio, seqio, reads, ">= 5"),
        case("FASTA to tokens", short, by_simple_parser, simple, reads, ""),
        case("FASTA to tokens, described", told, by_seqio, seqio, reads, ">= 5"),
        case("FASTA to tokens, wrapped", long, by_seqio, seqio, longs, ""),
        case("FASTA to tokens, a genome", genome, by_seqio, seqio, contigs, ""),
        case("FASTA.gz to tokens", packed, by_seqio, seqio, reads, ">= 3"),
        Case(
            "FASTA to ids and text",
            "list(Bio.SeqIO.parse)",
            reads,
            "",
            lambda: (np.array(len(read_fasta(short))),),
            lambda: (np.array(len(list(SeqIO.parse(short, "fasta")))),),
        ),
    ]


def genome_cases(folder: Path) -> list[Case]:
    """Windows of a genome, from its FASTA file and from the store."""
    import pyfaidx

    path, store = folder / "contigs.fa", folder / "genome"
    generator = np.random.default_rng(2)
    places = generator.integers(CONTIGS, size=WINDOWS)
    starts = generator.integers(0, CONTIG - WINDOW, size=WINDOWS)
    reverse = generator.random(WINDOWS) < 0.5
    names = [f"chr{place}" for place in places]
    encode_genome(path, store)

    blocks = [slice(at, at + BLOCK) for at in range(0, WINDOWS, BLOCK)]

    def gathered(genome: Genome) -> Arrays:
        return tuple(
            genome.windows(places[own], starts[own], WINDOW, reverse=reverse[own])[:, -1].copy()
            for own in blocks
        )

    def cold() -> Arrays:
        return gathered(encode_genome(path, folder / "cold"))

    def warm() -> Arrays:
        return gathered(Genome(store))

    def other(*, index: bool) -> Arrays:
        if index:
            path.with_suffix(".fa.fai").unlink(missing_ok=True)
        found = []
        with pyfaidx.Fasta(path) as genome:
            for own in blocks:
                rows = []
                for name, start, turned in zip(names[own], starts[own].tolist(), reverse[own], strict=True):
                    window = genome[name][start : start + WINDOW]
                    rows.append((-window if turned else window).seq.encode().translate(TABLE))
                found.append(np.frombuffer(b"".join(rows), dtype=np.uint8).reshape(-1, WINDOW)[:, -1])
        return tuple(found)

    size = f"{WINDOWS:,} x {WINDOW:,} nt of both strands of {CONTIGS * CONTIG:,}"
    return [
        Case("genome windows, cold", "pyfaidx with indexing", size, ">= 5", cold, lambda: other(index=True)),
        Case("genome windows, from the store", "pyfaidx", size, ">= 40", warm, lambda: other(index=False)),
    ]


def batch_cases(folder: Path) -> list[Case]:
    """Random batches from the disk and from memory; the ratio is that of the times."""
    encode_fasta(folder / "reads.fa", "dna", folder / "store")
    store = TokenStore(folder / "store/tokens.npy", folder / "store/offsets.npy")
    memory = np.array(store.matrix())
    rows = np.random.default_rng(3).integers(len(store), size=(BATCHES, BATCH))
    mapped = store.matrix()

    def batches(matrix: np.ndarray) -> Arrays:
        return tuple(matrix[own][:, 0].copy() for own in rows)

    size = f"{BATCHES} x {BATCH} of {READS:,} x {READ} nt"
    return [
        Case(
            "random batches",
            "array in memory",
            size,
            "<= 1.5",
            lambda: batches(mapped),
            lambda: batches(memory),
        )
    ]


def compared(case: Case, rounds: int) -> dict[str, Any]:
    """Run both ways in turn; return the row of the table."""
    times: dict[str, list[float]] = {"own": [], "other": []}
    found: dict[str, Arrays] = {}
    for _ in range(rounds):
        for name, way in (("own", case.own), ("other", case.other)):
            start = time.process_time()
            found[name] = way()
            times[name].append(time.process_time() - start)
        same = all(np.array_equal(a, b) for a, b in zip(found["own"], found["other"], strict=True))
        assert same, f"{case.task}: the results differ"
    own, other = median(times["own"]), median(times["other"])
    # Of batches it is asked how much slower the disk is, of all else how much faster this is.
    ratio = own / other if case.asked.startswith("<=") else other / own
    values = (
        case.task,
        case.peer,
        case.size,
        round(own, 4),
        round(other, 4),
        round(ratio, 2),
        case.asked,
        "",
    )
    return dict(zip(COLUMNS, values, strict=True))


def peak(path: Path, folder: Path) -> tuple[int, float]:
    """Encode in this process; return its peak memory in MiB and its CPU seconds."""
    start = time.process_time()
    encode_fasta(path, "dna", folder)
    # getrusage would tell the peak of the process that started this one, where that is higher.
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024, time.process_time() - start


def memory_row(folder: Path) -> dict[str, Any]:
    """Encode many records in a process of its own."""
    path = fasta(folder / "many.fa", MANY, SHORT)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        mib, seconds = pool.submit(peak, path, folder / "many").result()
    size = f"{MANY:,} x {SHORT} nt, {path.stat().st_size / 1e6:.0f} MB"
    path.unlink()
    values = ("FASTA to tokens, memory", "", size, round(seconds, 2), "", "", "< 1024 MiB", mib)
    return dict(zip(COLUMNS, values, strict=True))


def measured(folder: Path, rounds: int) -> Iterator[dict[str, Any]]:
    """Yield one row after the other."""
    for cases in (reading_cases, genome_cases, batch_cases):
        for case in cases(folder):
            yield compared(case, rounds)
    yield memory_row(folder)


def markdown(table: pd.DataFrame) -> str:
    """Return the table as docs/encoding.md quotes it."""
    lines = ["| task | peer | size | ratio | asked |", "|---|---|---|---|---|"]
    for row in table.fillna("").itertuples():
        told = f"{row.ratio:.1f}" if row.ratio != "" else f"{row.peak_mib:.0f} MiB"
        lines.append(f"| {row.task} | {row.peer} | {row.size} | {told} | {row.asked} |")
    return "\n".join(lines)


def main() -> None:
    """Print a line a row and write the table."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    rows = []
    print(f"load of the machine: {os.getloadavg()[0]:.1f}; medians of {rounds} runs in turn, CPU seconds")
    with tempfile.TemporaryDirectory() as name:
        for row in measured(Path(name), rounds):
            rows.append(row)
            ratio = f"{row['ratio']:8.1f} x" if row["ratio"] != "" else f"{row['peak_mib']:6} MiB"
            print(f"{row['task']:<32}{ratio}  {row['asked']:<11}{row['peer']:<28}{row['size']}", flush=True)
    write_tsv(pd.DataFrame(rows, columns=COLUMNS), ROOT / "bench/encoding.tsv")


if __name__ == "__main__":
    main()
