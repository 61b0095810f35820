"""Texts numbered by a table by hash: equal texts have one number, in the order in which they are there first.

The table has `size` slots, a power of two. A slot holds the number of a text, or -1; a text is in the first free slot
from that of its hash on.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from jazz_server.engine.kernels.declare import Bytes, Int64s, Int64sOut, Size, inlined, kernel
from jazz_server.engine.kernels.texts import byte_at


@inlined
def word_at(data: Bytes, position: Size) -> Any:
    """Return eight bytes as a number, the first of them its lowest ones."""
    word = byte_at(data, position)
    for t in range(1, 8):
        word |= byte_at(data, position + t) << (8 * t)
    return word


@inlined
def stirred(h: Any, word: Any) -> Any:
    """Return a hash that has taken in a word: different words make different hashes of one."""
    h = (h ^ word) * -7046029254386353131
    return h ^ ((h >> 32) & 0xFFFFFFFF)  # without the sign, which would make one hash of h and ~h


@inlined
def short_word(data: Bytes, position: Size, length: Size, end: Size) -> Any:
    """Return fewer than eight bytes as a number; `end` is where the data ends."""
    if position + 8 <= end:
        return word_at(data, position) & ((1 << (8 * length)) - 1)
    word = np.int64(0)
    for t in range(length):
        word |= byte_at(data, position + t) << (8 * t)
    return word


@inlined
def quick_hash(data: Bytes, position: Size, length: Size, end: Size) -> Any:
    """Return a hash of a text, for tables that are gone with the call: eight bytes at a time.

    Texts of one length of at most eight bytes have different ones.
    """
    h = stirred(np.int64(0), length)
    if length < 8:
        word = short_word(data, position, length, end)
    else:
        for block in range((length - 1) >> 3):
            h = stirred(h, word_at(data, position + 8 * block))
        word = word_at(data, position + length - 8)
    # Once more, so that the last bytes are in the lowest bits as well.
    return stirred(stirred(h, word), 0)


@inlined
def equal_bytes(data: Bytes, p: Size, q: Size, length: Size) -> bool:
    """Tell whether two texts of more than eight bytes are the same."""
    last = length - 8
    t = 0
    while t < last and word_at(data, p + t) == word_at(data, q + t):
        t += 8
    return bool(t >= last and word_at(data, p + last) == word_at(data, q + last))


@kernel()
def texts_number(
    offsets: Int64s,
    data: Bytes,
    slots: Int64sOut,
    size: Size,
    hashes: Int64sOut,
    first: Int64sOut,
    state: Int64sOut,
    numbers: Int64sOut,
    row_begin: Size,
    row_end: Size,
) -> int:
    """Number texts, and return the first that has no number yet.

    It stops where half of the slots are taken, or where it has looked at `state[1]` slots that another text is in.

    Args:
        offsets: Where each text begins.
        data: The bytes of texts.
        slots: The table.
        size: How many slots it has.
        hashes: The hash of each different text, `size` / 2 of them.
        first: Where each of them is there first.
        state: How many they are, and how many slots with other texts it may look at yet: both go on in the next call.
        numbers: The number of each text.
        row_begin: The first text to be numbered.
        row_end: The end of them.
    """
    known = state[0] + 0
    patience = state[1] + 0
    end = offsets[row_end] + 0
    row = row_begin
    while row < row_end and 2 * known < size and patience > 0:
        p = offsets[row] + 0
        length = offsets[row + 1] - p
        h = quick_hash(data, p, length, end)
        slot = h & (size - 1)
        number = slots[slot] + 0
        while number >= 0:
            if hashes[number] == h:
                q = offsets[first[number]] + 0
                if offsets[first[number] + 1] - q == length and (length <= 8 or equal_bytes(data, p, q, length)):
                    break
            slot = (slot + 1) & (size - 1)
            number = slots[slot] + 0
            patience -= 1
        if number < 0:
            number = known
            slots[slot] = number
            hashes[number] = h
            first[number] = row
            known += 1
        numbers[row] = number
        row += 1
    state[0] = known
    state[1] = patience
    return row


@kernel()
def numbers_place(hashes: Int64s, slots: Int64sOut, size: Size, row_begin: Size, row_end: Size) -> None:
    """Put numbers with these hashes, all of which differ, into a table of free slots."""
    for number in range(row_begin, row_end):
        slot = hashes[number] & (size - 1)
        while slots[slot] >= 0:
            slot = (slot + 1) & (size - 1)
        slots[slot] = number
