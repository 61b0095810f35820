"""Instructions of the CPU that Python has no word for. `aot.rows` writes them in IR."""

from __future__ import annotations

from jazz_server.engine.kernels.declare import emitted


@emitted
def lowest_one(word: int) -> int:
    """Return the position of the lowest bit of a word of 64 bits that is set; one has to be."""
    word = int(word)
    return (word & -word).bit_length() - 1
