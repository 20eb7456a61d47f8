"""From a FASTA file to tokens and ids on disk, piece by piece: memory does not grow with the file.

A piece is translated as a whole. Where its records are short, what is header and what is sequence is told by the places
of the line ends alone, without a Python object per record; where they are long, each is cut out by itself, and all lose
their line ends at once if these stand where they are expected.
"""

import contextlib
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from seqgraft.alphabets import ALPHABETS, Alphabet
from seqgraft.data.fasta import no_sequence, text_of
from seqgraft.data.fasta_pieces import PIECE, pieces
from seqgraft.data.fasta_wrapped import wrapped
from seqgraft.data.growing import growing
from seqgraft.errors import SeqgraftError

FILES = {"tokens": np.uint8, "offsets": np.int64, "ids": np.uint8, "id_offsets": np.int64}
_BLANKS = b"\t\n\v\f\r\x1c\x1d\x1e\x1f "  # what str.split takes for a blank, of ASCII
_IS_BLANK = np.isin(np.arange(256), list(_BLANKS))
# Records of more bytes than this are cut out one by one; there both ways cost the same (100 to 1,000 nt tried).
_LONG = 400
_LOOK = 1 << 16


class Encoded(NamedTuple):
    """What was encoded.

    Parameters
    ----------
    sequences, letters : int
        How many.
    unknown : int
        Letters that are not in the alphabet, whose token is the alphabet's size.
    """

    sequences: int
    letters: int
    unknown: int


class Piece(NamedTuple):
    """The records of one piece.

    Parameters
    ----------
    tokens : bytes
        All of them, those of the record that the piece before began first.
    lead : int
        How many of them belong to that record.
    lengths : numpy.ndarray
        (n,) int64: letters of each record that begins here; the last may go on.
    ids : bytes
        UTF-8, one after the other.
    id_lengths : numpy.ndarray
        (n,) int64, in bytes.
    """

    tokens: bytes
    lead: int
    lengths: np.ndarray
    ids: bytes
    id_lengths: np.ndarray


def letter_table(alphabet: Alphabet) -> bytes:
    """Return the token of each byte, small letters read as capital ones where they mean nothing of their own."""
    table = bytearray(alphabet.table)
    for letter in alphabet.letters:
        if letter.lower() not in alphabet.letters:
            table[ord(letter.lower())] = table[ord(letter)]
    return bytes(table)


def encode_fasta(path: str | Path, alphabet: str, folder: str | Path, *, size: int = PIECE) -> Encoded:
    """Turn a FASTA file into arrays on disk.

    Parameters
    ----------
    path : path-like
        Plain, or compressed with gzip, bzip2 or xz.
    alphabet : str
        A name in `seqgraft.alphabets.ALPHABETS`. Letters that it does not hold become its unknown token and are
        counted; none is refused.
    folder : path-like
        Where ``tokens.npy`` (uint8), ``offsets.npy`` (int64, (N + 1,)), ``ids.npy`` (uint8, UTF-8) and
        ``id_offsets.npy`` (int64, (N + 1,)) are written; existing ones are replaced at the end.
    size : int
        Bytes read at once.

    Returns
    -------
    Encoded

    Raises
    ------
    SeqgraftError
        As `seqgraft.data.fasta.read_fasta` does.
    """
    path, folder, letters = Path(path), Path(folder), ALPHABETS[alphabet]
    table, strange = letter_table(letters), 0
    with contextlib.ExitStack() as stack:
        tokens, offsets, ids, id_offsets = (
            stack.enter_context(growing(folder / f"{name}.npy", dtype)) for name, dtype in FILES.items()
        )
        last = -1  # where the last record begins
        for data in pieces(path, size):
            piece = tokens_of(data, table)
            starts = tokens.length + piece.lead + _before(piece.lengths)
            if np.any(np.diff(starts, prepend=last) == 0):
                raise _empty(path)
            last = int(starts[-1]) if len(starts) else last
            offsets.extend(starts)
            id_offsets.extend(ids.length + _before(piece.id_lengths))
            tokens.extend(piece.tokens)
            ids.extend(piece.ids)
            own = np.frombuffer(piece.tokens, dtype=np.uint8)
            if own.max(initial=0) == letters.unknown:  # four times as fast as to count them, and rare
                strange += int(np.count_nonzero(own == letters.unknown))
        if last == tokens.length:
            raise _empty(path)
        offsets.extend(np.array([tokens.length]))
        id_offsets.extend(np.array([ids.length]))
        return Encoded(offsets.length - 1, tokens.length, strange)


def tokens_of(data: bytes, table: bytes) -> Piece:
    """Return the records of one of `seqgraft.data.fasta_pieces.pieces`.

    Parameters
    ----------
    data : bytes
        The piece.
    table : bytes
        The token of each byte.
    """
    look = data[:_LOOK]
    records, piece = look.count(b"\n>"), None
    if records > 1 and data.isascii():
        if records * _LONG > len(look):
            piece = _short(data, table)
        elif (found := wrapped(data, table, _BLANKS)) is not None:
            piece = Piece(*found)
    return _long(data, table) if piece is None else piece


