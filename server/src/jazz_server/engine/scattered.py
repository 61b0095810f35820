"""Lines of sparse tensors along groups of rows, whose entries stay where they lie."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import DTypeLike, NDArray

from jazz.values import Layout, Tensor
from jazz_server.engine import structure
from jazz_server.engine.along import wide
from jazz_server.engine.compressed import Compressed, elements, lines_of
from jazz_server.engine.entries import ravel
from jazz_server.engine.kernels.grouped import VALUES
from jazz_server.engine.launch import launch
from jazz_server.engine.library import kernel
from jazz_server.engine.missing import presence
from jazz_server.engine.parallel import for_bounds, split_by_weight
from jazz_server.engine.promotion import Array, work_dtype
from jazz_server.engine.segments import pointers, squared

_MANY: Final = 1 << 22
"""Entries that are looked at together, where no kernel does."""

_GRAIN: Final = 1 << 16
"""How many entries a thread should have to work on, for its start to be worth it."""

_MOST_PARTS: Final = 32


@dataclass(frozen=True)
class Scattered:
    """The lines of a sparse tensor `[n, ...]` of which nothing is missing. See `Lines`.

    For each element behind the rows, in C order, there is one for each group.

    Attributes:
        x: The tensor.
        codes: The group of each row, below 0 for none: int64.
        rows: The rows, group by group: int64.
        indptr: Where each group begins in `rows`, and the end of the last: int64.
        length: How many elements of each line are there: int64.
    """

    x: Tensor
    codes: NDArray[np.int64]
    rows: NDArray[np.int64]
    indptr: NDArray[np.int64]
    length: NDArray[np.int64]

    @cached_property
    def data(self) -> Array:
        """The stored elements, those of no group included."""
        return np.ascontiguousarray(elements(self.x))

    @cached_property
    def stored(self) -> NDArray[np.int64]:
        """How many elements of each line are stored."""
        return self.reduce(np.add, np.ones(len(self.data), np.bool_), 0, np.int64)

    @property
    def absent(self) -> NDArray[np.int64]:
        """How many elements of each line are zeros that are not stored."""
        return self.length - self.stored

    def spread(self, values: Array) -> Array:
        """One value for each line, as one for each stored element; zero for those of none."""
        padded = np.append(values, values.dtype.type(0))
        out = np.empty(len(self.data), values.dtype)
        for begin, end in _parts(len(self.data), len(values)):
            out[begin:end] = padded[self._lines_between(begin, end)]
        return out

    def reduce(self, function: np.ufunc, data: Array, initial: object, dtype: DTypeLike | None = None) -> Array:
        """`function` over the values beside the stored elements of each line; `initial` where there are none."""
        wanted = np.dtype(dtype or data.dtype)
        work = kernel_type(function, data.dtype, wanted)
        if self.x.layout is Layout.COO or work is None:
            return self._reduced_at(function, data, initial, wanted)
        out = np.full(len(self.length), initial, wide(work))
        self._run("reduce", data.astype(work, copy=False), out, operation=function.__name__)
        return self._in_lines(out).astype(wanted, copy=False)

    def squares(self, centers: Array) -> Array:
        """The sums of the squares of how far the stored elements of each line are from one value for each."""
        if self.x.layout is Layout.COO or self.data.dtype.name not in VALUES:
            return self.reduce(np.add, squared(self.data - self.spread(centers)), 0)
        out = np.zeros(len(self.length))
        self._run("square", self.data, self._from_lines(centers), out)
        return self._in_lines(out)

    @property
    def _matrix(self) -> Compressed:
        return lines_of(self.x)

    @property
    def _groups(self) -> int:
        return len(self.indptr) - 1

    def _in_lines(self, results: Array) -> Array:
        """The results of a kernel in the order of lines."""
        if self.x.layout is Layout.CSC:
            return results
        return results.reshape(self._groups, self._matrix.columns).T.reshape(-1)

    def _from_lines(self, values: Array) -> Array:
        """One value for each line in the order of the results of a kernel."""
        if self.x.layout is Layout.CSC:
            return np.ascontiguousarray(values)
        return values.reshape(self._matrix.columns, self._groups).T.reshape(-1)

    def _run(self, what: str, data: Array, *arrays: Array, **operation: str) -> None:
        """Runs a kernel of groups: what it reads and writes for each line is in the order of its results."""
        matrix = self._matrix
        where, types = (matrix.indptr, matrix.indices, data), {"index": matrix.indices.dtype, "value": data.dtype}
        if self.x.layout is Layout.CSC:
            launch(
                f"csc_{what}_groups", matrix.rows, matrix.rows + matrix.stored, self.codes, *where, *arrays,
                self._groups, **types, **operation,
            )  # fmt: skip
            return
        entries = pointers(np.diff(matrix.indptr)[self.rows])[self.indptr]
        run = kernel(f"csr_{what}_groups", **types, **operation).bind(
            self.rows, self.indptr, *where, *arrays, matrix.columns
        )
        for_bounds(split_by_weight(entries, 1 + min(_MOST_PARTS, int(entries[-1]) // _GRAIN)).tolist(), run)

    def _reduced_at(self, function: np.ufunc, data: Array, initial: object, wanted: np.dtype[Any]) -> Array:
        out = np.full(len(self.length) + 1, initial, wanted)
        for begin, end in _parts(len(data), len(out)):
            function.at(out, self._lines_between(begin, end), data[begin:end].astype(wanted, copy=False))
        return out[:-1]

    def _lines_between(self, begin: int, end: int) -> NDArray[np.int64]:
        """The lines of the stored elements between two positions; one more than there are for what is of none."""
        places, *others = _places(self.x, begin, end)
        lines = self.codes[places]
        gone = lines < 0
        if others:
            lines += ravel(others, self.x.shape[1:]) * self._groups
        lines[gone] = len(self.length)
        return lines


def kernel_type(function: np.ufunc, dtype: np.dtype[Any], wanted: np.dtype[Any]) -> np.dtype[Any] | None:
    """The type as which kernels take elements into what is wanted in a type; None where they do not."""
    if function in (np.minimum, np.maximum):
        if dtype != wanted or dtype == np.uint64:
            return None
        return dtype if dtype.name in VALUES else work_dtype(dtype)
    if function not in (np.add, np.multiply):
        return None
    if function is np.add and are_summed(dtype, wanted):
        return dtype
    if dtype.name in VALUES and wanted == wide(dtype):
        return dtype
    return wanted if wanted in (np.float64, np.int64) else None


def are_summed(dtype: np.dtype[Any], wanted: np.dtype[Any]) -> bool:
    """Whether kernels sum elements of a type, and their sums are those in the type that is wanted."""
    if dtype.name not in VALUES:
        return False
    return wanted == wide(dtype) or (wanted == np.float64 and dtype.itemsize < 8)


def scattered(
    x: Tensor, codes: NDArray[np.int64], rows: NDArray[np.int64], indptr: NDArray[np.int64]
) -> tuple[Scattered, NDArray[np.int64] | None]:
    """The lines of a sparse tensor `[n, ...]` along groups, of the elements that are there.

    The other arguments are attributes of `Scattered`.

    Returns:
        The lines, and how many elements of each are missing; None when none is.
    """
    present = presence(x)
    whole = Scattered(x, codes, rows, indptr, np.tile(np.diff(indptr), math.prod(x.shape[1:])))
    if present is None:
        return whole, None
    missing = whole.reduce(np.add, ~present, 0, np.int64)
    return Scattered(structure.filtered(x, present), codes, rows, indptr, whole.length - missing), missing


def _parts(stored: int, lines: int) -> Iterator[tuple[int, int]]:
    step = max(_MANY, lines)
    for begin in range(0, stored, step):
        yield begin, min(begin + step, stored)


def _places(x: Tensor, begin: int, end: int) -> Sequence[Array]:
    """The indices along each axis of the stored entries between two positions."""
    if x.layout is Layout.COO:
        return [index[begin:end] for index in x.indices]
    assert x.indptr is not None
    first, last = np.searchsorted(x.indptr, begin, "right") - 1, np.searchsorted(x.indptr, end, "left")
    ends = np.clip(x.indptr[first : last + 1], begin, end)
    lines, others = np.repeat(np.arange(first, last), np.diff(ends)), x.indices[0][begin:end]
    return (lines, others) if x.layout is Layout.CSR else (others, lines)
