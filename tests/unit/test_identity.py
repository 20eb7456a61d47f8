"""Identity to the nearest training sequence: worked out by hand, planted, and against alignments of everything."""

import numpy as np
import pandas as pd
import pytest
from Bio.Align import PairwiseAligner

from seqgraft.alphabets import ALPHABETS
from seqgraft.data.identity import COLUMNS, identity_table, learned_from, shuffled
from seqgraft.data.nearest import identity, nearest
from seqgraft.data.scoring import SCORINGS, SHUFFLED

DNA, PROTEIN = ALPHABETS["dna"], ALPHABETS["protein"]


def random_dna(generator: np.random.Generator, number: int, length: int) -> list[str]:
    return ["".join(row) for row in np.array(list("ACGT"))[generator.integers(0, 4, (number, length))]]


def substituted(generator: np.random.Generator, sequence: str, number: int) -> str:
    """Change so many letters, none within ten of an end: a local alignment would rather end there."""
    letters = list(sequence)
    for place in generator.choice(np.arange(10, len(sequence) - 10), number, replace=False):
        letters[place] = generator.choice([x for x in "ACGT" if x != letters[place]])
    return "".join(letters)


# Scores of DNA: 2 the same, -3 another, -7 the first letter of a gap and -2 each further one.
@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("ACGTACGTAC", "ACGTACGTAC", 10),
        # A substitution in the middle: 9 * 2 - 3 = 15, more than the longer half, 5 * 2 = 10.
        ("ACGTTCGTAC", "ACGTACGTAC", 9),
        # One at the end costs 3 and gains nothing: the alignment ends before it.
        ("ACGTACGTAC", "ACGTACGTAG", 9),
        # A letter is missing: 15 * 2 - 7 = 23, more than the longer piece, 9 * 2 = 18.
        ("ACGTACGTACGGATTC", "ACGTACGTAGGATTC", 15),
        # Three are missing: 11 + 9 the same, 20 * 2 - 7 - 2 - 2 = 29, more than 22.
        ("ACGGTACCTGATTTCCAGATGCA", "ACGGTACCTGACCAGATGCA", 20),
        # A window shifted by half: the common half is found whole.
        ("AAAACCGTGTTGCGGT", "TTGCGGTTACCAATGA", 7),
        # Nothing in common.
        ("AAAA", "CCCC", 0),
        # Unknown letters are identical to nothing, also to each other.
        ("NNNN", "NNNN", 0),
        ("ACGTNACGT", "ACGTNACGT", 8),
    ],
)
def test_identity_by_hand(first: str, second: str, same: int) -> None:
    assert identity(first, second, DNA) == pytest.approx(same / len(first))
    assert identity(second, first, DNA) == pytest.approx(same / len(second))


def test_the_length_of_the_test_sequence_divides() -> None:
    # A training sequence that holds the whole test sequence, and the other way round.
    assert identity("ACGTTGCA", "TTTTACGTTGCATTTT", DNA) == 1
    assert identity("TTTTACGTTGCATTTT", "ACGTTGCA", DNA) == 0.5


def test_the_other_strand_counts_only_where_it_means_the_same() -> None:
    sequence = "AACCGGTTACAT"
    other = DNA.reverse_complement(sequence)  # ATGTAACCGGTT, which shares AACCGGTT
    assert identity(sequence, other, DNA) == pytest.approx(8 / 12)
    assert identity(sequence, other, DNA, both=True) == 1


def test_proteins_are_scored_by_a_matrix_and_counted_by_letters() -> None:
    # I and V are alike in BLOSUM62 but not the same; X is unknown; U is no letter of its alphabet.
    assert identity("MKVLAAGIWP", "MKVLAAGVWP", PROTEIN) == pytest.approx(0.9)
    assert identity("MKVLXAGIWP", "MKVLXAGIWP", PROTEIN) == pytest.approx(0.9)
    assert identity("MKVLUAGIWP", "MKVLUAGIWP", PROTEIN) == pytest.approx(0.9)


@pytest.mark.parametrize("both", [False, True])
def test_copies_with_planted_substitutions_are_found_among_many(both: bool) -> None:
    generator = np.random.default_rng(4)
    pool = random_dna(generator, 300, 80)
    rows = generator.permutation(300)[:40]
    changes = np.arange(40) % 12
    test = [substituted(generator, pool[row], n) for row, n in zip(rows, changes, strict=True)]
    if both:
        test = [DNA.reverse_complement(s) if k % 2 else s for k, s in enumerate(test)]
    found = nearest(test, pool, DNA, both=both)
    assert [row for row, _ in found] == rows.tolist()
    # A gap can save a letter where substitutions lie side by side; none of these does.
    assert [share for _, share in found] == pytest.approx(1 - changes / 80)


