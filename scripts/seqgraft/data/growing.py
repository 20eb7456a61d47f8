"""Arrays written to ``.npy`` piece by piece, their length known only at the end."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np

from seqgraft.files import atomic_path


class GrowingArray:
    """A one-dimensional ``.npy`` file under way.

    Parameters
    ----------
    handle : file object
        Open for writing bytes, at its beginning.
    dtype : data-type
        Of every number.
    """

    def __init__(self, handle: IO[bytes], dtype: Any) -> None:
        self.dtype = np.dtype(dtype)
        self.length = 0
        self._handle = handle
        self._start = self._header()

    def extend(self, values: np.ndarray | bytes) -> None:
        """Write further numbers; bytes are taken as they are."""
        data = values if isinstance(values, bytes) else values.astype(self.dtype, copy=False).tobytes()
        self.length += len(data) // self.dtype.itemsize
        self._handle.write(data)

    def close(self) -> None:
        """Write the length into the header, for which numpy leaves room."""
        self._handle.seek(0)
        if self._header() != self._start:
            raise RuntimeError("numpy's header grew with the array")

    def _header(self) -> int:
        fields = {"descr": self.dtype.str, "fortran_order": False, "shape": (self.length,)}
        np.lib.format.write_array_header_1_0(self._handle, fields)
        return self._handle.tell()


@contextmanager
def growing(path: Path, dtype: Any) -> Iterator[GrowingArray]:
    """Yield an array that is found under its name, whole, once the block succeeds.

    Parameters
    ----------
    path : pathlib.Path
        A ``.npy`` file; its bytes are those that ``numpy.save`` would write.
    dtype : data-type
        Of every number.
    """
    with atomic_path(path) as temporary, temporary.open("wb") as handle:
        array = GrowingArray(handle, dtype)
        yield array
        array.close()
