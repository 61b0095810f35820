"""One row by a sparse matrix that comes again and again, such as the weights of a layer that answers requests.

A row of which little is active is *pushed*: what is active is spread over the outputs that it has weights for.
Otherwise outputs *pull*: each adds up what its inputs give, from a form of the matrix that is made ready once.
"""

from __future__ import annotations

import threading
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from jazz_server.engine.compressed import Compressed, transpose
from jazz_server.engine.kernels.tiles import LANES
from jazz_server.engine.library import address, kernel
from jazz_server.engine.parallel import for_each
from jazz_server.engine.watching import note, watched

KERNELS: Final = ("row_push", "row_pull")

_PULLS: Final = 3
"""How many entries are pulled in the time in which one is pushed."""

_GRAIN: Final = 1 << 18
"""How many entries a thread should have to pull, for its start to be worth it."""

_MOST_PARTS: Final = 16


class RowProduct:
    """The product of rows and one matrix.

    >>> w = Compressed(2, 3, np.array([0, 1, 3]), np.array([2, 0, 1]), np.array([4.0, 5.0, 6.0]))
    >>> RowProduct(w)(np.array([1.0, 10.0]))
    array([50., 60.,  4.])

    Attributes:
        most_pushed: So many positions of a row are pushed at most; with more, outputs pull.
    """

    def __init__(self, w: Compressed) -> None:
        """Makes a matrix (rows, columns) of float32 or float64 ready. It takes as much memory again."""
        self.most_pushed = w.rows // _PULLS
        self._rows, self._columns, self._value = w.rows, w.columns, w.data.dtype
        starts, indices, data, order = _slices(w)
        self.nbytes = sum(array.nbytes for array in (starts, indices, data, order))
        push = kernel("row_push", index=w.indices.dtype, value=self._value)
        pull = kernel("row_pull", index=indices.dtype, value=self._value)
        self._push = push.partial(w.indptr, w.indices, w.data, w.rows, w.columns)
        self._pull = pull.partial(starts, indices, data, order)
        slices, parts = len(starts) - 1, max(1, min(_MOST_PARTS, len(data) // _GRAIN))
        self._bounds = [part * slices // parts for part in range(parts + 1)]
        self._parts = range(parts)
        # Behind the results there is room for one output more, and for the sums of a slice of each part; pushing uses
        # it for entries that are not there.
        self._room = w.columns + 1 + parts * LANES
        self._scratch = _Scratch(w.rows + 1)

    def __call__(self, x: NDArray[Any]) -> NDArray[Any]:
        """x @ w for a vector x (rows), contiguous and of the matrix's dtype; sums run over ascending positions."""
        if x.dtype != self._value or len(x) != self._rows or not x.flags.c_contiguous:
            raise ValueError(f"expected {self._rows} contiguous {self._value}, found {len(x)} {x.dtype}")
        out = np.empty(self._room, self._value)
        pushed = self._push(self.most_pushed, self._scratch.active, address(x), address(out))
        if watched() is not None:
            note(self._chosen(pushed))
        if pushed < 0:
            if len(self._parts) == 1:
                self._pull_part(x, out, 0)
            else:
                for_each(self._parts, lambda part: self._pull_part(x, out, part))
        return out[: self._columns]

    def _chosen(self, pushed: int) -> str:
        if pushed < 0:
            return f"a row is pulled: more than {self.most_pushed} of {self._rows} inputs are active"
        return f"a row is pushed: {pushed} of {self._rows} inputs are active"

    def _pull_part(self, x: NDArray[Any], out: NDArray[Any], part: int) -> None:
        """Computes the outputs of a part of the slices."""
        sums = self._columns + 1 + part * LANES
        self._pull(sums, address(x), address(out), self._bounds[part], self._bounds[part + 1])


class _Scratch(threading.local):
    """Memory that each thread has of its own."""

    def __init__(self, length: int) -> None:
        self._kept = np.empty(length, np.int32)
        self.active = address(self._kept)


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
