"""Simulated promoters and backgrounds that only the boxes and their places tell apart."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from seqgraft.errors import SeqgraftError
from seqgraft.seeds import seed as seed_of
from seqgraft.simulate.layouts import UPSTREAM, Layout
from seqgraft.simulate.model import Model, model_of
from seqgraft.simulate.shuffle import dinucleotide_shuffle
from seqgraft.simulate.species import LETTERS, species_named

Record = tuple[str, str]  # FASTA header without ">", sequence

STRENGTH = 1.0
DECOY_FRACTION = 0.15
LABEL_NOISE = 0.0


def generate(
    species: str,
    counts: Mapping[str, int],
    classes: Sequence[str],
    seed: int,
    *,
    strength: float = STRENGTH,
    decoys: float = DECOY_FRACTION,
    label_noise: float = LABEL_NOISE,
    reversed: bool = False,
) -> dict[str, list[Record]]:
    """Simulate promoters of one species and backgrounds of the same composition.

    A promoter has a -35 and a -10 box drawn from the species' letter frequencies, at the species' distances.
    A background is another promoter, not handed out itself, whose letters were shuffled so that the counts of
    all neighbouring pairs stay the same, upstream part and core each for itself; or it is a decoy: the same
    boxes in wrong places. So neither letters nor pairs of letters tell the classes apart.

    Parameters
    ----------
    species : str
        A key of `seqgraft.simulate.species.SPECIES`.
    counts : mapping of str to int
        How many sequences of each class. Asking for more keeps the first ones as they were.
    classes : sequence of str
        The two classes, promoters first.
    seed : int
        Any whole number; classes and species have unrelated random streams.
    strength : float
        Scales the log-odds of the boxes; 1 is as published.
    decoys : float
        Fraction of the backgrounds that are decoys, from 0 to 1.
    label_noise : float
        Fraction of each class that is truly of the other one.
    reversed : bool
        Whether promoters are handed out as the second class and backgrounds as the first.

    Returns
    -------
    dict of str to list of (str, str)
        For each class, headers and sequences of 81 letters. A header is
        ``simulated_ecoli_promoter_0001 kind=promoter box35=25 box10=48 spacer=17 extended=no``: the truth.
        Box positions count from 0; ``kind`` is ``promoter``, ``shuffled``, ``shifted``, ``squeezed`` or
        ``swapped``.

    Raises
    ------
    SeqgraftError
        If the species is unknown, or the classes are not two and those of the counts.
    """
    if len(classes) != 2 or set(classes) != set(counts):
        raise SeqgraftError(
            f"Simulated promoters need counts for exactly the task's two classes, not "
            f"{', '.join(counts)} for {', '.join(classes)}.",
            remedy="Name both classes in the task's `classes`, promoters first, and give `counts` for them.",
        )
    model = model_of(species_named(species), strength)
    result: dict[str, list[Record]] = {}
    for name in classes:
        rng = np.random.Generator(np.random.PCG64(seed_of("simulate", "promoters", species, seed, name)))
        records = []
        for number in range(1, counts[name] + 1):
            mislabelled = rng.random() < label_noise
            positive = ((name == classes[0]) != mislabelled) != reversed
            truth, sequence = _promoter(model, rng) if positive else _background(model, rng, decoys)
            records.append((f"simulated_{species}_{name}_{number:04d} {truth}", sequence))
        result[name] = records
    return result


def _promoter(model: Model, rng: np.random.Generator) -> Record:
    """Draw one promoter and the description of its truth."""
    layout = _pick(model.promoters, rng)
    return _truth(layout), _draw(model.letters(layout), rng)


def _background(model: Model, rng: np.random.Generator, decoys: float) -> Record:
    """Draw one decoy, or shuffle the two parts of a fresh promoter."""
    if rng.random() < decoys:
        layout = _pick(model.decoys, rng)
        return _truth(layout), _draw(model.letters(layout), rng)
    donor = _promoter(model, rng)[1]
    # A shuffle keeps its ends, so the pair across the cut is kept as well.
    parts = (donor[:UPSTREAM], donor[UPSTREAM:])
    sequence = "".join(dinucleotide_shuffle(part, rng) for part in parts)
    return "kind=shuffled box35=none box10=none spacer=none extended=none", sequence


def _truth(layout: Layout) -> str:
    """Describe a layout in a FASTA header."""
    return (
        f"kind={layout.kind} box35={layout.box35} box10={layout.box10} spacer={layout.spacer} "
        f"extended={'yes' if layout.extended else 'no'}"
    )


def _pick(layouts: Sequence[Layout], rng: np.random.Generator) -> Layout:
    """Draw a layout by its probability."""
    cumulative = np.cumsum([layout.probability for layout in layouts])
    return layouts[min(int(np.searchsorted(cumulative, rng.random(), side="right")), len(layouts) - 1)]


def _draw(table: NDArray[np.float64], rng: np.random.Generator) -> str:
    """Draw one letter for each row of a table of probabilities, shape (length, 4)."""
    cumulative = np.cumsum(table, axis=1)[:, :-1]
    codes = (rng.random((len(table), 1)) >= cumulative).sum(axis=1)
    return "".join(LETTERS[code] for code in codes)
