"""Segments: what a reduction makes one number of, as the elements that are stored and how many zeros are not.

Sparse tensors and those with missing elements become such segments, so that a reduction computes both in one way.
What is missing is left out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import DTypeLike, NDArray

from jazz.values import Layout, Tensor
from jazz_server.engine import along
from jazz_server.engine.along import Axes
from jazz_server.engine.compressed import elements
from jazz_server.engine.missing import marks, missing_entries
from jazz_server.engine.op import Settings
from jazz_server.engine.promotion import Array


class Lines(Protocol):
    """What a reduction makes one number each of: elements that are stored, each of a line, and zeros that are not."""

    @property
    def data(self) -> Array:
        """The stored elements that are there."""
        ...

    @property
    def length(self) -> NDArray[np.int64]:
        """How many elements of each line are there."""
        ...

    @property
    def absent(self) -> NDArray[np.int64]:
        """How many elements of each line are zeros that are not stored."""
        ...

    @property
    def stored(self) -> NDArray[np.int64]:
        """How many elements of each line are stored."""
        ...

    def spread(self, values: Array) -> Array:
        """One value for each line, as one for each stored element."""
        ...

    def reduce(self, function: np.ufunc, data: Array, initial: object, dtype: DTypeLike | None = None) -> Array:
        """`function` over the values beside the stored elements of each line, in a type or in theirs.

        `initial` where there are none.
        """
        ...

    def squares(self, centers: Array) -> Array:
        """The sums of the squares of how far the stored elements of each line are from one value for each."""
        ...


OfLines: TypeAlias = Callable[[Lines, Settings], Array]
"""A reduction of lines to one result each. Where a line is empty it need not make sense."""


def of_segments(reduction: OfLines) -> Callable[[Tensor, Axes, Settings], Array]:
    """The reduction of the elements of a tensor that are there, along axes."""
    return lambda tensor, axes, settings: reduction(segments_of(tensor, axes), settings)


@dataclass(frozen=True, slots=True)
class Segments:
    """The lines of a tensor along some of its axes, one after the other.

    Attributes:
        indptr: Where the stored elements of each line begin, and the end of the last: int64.
        data: The stored elements, line by line.
        absent: How many elements of each line are zeros that are not stored: int64.
    """

    indptr: NDArray[np.int64]
    data: Array
    absent: NDArray[np.int64]

    @property
    def stored(self) -> NDArray[np.int64]:
        """How many elements of each line are stored."""
        return np.diff(self.indptr)

    @property
    def length(self) -> NDArray[np.int64]:
        """How many elements of each line are there."""
        return self.stored + self.absent

    def spread(self, values: Array) -> Array:
        """One value for each line, as one for each stored element."""
        return np.repeat(values, self.stored)

    def reduce(self, function: np.ufunc, data: Array, initial: object, dtype: DTypeLike | None = None) -> Array:
        """`function` over the values beside the stored elements of each line; `initial` where there are none."""
        data = data.astype(dtype or data.dtype, copy=False)
        out = np.full(len(self.absent), initial, data.dtype)
        some = self.stored > 0
        if some.any():
            out[some] = function.reduceat(data, self.indptr[:-1][some])
        return out

    def squares(self, centers: Array) -> Array:
        """The sums of the squares of how far the stored elements of each line are from one value for each."""
        return self.reduce(np.add, squared(self.data - self.spread(centers)), 0)


def segments_of(tensor: Tensor, axes: Axes) -> Segments:
    """The elements that are there of each line along axes: O(elements) if dense, O(lines + entries) if sparse."""
    return _dense_lines(tensor, axes) if tensor.layout is Layout.DENSE else _sparse_lines(tensor, axes)


def _dense_lines(tensor: Tensor, axes: Axes) -> Segments:
    array, missing = (along_last(x, axes) for x in (tensor.array(), marks(tensor).array()))
    counts = np.count_nonzero(~missing, axis=1)
    return Segments(pointers(counts), array[~missing], np.zeros(len(array), np.int64))


def along_last(array: Array, axes: Axes) -> Array:
    """The array as a matrix with a row for each line."""
    inner = tuple(range(array.ndim)) if axes is None else axes
    outer = tuple(axis for axis in range(array.ndim) if axis not in inner)
    count = int(np.prod([array.shape[axis] for axis in outer], dtype=np.int64))
    return array.transpose((*outer, *inner)).reshape(count, along.length(array.shape, inner))


def _sparse_lines(tensor: Tensor, axes: Axes) -> Segments:
    length = along.length(tensor.shape, axes)
    if axes is None:
        indptr, data, missing = np.array([0, tensor.stored]), elements(tensor), missing_entries(tensor)
    elif tensor.validity is None:
        rows = along.per_row(tensor, axes)
        indptr, data, missing = rows.indptr.astype(np.int64), rows.data, np.zeros(0, np.bool_)
    else:
        numbered = along.per_row(along.map_elements(tensor, np.arange(tensor.stored)), axes)
        indptr, data = numbered.indptr.astype(np.int64), elements(tensor)[numbered.data]
        missing = missing_entries(tensor)[numbered.data]
    absent = length - np.diff(indptr)
    if missing.any():
        data = data[~missing]
        indptr = pointers(~missing)[indptr]
    return Segments(indptr, data, absent)


def squared(x: Array) -> Array:
    """The squares of absolute values."""
    return np.asarray(np.square(x) if x.dtype.kind == "f" else np.square(x.real) + np.square(x.imag))


def pointers(counts: Array) -> NDArray[np.int64]:
    """Where each line begins, from how many elements each has, and the end of the last."""
    return np.concatenate(([0], np.cumsum(counts, dtype=np.int64)))
