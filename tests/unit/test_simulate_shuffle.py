from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare

from seqgraft.simulate.shuffle import dinucleotide_shuffle


def pairs(sequence):
    return Counter(pairwise(sequence))


@given(st.text(alphabet="ACGT", max_size=120), st.integers(0, 10_000))
def test_letters_pairs_and_ends_stay_exactly(sequence, seed):
    shuffled = dinucleotide_shuffle(sequence, np.random.default_rng(seed))
    assert Counter(shuffled) == Counter(sequence)
    assert pairs(shuffled) == pairs(sequence)
    assert shuffled[:1] == sequence[:1]
    assert shuffled[-1:] == sequence[-1:]


@pytest.mark.parametrize("sequence", ["", "A", "AC", "ACG", "AAAAAA", "ACACAC"])
def test_sequences_with_a_single_arrangement_come_back(sequence):
    assert dinucleotide_shuffle(sequence, np.random.default_rng(1)) == sequence


@pytest.mark.parametrize("sequence", ["AACAGATACAA", "ACGTACTAGC"])
def test_every_arrangement_is_reached_and_equally_often(sequence):
    # All arrangements, found by trying every permutation in the slow way.
    def walks(prefix, left):
        if not left:
            yield prefix
            return
        for here, there in sorted(left):
            if here == prefix[-1]:
                rest = left.copy()
                rest[here, there] -= 1
                yield from walks(prefix + there, +rest)

    arrangements = sorted(set(walks(sequence[0], pairs(sequence))))
    assert len(arrangements) > 5
    rng = np.random.default_rng(7)
    found = Counter(dinucleotide_shuffle(sequence, rng) for _ in range(400 * len(arrangements)))
    assert sorted(found) == arrangements
    assert chisquare([found[a] for a in arrangements]).pvalue > 1e-4
