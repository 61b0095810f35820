"""Elements of rows brought together by the groups that the rows are in: O(rows)."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from jazz_server.engine.library import kernel
from jazz_server.engine.parallel import for_each, thread_count
from jazz_server.engine.promotion import Array

_BITS: Final = {1: np.uint8, 4: np.int32, 8: np.int64}
"""The types as which kernels move elements, by their size."""

_GRAIN: Final = 1 << 17
"""How many rows a thread should have, for its start to be worth it."""


def can_move(dtype: np.dtype[Any]) -> bool:
    """Whether elements are of a size that kernels move."""
    return dtype.itemsize in _BITS


def together(data: Array, codes: NDArray[np.int64], indptr: NDArray[np.int64]) -> Array:
    """The elements of rows, group by group, in each in their order.

    Args:
        data: The element of each row, contiguous, of a size that kernels move.
        codes: The group of each row, below 0 for none.
        indptr: Where each group begins in the result, and the end of the last.
    """
    bits = _BITS[data.dtype.itemsize]
    out = np.empty(int(indptr[-1]), data.dtype)
    ranges, cursors = _shared(codes, indptr)
    move = kernel("rows_to_groups", bits=bits)

    def moved(part: int) -> None:
        move(codes, data.view(bits), cursors[part], out.view(bits), *ranges[part])

    for_each(range(len(ranges)), moved)
    return out


def _shared(codes: NDArray[np.int64], indptr: NDArray[np.int64]) -> tuple[list[tuple[int, int]], NDArray[np.int64]]:
    """Ranges of rows, and for each where the first of its rows of every group goes.

    They are as many as there are threads, where rows are many and groups are few.
    """
    rows, groups = len(codes), len(indptr) - 1
    parts = max(1, min(thread_count(), rows // _GRAIN, rows // (8 * max(groups, 1))))
    ranges = [(part * rows // parts, (part + 1) * rows // parts) for part in range(parts)]
    if parts == 1:
        return ranges, indptr[None, :-1].copy()
    cursors, count = np.zeros((parts, groups), np.int64), kernel("group_counts")
    for_each(range(parts - 1), lambda part: count(codes, cursors[part + 1], *ranges[part]))
    np.cumsum(cursors, axis=0, out=cursors)
    return ranges, cursors + indptr[:-1]
