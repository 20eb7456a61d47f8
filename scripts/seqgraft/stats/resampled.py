"""Sets of example weights whose units (examples, groups, chains) are resampled whole."""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class UnitDraws:
    """B sets of frequency weights of U units, each of which holds some of the N rows.

    Parameters
    ----------
    units : ndarray of float64, shape (U, B), or None
        Weights of the units. None: each unit alone, so that sums are those of single units.
    member : ndarray of int, shape (N,)
        The unit of each row.
    count : int, optional
        U, where `units` is None.
    rows : ndarray of float64, shape (N, B), optional
        Weights of the rows, where they are at hand.
    """

    def __init__(
        self,
        units: Floats | None,
        member: NDArray[np.intp],
        count: int = 0,
        rows: Floats | None = None,
    ) -> None:
        self.units = units
        self.member = member
        self.count = count if units is None else len(units)
        self._rows = rows
        # What is made of the labels alone is the same for every fit.
        self.kept: dict[object, object] = {}

    @cached_property
    def each(self) -> bool:
        """Whether each row is a unit of its own, in order."""
        return len(self.member) == self.count and np.array_equal(self.member, np.arange(self.count))

    @cached_property
    def rows(self) -> Floats:
        """Weights of the rows, shape (N, B)."""
        if self._rows is not None:
            return self._rows
        assert self.units is not None
        return self.units if self.each else self.units[self.member]

    def sums(self, values: Floats) -> Floats:
        """Weighted sums over rows.

        Parameters
        ----------
        values : ndarray of float64, shape (K, N)
            K quantities.

        Returns
        -------
        ndarray of float64, shape (K, B), or (K, U) where each unit stands alone
        """
        own = values
        if not self.each:
            own = np.stack([np.bincount(self.member, row, self.count) for row in values])
        return own if self.units is None else own @ self.units

    @cached_property
    def totals(self) -> Floats:
        """Sum of the rows' weights, shape (B,) or (U,)."""
        return self.sums(np.ones((1, len(self.member))))[0]

    def of(self, known: NDArray[np.bool_], name: object) -> "UnitDraws":
        """Keep some of the rows, with all units.

        Parameters
        ----------
        known : ndarray of bool, shape (N,)
            Which.
        name : hashable
            What to remember them by: the same name must mean the same rows.
        """
        if known.all():
            return self
        if name not in self.kept:
            self.kept[name] = UnitDraws(self.units, self.member[known], self.count)
        found = self.kept[name]
        assert isinstance(found, UnitDraws)
        return found

    @cached_property
    def counts(self) -> NDArray[np.unsignedinteger] | None:
        """The rows' weights as whole numbers, shape (N, B); None where they are not whole."""
        rows = self.rows
        if rows.min(initial=0.0) < 0 or rows.sum(axis=0).max(initial=0.0) >= 2**31:
            return None
        kind: type[np.uint8] | type[np.uint32] = np.uint8 if rows.max(initial=0.0) <= 255 else np.uint32
        whole: NDArray[np.unsignedinteger] = rows.astype(kind)
        return whole if np.array_equal(whole, rows) else None


def plain(n: int) -> UnitDraws:
    """Return one set in which every row counts once.

    Parameters
    ----------
    n : int
        Rows.
    """
    return UnitDraws(np.ones((n, 1)), np.arange(n))


def mean_over(units: Floats, values: Floats) -> Floats:
    """Average what is known of single units under B sets of weights.

    Parameters
    ----------
    units : ndarray of float64, shape (U, B)
        Weights.
    values : ndarray of float64, shape (U,)
        NaN where undefined; such units are left out.

    Returns
    -------
    ndarray of float64, shape (B,)
        NaN where no unit with a value has weight.
    """
    known = ~np.isnan(values)
    weight = units[known].sum(axis=0)
    return np.divide(
        values[known] @ units[known], weight, out=np.full(units.shape[1], np.nan), where=weight > 0
    )
