"""Records whose lines are all of one length: their line ends need not be looked for, only looked at."""

import numpy as np


def wrapped(
    data: bytes, table: bytes, blanks: bytes
) -> tuple[bytes, int, np.ndarray, bytes, np.ndarray] | None:
    """Read a piece in which every sequence is wrapped at one width, its last line apart.

    Parameters
    ----------
    data : bytes
        One of `seqgraft.data.fasta_pieces.pieces`, ASCII alone.
    table : bytes
        The token of each byte.
    blanks : bytes
        What means nothing in a sequence.

    Returns
    -------
    tuple or None
        The fields of `seqgraft.data.encode_fasta.Piece`; None where some line is of another length, or no record
        begins here.

    Notes
    -----
    All sequences lose their blanks at once, so none tells its own length. A body of s bytes with lines of w letters has
    s // (w + 1) line ends within. The width is that of
    the longest one's first line. Where a line end stands at each of these places, and no more blanks than these were
    lost in all, every body has lost just as many as it should have.
    """
    letters = np.frombuffer(data, dtype=np.uint8)
    signs = np.flatnonzero(letters == ord(">"))
    signs = signs[signs > 0]
    begins = signs[letters[signs - 1] == ord("\n")]
    if not len(begins):
        return None
    ends = np.array([data.find(b"\n", begin) for begin in begins.tolist()])
    starts, stops = ends + 1, np.append(begins[1:] - 1, len(data) - data.endswith(b"\n"))
    if ends[-1] < 0 or starts[-1] > stops[-1]:
        return None
    spans = stops - starts
    longest = int(spans.argmax())
    first = data.find(b"\n", int(starts[longest]), int(stops[longest]))
    width = int(first - starts[longest] if first >= 0 else spans[longest]) + 1
    within = spans // width
    before = np.cumsum(within) - within
    places = np.repeat(starts - 1 - before * width, within) + np.arange(1, within.sum() + 1) * width
    if not (letters[places] == ord("\n")).all():
        return None
    bodies = [data[start:stop] for start, stop in zip(starts.tolist(), stops.tolist(), strict=True)]
    tokens = b"".join(bodies).translate(table, blanks)
    lengths = spans - within
    if len(tokens) != lengths.sum():
        return None
    lead = data[: begins[0] - 1].translate(table, blanks)
    ids, sizes = _ids(data, letters, begins, ends)
    return lead + tokens if lead else tokens, len(lead), lengths, ids, sizes


def _ids(data: bytes, letters: np.ndarray, begins: np.ndarray, ends: np.ndarray) -> tuple[bytes, np.ndarray]:
    """Return the first words of headers, one after the other, and their lengths."""
    sizes = ends - begins - 1
    before = np.cumsum(sizes) - sizes
    text = letters[np.repeat(begins + 1 - before, sizes) + np.arange(sizes.sum())]
    if text.min(initial=255) > ord(" ") and sizes.all():
        return text.tobytes(), sizes
    headers = [data[begin + 1 : end] for begin, end in zip(begins.tolist(), ends.tolist(), strict=True)]
    words = [found[0] if (found := header.decode().split(None, 1)) else "" for header in headers]
    return "".join(words).encode(), np.fromiter(map(len, words), dtype=np.int64, count=len(words))
