"""Tensors that are looked at where they lie, a part of a buffer at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeAlias

import numpy as np

from jazz.values import DataType, Layout, Order

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]
Checkpoint: TypeAlias = Callable[[], None]
"""Called now and then: it raises what shall end the work."""

ELLIPSIS: Final = "…"


class Buffer(Protocol):
    """A buffer of which parts can be read."""

    @property
    def count(self) -> int:
        """How many elements it has; bytes of a bitmap."""

    def part(self, start: int, stop: int, /) -> Array:
        """The elements from `start` to `stop`."""

    def bits(self, start: int, stop: int, /) -> Array:
        """The bits from `start` to `stop` of a bitmap, one byte each."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A tensor as its buffers, as `jazz.values.Tensor` names them."""

    dtype: DataType
    shape: tuple[int, ...]
    layout: Layout
    order: Order
    count: int
    fill: bytes = b""
    data: Buffer | None = None
    offsets: Buffer | None = None
    indptr: Buffer | None = None
    indices: tuple[Buffer, ...] = ()
    validity: Buffer | None = None
    categories: Stored | None = None

    @property
    def sparse(self) -> bool:
        """Whether only some of its elements are stored."""
        return self.layout is not Layout.DENSE

    def elements(self, start: int, stop: int) -> Array:
        """Elements (stored entries) in storage order, of `dtype.storage`; those of a pattern are true."""
        return np.ones(stop - start, np.bool_) if self.data is None else self.data.part(start, stop)

    def present(self, start: int, stop: int) -> Array | None:
        """Which of them are there; None when nothing is missing."""
        return None if self.validity is None else self.validity.bits(start, stop).view(np.bool_)

    def text(self, position: int, limit: int) -> bytes:
        """One of its texts, or its first `limit` bytes."""
        assert self.offsets is not None
        assert self.data is not None
        begin, end = (int(offset) for offset in self.offsets.part(position, position + 2))
        return self.data.part(begin, min(end, begin + limit)).tobytes()


def shortened(text: bytes, size: int) -> bytes:
    """A text of at most `size` bytes: cut between two characters, with "…" at its end, when it is longer.

    >>> shortened("Jäger".encode(), 5).decode(), shortened(b"Jazz", 5)
    ('J…', b'Jazz')
    """
    if len(text) <= size:
        return text
    return text[: size - 3].decode("utf-8", "ignore").encode() + ELLIPSIS.encode()
