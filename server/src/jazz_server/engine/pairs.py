"""Which rows of a table go with which rows of another one, by the codes of their keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from jazz_server.engine.gaps import NOWHERE
from jazz_server.engine.memory import check_bytes
from jazz_server.engine.ordering import stable_order

Codes = NDArray[np.int64]

_BYTES: Final = 6 * 8
"""What a pair takes while it is found."""


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
    """The pairs of rows with equal keys: O(rows + pairs), and for `by_key` O(pairs log pairs).

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
    counts = np.bincount(right, minlength=keys)
    find = _found if counts.max(initial=0) <= 1 else _repeatedly_found
    rows, others = find(left, right, counts, left_alone)
    alone = np.flatnonzero(np.bincount(left, minlength=keys)[right] == 0) if right_alone else np.empty(0, np.int64)
    order = stable_order(np.concatenate([left[rows], right[alone]])) if by_key else None
    if len(alone):
        rows, others = np.concatenate([rows, np.full(len(alone), NOWHERE)]), np.concatenate([others, alone])
    return Pairs(rows, others) if order is None else Pairs(rows[order], others[order])


def _found(left: Codes, right: Codes, counts: Codes, left_alone: bool) -> tuple[Codes, Codes]:
    """The pairs where no key is in the right rows twice."""
    partner = np.full(len(counts), NOWHERE)
    partner[right] = np.arange(len(right))
    others = partner[left]
    total = len(left) if left_alone else int(np.count_nonzero(others != NOWHERE))
    check_bytes(_BYTES * total, f"{total} rows of joined tables")
    if total == len(left):
        return np.arange(total), others
    rows = np.flatnonzero(others != NOWHERE)
    return rows, others[rows]


def _repeatedly_found(left: Codes, right: Codes, counts: Codes, left_alone: bool) -> tuple[Codes, Codes]:
    """The pairs where one may be: each left row beside all that the key has on the right."""
    order = stable_order(right)
    partners = counts[left]
    times = np.maximum(partners, 1) if left_alone else partners
    total = int(times.sum())
    check_bytes(_BYTES * total, f"{total} rows of joined tables")
    rows = np.repeat(np.arange(len(left)), times)
    begins = np.cumsum(counts) - counts
    places = np.arange(total) + np.repeat(begins[left] - (np.cumsum(times) - times), times)
    others = np.full(total, NOWHERE)
    paired = np.repeat(partners > 0, times)
    others[paired] = order[places[paired]]
    return rows, others


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
