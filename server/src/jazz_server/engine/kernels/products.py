"""Matrix products: sparse by dense, dense by sparse, sparse by sparse."""

from __future__ import annotations

from typing import Final

import numpy as np

from jazz_server.engine.kernels.declare import (
    INDEX,
    VALUE,
    Index,
    IndexOut,
    Int64sOut,
    NumberType,
    Size,
    Values,
    ValuesOut,
    emitted,
    inlined,
    kernel,
)
from jazz_server.engine.kernels.instructions import lowest_one
from jazz_server.engine.kernels.sorting import sort_keys

LANES: Final = 16


@emitted
def sum_rows(
    indices: Index,
    data: Values,
    dense: Values,
    out: ValuesOut,
    start: Size,
    columns: Size,
    begin: Size,
    end: Size,
    last: Size,
) -> int:
    """Add up the rows of `dense` that entries `begin` to `end` multiply, into `out` from `start`, in their order.

    Each product is added without rounding it before. Returns how many of the columns are done: a multiple of `LANES`,
    none where numbers are integers. Entries up to `last` come next: what they need may be asked for.
    """
    done = int(columns - columns % LANES)
    for j in range(done):
        total = 0
        for p in range(begin, end):
            total += data[p] * dense[indices[p] * columns + j]
        out[start + j] = total
    return done


