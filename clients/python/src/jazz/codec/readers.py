"""Bodies that are read in pieces."""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeAlias

import numpy as np

Buffer: TypeAlias = bytes | bytearray | memoryview | mmap.mmap | np.ndarray[Any, np.dtype[np.uint8]]
"""Contiguous bytes."""

BLOCK: Final = 4 << 20
"""How many bytes are read at a time."""


class RangeReader(Protocol):
    """A body of which parts can be viewed."""

    def view(self, offset: int, length: int) -> memoryview:
        """The bytes from `offset` on, without a copy where that is possible."""


class BytesReader:
    """A reader over a buffer in memory.

    >>> bytes(BytesReader(b"abcdef").view(2, 3))
    b'cde'
    """

    def __init__(self, body: Buffer) -> None:
        self._view = np.frombuffer(body, np.uint8).data

    def view(self, offset: int, length: int) -> memoryview:
        """The bytes from `offset` on, without a copy."""
        return self._view[offset : offset + length]


@dataclass(frozen=True, slots=True)
class StoredArray:
    """A buffer in a body as an array, of which parts can be had.

    Attributes:
        body: The body.
        offset: The first byte of the buffer.
        dtype: The type of its elements.
        count: How many elements it has.
    """

    body: RangeReader
    offset: int
    dtype: np.dtype[Any]
    count: int

    def part(self, start: int, stop: int) -> np.ndarray[Any, np.dtype[Any]]:
        """The elements from `start` to `stop`, over the view that the body gives."""
        width = self.dtype.itemsize
        if stop == start:
            return np.empty(0, self.dtype)
        return np.frombuffer(self.body.view(self.offset + start * width, (stop - start) * width), self.dtype)

    def element(self, position: int) -> int:
        """One element of an array of integers."""
        return int(self.part(position, position + 1)[0])

    def bits(self, start: int, stop: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
        """The bits from `start` to `stop` of a bitmap, one byte each."""
        first = start // 8
        window = self.part(first, -(-stop // 8))
        return np.unpackbits(window, count=stop - first * 8, bitorder="little")[start - first * 8 :]


def blocks(start: int, stop: int, width: int) -> Iterator[tuple[int, int]]:
    """Cuts the positions of elements of `width` bytes into ranges of at most `BLOCK` bytes."""
    step = max(1, BLOCK // width)
    for first in range(start, stop, step):
        yield first, min(first + step, stop)
