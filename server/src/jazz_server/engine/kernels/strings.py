"""Texts changed, tested and joined, one by one, as offsets and UTF-8 bytes.

Text i is ``data[offsets[i]:offsets[i + 1]]``. Where several are looked at for each result, `at` says which text of each
operand that is. Searching takes time in proportion to the bytes, whatever is looked for: by Knuth, Morris and Pratt
(SIAM J. Comput. 6 (2), 1977). What is found in the bytes of UTF-8 begins and ends with a character.
"""

from __future__ import annotations

from typing import Any

from jazz_server.engine.kernels.declare import (
    Bytes,
    BytesOut,
    Flags,
    FlagsOut,
    Int64s,
    Int64sOut,
    Size,
    inlined,
    kernel,
)
from jazz_server.engine.kernels.texts import byte_at
from jazz_server.engine.kernels.tokens import code_at, width_at


@inlined
def continues(data: Bytes, p: Size) -> bool:
    """Tell whether a byte is part of the character of the byte before it."""
    return bool(byte_at(data, p) & 0xC0 == 0x80)


@inlined
def characters_between(data: Bytes, begin: Size, end: Size) -> Any:
    """Count the characters of some bytes."""
    count = 0
    for p in range(begin, end):
        count += not continues(data, p)
    return count


@kernel()
def texts_length(offsets: Int64s, data: Bytes, lengths: Int64sOut, row_begin: Size, row_end: Size) -> None:
    """Count the code points of each text."""
    for i in range(row_begin, row_end):
        lengths[i] = characters_between(data, offsets[i], offsets[i + 1])


