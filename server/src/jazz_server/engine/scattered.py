"""Lines of sparse tensors along groups of rows, whose entries stay where they lie: so many of them at a time."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import DTypeLike, NDArray

from jazz.values import Layout, Tensor
from jazz_server.engine.along import wide
from jazz_server.engine.compressed import elements, lines_of
from jazz_server.engine.entries import ravel
from jazz_server.engine.kernels.grouped import VALUES
from jazz_server.engine.launch import launch
from jazz_server.engine.library import kernel
from jazz_server.engine.memory import check_bytes
from jazz_server.engine.missing import presence
from jazz_server.engine.parallel import for_bounds, split_by_weight
from jazz_server.engine.promotion import Array
from jazz_server.engine.segments import pointers

_MANY: Final = 1 << 22
"""Entries that are looked at together."""


_GRAIN: Final = 1 << 16
"""How many entries a thread should have to add up, for its start to be worth it."""

_MOST_PARTS: Final = 32

Between: TypeAlias = Callable[[int, int], NDArray[np.int64]]
"""The lines of the stored elements between two positions; one more than there are for what is of none."""

Sums: TypeAlias = Callable[[Array], Array]
"""What values beside the stored elements of each line add up to, in float64 or int64; of types that kernels take."""


@dataclass(frozen=True)
class Scattered:
    """Lines whose stored elements lie in any order, with elements of no line among them. See `Lines`.

    Attributes:
        data: The stored elements.
        lines_between: The lines of those between two positions.
        length: How many elements of each line are there: int64.
        sums: Adds up what is stored where it lies; None when that is to be done by `lines_between`.
    """

    data: Array
    lines_between: Between
    length: NDArray[np.int64]
    sums: Sums | None

    @cached_property
    def stored(self) -> NDArray[np.int64]:
        """How many elements of each line are stored."""
        return self.reduce(np.add, np.broadcast_to(np.True_, self.data.shape), 0, np.int64)

    @property
    def absent(self) -> NDArray[np.int64]:
        """How many elements of each line are zeros that are not stored."""
        return self.length - self.stored

    def spread(self, values: Array) -> Array:
        """One value for each line, as one for each stored element; zero for those of none."""
        padded = np.append(values, values.dtype.type(0))
        out = np.empty(len(self.data), values.dtype)
        for begin, end in _parts(len(self.data), len(values)):
            out[begin:end] = padded[self.lines_between(begin, end)]
        return out

    def reduce(self, function: np.ufunc, data: Array, initial: object, dtype: DTypeLike | None = None) -> Array:
        """`function` over the values beside the stored elements of each line; `initial` where there are none."""
        wanted = np.dtype(dtype or data.dtype)
        if function is np.add and self.sums is not None and are_summed(data.dtype, wanted):
            return self.sums(data).astype(wanted, copy=False)
        out = np.full(len(self.length) + 1, initial, wanted)
        for begin, end in _parts(len(data), len(out)):
            function.at(out, self.lines_between(begin, end), data[begin:end].astype(wanted, copy=False))
        return out[:-1]


def are_summed(dtype: np.dtype[Any], wanted: np.dtype[Any]) -> bool:
    """Whether kernels sum elements of a type, and their sums are those in the type that is wanted."""
    if dtype.name not in VALUES:
        return False
    return wanted == wide(dtype) or (wanted == np.float64 and dtype.itemsize < 8)


def scattered(
    x: Tensor, codes: NDArray[np.int64], rows: NDArray[np.int64], indptr: NDArray[np.int64]
) -> tuple[Scattered, NDArray[np.int64] | None]:
    """The lines of a sparse tensor `[n, ...]`: for each element behind the rows, in C order, one for each group.

    Args:
        x: The tensor.
        codes: The group of each row, below 0 for none.
        rows: The rows, group by group.
        indptr: Where each group begins in `rows`, and the end of the last.

    Returns:
        The lines, with the elements that are there, and how many of each line are missing; None when none is.
    """
    count, columns, present = len(indptr) - 1, x.shape[1:], presence(x)
    size = count * math.prod(columns)

    def every(begin: int, end: int) -> NDArray[np.int64]:
        places, *others = _places(x, begin, end)
        lines = codes[places]
        gone = lines < 0
        if others:
            lines += ravel(others, columns) * count
        lines[gone] = size
        return lines

    lengths = np.tile(np.diff(indptr), math.prod(columns))
    whole = Scattered(elements(x), every, lengths, _sums(x, codes, rows, indptr))
    if present is None:
        return whole, None
    missing = whole.reduce(np.add, ~present, 0, np.int64)

    def there(begin: int, end: int) -> NDArray[np.int64]:
        return np.where(present[begin:end], every(begin, end), size)

    def sums(data: Array) -> Array:
        assert whole.sums is not None
        check_bytes(data.nbytes, "the elements of groups that are not missing")
        return whole.sums(np.where(present, data, data.dtype.type(0)))

    return Scattered(whole.data, there, lengths - missing, None if whole.sums is None else sums), missing


def _sums(x: Tensor, codes: NDArray[np.int64], rows: NDArray[np.int64], indptr: NDArray[np.int64]) -> Sums | None:
    if x.layout is Layout.COO:
        return None
    matrix, count = lines_of(x), len(indptr) - 1
    index, where = matrix.indices.dtype, (matrix.indptr, matrix.indices)

    def of_rows(data: Array) -> Array:
        out = np.zeros((count, matrix.columns), wide(data.dtype))
        entries = pointers(np.diff(matrix.indptr)[rows])[indptr]
        run = kernel("csr_sum_groups", index=index, value=data.dtype).bind(
            rows, indptr, *where, np.ascontiguousarray(data), out, matrix.columns
        )
        for_bounds(split_by_weight(entries, 1 + min(_MOST_PARTS, int(entries[-1]) // _GRAIN)).tolist(), run)
        return out.T.reshape(-1)

    def of_columns(data: Array) -> Array:
        out, data = np.zeros(count * matrix.rows, wide(data.dtype)), np.ascontiguousarray(data)
        launch(
            "csc_sum_groups", matrix.rows, matrix.rows + matrix.stored, codes, *where, data, out, count,
            index=index, value=data.dtype,
        )  # fmt: skip
        return out

    return of_rows if x.layout is Layout.CSR else of_columns


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
