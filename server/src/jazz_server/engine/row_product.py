"""One row by a sparse matrix that comes again and again, such as the weights of a layer that answers requests.

A row of which little is active is *pushed*: what is active is spread over the outputs that it has weights for.
Otherwise outputs *pull*: each adds up what its inputs give, from a form of the matrix that is made ready once.
"""

from __future__ import annotations

import threading
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from jazz_server.engine.compressed import Compressed, transpose
from jazz_server.engine.kernels.rows import AT_A_TIME, WORD
from jazz_server.engine.kernels.tiles import LANES
from jazz_server.engine.library import address, kernel
from jazz_server.engine.memory import empty_aligned
from jazz_server.engine.parallel import for_each
from jazz_server.engine.watching import note, watched

KERNELS: Final = ("row_product",)

_PULLS: Final = 4
"""How many entries are pulled in the time in which one is pushed."""

_GRAIN: Final = 1 << 18
"""How many entries a thread should have to pull, for its start to be worth it."""

_MOST_PARTS: Final = 16


class RowProduct:
    """The product of rows and one matrix.

    >>> w = Compressed(2, 3, np.array([0, 1, 3]), np.array([2, 0, 1]), np.array([4.0, 5.0, 6.0]))
    >>> RowProduct(w)(np.array([1.0, 10.0]))
    array([50., 60.,  4.])
    """

    def __init__(self, w: Compressed, *, most_pushed: int | None = None) -> None:
        """Makes a matrix (rows, columns) of float32 or float64 ready. It takes as much memory again.

        With more than `most_pushed` active positions, by default where that is faster, outputs pull.
        """
        self._rows, self._columns, self._value = w.rows, w.columns, w.data.dtype
        self._most = w.rows // _PULLS if most_pushed is None else most_pushed
        slices, parts = -(-w.columns // LANES), max(1, min(_MOST_PARTS, w.stored // _GRAIN))
        bounds = [part * slices // parts for part in range(parts + 1)]
        form = _slices(w, bounds)
        self.nbytes = sum(array.nbytes for array in form)
        self._parts = list(pairwise(bounds)) if parts > 1 else []
        product = kernel("row_product", index=w.indices.dtype, narrow=form[1].dtype, value=self._value)
        matrix = (w.indptr, w.indices, w.data, w.columns, *form)
        self._product = product.partial(*matrix, w.rows, self._most, 0, slices if parts == 1 else 0)
        self._pull = product.partial(*matrix, 0, -1)
        self._scratch = _Scratch(w.rows + w.rows // WORD + 1, slices * LANES, self._value)

    def __call__(self, x: NDArray[Any]) -> NDArray[Any]:
        """x @ w for a vector x (rows), contiguous and of the matrix's dtype; sums run over ascending positions."""
        if x.dtype != self._value or len(x) != self._rows or not x.flags.c_contiguous:
            raise ValueError(f"expected {self._rows} contiguous {self._value}, found {len(x)} {x.dtype}")
        out = np.empty(self._columns + AT_A_TIME, self._value)
        memory = (*self._scratch.addresses, address(x), address(out))
        pushed = self._product(*memory)
        if pushed < 0 and self._parts:
            for_each(self._parts, lambda part: self._pull(*part, *memory))
        if watched() is not None:
            note(self._chosen(pushed))
        return out[: self._columns]

    def _chosen(self, pushed: int) -> str:
        if pushed < 0:
            return f"a row is pulled: more than {self._most} of {self._rows} inputs are active"
        return f"a row is pushed: {pushed} of {self._rows} inputs are active"


class _Scratch(threading.local):
    """Memory that each thread has of its own."""

    def __init__(self, rows: int, sums: int, value: np.dtype[Any]) -> None:
        self._kept = np.empty(rows, np.int64), empty_aligned((sums,), value)
        self.addresses = tuple(map(address, self._kept))


def _slices(
    w: Compressed, bounds: list[int]
) -> tuple[NDArray[np.int64], NDArray[Any], NDArray[Any], NDArray[np.int32]]:
    """The transpose in slices, as `row_product` takes them: where they start, inputs, weights, and places of outputs.

    The slices between two bounds compute the outputs at the same positions.
    """
    columns = transpose(w)
    counts = np.diff(columns.indptr).astype(np.int64)
    part = np.repeat(np.arange(len(bounds) - 1), np.diff(bounds) * LANES)[: w.columns]
    order = np.lexsort((-counts, part))
    number = bounds[-1]
    longest = np.zeros(number, np.int64)
    longest[:] = counts[order[::LANES]]
    starts = np.concatenate(([0], np.cumsum(longest * LANES)))
    places = np.empty(w.columns, np.int32)
    places[order] = np.arange(w.columns)
    entry = np.repeat(starts[places // LANES] + places % LANES - columns.indptr[:-1] * LANES, counts)
    entry += np.arange(columns.stored) * LANES
    narrow = np.dtype(np.uint16 if w.rows <= 1 << 16 else np.int32)
    inputs, weights = (empty_aligned((int(starts[-1]),), dtype) for dtype in (narrow, w.data.dtype))
    inputs[:], weights[:] = 0, 0
    inputs[entry], weights[entry] = columns.indices, columns.data
    return starts, inputs, weights, places
