"""The kinds of match between sequences on two sides of a line: a registry, one entry and one function each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seqgraft.config.leakage import LeakageSettings
from seqgraft.data.contained import contained_in
from seqgraft.data.mmseqs import search
from seqgraft.data.overlap import overlaps
from seqgraft.known_alphabets import AnyAlphabet

#: `LeakageSettings.shortest` where the config says nothing. Among 100,000 sequences of 41 letters of DNA, or a million
#: residues, the chance to find a given stretch of so many letters is below one in a thousand.
SHORTEST_NUCLEOTIDES, SHORTEST_OTHERWISE = 16, 8


class Question(NamedTuple):
    """What is looked for on which two sides.

    Parameters
    ----------
    left, right : sequence of str
        Sequences, each once on its side: those that would be left out, and those that must stay unseen.
    alphabet : Alphabet or Smiles
        Of all of them.
    both : bool
        Whether the other strand counts, too.
    how : LeakageSettings
        Identity, coverage and so on.
    threads : int
        Changes no result.
    """

    left: Sequence[str]
    right: Sequence[str]
    alphabet: AnyAlphabet
    both: bool
    how: LeakageSettings
    threads: int = 1


class Found(NamedTuple):
    """What was found.

    Parameters
    ----------
    best : numpy.ndarray
        (L,) row of the right sequence that each left one matches best; -1 where there is none.
    identity, coverage : numpy.ndarray
        (L,) of that match; NaN where there is none.
    touched : numpy.ndarray
        (R,) whether a right sequence is matched by any left one.
    """

    best: NDArray[np.intp]
    identity: NDArray[np.float64]
    coverage: NDArray[np.float64]
    touched: NDArray[np.bool_]


@dataclass(frozen=True)
class Kind:
    """One kind of match.

    Parameters
    ----------
    find : callable
        From a `Question` to what was `Found`.
    other_strand : bool
        Whether it says something only where both strands mean the same.
    alphabets : tuple of str, optional
        Names of those for which it is defined; all of them where absent.
    limits : tuple of str
        Names of the settings, in the order identity, coverage, letters, that decide what counts; empty where none does.
    """

    find: Callable[[Question], Found]
    other_strand: bool = False
    alphabets: tuple[str, ...] | None = None
    limits: tuple[str, str, str] = ("", "", "")


def exact(question: Question) -> Found:
    """Find sequences that are the same, letter by letter."""
    return _looked_up(question.left, question.right)


def reverse_complement(question: Question) -> Found:
    """Find sequences whose other strand is on the right."""
    return _looked_up([question.alphabet.reverse_complement(s) for s in question.left], question.right)


def contained(question: Question) -> Found:
    """Find sequences inside a longer one, on whichever side; coverage is the shorter one's share of the longer."""
    shortest = shortest_of(question.how, question.alphabet)
    strands = [list(question.left)]
    if question.both:
        strands.append([question.alphabet.reverse_complement(s) for s in question.left])
    left, right = [], []
    for own in strands:
        inside, around = contained_in(own, question.right, shortest)
        inner, outer = contained_in(question.right, own, shortest)
        left += [inside, outer]
        right += [around, inner]
    rows, others = np.concatenate(left), np.concatenate(right)
    lengths, longer = (np.array([len(s) for s in side]) for side in (question.left, question.right))
    share = np.minimum(lengths[rows], longer[others]) / np.maximum(lengths[rows], longer[others])
    return _best(question, rows, others, np.ones(len(rows)), share)


def homologous(question: Question) -> Found:
    """Find homologous sequences by MMseqs2; coverage is that of the shorter one."""
    left, right = ({str(row): s for row, s in enumerate(side)} for side in (question.left, question.right))
    hits = search(
        left,
        right,
        identity=question.how.identity,
        coverage=question.how.coverage,
        nucleotide=question.alphabet.complement is not None,
        covered="either",
        both_strands=question.both,
        threads=question.threads,
    )
    return _best(
        question,
        hits["query"].to_numpy().astype(np.intp),
        hits["target"].to_numpy().astype(np.intp),
        hits["identity"].to_numpy(float),
        hits["coverage"].to_numpy(float),
    )