@kernel(contract=True, index=INDEX, value=VALUE)
def csr_matmul_dense(
    indptr: Index,
    indices: Index,
    data: Values,
    dense: Values,
    out: ValuesOut,
    value: NumberType,
    columns: Size,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Multiply a CSR matrix (m, k) by `dense` (k, columns; C order) into `out` (m, columns; C order).

    Sums of `LANES` columns and more stay in registers. Of what columns are left, entries are taken four at a time, so
    that they are read and written once for four rows of `dense`.
    """
    if columns == 1:
        for row in range(row_begin, row_end):
            total = value(0)
            for p in range(indptr[row], indptr[row + 1]):
                total += data[p] * dense[indices[p]]
            out[row] = total
        return
    last = indptr[row_end] - 1
    for row in range(row_begin, row_end):
        target = row * columns
        begin = indptr[row]
        end = indptr[row + 1]
        done = sum_rows(indices, data, dense, out, target, columns, begin, end, last)
        if done == columns:
            continue
        for j in range(done, columns):
            out[target + j] = 0
        blocked = end - (end - begin) % 4
        for p in range(begin, blocked, 4):
            a0, a1, a2, a3 = data[p], data[p + 1], data[p + 2], data[p + 3]
            s0 = indices[p] * columns
            s1 = indices[p + 1] * columns
            s2 = indices[p + 2] * columns
            s3 = indices[p + 3] * columns
            for j in range(done, columns):
                out[target + j] = (
                    out[target + j] + a0 * dense[s0 + j] + a1 * dense[s1 + j] + a2 * dense[s2 + j] + a3 * dense[s3 + j]
                )
        for p in range(blocked, end):
            a0 = data[p]
            s0 = indices[p] * columns
            for j in range(done, columns):
                out[target + j] = out[target + j] + a0 * dense[s0 + j]


@kernel(contract=True, index=INDEX, value=VALUE)
def dense_matmul_csr(
    dense: Values,
    indptr: Index,
    indices: Index,
    data: Values,
    out: ValuesOut,
    inner: Size,
    columns: Size,
    skip_zeros: Size,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Multiply `dense` (m, inner; C order) by a CSR matrix (inner, columns) into `out` (m, columns; C order).

    Four rows at a time share a pass over the matrix. With `skip_zeros` the zeros of `dense` are passed over. That is
    exact only where every stored entry of the matrix is finite, because zero times infinity is NaN.
    """
    for j in range(row_begin * columns, row_end * columns):
        out[j] = 0
    blocked = row_end - (row_end - row_begin) % 4
    for row in range(row_begin, blocked, 4):
        source = row * inner
        target = row * columns
        for k in range(inner):
            a0 = dense[source + k]
            a1 = dense[source + inner + k]
            a2 = dense[source + 2 * inner + k]
            a3 = dense[source + 3 * inner + k]
            if skip_zeros != 0 and a0 == 0 and a1 == 0 and a2 == 0 and a3 == 0:
                continue
            for p in range(indptr[k], indptr[k + 1]):
                j = target + indices[p]
                weight = data[p]
                out[j] = out[j] + a0 * weight
                out[j + columns] = out[j + columns] + a1 * weight
                out[j + 2 * columns] = out[j + 2 * columns] + a2 * weight
                out[j + 3 * columns] = out[j + 3 * columns] + a3 * weight
    for row in range(blocked, row_end):
        target = row * columns
        for k in range(inner):
            a0 = dense[row * inner + k]
            if skip_zeros != 0 and a0 == 0:
                continue
            for p in range(indptr[k], indptr[k + 1]):
                j = target + indices[p]
                out[j] = out[j] + a0 * data[p]


@inlined
def clear_stamps(stamps: IndexOut, columns: Size) -> None:
    """Mark no column as touched."""
    for j in range(columns):
        stamps[j] = -1


@inlined
def clear_scratch(stamps: IndexOut, sums: ValuesOut, words: Int64sOut, columns: Size) -> None:
    """Prepare the scratch of a thread for `accumulate_row` and `sort_columns`."""
    clear_stamps(stamps, columns)
    for j in range(columns):
        sums[j] = 0
    for w in range((columns + 31) >> 5):
        words[w] = 0


@inlined
def accumulate_row(
    row: Size,
    indptr_a: Index,
    indices_a: Index,
    data_a: Values,
    indptr_b: Index,
    indices_b: Index,
    data_b: Values,
    stamps: IndexOut,
    sums: ValuesOut,
    touched: IndexOut,
) -> int:
    """Add row `row` of the product into `sums`, list its columns in `touched` and return their number.

    Gustavson's algorithm without a branch in the inner loop: the column is always written behind the list, and the list
    grows only if the column was not in it; hence `touched` holds one more than there are columns.
    """
    count = 0
    for p in range(indptr_a[row], indptr_a[row + 1]):
        k = indices_a[p]
        a = data_a[p]
        for q in range(indptr_b[k], indptr_b[k + 1]):
            j = indices_b[q]
            touched[count] = j
            count += stamps[j] != row
            stamps[j] = row
            sums[j] = sums[j] + a * data_b[q]
    return count


@kernel(index=INDEX)
def csr_matmul_csr_count(
    indptr_a: Index,
    indices_a: Index,
    indptr_b: Index,
    indices_b: Index,
    counts: Int64sOut,
    stamps: IndexOut,
    columns: Size,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Count the structural entries of each row of the product of two CSR matrices, into `counts` (m).

    Scratch, one per thread: `stamps` (columns).
    """
    clear_stamps(stamps, columns)
    for row in range(row_begin, row_end):
        count = 0
        for p in range(indptr_a[row], indptr_a[row + 1]):
            k = indices_a[p]
            for q in range(indptr_b[k], indptr_b[k + 1]):
                j = indices_b[q]
                count += stamps[j] != row
                stamps[j] = row
        counts[row] = count


@inlined
def take_word(
    place: Size, words: Int64sOut, sums: ValuesOut, indices_out: IndexOut, data_out: ValuesOut, position: Size
) -> int:
    """Move the sums of the columns in a word of the bitmap to `position`, clear both, and return what follows."""
    word = words[place]
    words[place] = 0
    while word != 0:
        j = (place << 6) + lowest_one(word)
        word &= word - 1
        indices_out[position] = j
        data_out[position] = sums[j]
        sums[j] = 0
        position += 1
    return position


@kernel(contract=True, index=INDEX, value=VALUE)
def csr_matmul_csr(
    indptr_a: Index,
    indices_a: Index,
    data_a: Values,
    indptr_b: Index,
    indices_b: Index,
    data_b: Values,
    indptr_out: Index,
    indices_out: IndexOut,
    data_out: ValuesOut,
    sums: ValuesOut,
    words: Int64sOut,
    blocks: Int64sOut,
    touched: IndexOut,
    merged: IndexOut,
    columns: Size,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Compute the product of two CSR matrices into rows laid out by `indptr_out`, with sorted indices.

    Gustavson's algorithm, in which a bitmap of the columns says which sums there are, in order: nothing is sorted. A
    bit of `blocks` stands for a word of 64 columns, and where a row has so few words that to look through the blocks
    would take longer, their numbers are sorted. Entries that cancel to zero are kept.

    Scratch, one per thread: `sums` (columns), `words` (columns / 64 rounded down, and 1), `blocks` (columns / 4096
    rounded down, and 1), `touched` and `merged` (one more than `words`).
    """
    for j in range(columns):
        sums[j] = 0
    for w in range((columns >> 6) + 1):
        words[w] = 0
    all_blocks = (columns >> 12) + 1
    for b in range(all_blocks):
        blocks[b] = 0
    for row in range(row_begin, row_end):
        # There is no branch to mispredict: the word is always written behind the list, which grows only if it is new.
        count = 0
        for p in range(indptr_a[row], indptr_a[row + 1]):
            k = indices_a[p]
            a = data_a[p]
            for q in range(indptr_b[k], indptr_b[k + 1]):
                j = indices_b[q]
                place = j >> 6
                word = words[place]
                touched[count] = place
                count += word == 0
                words[place] = word | (np.int64(1) << (j & 63))
                sums[j] = sums[j] + a * data_b[q]
        position = indptr_out[row]
        if count * 8 < all_blocks:
            sort_keys(touched, count, merged)
            for t in range(count):
                position = take_word(touched[t], words, sums, indices_out, data_out, position)
            continue
        for t in range(count):
            place = touched[t]
            blocks[place >> 6] |= np.int64(1) << (place & 63)
        for b in range(all_blocks):
            block = blocks[b]
            blocks[b] = 0
            while block != 0:
                place = (b << 6) + lowest_one(block)
                block &= block - 1
                position = take_word(place, words, sums, indices_out, data_out, position)
