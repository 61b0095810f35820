"""The largest value that a computation may make, asked before the memory is, so that nothing dies of it; and memory
that is read in any order."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jazz_server.engine.errors import MemoryLimit

DEFAULT_LIMIT = 4 << 30
_LINE = 64
_MOST_STRIDES = 2**63 - 1
_limit = DEFAULT_LIMIT
_room: ContextVar[int | None] = ContextVar("jazz_server.engine.room", default=None)


def limit_bytes() -> int:
    """How many bytes one result may take."""
    return _limit


def set_limit_bytes(limit: int) -> None:
    """Sets how many bytes one result may take, in the whole process."""
    global _limit
    _limit = limit


def room_left() -> int | None:
    """How many bytes the step that runs in this thread, and what is inside of it, may take; None for any number."""
    return _room.get()


@contextmanager
def room(left: int) -> Iterator[None]:
    """Gives what runs in this thread until the end so many bytes."""
    token = _room.set(left)
    try:
        yield
    finally:
        _room.reset(token)


def has_room(wanted: int) -> bool:
    """Whether a value may take so many bytes; see `check_bytes`."""
    left = _room.get()
    return wanted <= _limit and (left is None or wanted <= left)


def check_bytes(wanted: int, what: str = "a result") -> None:
    """Refuses a value that is too large, or that with what is computed beside it is.

    Raises:
        MemoryLimit: `wanted` is more than `limit_bytes()`, or than `room_left()`.
    """
    if wanted > _limit:
        raise MemoryLimit(f"{what} would take {size_words(wanted)}; at most {size_words(_limit)} are allowed")
    left = _room.get()
    if left is not None and wanted > left:
        raise MemoryLimit(f"{what} would take {size_words(wanted)}; at most {size_words(left)} are left")


def check_shape(shape: Sequence[int], dtype: np.dtype[Any]) -> None:
    """Refuses a dense array that is too large; see `check_bytes`. An empty one can have too large strides."""
    size = strides = dtype.itemsize
    for length in shape:
        size *= length
        strides *= length or 1
    left = _room.get()
    if size > _limit or strides > _MOST_STRIDES or (left is not None and size > left):
        check_bytes(size or strides, f"a dense {dtype.name}[{', '.join(map(str, shape))}]")


def empty_aligned(shape: Sequence[int], dtype: np.dtype[Any]) -> NDArray[Any]:
    """An array of C order that begins with a line of the cache, not filled. numpy asks for large pages for it."""
    size = math.prod(shape) * dtype.itemsize
    memory = np.empty(size + _LINE, np.uint8)
    begin = -memory.ctypes.data % _LINE
    return memory[begin : begin + size].view(dtype).reshape(shape)


def size_words(size: float) -> str:
    """A number of bytes, for people."""
    size = int(size)
    power = min(max(size.bit_length() - 1, 0) // 10, 4)
    return f"{size / (1 << 10 * power):.4g} {('bytes', 'KiB', 'MiB', 'GiB', 'TiB')[power]}"
