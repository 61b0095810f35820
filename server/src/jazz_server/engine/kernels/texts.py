"""Texts as offsets and UTF-8 bytes: their order, and their hashes.

Text i is ``data[offsets[i]:offsets[i + 1]]``. The order is that of bytes, which is that of code points.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from jazz_server.engine.kernels.declare import Bytes, FlagsOut, Int64s, Int64sOut, Size, inlined, kernel


@inlined
def byte_at(data: Bytes, position: Size) -> Any:
    """Return a byte as a number of 64 bits."""
    return np.int64(data[position])


@kernel()
def texts_prefix(offsets: Int64s, data: Bytes, prefixes: Int64sOut, row_begin: Size, row_end: Size) -> None:
    """Write the first eight bytes of each text, zeros behind short ones, as numbers that are ordered as they are."""
    for i in range(row_begin, row_end):
        begin = offsets[i]
        length = min(offsets[i + 1] - begin, 8)
        # The first bit is turned, so that signed numbers are ordered as unsigned bytes.
        word = -128
        if length > 0:
            word += byte_at(data, begin)
        for t in range(1, 8):
            word <<= 8
            if t < length:
                word |= byte_at(data, begin + t)
        prefixes[i] = word


@inlined
def text_precedes(offsets: Int64s, data: Bytes, a: Size, b: Size) -> bool:
    """Tell whether text `a` comes before text `b`."""
    p = offsets[a] + 0
    q = offsets[b] + 0
    n = offsets[a + 1] - p
    m = offsets[b + 1] - q
    for t in range(min(n, m)):
        x = byte_at(data, p + t)
        y = byte_at(data, q + t)
        if x != y:
            return bool(x < y)
    return bool(n < m)


@kernel()
def texts_sort_runs(
    offsets: Int64s,
    data: Bytes,
    runs: Int64s,
    order: Int64sOut,
    scratch: Int64sOut,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Sort texts, listed in `order`, within runs ``order[runs[i]:runs[i + 1]]``, stably. The range is of runs.

    `scratch` is as long as `order`.
    """
    for run in range(row_begin, row_end):
        first = runs[run] + 0
        last = runs[run + 1] + 0
        for begin in range(first, last, 16):
            for i in range(begin + 1, min(begin + 16, last)):
                text = order[i]
                hole = i
                while hole > begin and text_precedes(offsets, data, text, order[hole - 1]):
                    order[hole] = order[hole - 1]
                    hole -= 1
                order[hole] = text
        width = 16
        while width < last - first:
            for begin in range(first, last, 2 * width):
                middle = min(begin + width, last)
                end = min(begin + 2 * width, last)
                for i in range(begin, middle):
                    scratch[i] = order[i]
                left = begin
                right = middle
                for i in range(begin, end):
                    if left == middle:
                        break
                    if right == end or not text_precedes(offsets, data, order[right], scratch[left]):
                        order[i] = scratch[left]
                        left += 1
                    else:
                        order[i] = order[right]
                        right += 1
            width *= 2


@kernel()
def texts_differ(offsets: Int64s, data: Bytes, order: Int64s, differ: FlagsOut, row_begin: Size, row_end: Size) -> None:
    """Tell of each text listed in `order` whether it is another one than the text before it; the first one is."""
    for i in range(row_begin, row_end):
        found = i == 0
        if not found:
            p = offsets[order[i]] + 0
            q = offsets[order[i - 1]] + 0
            length = offsets[order[i] + 1] - p
            found = length != offsets[order[i - 1] + 1] - q
            if not found:
                for t in range(length):
                    if data[p + t] != data[q + t]:
                        found = True
                        break
        differ[i] = found


@inlined
def rotated(word: Any, bits: int) -> Any:
    """Rotate a word of 32 bits to the left."""
    return ((word << bits) | (word >> (32 - bits))) & 0xFFFFFFFF


@inlined
def multiplied(a: Any, b: int) -> Any:
    """Return the low 32 bits of a product of words of 32 bits; no step needs more than 63."""
    return ((a & 0xFFFF) * b + ((((a >> 16) * b) & 0xFFFF) << 16)) & 0xFFFFFFFF


@inlined
def mixed(word: Any) -> Any:
    """Return a block as MurmurHash3 mixes it before it is taken in."""
    return multiplied(rotated(multiplied(word, 0xCC9E2D51), 15), 0x1B873593)


@kernel()
def texts_hash(offsets: Int64s, data: Bytes, hashes: Int64sOut, row_begin: Size, row_end: Size) -> None:
    """Write MurmurHash3_x86_32 of each text, seed 0, as a signed number of 32 bits."""
    for i in range(row_begin, row_end):
        begin = offsets[i] + 0
        length = offsets[i + 1] - begin
        h = 0
        blocks = length >> 2
        for block in range(blocks):
            p = begin + 4 * block
            word = byte_at(data, p)
            for t in range(1, 4):
                word |= byte_at(data, p + t) << (8 * t)
            h = multiplied(rotated(h ^ mixed(word), 13), 5)
            h = (h + 0xE6546B64) & 0xFFFFFFFF
        word = 0
        for t in range(length & 3):
            word |= byte_at(data, begin + 4 * blocks + t) << (8 * t)
        if length & 3:
            h ^= mixed(word)
        h ^= length & 0xFFFFFFFF
        h = multiplied(h ^ (h >> 16), 0x85EBCA6B)
        h = multiplied(h ^ (h >> 13), 0xC2B2AE35)
        h ^= h >> 16
        hashes[i] = h - ((h >> 31) << 32)
