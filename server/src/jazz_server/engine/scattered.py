"""Lines of sparse tensors along groups of rows, whose entries stay where they lie: so many of them at a time."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import DTypeLike, NDArray

from jazz.values import Layout, Tensor
from jazz_server.engine.compressed import elements
from jazz_server.engine.entries import ravel
from jazz_server.engine.missing import presence
from jazz_server.engine.promotion import Array

_MANY: Final = 1 << 22
"""Entries that are looked at together."""


@dataclass(frozen=True, slots=True)
class Scattered:
    """Lines whose stored elements lie in any order, with elements of no line among them. See `Lines`.

    Attributes:
        data: The stored elements.
        lines_between: The lines of those between two positions; one more than there are for what is of none.
        stored: How many elements of each line are stored: int64.
        absent: How many elements of each line are zeros that are not stored: int64.
    """

    data: Array
    lines_between: Callable[[int, int], NDArray[np.int64]]
    stored: NDArray[np.int64]
    absent: NDArray[np.int64]

    def spread(self, values: Array) -> Array:
        """One value for each line, as one for each stored element; zero for those of none."""
        padded = np.append(values, values.dtype.type(0))
        out = np.empty(len(self.data), values.dtype)
        for begin, end in _parts(len(self.data), len(values)):
            out[begin:end] = padded[self.lines_between(begin, end)]
        return out

    def reduce(self, function: np.ufunc, data: Array, initial: object, dtype: DTypeLike | None = None) -> Array:
        """`function` over the values beside the stored elements of each line; `initial` where there are none."""
        out = np.full(len(self.absent) + 1, initial, dtype or data.dtype)
        for begin, end in _parts(len(data), len(out)):
            function.at(out, self.lines_between(begin, end), data[begin:end].astype(out.dtype, copy=False))
        return out[:-1]


def scattered(
    x: Tensor, codes: NDArray[np.int64], sizes: NDArray[np.int64]
) -> tuple[Scattered, NDArray[np.int64] | None]:
    """The lines of a sparse tensor `[n, ...]`: for each element behind the rows, in C order, one for each group.

    Args:
        x: The tensor.
        codes: The group of each row, below 0 for none.
        sizes: How many rows each group has.

    Returns:
        The lines, with the elements that are there, and how many of each line are missing; None when none is.
    """
    count, columns, present = len(sizes), x.shape[1:], presence(x)
    size = count * math.prod(columns)

    def every(begin: int, end: int) -> NDArray[np.int64]:
        rows, *others = _places(x, begin, end)
        lines = codes[rows]
        gone = lines < 0
        if others:
            lines += ravel(others, columns) * count
        lines[gone] = size
        return lines

    def there(begin: int, end: int) -> NDArray[np.int64]:
        assert present is not None
        return np.where(present[begin:end], every(begin, end), size)

    lengths, stored = np.tile(sizes, math.prod(columns)), _counts(x.stored, every, size)
    if present is None:
        return Scattered(elements(x), every, stored, lengths - stored), None
    seen = _counts(x.stored, there, size)
    return Scattered(elements(x), there, seen, lengths - stored), stored - seen


def _counts(stored: int, lines_between: Callable[[int, int], NDArray[np.int64]], size: int) -> NDArray[np.int64]:
    counts = np.zeros(size + 1, np.int64)
    for begin, end in _parts(stored, size):
        counts += np.bincount(lines_between(begin, end), minlength=size + 1)
    return counts[:-1]


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
