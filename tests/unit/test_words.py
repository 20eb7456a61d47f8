import numpy as np
import pytest

from seqgraft.data.words import blocks, similarity, word_length, words


def tokens_of(*sequences: str) -> np.ndarray:
    return np.array([["ACGT?".index(letter) for letter in text] for text in sequences], dtype=np.uint8)


def plain_similarity(one: str, other: str, k: int) -> float:
    sets = [{s[i : i + k] for i in range(len(s) - k + 1) if "?" not in s[i : i + k]} for s in (one, other)]
    fewer = min(len(s) for s in sets)
    return len(sets[0] & sets[1]) / fewer if fewer else 0.0


def test_word_lengths():
    # 81 / 4**5 is .079, 81 / 4**6 is .020; 300 / 20**2 is .75, 300 / 20**3 is .0375
    assert (word_length(4, 81), word_length(20, 300), word_length(4, 2)) == (6, 3, 2)


def test_similarities_equal_sets_of_words():
    generator = np.random.default_rng(3)
    texts = ["".join(generator.choice(list("AACGT?"), 12)) for _ in range(20)] + ["A" * 12, "?" * 12]
    k = word_length(4, 12)
    assert k == 4
    own = words(tokens_of(*texts), 4)
    expected = [[plain_similarity(a, b, k) for b in texts] for a in texts]
    assert np.allclose(similarity(own, own), expected)


def test_both_strands_make_a_sequence_like_its_reverse_complement():
    own = words(tokens_of("AAAACCCCAGTC", "GACTGGGGTTTT"), 4, (3, 2, 1, 0))
    assert similarity(own[:1], own[1:])[0, 0] == 1
    single = words(tokens_of("AAAACCCCAGTC", "GACTGGGGTTTT"), 4)
    assert similarity(single[:1], single[1:])[0, 0] == 0


@pytest.mark.parametrize(("columns", "rows"), [(7, [3, 3, 1]), (10, [2, 2, 2, 1]), (21, [1] * 7), (0, [7])])
def test_blocks_are_as_large_as_memory_allows_and_hold_every_row_once(
    monkeypatch: pytest.MonkeyPatch, columns: int, rows: list[int]
) -> None:
    monkeypatch.setattr("seqgraft.data.words.BLOCK", 21)
    sets = words(np.arange(7 * 6).reshape(7, 6).astype(np.uint8) % 4, 4)
    found = list(blocks(sets, columns))
    assert [block.shape[0] for block in found] == rows
    assert np.array_equal(np.concatenate([block.toarray() for block in found]), sets.toarray())
