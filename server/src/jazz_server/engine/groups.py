"""Rows in groups: those that have a key in common, and what each group has of a field."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from jazz.values import Tensor
from jazz_server.engine import operands
from jazz_server.engine.keys import Keys
from jazz_server.engine.launch import launch_serial
from jazz_server.engine.memory import check_bytes, check_shape
from jazz_server.engine.missing import presence
from jazz_server.engine.promotion import Array
from jazz_server.engine.scattered import scattered
from jazz_server.engine.segments import Lines, Segments, pointers
from jazz_server.engine.together import can_move, together
from jazz_server.engine.unmoved import Unmoved

Told: TypeAlias = tuple[Lines, NDArray[np.int64] | None]
"""Lines, and how many elements of each are missing; None when none is."""


@dataclass
class Groups:
    """Rows in groups, each of which has some.

    A field of shape `[n, ...]` has a line for each group in each of its columns: the elements of a column that are in
    the rows of the group, in their order. Lines are counted column by column.

    Attributes:
        codes: The group of each of all rows, -1 for none: int64.
        sizes: How many rows each group has: int64.
        first: The first row of each group: int64.
    """

    codes: NDArray[np.int64]
    sizes: NDArray[np.int64]
    first: NDArray[np.int64]
    _last: tuple[Tensor, Told] | None = None

    @property
    def count(self) -> int:
        """How many groups there are."""
        return len(self.sizes)

    @cached_property
    def indptr(self) -> NDArray[np.int64]:
        """Where each group begins in `rows`, and the end of the last."""
        return pointers(self.sizes)

    @cached_property
    def rows(self) -> NDArray[np.int64]:
        """The rows, group by group, in each in their order: O(rows)."""
        return together(np.arange(len(self.codes)), self.codes, self.indptr)

    @property
    def last(self) -> NDArray[np.int64]:
        """The last row of each group."""
        grouped, last = np.flatnonzero(self.codes >= 0), np.empty(self.count, np.int64)
        last[self.codes[grouped]] = grouped  # the last one assigned stays
        return last

    def lines_of(self, x: Tensor) -> Told:
        """The elements of lines that are there, and how many of each line are missing; None when none is.

        They are kept for the case that the next question is about the same tensor.
        """
        if self._last is None or self._last[0] is not x:
            self._last = x, self._lines_of(x)
        return self._last[1]

    def _lines_of(self, x: Tensor) -> Told:
        count = self.count * math.prod(x.shape[1:])
        check_bytes(8 * count, f"{count} results of groups")
        if operands.is_sparse(x):
            return scattered(x, self.codes, self.rows, self.indptr)
        if x.validity is not None:
            return self._segments(x, x.array())
        array = _as_columns(x.array())
        if not array.flags.c_contiguous:
            check_bytes(array.nbytes, "the elements of groups")
        return Unmoved(np.ascontiguousarray(array), self.codes, self.sizes, self._in_lines), None

    def positions_of(self, x: Tensor) -> tuple[Segments, NDArray[np.int64] | None]:
        """As `lines_of` a dense tensor, with the positions of elements in C order in their place."""
        return self._segments(x, np.arange(x.size).reshape(x.shape))

    def laid(self, results: Array, columns: tuple[int, ...]) -> Array:
        """One result for each line as an array `[groups, ...]`, where columns have a shape."""
        check_shape((self.count, *columns), results.dtype)
        return results.reshape(math.prod(columns), self.count).T.reshape(self.count, *columns)

    def _segments(self, x: Tensor, array: Array) -> tuple[Segments, NDArray[np.int64] | None]:
        data = self._in_lines(array)
        columns, rows = math.prod(x.shape[1:]), len(self.rows)
        indptr = np.append((np.arange(columns)[:, None] * rows + self.indptr[:-1]).reshape(-1), columns * rows)
        absent = np.zeros(len(indptr) - 1, np.int64)
        present = presence(x)
        if present is None:
            return Segments(indptr, data, absent), None
        there = self._in_lines(present.reshape(x.shape, order=x.order.value))
        kept = pointers(there)[indptr]
        return Segments(kept, data[there], absent), np.diff(indptr) - np.diff(kept)

    def _in_lines(self, array: Array) -> Array:
        """The elements of an array, line by line."""
        columns = _as_columns(array).T
        check_bytes(columns.shape[0] * int(self.indptr[-1]) * array.itemsize, "the rows of groups")
        if len(columns) == 1 and can_move(array.dtype):
            return together(np.ascontiguousarray(columns[0]), self.codes, self.indptr)
        return columns.take(self.rows, axis=1).reshape(-1)


def _as_columns(array: Array) -> Array:
    return array.reshape(len(array), math.prod(array.shape[1:]))


def groups_of(keys: Keys, *, dropna: bool) -> Groups:
    """The rows that have a key in common, in the order of keys; without those of keys of which something is missing."""
    sizes, first = np.zeros(keys.count, np.int64), np.empty(keys.count, np.int64)
    launch_serial("group_sizes", len(keys.codes), keys.codes, sizes, first)
    kept = ~keys.gaps[first]
    if not dropna or kept.all():
        return Groups(keys.codes, sizes, first)
    numbers = np.where(kept, np.cumsum(kept) - 1, -1)
    return Groups(numbers[keys.codes], sizes[kept], first[kept])