def test_the_nearest_of_all_is_the_one_with_the_best_alignment() -> None:
    generator = np.random.default_rng(8)
    pool, test = random_dna(generator, 30, 40), random_dna(generator, 10, 40)
    aligner = PairwiseAligner(
        mode="local", match_score=2, mismatch_score=-3, open_gap_score=-7, extend_gap_score=-2
    )
    for (row, share), sequence in zip(nearest(test, pool, DNA, both=False, candidates=30), test, strict=True):
        scores = [aligner.score(sequence, other) for other in pool]
        assert scores[row] == max(scores)
        counts = aligner.align(sequence, pool[row])[0].counts()
        assert share == pytest.approx(counts.identities / 40)


def test_sequences_of_unequal_lengths_are_compared() -> None:
    generator = np.random.default_rng(5)
    pool = [s[:n] for s, n in zip(random_dna(generator, 80, 90), generator.integers(40, 90, 80), strict=True)]
    test = [pool[7][5:35], pool[50] + "ACGT"]
    (first, whole), (second, most) = nearest(test, pool, DNA, both=False)
    assert (first, second) == (7, 50)
    assert whole == 1
    assert most == pytest.approx(len(pool[50]) / len(test[1]), abs=4 / len(test[1]))


def test_of_equal_ones_the_first_is_named() -> None:
    generator = np.random.default_rng(6)
    pool = random_dna(generator, 200, 60)
    # More of them than are aligned.
    number = SCORINGS["dna"].candidates
    pool[33 : 33 + 2 * number] = [pool[33]] * 2 * number
    assert nearest([pool[33]], pool, DNA, both=False) == [(33, 1.0)]


def test_without_training_sequences_nothing_is_found() -> None:
    assert nearest(["ACGT", "GG"], [], DNA, both=False) == [(-1, 0.0)] * 2


def test_what_leaks_is_not_what_was_learned_from() -> None:
    pool = pd.Series(["AC", "GT", "CA", "TG"], index=["a", "b", "c", "d"])
    excluded = pd.DataFrame({"id": ["a", "b", "x"], "role": ["pool", "source", "pool"]})
    assert learned_from(pool, excluded, source=False).index.tolist() == ["b", "c", "d"]
    assert learned_from(pool, excluded, source=True).index.tolist() == ["c", "d"]


def table(seed: int = 1) -> pd.DataFrame:
    generator = np.random.default_rng(9)
    pool, source = (
        pd.Series(random_dna(generator, n, 60), index=[f"{name}{k}" for k in range(n)])
        for name, n in (("p", 100), ("s", 120))
    )
    test = pd.Series(
        [substituted(generator, pool.iloc[k], 3) for k in range(30)], index=[f"t{k}" for k in range(30)]
    )
    return identity_table(test, {"own": pool, "source": source}, alphabet="dna", both=False, seed=seed)


def test_the_table_has_every_test_sequence_and_shuffled_ones_for_each_task() -> None:
    found = table()
    assert list(found.columns) == COLUMNS
    for task, letter in (("own", "p"), ("source", "s")):
        own = found[(found["task"] == task) & ~found["shuffled"]]
        assert own["id"].tolist() == [f"t{k}" for k in range(30)]
        assert own["nearest"].str.startswith(letter).all()
    own = found[(found["task"] == "own") & ~found["shuffled"]]
    assert own["nearest"].tolist() == [f"p{k}" for k in range(30)]
    assert own["identity"].tolist() == pytest.approx([57 / 60] * 30)
    # What is shuffled has no relative any more: it finds as little as in the unrelated source.
    chance = found[found["shuffled"]].groupby("task")["identity"].quantile(0.95)
    assert chance.max() < 0.45
    assert sorted(found.loc[found["shuffled"] & (found["task"] == "own"), "id"]) == sorted(own["id"])


def test_the_same_seed_gives_the_same_table() -> None:
    pd.testing.assert_frame_equal(table(), table())
    assert not table()["identity"].equals(table(seed=2)["identity"])


def test_shuffles_keep_neighbouring_pairs_and_are_so_many_at_most() -> None:
    generator = np.random.default_rng(2)
    number = SHUFFLED + 50
    test = pd.Series(random_dna(generator, number, 30), index=[f"t{k}" for k in range(number)])
    drawn = shuffled(test, 3)
    assert len(drawn) == SHUFFLED
    assert drawn.index.is_unique

    def pairs(sequence: str) -> list[str]:
        return sorted(sequence[k : k + 2] for k in range(len(sequence) - 1))

    assert all(pairs(sequence) == pairs(test[name]) for name, sequence in drawn.items())
    assert (drawn != test[drawn.index]).mean() > 0.95


def test_every_alphabet_says_how_it_is_aligned() -> None:
    assert set(SCORINGS) == set(ALPHABETS)
    assert SCORINGS["dna"].words == (
        "+2 for the same letter, −3 for another, −7 for the first and −2 for each further letter of a gap"
    )
