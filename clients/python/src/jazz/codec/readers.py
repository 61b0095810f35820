"""Bodies that are read in pieces."""

from __future__ import annotations

import mmap
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


def read_array(body: RangeReader, offset: int, dtype: np.dtype[Any], start: int, stop: int) -> np.ndarray[Any, Any]:
    """Elements `start` to `stop` of a buffer at `offset`, as an array over the view."""
    view = body.view(offset + start * dtype.itemsize, (stop - start) * dtype.itemsize)
    return np.frombuffer(view, dtype)
