"""Lines of dense tensors along groups of rows, whose elements stay where they are for as long as that will do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from jazz_server.engine.library import kernel
from jazz_server.engine.parallel import for_ranges, thread_count
from jazz_server.engine.promotion import Array
from jazz_server.engine.scattered import are_summed
from jazz_server.engine.segments import Segments

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
        of_groups = np.zeros((len(self.sizes) + 1, self.array.shape[1]), values.dtype)
        of_groups[:-1] = values.reshape(self.array.shape[1], len(self.sizes)).T
        return of_groups[self.codes].reshape(-1)

    def reduce(self, function: np.ufunc, data: Array, initial: object, dtype: DTypeLike | None = None) -> Array:
        """`function` over the values beside the elements of each line; `initial` where there are none."""
        wanted = np.dtype(dtype or data.dtype)
        if function is np.add and wanted in (np.float64, np.int64):
            return self._known(wanted) if data is self.data else self._sums(data, wanted)
        lines = self.segments
        if data is not self.data:
            lines = replace(lines, data=self.in_lines(data.reshape(self.array.shape)))
        return lines.reduce(function, lines.data, initial, wanted)

    def _known(self, wanted: np.dtype[Any]) -> Array:
        """The sums of the elements themselves, which mean and std begin with as well."""
        if wanted not in self.sums:
            self.sums[wanted] = self._sums(self.data, wanted)
        return self.sums[wanted]

    def _sums(self, data: Array, wanted: np.dtype[Any]) -> Array:
        if not are_summed(data.dtype, wanted):
            data = data.astype(wanted)
        rows, columns = self.array.shape
        dtype = np.dtype(np.float64 if data.dtype.kind == "f" else np.int64)
        sums, lost = (np.zeros((len(self.sizes), columns), dtype) for _ in range(2))
        run = kernel("dense_sum_groups", value=data.dtype).bind(self.codes, data, sums, lost, rows, columns)
        for_ranges(columns, run, grain=max(_GRAIN, -(-columns // thread_count())))
        # What is not finite has lost nothing that could be told.
        return np.where(np.isfinite(sums), sums + lost, sums).T.reshape(-1).astype(wanted, copy=False)
