"""Which rows of a table go with which rows of another one, by the codes of their keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from jazz_server.engine.gaps import NOWHERE
from jazz_server.engine.library import kernel
from jazz_server.engine.memory import check_bytes
from jazz_server.engine.parallel import for_each, thread_count
from jazz_server.engine.segments import pointers
from jazz_server.engine.together import together

Codes = NDArray[np.int64]

_BYTES: Final = 6 * 8
"""What a pair takes while it is found."""

_GRAIN: Final = 1 << 16
"""How many rows a thread should have, for its start to be worth it."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Rows of two tables beside each other.

    Attributes:
        left: The rows of the one table; `NOWHERE` beside a row that has no partner.
        right: The rows of the other one, likewise.
    """

    left: NDArray[np.int64]
    right: NDArray[np.int64]


def matched(left: Codes, right: Codes, keys: int, *, left_alone: bool, right_alone: bool, by_key: bool) -> Pairs:
    """The pairs of rows with equal keys: O(rows + pairs).

    They are in the order of the left rows, and of the right rows for each of them; right rows alone come last. By key,
    they are in the order of the keys first.

    Args:
        left: The codes of the rows of the one table.
        right: Those of the other one.
        keys: How many codes there are.
        left_alone: Whether left rows that have no partner stay.
        right_alone: Whether right rows that have no partner stay.
        by_key: Whether pairs are ordered by their keys.

    Raises:
        MemoryLimit: They are too many.
    """
    rows, others = _found(left, right, keys, left_alone)
    alone = np.flatnonzero(np.bincount(left, minlength=keys)[right] == 0) if right_alone else np.empty(0, np.int64)
    codes = np.concatenate([left[rows], right[alone]]) if by_key else None
    if len(alone):
        rows, others = np.concatenate([rows, np.full(len(alone), NOWHERE)]), np.concatenate([others, alone])
    if codes is None:
        return Pairs(rows, others)
    indptr = pointers(np.bincount(codes, minlength=keys))
    return Pairs(together(rows, codes, indptr), together(others, codes, indptr))


def _found(left: Codes, right: Codes, keys: int, left_alone: bool) -> tuple[Codes, Codes]:
    """The pairs of left rows, in their order, and of right rows for each of them."""
    counts = np.bincount(right, minlength=keys)
    once = counts.max(initial=0) <= 1
    if once and left_alone:
        check_bytes(_BYTES * len(left), f"{len(left)} rows of joined tables")
        return np.arange(len(left)), _partner(right, keys)[left]
    ranges, places = _places(left, counts, int(left_alone))
    total = int(places[-1])
    check_bytes(_BYTES * total, f"{total} rows of joined tables")
    rows, others = np.empty(total, np.int64), np.empty(total, np.int64)
    if once:
        write, partner = kernel("pairs_of_one"), _partner(right, keys)

        def written(part: int) -> None:
            write(left, partner, rows, others, places[part], places[part + 1], *ranges[part])
    else:
        write, starts = kernel("pairs_of_many"), pointers(counts)
        partners = together(np.arange(len(right)), right, starts)

        def written(part: int) -> None:
            write(left, starts, partners, rows, others, int(left_alone), places[part], *ranges[part])

    for_each(range(len(ranges)), written)
    return rows, others


def _partner(right: Codes, keys: int) -> Codes:
    """The right row of each key, which has one at most."""
    partner = np.full(keys, NOWHERE)
    partner[right] = np.arange(len(right))
    return partner


def _places(left: Codes, counts: Codes, alone: int) -> tuple[list[tuple[int, int]], Codes]:
    """Ranges of left rows for threads, and where the pairs of each begin, with the end of the last."""
    parts = max(1, min(thread_count(), len(left) // _GRAIN))
    ranges = [(part * len(left) // parts, (part + 1) * len(left) // parts) for part in range(parts)]
    found, count = np.zeros(parts, np.int64), kernel("pairs_count")

    def counted(part: int) -> None:
        found[part] = count(left, counts, alone, *ranges[part])

    for_each(range(parts), counted)
    return ranges, pointers(found)


def with_partner(left: Codes, right: Codes, keys: int) -> NDArray[np.bool_]:
    """Which left rows have a partner."""
    return np.asarray(np.bincount(right, minlength=keys)[left] > 0)


def repeated(codes: Codes, keys: int) -> tuple[int, int] | None:
    """The first row whose key was there before, behind the row where it was first; None when there is none."""
    rows = np.arange(len(codes))
    first = np.empty(keys, np.int64)
    first[codes[::-1]] = rows[::-1]
    again = np.flatnonzero(first[codes] != rows)
    return (int(first[codes[again[0]]]), int(again[0])) if len(again) else None
