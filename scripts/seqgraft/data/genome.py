"""Windows of a genome: its FASTA file turned into tokens once, and windows gathered from the tokens on disk."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from seqgraft.alphabets import ALPHABETS
from seqgraft.data.encode_fasta import encode_fasta
from seqgraft.data.names import Names
from seqgraft.data.tokens import TokenStore
from seqgraft.errors import SeqgraftError
from seqgraft.files import write_text

Edge = Literal["error", "pad"]
_FILES = ("tokens.npy", "offsets.npy", "ids.npy", "id_offsets.npy")


class Genome:
    """A genome's tokens, read from disk as they are needed.

    Parameters
    ----------
    folder : path-like
        What `encode_genome` left.

    Raises
    ------
    SeqgraftError
        If a file there is damaged, or two contigs have one name.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)
        tokens, offsets, ids, id_offsets = (self.folder / name for name in _FILES)
        self._store = TokenStore(tokens, offsets)
        self._alphabet = ALPHABETS[json.loads((self.folder / "genome.json").read_text())["alphabet"]]
        self.names = Names(ids, id_offsets).tolist()
        self.places = {name: place for place, name in enumerate(self.names)}
        if len(self.places) < len(self.names):
            again = next(name for place, name in enumerate(self.names) if self.places[name] != place)
            raise SeqgraftError(
                f"the genome holds two sequences called '{again}'",
                where=str(self.folder),
                remedy="give a FASTA file in which every sequence has a name of its own",
            )

    @property
    def lengths(self) -> np.ndarray:
        """Letters of each contig, shape (contigs,), int64."""
        return self._store.lengths

    @property
    def letters(self) -> str:
        """The letter of each token, the unknown one's last."""
        return self._alphabet.letters + "N"

    def windows(
        self,
        contigs: np.ndarray | Sequence[int],
        starts: np.ndarray | Sequence[int],
        length: int,
        *,
        reverse: np.ndarray | Sequence[bool] | None = None,
        edge: Edge = "error",
    ) -> np.ndarray:
        """Gather windows of one length.

        Parameters
        ----------
        contigs : array_like of int
            (N,) places in `names`.
        starts : array_like of int
            (N,) first letters, from 0; may be negative.
        length : int
            Letters of a window.
        reverse : array_like of bool, optional
            (N,) whether a window is on the other strand: its reverse complement is returned.
        edge : {"error", "pad"}
            What happens to a window that reaches beyond its contig: an error, or the letters that are not there
            are unknown.

        Returns
        -------
        numpy.ndarray
            (N, length) uint8.

        Raises
        ------
        ValueError
            If a window reaches beyond its contig and `edge` says so, or the alphabet has no other strand.

        Notes
        -----
        The view of all windows is indexed and not taken from with `numpy.take`, which would copy all of it.
        """
        contigs, starts = np.asarray(contigs, dtype=np.int64), np.asarray(starts, dtype=np.int64)
        ends_of = self.lengths[contigs]
        outside = (starts < 0) | (starts + length > ends_of)
        if outside.any() and edge == "error":
            at = int(np.flatnonzero(outside)[0])
            raise ValueError(f"window {at} reaches beyond contig {self.names[contigs[at]]}")
        begins = self._store.offsets[contigs]
        tokens = np.asarray(self._store.tokens)  # what is cut out of a memory map is one too, and slow
        inside = ~outside
        if inside.all() and len(starts):
            windows = sliding_window_view(tokens, length)[begins + starts]
        else:
            windows = np.full((len(starts), length), self._alphabet.unknown, dtype=np.uint8)
            if inside.any():
                windows[inside] = sliding_window_view(tokens, length)[(begins + starts)[inside]]
        for row in np.flatnonzero(outside):
            first, last = max(0, int(starts[row])), min(int(ends_of[row]), int(starts[row]) + length)
            if first < last:
                place = first - int(starts[row])
                own = tokens[begins[row] + first : begins[row] + last]
                windows[row, place : place + last - first] = own
        if reverse is not None and np.any(reverse):
            rows = np.flatnonzero(np.asarray(reverse, dtype=bool))
            # All of them backwards at once: so the last one's letters come first.
            turned = self._complement(windows.take(rows[::-1], axis=0))
            windows[rows] = _backwards(turned.ravel()).reshape(turned.shape)
        return windows

    def sequence(self, contig: int, start: int, stop: int) -> str:
        """Return the letters of a stretch, an unknown one as ``N``."""
        begin = self._store.offsets[contig]
        return self.text(np.asarray(self._store.tokens[begin + start : begin + stop]))

    def text(self, tokens: np.ndarray) -> str:
        """Return the letters of tokens."""
        return tokens.tobytes().translate(self._letters()).decode("ascii")

    def _letters(self) -> bytes:
        return self.letters.encode().ljust(256, b"N")

    def _complement(self, tokens: np.ndarray) -> np.ndarray:
        """Return the token of each token's partner; the array given is used up."""
        partners, count = self._alphabet.complement, self._alphabet.unknown
        if partners is None:
            raise ValueError(f"{self._alphabet.name} has no reverse complement")
        if partners == tuple(range(count))[::-1]:
            # Of A, C, G, T the last faces the first: a difference is ten times quicker than a table. The unknown
            # token, one too large, becomes 255 and comes back; `numpy.minimum` takes ten times as long.
            np.subtract(np.uint8(count - 1), tokens, out=tokens)
            unknown = tokens == np.uint8(255)
            if unknown.any():
                tokens[unknown] = count
            return tokens
        return np.array([*partners, count], dtype=np.uint8)[tokens]