def overlap(question: Question) -> Found:
    """Find sequences with a stretch in common; coverage is the stretch's share of the shorter one."""
    strands = [list(question.left)]
    if question.both:
        strands.append([question.alphabet.reverse_complement(s) for s in question.left])
    found = [
        overlaps(
            own,
            question.right,
            question.alphabet,
            letters=question.how.shared,
            identity=question.how.shared_identity,
        )
        for own in strands
    ]
    rows, others, identity = (np.concatenate(column) for column in zip(*found, strict=True))
    lengths, longer = (np.array([len(s) for s in side]) for side in (question.left, question.right))
    share = question.how.shared / np.minimum(lengths[rows], longer[others])
    return _best(question, rows, others, identity, share)


def _looked_up(wanted: Sequence[str], known: Sequence[str]) -> Found:
    """Look sequences up as they are."""
    best = pd.Index(np.array(known, dtype=object)).get_indexer(pd.Index(np.array(wanted, dtype=object)))
    touched = np.zeros(len(known), dtype=bool)
    touched[best[best >= 0]] = True
    whole = np.where(best >= 0, 1.0, np.nan)
    return Found(best, whole, whole.copy(), touched)


def _best(
    question: Question,
    rows: NDArray[np.intp],
    others: NDArray[np.intp],
    identity: NDArray[np.float64],
    coverage: NDArray[np.float64],
) -> Found:
    """Keep of each left sequence's matches the one with the greatest coverage times identity, the first of equals."""
    number = len(question.left)
    best = np.full(number, -1, dtype=np.intp)
    found_identity, found_coverage = np.full(number, np.nan), np.full(number, np.nan)
    touched = np.zeros(len(question.right), dtype=bool)
    touched[others] = True
    order = np.lexsort((others, -identity * coverage, rows))
    rows, others, identity, coverage = rows[order], others[order], identity[order], coverage[order]
    first = np.ones(len(rows), dtype=bool)
    first[1:] = rows[1:] != rows[:-1]
    best[rows[first]] = others[first]
    found_identity[rows[first]] = identity[first]
    found_coverage[rows[first]] = coverage[first]
    return Found(best, found_identity, found_coverage, touched)


#: By name, as in the config; what they are in words is in `seqgraft.data.leak_names`.
KINDS: dict[str, Kind] = {
    "exact": Kind(exact),
    "reverse-complement": Kind(reverse_complement, other_strand=True),
    "contained": Kind(contained, limits=("", "", "shortest")),
    "homologous": Kind(
        homologous,
        alphabets=("dna", "rna", "protein"),
        limits=("identity", "coverage", ""),
    ),
    "overlap": Kind(
        overlap,
        alphabets=("dna", "rna", "protein"),
        limits=("shared_identity", "", "shared"),
    ),
}


def shortest_of(how: LeakageSettings, alphabet: AnyAlphabet) -> int:
    """Return how many letters a sequence inside a longer one must have to count."""
    usual = SHORTEST_OTHERWISE if alphabet.complement is None else SHORTEST_NUCLEOTIDES
    return how.shortest or usual


def thresholds(kind: str, how: LeakageSettings, alphabet: AnyAlphabet) -> dict[str, float]:
    """Return the identity, coverage and letters that were asked of a kind of match, NaN where it has no such limit.

    Parameters
    ----------
    kind : str
        A name in `KINDS`.
    how : LeakageSettings
        What was asked for.
    alphabet : Alphabet or Smiles
        Of the sequences.

    Returns
    -------
    dict of str to float
        ``identity``, ``coverage`` and ``letters``.
    """
    values = {**how.model_dump(), "shortest": shortest_of(how, alphabet), "": float("nan")}
    names = ("identity", "coverage", "letters")
    return {name: values[limit] for name, limit in zip(names, KINDS[kind].limits, strict=True)}
