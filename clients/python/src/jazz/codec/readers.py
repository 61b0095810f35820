"""Bodies that are read in pieces."""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, Protocol, TypeAlias

import numpy as np

Buffer: TypeAlias = bytes | bytearray | memoryview | mmap.mmap | np.ndarray[Any, np.dtype[np.uint8]]
"""Contiguous bytes."""

BLOCK: Final = 4 << 20
"""How many bytes are read at a time."""

SKIPPED: Final = 64 << 10
"""Gaps of more than so many bytes are not read: the unit in which the store keeps checksums."""

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]


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


class Elements(Protocol):
    """Elements in storage order."""

    def part(self, start: int, stop: int) -> Array:
        """The elements from `start` to `stop`."""

    def at(self, places: Array, run: int = 1) -> Array:
        """The runs of `run` elements at some places, counted in runs."""


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

    def at(self, places: Array, run: int = 1) -> Array:
        """The runs of `run` elements at some places, counted in runs; reads what lies between near ones, too."""
        runs = np.empty((len(places), run), self.dtype)
        for chosen, first, stop in windows(places, places + 1, run * self.dtype.itemsize):
            window = self.part(first * run, stop * run).reshape(-1, run)
            runs[chosen] = window[places[chosen] - first]
        return runs.reshape(-1)

    def bits(self, start: int, stop: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
        """The bits from `start` to `stop` of a bitmap, one byte each."""
        first = start // 8
        window = self.part(first, -(-stop // 8))
        return np.unpackbits(window, count=stop - first * 8, bitorder="little")[start - first * 8 :]

    def at_each(self, begins: Array, run: int) -> Array:
        """The runs of `run` elements that begin at some ascending places; reads what lies between near ones, too."""
        runs = np.empty((len(begins), run), self.dtype)
        for chosen, first, stop in windows(begins, begins + run, self.dtype.itemsize):
            window = np.lib.stride_tricks.sliding_window_view(self.part(first, stop), run)
            runs[chosen] = window[begins[chosen] - first]
        return runs.reshape(-1)

    def from_second(self) -> StoredArray:
        """The array without its first element."""
        return StoredArray(self.body, self.offset + self.dtype.itemsize, self.dtype, self.count - 1)

    def element(self, position: int) -> int:
        """One element of an array of integers."""
        return int(self.part(position, position + 1)[0])


@dataclass(frozen=True, slots=True)
class StoredBits:
    """A bitmap in a body.

    Attributes:
        bitmap: Its bytes.
    """

    bitmap: StoredArray

    def part(self, start: int, stop: int) -> Array:
        """The bits from `start` to `stop`, one byte each."""
        return self.bitmap.bits(start, stop)

    def at(self, places: Array, run: int = 1) -> Array:
        """The runs of `run` bits at some places, counted in runs, one byte each."""
        if run > 1:
            places = (places[:, np.newaxis] * run + np.arange(run)).reshape(-1)
        return self.bitmap.at(places >> 3) >> (places & 7).astype(np.uint8) & 1


def blocks(start: int, stop: int, width: int) -> Iterator[tuple[int, int]]:
    """Cuts the positions of elements of `width` bytes into ranges of at most `BLOCK` bytes."""
    step = max(1, BLOCK // width)
    for first in range(start, stop, step):
        yield first, min(first + step, stop)


def windows(begins: Array, ends: Array, width: int) -> Iterator[tuple[Array | slice, int, int]]:
    """Groups extents that lie near each other: those with gaps of at most `SKIPPED` bytes.

    Args:
        begins: Where the extents begin, in elements of `width` bytes.
        ends: Where they end; of two that begin one after the other, the second does not end before the first.
        width: The bytes of an element.

    Yields:
        The numbers of the extents of a group, where the first of them begins, where the last ends.
    """
    if len(begins) == 0:
        return
    first, last = int(begins.min()), int(ends.max())
    if (last - first) * width <= SKIPPED:
        yield slice(None), first, last
        return
    order = np.arange(len(begins))
    if not ((begins[1:] >= begins[:-1]).all() and (ends[1:] >= ends[:-1]).all()):
        order = np.lexsort((ends, begins))  # an empty extent may begin where another does
        begins, ends = begins[order], ends[order]
    far = np.flatnonzero((begins[1:] - ends[:-1]) * width > SKIPPED) + 1
    for start, stop in pairwise([0, *far.tolist(), len(order)]):
        yield order[start:stop], int(begins[start]), int(ends[stop - 1])
