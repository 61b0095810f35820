"""Orders within a row: sorting column indices, with and without the values that belong to them."""

from __future__ import annotations

import numpy as np

from jazz_server.engine.kernels.declare import (
    INDEX,
    Index,
    IndexOut,
    Int64sOut,
    Size,
    inlined,
    kernel,
)


@inlined
def sort_keys(keys: IndexOut, count: Size, scratch: IndexOut) -> None:
    """Sort the first `count` keys: insertion in runs of 16, then merges through `scratch` (count)."""
    for begin in range(0, count, 16):
        for i in range(begin + 1, min(begin + 16, count)):
            key = keys[i]
            hole = i
            while hole > begin and keys[hole - 1] > key:
                keys[hole] = keys[hole - 1]
                hole -= 1
            keys[hole] = key
    width = 16
    while width < count:
        for begin in range(0, count, 2 * width):
            middle = min(begin + width, count)
            end = min(begin + 2 * width, count)
            for i in range(begin, middle):
                scratch[i] = keys[i]
            left = begin
            right = middle
            for i in range(begin, end):
                if left == middle:
                    break
                if right == end or scratch[left] <= keys[right]:
                    keys[i] = scratch[left]
                    left += 1
                else:
                    keys[i] = keys[right]
                    right += 1
        width *= 2


@inlined
def count_bits(word: int) -> int:
    """Return the number of ones in a non-negative word of at most 32 bits."""
    word = word - ((word >> 1) & 0x55555555)
    word = (word & 0x33333333) + ((word >> 2) & 0x33333333)
    word = (word + (word >> 4)) & 0x0F0F0F0F
    return ((word * 0x01010101) & 0xFFFFFFFF) >> 24


@inlined
def read_bits(words: Int64sOut, columns: Size, touched: IndexOut) -> None:
    """List the columns whose bits are set in ascending order, and clear the bits."""
    position = 0
    for w in range((columns + 31) >> 5):
        word = words[w]
        if word != 0:
            words[w] = 0
            while word != 0:
                lowest = word & -word
                touched[position] = (w << 5) + count_bits(lowest - 1)
                position += 1
                word ^= lowest


@inlined
def sort_columns(
    stamp: Size,
    touched: IndexOut,
    count: Size,
    stamps: Index,
    words: Int64sOut,
    merged: IndexOut,
    columns: Size,
) -> None:
    """Sort the first `count` of `touched`, which are exactly the columns that bear `stamp`.

    A row that fills much of the columns is read off the stamps, which needs room for one key more; one that fills some
    is read off a bitmap in `words` (all clear before and after); only what is sparser still is sorted.
    """
    if count * 8 > columns:
        position = 0
        for j in range(columns):
            touched[position] = j
            position += stamps[j] == stamp
    elif count > 16 and count * 128 > columns:
        for t in range(count):
            column = np.int64(touched[t])
            words[column >> 5] |= 1 << (column & 31)
        read_bits(words, columns, touched)
    else:
        sort_keys(touched, count, merged)


@kernel(index=INDEX)
def csr_sort_indices(
    indptr: Index,
    indices: IndexOut,
    data: Int64sOut,
    scratch_indices: IndexOut,
    scratch_data: Int64sOut,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Sort each row by column index, in place and stably, so that duplicates keep their order.

    Values of 64 bits are moved, whatever they are.

    Scratch, one per thread: `scratch_indices` and `scratch_data`, each as long as the longest row.
    """
    for row in range(row_begin, row_end):
        first = indptr[row]
        count = indptr[row + 1] - first
        for begin in range(0, count, 16):
            for i in range(begin + 1, min(begin + 16, count)):
                key = indices[first + i]
                value = data[first + i]
                hole = i
                while hole > begin and indices[first + hole - 1] > key:
                    indices[first + hole] = indices[first + hole - 1]
                    data[first + hole] = data[first + hole - 1]
                    hole -= 1
                indices[first + hole] = key
                data[first + hole] = value
        width = 16
        while width < count:
            for begin in range(0, count, 2 * width):
                middle = min(begin + width, count)
                end = min(begin + 2 * width, count)
                for i in range(begin, middle):
                    scratch_indices[i] = indices[first + i]
                    scratch_data[i] = data[first + i]
                left = begin
                right = middle
                for i in range(begin, end):
                    if left == middle:
                        break
                    if right == end or scratch_indices[left] <= indices[first + right]:
                        indices[first + i] = scratch_indices[left]
                        data[first + i] = scratch_data[left]
                        left += 1
                    else:
                        indices[first + i] = indices[first + right]
                        data[first + i] = data[first + right]
                        right += 1
            width *= 2
