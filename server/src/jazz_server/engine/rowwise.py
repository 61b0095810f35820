"""One row by a sparse matrix that comes again and again, such as the weights of a layer that answers requests.

A row of which little is active is *pushed*: what is active is spread over the outputs that it has weights for.
Otherwise outputs *pull*: each adds up what its inputs give, from a form of the matrix that is made ready once.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from jazz_server.engine.compressed import Compressed, transpose
from jazz_server.engine.kernels.tiles import LANES
from jazz_server.engine.library import kernel
from jazz_server.engine.parallel import for_ranges

_PULLS: Final = 3
"""How many entries are pulled in the time in which one is pushed."""

_GRAIN: Final = 1 << 18
"""How many entries a thread should have to pull, for its start to be worth it."""


class RowProduct:
    """The product of rows and one matrix.

    >>> w = Compressed(2, 3, np.array([0, 1, 3]), np.array([2, 0, 1]), np.array([4.0, 5.0, 6.0]))
    >>> RowProduct(w)(np.array([1.0, 10.0]))
    array([50., 60.,  4.])

    Attributes:
        pulls_from: A row pulls when the rows of the matrix at its active positions have more entries than this.
    """

    def __init__(self, w: Compressed) -> None:
        """Makes a matrix (rows, columns) of float32 or float64 ready. It takes as much memory again."""
        self._w = w
        self._index, self._value = w.indices.dtype, w.data.dtype
        self.pulls_from = w.stored // _PULLS
        self._starts, self._indices, self._data, self._order = _slices(w)
        self._listed = kernel("row_active", index=self._index, value=self._value)
        self._push = kernel("row_push", index=self._index, value=self._value)
        self._pull = kernel("row_pull", index=self._indices.dtype, value=self._value)
        self._slices = len(self._starts) - 1
        self._grain = max(1, self._slices * _GRAIN // max(len(self._data), 1))

    @property
    def nbytes(self) -> int:
        """The bytes of what was made ready."""
        return sum(array.nbytes for array in (self._starts, self._indices, self._data, self._order))

    def __call__(self, x: NDArray[Any]) -> NDArray[Any]:
        """x @ w for a vector x (rows), contiguous and of the matrix's dtype; sums run over ascending positions."""
        w = self._w
        out = np.empty(w.columns + 1, self._value)
        active = np.empty(w.rows, np.int64)
        count = self._listed(w.indptr, active, self.pulls_from, w.rows, x)
        if count >= 0:
            self._push(w.indptr, w.indices, w.data, active, w.columns, count, x, out)
        elif self._grain >= self._slices:
            self._pulled(x, out, 0, self._slices)
        else:
            for_ranges(self._slices, lambda begin, end: self._pulled(x, out, begin, end), grain=self._grain)
        return out[:-1]

    def _pulled(self, x: NDArray[Any], out: NDArray[Any], begin: int, end: int) -> None:
        sums = np.empty(LANES, self._value)
        self._pull(self._starts, self._indices, self._data, self._order, sums, x, out, begin, end)


def _slices(w: Compressed) -> tuple[NDArray[np.int64], NDArray[Any], NDArray[Any], NDArray[np.int32]]:
    """The transpose in slices, as `row_pull` takes them: where they start, inputs, weights, and outputs in order."""
    columns = transpose(w)
    counts = np.diff(columns.indptr).astype(np.int64)
    order = np.argsort(-counts, kind="stable")
    number = -(-w.columns // LANES)
    longest = np.zeros(number, np.int64)
    longest[:] = counts[order[::LANES]]
    starts = np.concatenate(([0], np.cumsum(longest * LANES)))
    rank = np.empty(w.columns, np.int64)
    rank[order] = np.arange(w.columns)
    place = np.repeat(starts[rank // LANES] + rank % LANES - columns.indptr[:-1] * LANES, counts)
    place += np.arange(columns.stored) * LANES
    narrow = np.dtype(np.uint16 if w.rows <= 1 << 16 else np.int32)
    indices, data = np.zeros(int(starts[-1]), narrow), np.zeros(int(starts[-1]), w.data.dtype)
    indices[place], data[place] = columns.indices, columns.data
    filled = np.full(number * LANES, w.columns, np.int32)
    filled[: w.columns] = order
    return starts, indices, data, filled
