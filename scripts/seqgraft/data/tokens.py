"""Sequences as small numbers: one flat array per task and the places where each sequence begins."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np

from seqgraft.errors import SeqgraftError
from seqgraft.files import atomic_path
from seqgraft.known_alphabets import alphabet_of


def encode(sequences: Sequence[str], alphabet: str | Mapping[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """Turn sequences into tokens.

    Parameters
    ----------
    sequences : sequence of str
        (N,) in upper case.
    alphabet : str or mapping
        A name in `seqgraft.known_alphabets.KNOWN`, or letters of one's own.

    Returns
    -------
    tokens : numpy.ndarray
        uint8, all sequences one after the other; a letter's place in the alphabet, or the alphabet's size where
        the letter is unknown.
    offsets : numpy.ndarray
        (N + 1,) int64: sequence i is ``tokens[offsets[i]:offsets[i + 1]]``.
    """
    tokens, lengths = alphabet_of(alphabet).encode_all(sequences)
    return tokens, np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)


def write_tokens(tokens: np.ndarray, offsets: np.ndarray, tokens_path: Path, offsets_path: Path) -> None:
    """Write both arrays as ``.npy``, atomically."""
    for array, path in ((tokens, tokens_path), (offsets, offsets_path)):
        with atomic_path(path) as temporary, temporary.open("wb") as handle:
            np.save(handle, array)


def _array(path: str | os.PathLike[str], mmap_mode: Literal["r"] | None = None) -> np.ndarray:
    """Read an array of `write_tokens`."""
    try:
        return np.asanyarray(np.load(path, mmap_mode=mmap_mode, allow_pickle=False))
    except (ValueError, EOFError):
        raise SeqgraftError(
            "the tokens cannot be read: the file is damaged or cut short",
            where=str(path),
            remedy="delete the file and run again; it is made anew",
        ) from None


class TokenStore:
    """The tokens of one task, read from disk as they are needed.

    Parameters
    ----------
    tokens, offsets : path-like
        The two arrays that `write_tokens` left.

    Raises
    ------
    SeqgraftError
        If one is damaged, or the two do not belong together.
    """

    def __init__(self, tokens: str | os.PathLike[str], offsets: str | os.PathLike[str]) -> None:
        self.path = Path(tokens)
        self.tokens = _array(tokens, mmap_mode="r")
        self.offsets = _array(offsets)
        if self.offsets[-1] != len(self.tokens):
            raise SeqgraftError(
                f"{len(self.tokens)} tokens, but the offsets tell of {self.offsets[-1]}",
                where=str(self.path.parent),
                remedy="delete tokens.npy and offsets.npy and run again; they are made anew",
            )

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, index: int) -> np.ndarray:
        return np.asarray(self.tokens[self.offsets[index] : self.offsets[index + 1]])

    @property
    def lengths(self) -> np.ndarray:
        """Length of each sequence, shape (N,), int64."""
        return np.diff(self.offsets)

    def batch(self, rows: Sequence[int] | np.ndarray, fill: int) -> np.ndarray:
        """Gather some sequences, shorter ones filled up at their end.

        Parameters
        ----------
        rows : sequence of int
            (n,) which, in any order.
        fill : int
            The token that stands where a sequence has ended: the alphabet's unknown one.

        Returns
        -------
        numpy.ndarray
            (n, L) uint8, L the length of the longest of them.
        """
        rows = np.asarray(rows, dtype=np.int64)
        begins, ends = self.offsets[rows], self.offsets[rows + 1]
        lengths = ends - begins
        found = np.full((len(rows), lengths.max(initial=0)), fill, dtype=np.uint8)
        tokens = np.asarray(self.tokens)
        # A slice per row: quicker than one index for all letters, which takes eight bytes for each of one byte.
        for row, (begin, end, length) in enumerate(
            zip(begins.tolist(), ends.tolist(), lengths.tolist(), strict=True)
        ):
            found[row, :length] = tokens[begin:end]
        return found

    def matrix(self) -> np.ndarray:
        """Return all sequences as one array, shape (N, L), uint8, without copying.

        Raises
        ------
        SeqgraftError
            If the lengths differ.
        """
        lengths = self.lengths
        if lengths.min() != lengths.max():
            raise SeqgraftError(
                f"the sequences differ in length ({lengths.min()} to {lengths.max()}), and the networks of this "
                "version need one length",
                where=str(self.path.parent),
                remedy="give the task a `length` (pad or crop), or cut the sequences, so that all have the same length",
            )
        return np.asarray(self.tokens).reshape(len(lengths), int(lengths[0]))
