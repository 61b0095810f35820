"""Texts numbered, so that those that are there again and again are looked at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from jazz.values import Tensor
from jazz_server.engine.launch import launch_serial
from jazz_server.engine.library import kernel

_LEAST: Final = 1 << 13
"""How many slots the first table has: it is in the cache."""

_GROWTH: Final = 4

_PATIENCE: Final = 4
"""How many slots may be looked at in vain for each text: more are where hashes are much the same."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """Texts, of which many are equal, by numbers.

    Attributes:
        numbers: The number of each text, from 0 in the order in which they are there first: int64.
        first: The first text of each number: int64.
    """

    numbers: NDArray[np.int64]
    first: NDArray[np.int64]


def numbered(texts: Tensor) -> Numbered | None:
    """The stored texts of a tensor by numbers: O(bytes). None where too many seem to differ for that to pay."""
    assert texts.offsets is not None
    assert texts.data is not None
    offsets, data = np.ascontiguousarray(texts.offsets), np.ascontiguousarray(texts.data)
    count, row = len(offsets) - 1, 0
    number, numbers, size = kernel("texts_number"), np.empty(count, np.int64), _LEAST
    hashes, first = np.empty(0, np.int64), np.empty(0, np.int64)
    state = np.array([0, _PATIENCE * (count + _LEAST)])
    while True:
        known, slots = int(state[0]), np.full(size, -1)
        hashes, first = (_with_room(each[:known], size // 2) for each in (hashes, first))
        launch_serial("numbers_place", known, hashes, slots, size)
        row = number(offsets, data, slots, size, hashes, first, state, numbers, row, count)
        known = int(state[0])
        if row == count:
            return Numbered(numbers, first[:known])
        if 2 * known < size or _mostly_once(row, known, count):
            return None
        size *= _GROWTH


def _mostly_once(looked_at: int, different: int, count: int) -> bool:
    """Whether the first of some texts let expect that more than a third of all differ.

    Of k texts that are as frequent, n**2 / 2k of the first n are there again, while these are few.
    """
    again = looked_at - different
    return 3 * looked_at**2 > 2 * count * again and 2 * again < different


def _with_room(array: NDArray[np.int64], length: int) -> NDArray[np.int64]:
    return np.append(array, np.empty(length - len(array), np.int64))