@kernel()
def texts_slice(
    offsets: Int64s,
    data: Bytes,
    start: Size,
    stop: Size,
    begins: Int64sOut,
    lengths: Int64sOut,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Find the code points from `start` up to `stop` of each text, from its end where negative, as Python slices."""
    for i in range(row_begin, row_end):
        p = offsets[i] + 0
        end = offsets[i + 1] + 0
        first = start + 0
        last = stop + 0
        if first < 0 or last < 0:
            count = characters_between(data, p, end)
            if first < 0:
                first = max(first + count, 0)
            if last < 0:
                last += count
        position = 0
        while p < end and position < first:
            p += width_at(data, p)
            position += 1
        begins[i] = p
        while p < end and position < last:
            p += width_at(data, p)
            position += 1
        lengths[i] = p - begins[i]


@kernel()
def texts_strip(
    offsets: Int64s,
    data: Bytes,
    spaces: Flags,
    known: Size,
    left: Size,
    right: Size,
    begins: Int64sOut,
    lengths: Int64sOut,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Find each text without white space at its left end, its right end or both.

    `spaces` says which code points are that; none from `known` on is.
    """
    for i in range(row_begin, row_end):
        p = offsets[i] + 0
        end = offsets[i + 1] + 0
        while left != 0 and p < end:
            width = width_at(data, p)
            code = code_at(data, p, width)
            if code >= known or not spaces[code]:
                break
            p += width
        while right != 0 and p < end:
            last = end - 1
            while continues(data, last):
                last -= 1
            code = code_at(data, last, width_at(data, last))
            if code >= known or not spaces[code]:
                break
            end = last
        begins[i] = p
        lengths[i] = end - p


@kernel()
def texts_copy(data: Bytes, begins: Int64s, offsets: Int64s, out: BytesOut, row_begin: Size, row_end: Size) -> None:
    """Write texts, from where each begins in `data` on, to where `offsets` has it in `out`."""
    for i in range(row_begin, row_end):
        position = offsets[i] + 0
        begin = begins[i] + 0
        for t in range(offsets[i + 1] - position):
            out[position + t] = data[begin + t]


@kernel()
def texts_join(
    a_offsets: Int64s,
    a: Bytes,
    a_at: Int64s,
    b_offsets: Int64s,
    b: Bytes,
    b_at: Int64s,
    offsets: Int64s,
    out: BytesOut,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Write one text behind another one, to where `offsets` has both in `out`."""
    for i in range(row_begin, row_end):
        position = offsets[i] + 0
        begin = a_offsets[a_at[i]] + 0
        length = a_offsets[a_at[i] + 1] - begin
        for t in range(length):
            out[position + t] = a[begin + t]
        position += length
        begin = b_offsets[b_at[i]] + 0
        for t in range(b_offsets[b_at[i] + 1] - begin):
            out[position + t] = b[begin + t]


@kernel()
def texts_mapped_count(
    offsets: Int64s,
    data: Bytes,
    mapped_offsets: Int64s,
    known: Size,
    lengths: Int64sOut,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Count the bytes of each text of which every code point below `known` becomes a text of `mapped_offsets`."""
    for i in range(row_begin, row_end):
        p = offsets[i] + 0
        length = 0
        while p < offsets[i + 1]:
            width = width_at(data, p)
            code = code_at(data, p, width)
            p += width
            length += mapped_offsets[code + 1] - mapped_offsets[code] if code < known else width
        lengths[i] = length


@kernel()
def texts_mapped_fill(
    offsets: Int64s,
    data: Bytes,
    mapped_offsets: Int64s,
    mapped: Bytes,
    known: Size,
    out_offsets: Int64s,
    out: BytesOut,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Write what `texts_mapped_count` counts."""
    for i in range(row_begin, row_end):
        p = offsets[i] + 0
        position = out_offsets[i] + 0
        while p < offsets[i + 1]:
            width = width_at(data, p)
            code = code_at(data, p, width)
            if code < known:
                begin = mapped_offsets[code] + 0
                length = mapped_offsets[code + 1] - begin
                for t in range(length):
                    out[position + t] = mapped[begin + t]
                position += length
            else:
                for t in range(width):
                    out[position + t] = data[p + t]
                position += width
            p += width


@kernel()
def texts_borders(offsets: Int64s, data: Bytes, borders: Int64sOut, row_begin: Size, row_end: Size) -> None:
    """Write for each byte of texts with how many of the bytes before it, and itself, the text begins as well."""
    for i in range(row_begin, row_end):
        begin = offsets[i] + 0
        length = offsets[i + 1] - begin
        if length > 0:
            borders[begin] = 0
        same = 0
        for t in range(1, length):
            while same > 0 and data[begin + same] != data[begin + t]:
                same = borders[begin + same - 1] + 0
            same += data[begin + same] == data[begin + t]
            borders[begin + t] = same


@inlined
def end_of_next(data: Bytes, p: Size, end: Size, wanted: Bytes, first: Size, length: Size, borders: Int64s) -> Any:
    """Return where the next occurrence of a text ends, whose bytes are in `wanted` from `first` on; -1 if nowhere."""
    same = 0
    while p < end:
        if same == 0:
            while p < end and data[p] != wanted[first]:
                p += 1
            if p == end:
                return -1
            same = 1
        else:
            while same > 0 and wanted[first + same] != data[p]:
                same = borders[first + same - 1] + 0
            same += wanted[first + same] == data[p]
        p += 1
        if same == length:
            return p
    return -1


@kernel()
def texts_contain(
    offsets: Int64s,
    data: Bytes,
    at: Int64s,
    wanted_offsets: Int64s,
    wanted: Bytes,
    wanted_at: Int64s,
    borders: Int64s,
    found: FlagsOut,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Tell whether texts contain others, of which `borders` are known."""
    for i in range(row_begin, row_end):
        first = wanted_offsets[wanted_at[i]] + 0
        length = wanted_offsets[wanted_at[i] + 1] - first
        p = offsets[at[i]] + 0
        end = offsets[at[i] + 1] + 0
        found[i] = length == 0 or end_of_next(data, p, end, wanted, first, length, borders) >= 0


@kernel()
def texts_start(
    offsets: Int64s,
    data: Bytes,
    at: Int64s,
    wanted_offsets: Int64s,
    wanted: Bytes,
    wanted_at: Int64s,
    from_end: Size,
    found: FlagsOut,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Tell whether texts start with others, or end with them if `from_end` is not 0."""
    for i in range(row_begin, row_end):
        p = offsets[at[i]] + 0
        room = offsets[at[i] + 1] - p
        first = wanted_offsets[wanted_at[i]] + 0
        length = wanted_offsets[wanted_at[i] + 1] - first
        same = length <= room
        if same:
            if from_end != 0:
                p += room - length
            for t in range(length):
                if data[p + t] != wanted[first + t]:
                    same = False
                    break
        found[i] = same


@kernel()
def texts_replace_count(
    offsets: Int64s,
    data: Bytes,
    at: Int64s,
    old_offsets: Int64s,
    old: Bytes,
    old_at: Int64s,
    borders: Int64s,
    new_offsets: Int64s,
    new_at: Int64s,
    lengths: Int64sOut,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Count the bytes of texts with a new text in the place of each occurrence of an old one, which is not empty."""
    for i in range(row_begin, row_end):
        first = old_offsets[old_at[i]] + 0
        length = old_offsets[old_at[i] + 1] - first
        more = new_offsets[new_at[i] + 1] - new_offsets[new_at[i]] - length
        p = offsets[at[i]] + 0
        end = offsets[at[i] + 1] + 0
        total = end - p
        while length > 0 and p >= 0:
            p = end_of_next(data, p, end, old, first, length, borders)
            if p >= 0:
                total += more
        lengths[i] = total


@kernel()
def texts_replace_fill(
    offsets: Int64s,
    data: Bytes,
    at: Int64s,
    old_offsets: Int64s,
    old: Bytes,
    old_at: Int64s,
    borders: Int64s,
    new_offsets: Int64s,
    new: Bytes,
    new_at: Int64s,
    out_offsets: Int64s,
    out: BytesOut,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Write what `texts_replace_count` counts."""
    for i in range(row_begin, row_end):
        first = old_offsets[old_at[i]] + 0
        length = old_offsets[old_at[i] + 1] - first
        begin = new_offsets[new_at[i]] + 0
        width = new_offsets[new_at[i] + 1] - begin
        copied = offsets[at[i]] + 0
        end = offsets[at[i] + 1] + 0
        position = out_offsets[i] + 0
        p = copied + 0
        while length > 0 and p >= 0:
            p = end_of_next(data, p, end, old, first, length, borders)
            if p >= 0:
                for t in range(p - length - copied):
                    out[position + t] = data[copied + t]
                position += p - length - copied
                for t in range(width):
                    out[position + t] = new[begin + t]
                position += width
                copied = p
        for t in range(end - copied):
            out[position + t] = data[copied + t]
