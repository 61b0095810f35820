"""Positions that are spread evenly, always the same ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

CHUNK: Final = 8192
"""Elements that are read at a time: of eight bytes, they are as much as the store checks at a time."""


def chunks(count: int, budget: int, size: int = CHUNK) -> Iterator[tuple[int, int]]:
    """Ranges of positions from 0 to `count`, in order: all positions, or about `budget` of them, spread evenly.

    >>> list(chunks(10, 10, 4))
    [(0, 4), (4, 8), (8, 10)]
    >>> list(chunks(100, 12, 4))
    [(0, 4), (48, 52), (96, 100)]
    """
    if count <= budget:
        for start in range(0, count, size):
            yield start, min(start + size, count)
        return
    size = min(size, budget)
    for start in spread(count - size + 1, budget // size):
        yield start, start + size


def spread(count: int, number: int) -> list[int]:
    """Positions below `count`, ascending: all, or `number` of them with the first and the last.

    >>> spread(3, 5), spread(101, 5), spread(9, 1)
    ([0, 1, 2], [0, 25, 50, 75, 100], [4])
    """
    if count <= number:
        return list(range(count))
    if number == 1:
        return [count // 2]
    return [place * (count - 1) // (number - 1) for place in range(number)]


def bounds(count: int, parts: int) -> list[int]:
    """Where `parts` parts of about equal length begin and end; as many as there are positions at most.

    >>> bounds(10, 4), bounds(2, 4), bounds(0, 4)
    ([0, 2, 5, 7, 10], [0, 1, 2], [0])
    """
    parts = min(count, parts)
    return [part * count // parts for part in range(parts + 1)] if parts else [0]
