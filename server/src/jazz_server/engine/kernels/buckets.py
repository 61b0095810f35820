"""The transpose of a large matrix: entries are put into buckets of neighbouring columns first.

Straight into the transpose, each entry would go to a place of its own, far from that of the entry before. There are few
enough buckets for the end of each to stay in cache, and each is small enough to be sorted there.
"""

from __future__ import annotations

from jazz_server.engine.kernels.declare import (
    BITS,
    INDEX,
    Bits,
    BitsOut,
    Index,
    IndexOut,
    Int64s,
    Int64sOut,
    Size,
    kernel,
)


@kernel(index=INDEX)
def csr_count_buckets(
    indptr: Index, indices: Index, counts: Int64sOut, shift: Size, row_begin: Size, row_end: Size
) -> None:
    """Add the number of stored entries of each bucket of ``1 << shift`` columns, within the rows, to `counts`."""
    for p in range(indptr[row_begin], indptr[row_end]):
        bucket = indices[p] >> shift
        counts[bucket] = counts[bucket] + 1


@kernel(index=INDEX, bits=BITS)
def csr_to_buckets(
    indptr: Index,
    indices: Index,
    data: Bits,
    cursors: Int64sOut,
    rows_out: IndexOut,
    columns_out: IndexOut,
    data_out: BitsOut,
    shift: Size,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Put the entries of the rows into buckets, in order: rows, columns and values.

    `cursors` (buckets) holds where the next entry of each bucket goes, and is moved on. Each range of rows has its own:
    behind all buckets before and what the ranges before put into this one.
    """
    for row in range(row_begin, row_end):
        for p in range(indptr[row], indptr[row + 1]):
            column = indices[p]
            bucket = column >> shift
            position = cursors[bucket]
            cursors[bucket] = position + 1
            rows_out[position] = row
            columns_out[position] = column
            data_out[position] = data[p]


@kernel(index=INDEX, bits=BITS)
def buckets_to_csc(
    rows: Index,
    columns: Index,
    data: Bits,
    starts: Int64s,
    indptr_out: IndexOut,
    indices_out: IndexOut,
    data_out: BitsOut,
    cursors: Int64sOut,
    width: Size,
    bucket_begin: Size,
    bucket_end: Size,
) -> None:
    """Sort each bucket by column, stably, and say in `indptr_out` where each of its columns begins.

    Bucket b has the `width` columns from ``b * width``, for all of which `indptr_out` has room, and the entries from
    ``starts[b]`` to ``starts[b + 1]``. `cursors` (width) is scratch.
    """
    for bucket in range(bucket_begin, bucket_end):
        first = bucket * width
        for c in range(width):
            cursors[c] = 0
        for p in range(starts[bucket], starts[bucket + 1]):
            c = columns[p] - first
            cursors[c] = cursors[c] + 1
        position = starts[bucket]
        for c in range(width):
            count = cursors[c]
            cursors[c] = position
            indptr_out[first + c] = position
            position += count
        for p in range(starts[bucket], starts[bucket + 1]):
            c = columns[p] - first
            position = cursors[c]
            cursors[c] = position + 1
            indices_out[position] = rows[p]
            data_out[position] = data[p]
