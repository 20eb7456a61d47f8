"""Ids of many sequences in little memory: one text and the places where each id begins."""

import itertools
import os
from pathlib import Path

import numpy as np

from seqgraft.errors import SeqgraftError


class Names:
    """The ids that `seqgraft.data.encode_fasta.encode_fasta` left, read from disk as they are needed.

    Parameters
    ----------
    ids, id_offsets : path-like
        The two arrays: UTF-8 as uint8, and (N + 1,) int64.

    Raises
    ------
    SeqgraftError
        If the two do not belong together.
    """

    def __init__(self, ids: str | os.PathLike[str], id_offsets: str | os.PathLike[str]) -> None:
        self._text = np.load(ids, mmap_mode="r", allow_pickle=False)
        self._offsets = np.load(id_offsets, mmap_mode="r", allow_pickle=False)
        if self._offsets[-1] != len(self._text):
            raise SeqgraftError(
                f"{len(self._text)} bytes of ids, but the offsets tell of {self._offsets[-1]}",
                where=str(Path(ids).parent),
                remedy="delete ids.npy and id_offsets.npy and encode again",
            )

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def __getitem__(self, index: int) -> str:
        return bytes(self._text[self._offsets[index] : self._offsets[index + 1]]).decode()

    def tolist(self) -> list[str]:
        """Return all of them."""
        text, offsets = bytes(self._text), self._offsets.tolist()
        return [text[a:b].decode() for a, b in itertools.pairwise(offsets)]
