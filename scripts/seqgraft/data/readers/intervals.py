"""Intervals on a genome: BED or a table, and the genome's FASTA file from which their sequences are cut."""

import tempfile
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from seqgraft.config.suggest import suggestion
from seqgraft.data.genome import Genome, encode_genome, starts_around
from seqgraft.data.readers.base import Raw, Source, Tell, left_out
from seqgraft.data.readers.bed import CHROMOSOME, END, START, STRAND, Intervals, intervals_of, read_rows
from seqgraft.data.readers.columns import Columns
from seqgraft.data.readers.unpack import unpacked
from seqgraft.data.readers.wanted import Wanted, joined, placed
from seqgraft.errors import SeqgraftError

BEYOND = "window beyond the chromosome"


def read_intervals(
    sources: Sequence[Source],
    tell: Tell,
    *,
    columns: str = "bed",
    id: str | None = None,
    chromosome: str | None = None,
    start: str | None = None,
    end: str | None = None,
    strand: str | None = None,
    strands: str = "follow",
    first: int | None = None,
    window: int | None = None,
    centre: str = "middle",
    summit: str | None = None,
    edge: str = "error",
    **further: Any,
) -> Raw:
    """Cut the sequences of intervals out of a genome.

    Parameters
    ----------
    sources : sequence of Source
        Files of the roles ``intervals`` and one ``genome``.
    tell : callable
        Told after each file.
    columns, id, chromosome, start, end, strand, strands, first, window, centre, summit, edge
        As in `seqgraft.config.reading.IntervalsReading`.
    **further
        What `Wanted` takes.

    Returns
    -------
    Raw
        With the column ``chromosome``; letters are those of the forward strand or its reverse complement, ambiguity
        codes as N.

    Raises
    ------
    SeqgraftError
        If an interval is not on the genome, or a window reaches beyond it and `edge` says so.
    """
    wanted = Wanted(**further)
    bed = columns == "bed"
    names = (CHROMOSOME, START, END, STRAND) if bed else (chromosome, start, end, strand)
    read = [None, None, None, None] if bed else list(names)
    (genome_source,) = (source for source in sources if source.role == "genome")
    with tempfile.TemporaryDirectory(prefix="seqgraft-") as folder:
        with unpacked(genome_source, keep_gzip=True) as path:
            genome = encode_genome(path, folder)
        tell(f"{genome_source.file} read, {len(genome.names)} sequences")
        tables, left = [], []
        for source in (source for source in sources if source.role == "intervals"):
            rows = read_rows(source, columns, [id, summit, *read, *wanted.columns], header=wanted.header)
            rows, ids, out = wanted.chosen(rows, id)
            places = intervals_of(
                rows,
                names,
                first=first or 0,
                follow=strands == "follow",
                summit=summit,
                summit_from_start=bed,
            )
            contigs = _contigs(places, genome, genome_source, rows)
            lengths = places.ends - places.starts if window is None else np.full(len(contigs), window)
            begins = places.starts if window is None else _begins(places, window, centre)
            outside = (begins < 0) | (begins + lengths > genome.lengths[contigs])
            kept = np.flatnonzero(~outside | (edge == "pad"))
            if len(kept) < len(outside):
                out = pd.concat([out, _outside(outside, edge, rows, ids)], ignore_index=True)
            chosen = rows.rows(kept.tolist())
            table = pd.DataFrame({"id": [ids[row] for row in kept.tolist()], "line": chosen.lines})
            reverse = places.reverse[kept]
            table["sequence"] = _texts(genome, contigs[kept], begins[kept], lengths[kept], reverse)
            table["chromosome"] = [places.chromosomes[row] for row in kept.tolist()]
            table = table.assign(**wanted.described(chosen))
            if not wanted.outputs:
                table["label"] = source.label
            tables.append(placed(table, source))
            left.append(out)
            tell(f"{source.file} read, {len(table)} intervals")
    return joined(tables, left)


def _contigs(places: Intervals, genome: Genome, source: Source, rows: Columns) -> np.ndarray:
    """Find the chromosomes in the genome, and refuse intervals that reach beyond them."""
    for row, name in enumerate(places.chromosomes):
        if name not in genome.places:
            raise SeqgraftError(
                f"the genome {source.file} has no sequence called '{name}'{suggestion(name, genome.names)}",
                where=rows.where(row),
                remedy="give the genome on which the intervals were placed; names must be the same in both files",
            )
    contigs = np.array([genome.places[name] for name in places.chromosomes], dtype=np.int64)
    for row in np.flatnonzero(places.ends > genome.lengths[contigs])[:1].tolist():
        raise SeqgraftError(
            f"the interval ends at {places.ends[row]}, and '{places.chromosomes[row]}' has "
            f"{genome.lengths[contigs[row]]} letters",
            where=rows.where(row),
            remedy="give the genome on which the intervals were placed, of the same version",
        )
    return contigs


def _begins(places: Intervals, window: int, centre: str) -> np.ndarray:
    """Return where windows begin; start, end and the middle of an even number are meant in reading direction."""
    starts, lasts, reverse = places.starts, places.ends - 1, places.reverse
    centres = {
        "start": np.where(reverse, lasts, starts),
        "end": np.where(reverse, starts, lasts),
        "middle": np.where(reverse, (starts + lasts) // 2, (starts + lasts + 1) // 2),
        "summit": places.summits,
    }[centre]
    return starts_around(np.asarray(centres), window, reverse)


def _outside(outside: np.ndarray, edge: str, rows: Columns, ids: Sequence[str]) -> pd.DataFrame:
    """List windows beyond their chromosome; refuse them where the policy says so, or no other is left."""
    gone = np.flatnonzero(outside).tolist()
    remedy = "set `edge` in the task's `read` to drop or pad, or choose a smaller `window`"
    where = rows.where(gone[0])
    if edge == "error":
        raise SeqgraftError("the window reaches beyond its chromosome", where=where, remedy=remedy)
    if outside.all():
        raise SeqgraftError("every window reaches beyond its chromosome", where=where, remedy=remedy)
    return left_out(
        [rows.source.file] * len(gone),
        [rows.lines[row] for row in gone],
        [ids[row] for row in gone],
        f"{BEYOND}: left out",
        BEYOND,
    )


def _texts(
    genome: Genome, contigs: np.ndarray, begins: np.ndarray, lengths: np.ndarray, reverse: np.ndarray
) -> list[str]:
    """Return the letters of windows, those of one length at once."""
    texts = [""] * len(begins)
    for length in np.unique(lengths).tolist():
        rows = np.flatnonzero(lengths == length)
        windows = genome.windows(contigs[rows], begins[rows], length, reverse=reverse[rows], edge="pad")
        text = genome.text(windows)
        for at, row in enumerate(rows.tolist()):
            texts[row] = text[at * length : (at + 1) * length]
    return texts