def _short(data: bytes, table: bytes) -> Piece | None:
    """Read short records by the places of blanks; None where there is something unusual."""
    letters = np.frombuffer(data + b"\n", dtype=np.uint8)
    blanks = np.flatnonzero(letters <= ord(" "))
    kinds = letters[blanks]
    if not _IS_BLANK[kinds].all():
        return None
    rank = np.flatnonzero(kinds == ord("\n"))  # of each line end among the blanks
    ends = blanks[rank]
    headers = np.flatnonzero(letters[ends[:-1] + 1] == ord(">"))
    first, second = rank[headers] + 1, rank[headers + 1]  # how many blanks stand before
    begins, words, stops = ends[headers] + 1, blanks[first], blanks[second]
    if np.any((words == begins + 1) & (words != stops)):
        return None  # a blank after '>', which does not count
    # In turn: what belongs to the record before, then header and sequence of each record.
    parts = np.diff(_alternate(begins, stops, len(letters) - 1), prepend=0)
    lengths = parts[::2] - np.diff(_alternate(first, second, len(blanks) - 1), prepend=0)[::2]
    sizes = words - begins - 1
    ids = letters[_ranges(begins + 1, sizes)]
    if _one_line_each(lengths, parts[::2], headers, ends, stops):
        body = sliding_window_view(letters, int(lengths[1]))[stops + 1].tobytes().translate(table)
    else:
        kept = np.arange(len(parts)) % 2 == 0
        body = letters[:-1][np.repeat(kept, parts)].tobytes().translate(table, _BLANKS)
    return Piece(body, int(lengths[0]), lengths[1:], ids.tobytes(), sizes)


def _one_line_each(
    lengths: np.ndarray, spans: np.ndarray, headers: np.ndarray, ends: np.ndarray, stops: np.ndarray
) -> bool:
    """Tell whether each sequence is one line and all have one length, the record before having ended."""
    if not len(headers) or lengths[0] or headers[-1] + 2 >= len(ends) or not lengths[1]:
        return False
    same = bool((lengths[1:] == lengths[1]).all())
    # Besides its letters each has the line end before it and the one after it, which the last need not have.
    return same and bool(
        (ends[headers + 2] - stops - 1 == lengths[1]).all() and (spans[1:] <= lengths[1] + 2).all()
    )


def _ranges(begins: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Return begins[0], begins[0] + 1, …, begins[1], …: so many from each."""
    return np.repeat(begins - _before(sizes), sizes) + np.arange(sizes.sum())


def _alternate(first: np.ndarray, second: np.ndarray, last: int) -> np.ndarray:
    """Return first[0], second[0], first[1], … and the last."""
    return np.append(np.stack([first, second], axis=1).ravel(), last)


def _long(data: bytes, table: bytes) -> Piece:
    """Cut out each record."""
    headers, bodies = _cut(data)
    if data.isascii():
        sequences = [body.translate(table, _BLANKS) for body in bodies]
    else:
        sequences = [_letters(body).translate(table) for body in bodies]
    lead_length, *lengths = map(len, sequences)
    ids = [_first_word(header) for header in headers]
    return Piece(
        b"".join(sequences),
        lead_length,
        np.array(lengths, dtype=np.int64),
        b"".join(ids),
        np.fromiter(map(len, ids), dtype=np.int64, count=len(ids)),
    )


def _first_word(header: bytes) -> bytes:
    """Return a header's id as UTF-8."""
    try:
        text = header.decode()
    except UnicodeDecodeError:
        text = header.decode("latin-1")
    words = text.split(None, 1)
    return words[0].encode() if words else b""


def _cut(data: bytes) -> tuple[list[bytes], list[bytes]]:
    """Return the headers and what follows each; before the bodies stands what belongs to the record before."""
    if not data:
        return [], [b""]
    letters = np.frombuffer(data, dtype=np.uint8)
    signs = np.flatnonzero(letters == ord(">"))
    begins = signs[letters[signs - 1] == ord("\n")].tolist()
    stops = [*(begin - 1 for begin in begins), len(data)]
    headers, bodies = [], [data[: stops[0]]]
    for begin, stop in zip(begins, stops[1:], strict=True):
        end = data.find(b"\n", begin, stop)
        end = stop if end < 0 else end
        headers.append(data[begin + 1 : end])
        bodies.append(data[end:stop])
    return headers, bodies


def _letters(body: bytes) -> bytes:
    """Return a sequence without blanks, one byte for each letter."""
    return "".join(text_of(body).split()).encode("ascii", errors="replace")


def _before(lengths: np.ndarray) -> np.ndarray:
    """Return how much stands before each."""
    return np.cumsum(lengths) - lengths


def _empty(path: Path) -> SeqgraftError:
    """Describe the first header without a sequence, for which the file is read again."""
    line, own = 0, 0
    for data in pieces(path):
        lead, *records = data.split(b"\n>")
        own = 0 if _letters(lead) else own
        line += lead.count(b"\n")
        for record in records:
            if own:
                return no_sequence(path, own)
            line += 1
            own = line if not _letters(record.partition(b"\n")[2]) else 0
            line += record.count(b"\n")
    return no_sequence(path, own)
