"""Tensors in memory as the statistics read them, with a count of what is read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from jazz.convert import to_value
from jazz.values import Tensor
from jazz_server.statistics.stored import Stored


@dataclass
class Reads:
    """The bytes that were read."""

    nbytes: int = 0


@dataclass(frozen=True)
class Vector:
    """A buffer in memory."""

    array: np.ndarray
    reads: Reads

    @property
    def count(self) -> int:
        return len(self.array)

    def part(self, start: int, stop: int) -> np.ndarray:
        assert 0 <= start <= stop <= len(self.array)
        self.reads.nbytes += (stop - start) * self.array.itemsize
        return self.array[start:stop]

    def bits(self, start: int, stop: int) -> np.ndarray:
        assert 0 <= start <= stop <= len(self.array) * 8
        self.reads.nbytes += (stop - start) // 8
        return np.unpackbits(self.array, count=stop, bitorder="little")[start:]


@dataclass(frozen=True)
class Watched:
    """A tensor, and what is read of it."""

    tensor: Stored
    reads: Reads = field(default_factory=Reads)


def watched(value: Any) -> Watched:
    """A tensor from anything that is one, and what is read of it."""
    reads = Reads()
    return Watched(_stored(to_value(value), reads), reads)


def stored(value: Any) -> Stored:
    """A tensor from anything that is one."""
    return watched(value).tensor


def _stored(value: Any, reads: Reads) -> Stored:
    assert isinstance(value, Tensor)

    def vector(array: Any) -> Any:
        return None if array is None else Vector(array, reads)

    return Stored(
        value.dtype,
        value.shape,
        value.layout,
        value.order,
        value.stored,
        fill=value.fill,
        data=vector(value.data),
        offsets=vector(value.offsets),
        indptr=vector(value.indptr),
        indices=tuple(map(vector, value.indices)),
        validity=vector(value.validity),
        categories=None if value.categories is None else _stored(value.categories, reads),
    )


def go_on() -> None:
    """A checkpoint that never stops anything."""
