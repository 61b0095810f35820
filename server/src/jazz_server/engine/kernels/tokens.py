"""Words in texts: runs of word characters, found in UTF-8.

Characters are told apart by tables over code points below `known`; no other is a word character. `words` says which
are, `lower` what each is written as.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from jazz_server.engine.kernels.declare import (
    Bytes,
    BytesOut,
    Flags,
    Int32s,
    Int64s,
    Int64sOut,
    Size,
    inlined,
    kernel,
)
from jazz_server.engine.kernels.texts import byte_at


@inlined
def width_at(data: Bytes, p: Size) -> int:
    """Return how many bytes the character at a position has."""
    first = byte_at(data, p)
    if first < 0x80:
        return 1
    return 2 if first < 0xE0 else 3 if first < 0xF0 else 4


@inlined
def code_at(data: Bytes, p: Size, width: Size) -> Any:
    """Return the code point at a position."""
    first = byte_at(data, p)
    if width == 1:
        return first
    code = first & (0x7F >> width)
    for t in range(1, width):
        code = (code << 6) | (byte_at(data, p + t) & 0x3F)
    return code


@inlined
def width_of(code: Any) -> int:
    """Return how many bytes a code point takes."""
    return 1 if code < 0x80 else 2 if code < 0x800 else 3 if code < 0x10000 else 4


@kernel()
def tokens_count(
    offsets: Int64s,
    data: Bytes,
    words: Flags,
    lower: Int32s,
    known: Size,
    least: Size,
    counts: Int64sOut,
    lengths: Int64sOut,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Count the words of at least `least` characters in each text, and the bytes that they take when written."""
    for i in range(row_begin, row_end):
        p = offsets[i] + 0
        end = offsets[i + 1] + 0
        count = 0
        total = 0
        characters = 0
        length = 0
        while p < end:
            width = width_at(data, p)
            code = code_at(data, p, width)
            p += width
            if code < known and words[code]:
                characters += 1
                length += width_of(lower[code])
            else:
                if characters >= least:
                    count += 1
                    total += length
                characters = 0
                length = 0
        if characters >= least:
            count += 1
            total += length
        counts[i] = count
        lengths[i] = total


@kernel()
def tokens_fill(
    offsets: Int64s,
    data: Bytes,
    words: Flags,
    lower: Int32s,
    known: Size,
    least: Size,
    first_token: Int64s,
    first_byte: Int64s,
    begins: Int64sOut,
    out: BytesOut,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Write the words that `tokens_count` counts: where each begins in `out`, and its characters there.

    Those of text i are from ``first_token[i]`` on, and their bytes from ``first_byte[i]`` on.
    """
    for i in range(row_begin, row_end):
        p = offsets[i] + 0
        end = offsets[i + 1] + 0
        token = first_token[i] + 0
        position = first_byte[i] + 0
        while p < end:
            begin = p
            characters = 0
            while p < end:
                width = width_at(data, p)
                code = code_at(data, p, width)
                if code >= known or not words[code]:
                    break
                characters += 1
                p += width
            if characters >= least:
                begins[token] = position
                token += 1
                while begin < p:
                    width = width_at(data, begin)
                    code = np.int64(lower[code_at(data, begin, width)])
                    begin += width
                    if code < 0x80:
                        out[position] = code
                        position += 1
                    else:
                        width = width_of(code)
                        # 110xxxxx, 1110xxxx or 11110xxx, then 10xxxxxx.
                        out[position] = ((0xF00 >> width) & 0xFF) | (code >> (6 * (width - 1)))
                        for t in range(1, width):
                            out[position + t] = 0x80 | ((code >> (6 * (width - 1 - t))) & 0x3F)
                        position += width
            if p < end:
                p += width_at(data, p)