def _backwards(tokens: np.ndarray) -> np.ndarray:
    """Return tokens (N,), uint8, last one first: eight at a time, which takes a third of the time of one at a time."""
    words = np.zeros(-(-len(tokens) // 8), dtype=np.uint64)
    words.view(np.uint8)[: len(tokens)] = tokens
    return words.byteswap(inplace=True)[::-1].copy().view(np.uint8)[words.nbytes - len(tokens) :]


def encode_genome(path: str | Path, folder: str | Path, *, alphabet: str = "dna") -> Genome:
    """Turn a genome's FASTA file into tokens on disk, once for all its windows.

    Parameters
    ----------
    path : path-like
        Plain, or compressed with gzip, bzip2 or xz. Small letters (masked repeats) count as capital ones, and
        ambiguity codes become unknown.
    folder : path-like
        Where the tokens are written, one byte per letter.
    alphabet : str
        A name in `seqgraft.alphabets.ALPHABETS`.

    Returns
    -------
    Genome

    Raises
    ------
    SeqgraftError
        If the file is no FASTA file, or two of its sequences have one name.
    """
    encode_fasta(path, alphabet, folder)
    write_text(Path(folder) / "genome.json", json.dumps({"alphabet": alphabet}) + "\n")
    try:
        return Genome(folder)
    except SeqgraftError as error:
        raise SeqgraftError(
            error.what, where=error.where.replace(str(folder), str(path)), remedy=error.remedy
        ) from None


def starts_around(centres: np.ndarray, length: int, reverse: np.ndarray | None = None) -> np.ndarray:
    """Return where windows begin that have a letter in their middle.

    Parameters
    ----------
    centres : numpy.ndarray
        (N,) places of the letters, from 0.
    length : int
        Letters of a window. Of an even number, length / 2 stand before the centre in reading direction.
    reverse : numpy.ndarray, optional
        (N,) bool: windows on the other strand, whose reading direction is turned.

    Returns
    -------
    numpy.ndarray
        (N,) int64.
    """
    before = np.full(len(centres), length // 2)
    if reverse is not None:
        before[np.asarray(reverse, dtype=bool)] = length - 1 - length // 2
    return np.asarray(centres, dtype=np.int64) - before
