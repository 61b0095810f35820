"""What is wanted of a dimension: a range of its positions, or a list of them."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]

Range: TypeAlias = tuple[int, int]
"""First position, and one past the last."""


class Places:
    """Positions in any order, each any number of times.

    Attributes:
        array: The positions, int64.
        ascending: Whether each is greater than the one before it.
    """

    __slots__ = ("array", "ascending")

    def __init__(self, array: Array) -> None:
        self.array = array
        self.ascending = bool((array[1:] > array[:-1]).all())

    def __len__(self) -> int:
        return len(self.array)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Places) and np.array_equal(self.array, other.array)

    __hash__ = None  # type: ignore[assignment]


Cut: TypeAlias = Range | Places


def cut_at(positions: Array) -> Cut:
    """A cut at some positions, none of them negative; a range if they follow each other."""
    if len(positions) == 0:
        return 0, 0
    if (positions[1:] - positions[:-1] == 1).all():
        return int(positions[0]), int(positions[-1]) + 1
    return Places(positions)


def length_of(cut: Cut) -> int:
    """How many positions are wanted."""
    return len(cut) if isinstance(cut, Places) else cut[1] - cut[0]


def cut_part(cut: Cut, start: int, stop: int) -> Cut:
    """Those of the wanted positions that are wanted from the `start`-th to the `stop`-th."""
    if isinstance(cut, Places):
        return Places(cut.array[start:stop])
    return cut[0] + start, min(cut[0] + stop, cut[1])


def ascends(cut: Cut) -> bool:
    """Whether what is wanted keeps its order and is wanted once."""
    return cut.ascending if isinstance(cut, Places) else True
