"""Sparse matrices of what is counted or added up row by row."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from jazz_server.engine.compressed import Compressed, drop_zeros
from jazz_server.engine.launch import grain, launch, pointers
from jazz_server.engine.library import kernel
from jazz_server.engine.memory import check_bytes
from jazz_server.engine.parallel import for_ranges
from jazz_server.engine.promotion import Array


def summed(counts: NDArray[np.int64], columns: NDArray[np.int64], data: Array, width: int) -> Compressed:
    """The matrix of the sums of entries at the same place, without those that are zero: O(n log n) for each row.

    Args:
        counts: How many entries each row has.
        columns: The columns of the entries, row after row, in any order and with repetitions.
        data: The entries, float64 or int64; they are added up in their order.
        width: The number of columns of the matrix.
    """
    rows = len(counts)
    index = np.dtype(np.int32 if max(rows, width, len(columns)) <= np.iinfo(np.int32).max else np.int64)
    check_bytes(2 * len(columns) * (index.itemsize + data.itemsize))
    indptr, indices, data = pointers(counts, index), columns.astype(index), np.array(data)
    longest = int(counts.max()) if rows else 0
    sort = kernel("csr_sort_indices", index=index)

    def work(begin: int, end: int) -> None:
        scratch = np.empty(longest, index), np.empty(longest, np.int64)
        sort(indptr, indices, data.view(np.int64), *scratch, begin, end)

    for_ranges(rows, work, grain=grain(rows, rows + len(columns)))
    unique = np.empty(rows, np.int64)
    launch("csr_count_unique", rows, rows + len(columns), indptr, indices, unique, index=index)
    starts = pointers(unique, index)
    out_indices, out = np.empty(int(starts[-1]), index), np.empty(int(starts[-1]), data.dtype)
    launch(
        "csr_sum_duplicates", rows, rows + len(columns), indptr, indices, data, starts, out_indices, out,
        index=index, value=data.dtype,
    )  # fmt: skip
    return drop_zeros(Compressed(rows, width, starts, out_indices, out))
