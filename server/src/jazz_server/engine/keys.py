"""Keys of rows: which rows are equal in several fields, and how such rows are ordered.

Rows are ordered as `sort_by` orders them: by the first field, then by the second, and so on. In each field numbers are
ordered by value, NaN behind them and once, what is missing last and once; texts by code points; factors by categories.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from jazz.values import Tensor
from jazz_server.engine.layouts import to_dense
from jazz_server.engine.memory import check_bytes
from jazz_server.engine.missing import missing_entries
from jazz_server.engine.ordering import keys_of, stable_order
from jazz_server.engine.promotion import Array

_SPARE = 1 << 10
"""Numbers below so many, or below four for each row, are counted in a table; others are sorted."""


@dataclass(frozen=True)
class Keys:
    """The keys of rows, each of which occurs.

    Attributes:
        codes: The key of each row, from 0, in their order: int64.
        count: How many keys there are.
        gaps: Which rows have something missing in a field.
    """

    codes: NDArray[np.int64]
    count: int
    gaps: NDArray[np.bool_]

    @cached_property
    def first(self) -> NDArray[np.int64]:
        """The first row of each key."""
        first = np.empty(self.count, np.int64)
        first[self.codes[::-1]] = np.arange(len(self.codes))[::-1]  # the last one assigned stays
        return first

    @property
    def missing(self) -> NDArray[np.bool_]:
        """Which keys have something missing in a field."""
        return self.gaps[self.first]


def keys_of_rows(fields: Sequence[Tensor]) -> Keys:
    """The keys of rows in fields: one vector or more of one length, of elements that have an order, sparse or dense.

    O(rows) for truth values, factors and integers that lie close together, O(n log n) else.
    """
    rows = fields[0].shape[0]
    check_bytes(8 * rows, f"the keys of {rows} rows")
    gaps = np.zeros(rows, np.bool_)
    codes, count = np.zeros(rows, np.int64), 1
    for place, field in enumerate(fields):
        column = to_dense(field)
        ranks, different = _ranks(column)
        if column.validity is not None:
            absent = missing_entries(column)
            ranks[absent] = different
            different += 1
            gaps |= absent
        codes, count = _numbered(codes * different + ranks if place else ranks, count * different)
    return Keys(codes, count, gaps)


def _ranks(column: Tensor) -> tuple[NDArray[np.int64], int]:
    """Numbers from 0, equal for equal elements and ordered as they are, and what all of them are below."""
    keys = keys_of(column)
    if not len(keys):
        return np.zeros(0, np.int64), 1
    least, most = int(keys.min()), int(keys.max())
    if most - least < _most(len(keys)):
        above = keys - np.uint64(least) if keys.dtype == np.uint64 else keys.astype(np.int64) - least
        return above.astype(np.int64, copy=False), most - least + 1
    return _by_sorting(keys)


def _most(rows: int) -> int:
    return 4 * rows + _SPARE


def _numbered(numbers: NDArray[np.int64], bound: int) -> tuple[NDArray[np.int64], int]:
    """Those of the numbers from 0 up to a bound that occur, counted, and how many they are."""
    if bound > _most(len(numbers)):
        return _by_sorting(numbers)
    occurs = np.zeros(bound, np.bool_)
    occurs[numbers] = True
    if occurs.all():
        return numbers, bound
    return (np.cumsum(occurs) - 1)[numbers], int(np.count_nonzero(occurs))


def _by_sorting(keys: Array) -> tuple[NDArray[np.int64], int]:
    order = stable_order(keys)
    ordered = keys[order]
    differ = np.zeros(len(keys), np.int64)
    differ[1:] = ordered[1:] != ordered[:-1]
    ranks = np.empty(len(keys), np.int64)
    ranks[order] = np.cumsum(differ, out=differ)
    return ranks, int(differ[-1]) + 1
