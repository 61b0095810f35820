"""Lines of dense tensors along groups of rows, whose elements stay where they are for as long as that will do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from jazz_server.engine.along import wide
from jazz_server.engine.kernels.grouped import VALUES
from jazz_server.engine.library import kernel
from jazz_server.engine.parallel import for_ranges, thread_count
from jazz_server.engine.promotion import Array
from jazz_server.engine.scattered import are_summed, kernel_type
from jazz_server.engine.segments import Segments, squared

_GRAIN = 8
"""How many columns a thread should have, for what it reads of a row to be next to each other."""


@dataclass(frozen=True)
class Unmoved:
    """Lines of a matrix of which nothing is missing, with elements of no line among them. See `Lines`.

    Sums are rounded as if they were made of twice as many digits: O(elements), without more memory.

    Attributes:
        array: The matrix, `[rows, columns]`, contiguous: a line for each group in each column, column by column.
        codes: The group of each row, below 0 for none: int64.
        sizes: How many rows each group has: int64.
        in_lines: The elements of such a matrix, line by line.
        sums: The sums that are known already, by their type.
    """

    array: Array
    codes: NDArray[np.int64]
    sizes: NDArray[np.int64]
    in_lines: Callable[[Array], Array]
    sums: dict[np.dtype[Any], Array] = field(default_factory=dict)

    @cached_property
    def data(self) -> Array:
        """The elements in C order."""
        return self.array.reshape(-1)

    @property
    def length(self) -> NDArray[np.int64]:
        """How many elements each line has."""
        return np.tile(self.sizes, self.array.shape[1])

    @property
    def stored(self) -> NDArray[np.int64]:
        """The same: all are stored."""
        return self.length

    @property
    def absent(self) -> NDArray[np.int64]:
        """None of each line."""
        return np.zeros_like(self.length)

    @cached_property
    def segments(self) -> Segments:
        """The lines one after the other."""
        return Segments(np.concatenate(([0], np.cumsum(self.length))), self.in_lines(self.array), self.absent)

    def spread(self, values: Array) -> Array:
        """One value for each line, as one for each element; zero for those of none."""
        return self._by_group(values, 1)[self.codes].reshape(-1)

    def reduce(self, function: np.ufunc, data: Array, initial: object, dtype: DTypeLike | None = None) -> Array:
        """`function` over the values beside the elements of each line; `initial` where there are none."""
        wanted = np.dtype(dtype or data.dtype)
        if function is np.add and wanted in (np.float64, np.int64):
            return self._known(wanted) if data is self.data else self._sums(data, wanted)
        work = kernel_type(function, data.dtype, wanted)
        if work is not None and function is not np.add:
            out = np.full((len(self.sizes), self.array.shape[1]), initial, wide(work))
            self._run("dense_reduce_groups", data.astype(work, copy=False), out, operation=function.__name__)
            return out.T.reshape(-1).astype(wanted, copy=False)
        lines = self.segments
        if data is not self.data:
            lines = replace(lines, data=self.in_lines(data.reshape(self.array.shape)))
        return lines.reduce(function, lines.data, initial, wanted)

    def squares(self, centers: Array) -> Array:
        """The sums of the squares of how far the elements of each line are from one value for each."""
        if self.data.dtype.name in VALUES:
            return self._added_up("dense_square_groups", self.data, centers)
        return self.reduce(np.add, squared(self.data - self.spread(centers)), 0)

    def _known(self, wanted: np.dtype[Any]) -> Array:
        """The sums of the elements themselves, which mean and std begin with as well."""
        if wanted not in self.sums:
            self.sums[wanted] = self._sums(self.data, wanted)
        return self.sums[wanted]

    def _sums(self, data: Array, wanted: np.dtype[Any]) -> Array:
        if not are_summed(data.dtype, wanted):
            data = data.astype(wanted)
        return self._added_up("dense_sum_groups", data).astype(wanted, copy=False)

    def _added_up(self, name: str, data: Array, *centers: Array) -> Array:
        """What a kernel adds up beside the elements of each line, with what rounding took from that."""
        dtype = np.dtype(np.float64) if centers else wide(data.dtype)
        sums, lost = (np.zeros((len(self.sizes), self.array.shape[1]), dtype) for _ in range(2))
        self._run(name, data, *(self._by_group(each) for each in centers), sums, lost)
        # What is not finite has lost nothing that could be told.
        return np.where(np.isfinite(sums), sums + lost, sums).T.reshape(-1)

    def _by_group(self, values: Array, more: int = 0) -> Array:
        """One value for each line as a matrix `[groups, columns]`, with so many more rows of zeros."""
        groups, columns = len(self.sizes), self.array.shape[1]
        out = np.zeros((groups + more, columns), values.dtype)
        out[:groups] = values.reshape(columns, groups).T
        return out

    def _run(self, name: str, data: Array, *arrays: Array, **operation: str) -> None:
        rows, columns = self.array.shape
        run = kernel(name, value=data.dtype, **operation).bind(self.codes, data, *arrays, rows, columns)
        for_ranges(columns, run, grain=max(_GRAIN, -(-columns // thread_count())))
