"""Values on their way out: a header, and a body that is never put together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import numpy as np

from jazz.codec.readers import BLOCK, RangeReader
from jazz.codec.schema import ALIGNMENT, aligned
from jazz.v1 import value_pb2 as pb

CHUNK: Final = 1 << 20
"""The length of a chunk, unless asked otherwise."""

_ZEROS: Final = memoryview(bytes(ALIGNMENT))

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True, slots=True)
class Source:
    """The bytes of one buffer, to be had any number of times.

    Attributes:
        nbytes: How many they are.
        pieces: Gives them from the first to the last.
    """

    nbytes: int
    pieces: Callable[[], Iterator[memoryview]]


def array_bytes(array: Array) -> memoryview:
    """The bytes of a vector, without a copy if it is contiguous."""
    return np.ascontiguousarray(array).view(np.uint8).data


def from_array(array: Array) -> Source:
    """The bytes of a contiguous array, without a copy."""
    return Source(array.nbytes, lambda: iter((array_bytes(array),)))


def from_range(body: RangeReader, offset: int, length: int) -> Source:
    """A range of a body, viewed a block at a time."""
    return Source(length, lambda: range_pieces(body, offset, length))


def range_pieces(body: RangeReader, offset: int, length: int) -> Iterator[memoryview]:
    """Views of a range of a body, a block at a time."""
    for start in range(0, length, BLOCK):
        yield body.view(offset + start, min(BLOCK, length - start))


def from_arrays(nbytes: int, arrays: Callable[[], Iterator[Array]]) -> Source:
    """The bytes of arrays that are made as they are asked for."""
    return Source(nbytes, lambda: map(array_bytes, arrays()))


@dataclass(frozen=True, slots=True, eq=False)
class Encoded:
    """A value as it travels.

    Attributes:
        header: What it is, and where each buffer lies in the body.
        body_bytes: The length of the body.
    """

    header: pb.Value
    body_bytes: int
    _sources: tuple[tuple[int, Source], ...] = field(repr=False)

    def pieces(self) -> Iterator[memoryview]:
        """The body from its first byte to its last, zero padding included; arrays are not copied.

        Where the body is a part of another (`take`), that one must stay readable meanwhile.
        """
        end = 0
        for offset, source in self._sources:
            if offset > end:
                yield _ZEROS[: offset - end]
            if source.nbytes:
                yield from source.pieces()
            end = offset + source.nbytes

    def body(self) -> bytes:
        """The body in one piece: for small ones."""
        return b"".join(self.pieces())


class BodyPlan:
    """Gives every buffer its place in a body, in the order in which they are added."""

    def __init__(self) -> None:
        self._end = 0
        self._sources: list[tuple[int, Source]] = []

    def add(self, tensor: pb.Tensor, role: pb.BufferRole, source: Source) -> None:
        """Appends a buffer to a tensor and to the body."""
        offset = aligned(self._end)
        tensor.buffers.add(role=role, offset=offset, length=source.nbytes)
        self._sources.append((offset, source))
        self._end = offset + source.nbytes

    @property
    def end(self) -> int:
        """Where the last buffer ends."""
        return self._end

    def encoded(self, header: pb.Value) -> Encoded:
        """The value of that header, whose buffers were all added."""
        return Encoded(header, self._end, tuple(self._sources))


def chunks(encoded: Encoded, size: int = CHUNK) -> Iterator[tuple[int, memoryview | bytes]]:
    """The body cut into pieces of `size` bytes (the last may be shorter), each with its offset.

    A piece that lies inside one buffer is a view of it; where buffers meet, their bytes are joined.
    """
    offset = 0
    waiting: list[memoryview] = []
    wanted = size
    for piece in encoded.pieces():
        start = 0
        while start < len(piece):
            part = piece[start : start + wanted]
            waiting.append(part)
            start += len(part)
            wanted -= len(part)
            if wanted == 0:
                yield offset, _joined(waiting)
                offset += size
                waiting, wanted = [], size
    if waiting:
        yield offset, _joined(waiting)


def _joined(parts: list[memoryview]) -> memoryview | bytes:
    return parts[0] if len(parts) == 1 else b"".join(parts)
