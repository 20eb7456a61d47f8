"""Sequences as numbers on disk."""

from pathlib import Path

import numpy as np
import pytest

from seqgraft.data.tokens import TokenStore, encode, write_tokens
from seqgraft.errors import SeqgraftError
from seqgraft.files import sha256_of


def stored(folder: Path, sequences: list[str], alphabet: str = "dna") -> TokenStore:
    tokens, offsets = encode(sequences, alphabet)
    write_tokens(tokens, offsets, folder / "tokens.npy", folder / "offsets.npy")
    return TokenStore(folder / "tokens.npy", folder / "offsets.npy")


def test_tokens_by_hand() -> None:
    tokens, offsets = encode(["ACGT", "TN", "G"], "dna")
    assert tokens.tolist() == [0, 1, 2, 3, 3, 4, 2]
    assert offsets.tolist() == [0, 4, 6, 7]
    assert tokens.dtype == np.uint8
    assert offsets.dtype == np.int64
    assert encode(["UA", "T"], "rna")[0].tolist() == [3, 0, 4]
    assert encode(["YAX"], "protein")[0].tolist() == [19, 0, 20]


def test_the_store_reads_from_disk(tmp_path: Path) -> None:
    store = stored(tmp_path, ["ACGT", "TN", "G"])
    assert isinstance(store.tokens, np.memmap)
    assert len(store) == 3
    assert [store[i].tolist() for i in range(3)] == [[0, 1, 2, 3], [3, 4], [2]]
    assert store.lengths.tolist() == [4, 2, 1]


def test_a_batch_is_filled_up_to_its_longest(tmp_path: Path) -> None:
    store = stored(tmp_path, ["ACGTA", "TN", "G", "CC"])
    assert store.batch([1, 3], 4).tolist() == [[3, 4], [1, 1]]
    assert store.batch(np.array([2, 0, 2]), 4).tolist() == [[2, 4, 4, 4, 4], [0, 1, 2, 3, 0], [2, 4, 4, 4, 4]]
    assert store.batch([], 4).shape == (0, 0)
    assert store.batch([3], 9).dtype == np.uint8


def test_the_matrix_is_a_view_that_nobody_can_write(tmp_path: Path) -> None:
    store = stored(tmp_path, ["ACG", "TTN"])
    matrix = store.matrix()
    assert matrix.tolist() == [[0, 1, 2], [3, 3, 4]]
    assert np.shares_memory(matrix, store.tokens)
    with pytest.raises(ValueError, match="read-only"):
        matrix[0, 0] = 1


def test_one_sequence_is_a_matrix_too(tmp_path: Path) -> None:
    assert stored(tmp_path, ["ACG"]).matrix().tolist() == [[0, 1, 2]]


def test_unequal_lengths(tmp_path: Path) -> None:
    store = stored(tmp_path, ["ACG", "TN", "GGGT"])  # 9 letters would fill three rows of 3
    with pytest.raises(SeqgraftError) as caught:
        store.matrix()
    assert caught.value.what == (
        "the sequences differ in length (2 to 4), and the networks of this version need one length"
    )
    assert caught.value.where == str(tmp_path)
    assert (
        caught.value.remedy
        == "give the task a `length` (pad or crop), or cut the sequences, so that all have the same length"
    )


def test_tokens_and_offsets_of_different_runs(tmp_path: Path) -> None:
    stored(tmp_path, ["ACGT", "TN"])
    np.save(tmp_path / "offsets.npy", np.array([0, 4]))
    with pytest.raises(SeqgraftError, match="6 tokens, but the offsets tell of 4"):
        TokenStore(tmp_path / "tokens.npy", tmp_path / "offsets.npy")


def test_equal_sequences_give_equal_bytes(tmp_path: Path) -> None:
    sums = []
    for name in ("one", "two"):
        stored(tmp_path / name, ["ACGT", "TN"])
        sums.append([sha256_of(tmp_path / name / file) for file in ("tokens.npy", "offsets.npy")])
        assert sorted(path.name for path in (tmp_path / name).iterdir()) == ["offsets.npy", "tokens.npy"]
    assert sums[0] == sums[1]
