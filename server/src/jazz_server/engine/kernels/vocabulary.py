"""A vocabulary of texts as a table by hash, and texts looked up in it.

The table has `size` slots, a power of two and more than there are texts. A slot holds the number of a text, or -1; a
text is in the first free slot from that of its hash on.
"""

from __future__ import annotations

from jazz_server.engine.kernels.declare import Bytes, Int64s, Int64sOut, Size, inlined, kernel


@inlined
def equal_texts(offsets: Int64s, data: Bytes, i: Size, others: Int64s, other_data: Bytes, j: Size) -> bool:
    """Tell whether a text and one of another vector are the same."""
    p = offsets[i] + 0
    q = others[j] + 0
    length = offsets[i + 1] - p
    if others[j + 1] - q != length:
        return False
    t = 0
    while t < length and data[p + t] == other_data[q + t]:
        t += 1
    return bool(t == length)


@kernel()
def texts_table(
    offsets: Int64s, data: Bytes, hashes: Int64s, slots: Int64sOut, size: Size, row_begin: Size, row_end: Size
) -> int:
    """Put texts into a table of free slots.

    Returns 0, or 1 more than the number of the first text that is there twice.
    """
    for i in range(row_begin, row_end):
        slot = hashes[i] & (size - 1)
        while slots[slot] >= 0:
            if equal_texts(offsets, data, i, offsets, data, slots[slot]):
                return i + 1
            slot = (slot + 1) & (size - 1)
        slots[slot] = i
    return 0


@kernel()
def texts_find(
    offsets: Int64s,
    data: Bytes,
    hashes: Int64s,
    known: Int64s,
    known_data: Bytes,
    slots: Int64s,
    size: Size,
    found: Int64sOut,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Write for each text which of the table it is; -1 if it is none."""
    for i in range(row_begin, row_end):
        slot = hashes[i] & (size - 1)
        while slots[slot] >= 0 and not equal_texts(offsets, data, i, known, known_data, slots[slot]):
            slot = (slot + 1) & (size - 1)
        found[i] = slots[slot]
