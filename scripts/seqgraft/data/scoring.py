"""How two sequences are aligned to tell how alike they are: the scores of each alphabet, for code and for sentences."""

from dataclasses import dataclass

from seqgraft.signs import true_minus

#: How many shuffled test sequences tell what sequences reach that are related to nothing.
SHUFFLED = 200


@dataclass(frozen=True)
class Scoring:
    """Scores of a local alignment, and how many are made.

    Parameters
    ----------
    open_gap, extend_gap : float
        Of the first and of each further letter of a gap; negative.
    candidates : int
        How many training sequences are aligned with a test sequence: those with the largest share of common words.
        docs/identity.md says how often the nearest one is among them.
    same, different : float
        Of two letters that are the same and of two that are not, where no matrix gives them.
    matrix : str
        A matrix of `Bio.Align.substitution_matrices`, or empty.
    """

    open_gap: float
    extend_gap: float
    candidates: int
    same: float = 0.0
    different: float = 0.0
    matrix: str = ""

    @property
    def words(self) -> str:
        """The scores in words."""
        letters = self.matrix or f"{self.same:+g} for the same letter, {self.different:+g} for another"
        gaps = f"{self.open_gap:+g} for the first and {self.extend_gap:+g} for each further letter of a gap"
        return true_minus(f"{letters}, {gaps}")


_NUCLEOTIDES = Scoring(open_gap=-7, extend_gap=-2, candidates=40, same=2, different=-3)
#: By alphabet: the defaults of BLAST for nucleotides (2 and -3; 5 for a gap and 2 for each of its letters) and for
#: proteins (11 and 1). With 1 and -1 alignments of unrelated DNA go on and on: half of a sequence was found by chance.
SCORINGS: dict[str, Scoring] = {
    "dna": _NUCLEOTIDES,
    "rna": _NUCLEOTIDES,
    "protein": Scoring(open_gap=-12, extend_gap=-1, candidates=10, matrix="BLOSUM62"),
}
