"""Parts of arrays that lie in storage order, read without reading the rest."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, TypeAlias

import numpy as np

from jazz.codec.readers import BLOCK, blocks

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]
Fetch: TypeAlias = Callable[[int, int], Array]
Range: TypeAlias = tuple[int, int]

_SKIPPED: Final = 64 << 10
"""Gaps of more than so many bytes are not read: the unit in which the store keeps checksums."""


def box(fetch: Fetch, width: int, shape: Sequence[int], ranges: Sequence[Range]) -> Iterator[Array]:
    """The elements of a box of an array, in storage order, in blocks of at most about 4 MiB.

    Args:
        fetch: Gives the elements from one position in storage to another.
        width: The bytes of an element.
        shape: The shape of the array, slowest dimension first.
        ranges: What is wanted of each dimension.
    """
    if all(start < stop for start, stop in ranges):
        yield from _box(fetch, width, 0, tuple(shape), tuple(ranges))


def _box(fetch: Fetch, width: int, base: int, shape: tuple[int, ...], ranges: tuple[Range, ...]) -> Iterator[Array]:
    inner = math.prod(shape[1:])
    start, stop = ranges[0] if ranges else (0, 1)
    if all(wanted == (0, length) for wanted, length in zip(ranges[1:], shape[1:], strict=True)):
        for first, last in blocks(base + start * inner, base + stop * inner, width):
            yield fetch(first, last)
    elif inner * width <= _SKIPPED:
        step = BLOCK // (inner * width)
        wanted = (slice(None), *(slice(*bounds) for bounds in ranges[1:]))
        for first in range(start, stop, step):
            last = min(first + step, stop)
            rows = fetch(base + first * inner, base + last * inner).reshape(-1, *shape[1:])
            yield rows[wanted].reshape(-1)
    else:
        for row in range(start, stop):
            yield from _box(fetch, width, base + row * inner, shape[1:], ranges[1:])


def packed(bits: Iterator[Array]) -> Iterator[Array]:
    """Truth values, one byte each, as the bytes of a bitmap."""
    rest = np.empty(0, np.uint8)
    for block in bits:
        joined = np.concatenate([rest, block]) if len(rest) else block
        whole = len(joined) // 8 * 8
        yield np.packbits(joined[:whole], bitorder="little")
        rest = joined[whole:]
    if len(rest):
        yield np.packbits(rest, bitorder="little")
