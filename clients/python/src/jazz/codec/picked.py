"""Entries of sparse tensors that are picked one by one: in another order, or several times."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from jazz.codec.cuts import Cut, Places, ascends, cut_part, length_of
from jazz.codec.errors import SliceError
from jazz.codec.readers import BLOCK, Elements, StoredArray, blocks
from jazz.codec.schema import INT32_MAX, major_dimension
from jazz.codec.stored import StoredTensor
from jazz.errors import Violation

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True, slots=True)
class _Batch:
    """Entries of which some are wanted, all of the same rows.

    Attributes:
        rows: The number of the first row, and one past the last, counted as wanted.
        places: Where the entries are stored.
        row: The row of each, counted as wanted; None where coordinates are stored and still to be looked at.
    """

    rows: tuple[int, int]
    places: Array
    row: Array | None


class PickedEntries:
    """The wanted entries of a sparse tensor in the order in which they will be stored.

    They are found anew for each buffer, some 100 thousand at a time; if their order changes within rows (CSC: columns;
    COO: equal first coordinates), at least those of one row are.
    """

    def __init__(self, stored: StoredTensor, layout: int, cuts: Sequence[Cut]) -> None:
        self._stored = stored
        if stored.indptr is None:
            self._cuts = tuple(cuts)
        else:
            major = major_dimension(layout)
            self._cuts = (cuts[major], cuts[1 - major])
        # The dimensions after the first, each with what is wanted of it and where its coordinates are.
        self._minor = tuple(zip(self._cuts[1:], stored.indices[-len(cuts) + 1 :], strict=True)) if len(cuts) > 1 else ()
        self._sorts = not all(map(ascends, self._cuts[1:]))
        self._lookups = tuple(map(_lookup, self._cuts))
        repeats = math.prod(lookup.most for lookup in self._lookups[1:])
        self._step = max(1, BLOCK // 8 // repeats)

    @property
    def width(self) -> int:
        """The bytes that each entry takes."""
        data = self._stored.data
        return sum(array.dtype.itemsize for array in self._stored.indices) + (
            0 if data is None else data.dtype.itemsize
        )

    def count(self, admit: Callable[[int], None]) -> int:
        """How many there are; `admit` is called with ever greater numbers."""
        count = 0
        for batch in self._batches():
            count += len(self._picked(batch)[0])
            admit(count)
            if count > INT32_MAX and self._stored.indices[0].dtype.itemsize == 4:
                violation = Violation(
                    "slice", f"a part of at most {INT32_MAX} entries, as its indices are int32", "more"
                )
                raise SliceError("the part is too large", [violation])
        return count

    def pointers(self) -> Iterator[Array]:
        """Where the rows begin and end among the wanted entries."""
        dtype = self._stored.indices[0].dtype
        yield np.zeros(1, dtype)
        total = done = 0
        rest = np.zeros(0, np.int64)  # how many entries there are of rows that are not over
        for batch in self._batches():
            first, last = batch.rows
            rows = self._picked(batch)[1][0]
            counts = np.bincount(rows - done, minlength=last - done)
            counts[: len(rest)] += rest
            over = first - done
            ends = total + np.cumsum(counts[:over])
            yield ends.astype(dtype)
            total = int(ends[-1]) if over else total
            done, rest = first, counts[over:]
        yield (total + np.cumsum(rest)).astype(dtype)

    def indices(self, number: int) -> Iterator[Array]:
        """The `number`-th buffer of indices."""
        dimension = number if self._stored.indptr is None else 1
        for batch in self._batches():
            yield self._picked(batch)[1][dimension].astype(self._stored.indices[number].dtype)

    def values(self, elements: Elements) -> Iterator[Array]:
        """What is stored for the entries in another buffer."""
        for batch in self._batches():
            yield elements.at(self._picked(batch)[0])

    def _picked(self, batch: _Batch) -> tuple[Array, list[Array]]:
        """Where the wanted entries of a batch are stored, and their coordinates."""
        places = batch.places
        if batch.row is None:
            kept, found = self._lookups[0].find(self._stored.indices[0].at(places))
            places, coordinates = places[kept], [found]
        else:
            coordinates = [batch.row]
        for (_, array), lookup in zip(self._minor, self._lookups[1:], strict=True):
            kept, found = lookup.find(array.at(places))
            places = places[kept]
            coordinates = [*(each[kept] for each in coordinates), found]
        if self._sorts:
            order = np.lexsort(coordinates[::-1])
            places, coordinates = places[order], [each[order] for each in coordinates]
        return places, coordinates

    def _batches(self) -> Iterator[_Batch]:
        first = self._cuts[0]
        if self._stored.indptr is None and not isinstance(first, Places):
            yield from self._spans(first)
            return
        for start, stop in blocks(0, length_of(first), 8):
            begins, ends = self._extents(cut_part(first, start, stop))
            yield from self._cut_batches(start, begins, ends)

    def _extents(self, rows: Cut) -> tuple[Array, Array]:
        """Where the entries of some rows begin and end."""
        indptr = self._stored.indptr
        if isinstance(rows, Places):
            if indptr is not None:
                return indptr.at(rows.array).astype(np.int64), indptr.from_second().at(rows.array).astype(np.int64)
            return bisect(self._stored.indices[0], rows.array), bisect(self._stored.indices[0], rows.array + 1)
        assert indptr is not None
        pointers = indptr.part(rows[0], rows[1] + 1).astype(np.int64)
        return pointers[:-1], pointers[1:]

    def _cut_batches(self, first: int, begins: Array, ends: Array) -> Iterator[_Batch]:
        """Cuts the entries of the rows from the `first` on into batches."""
        running = np.concatenate([[0], np.cumsum(ends - begins)])
        start = 0
        while start < len(begins):
            stop = int(np.searchsorted(running, running[start] + self._step, "right")) - 1
            if stop > start or self._sorts:
                stop = max(stop, start + 1)
                yield self._batch(first + start, begins[start:stop], ends[start:stop])
            else:
                stop = start + 1
                begin, end = int(begins[start]), int(ends[start])
                for piece in range(begin, end, self._step):
                    bounds = np.array([piece]), np.array([min(piece + self._step, end)])
                    yield self._batch(first + start, *bounds)
            start = stop

    def _batch(self, first: int, begins: Array, ends: Array) -> _Batch:
        lengths = ends - begins
        ahead = np.cumsum(lengths) - lengths
        places = np.repeat(begins - ahead, lengths) + np.arange(int(lengths.sum()))
        row = np.repeat(np.arange(first, first + len(begins)), lengths)
        return _Batch((first, first + len(begins)), places, row)

    def _spans(self, wanted: tuple[int, int]) -> Iterator[_Batch]:
        """The entries whose first coordinates are in a range."""
        array = self._stored.indices[0]
        start, end = bisect(array, np.array(wanted)).tolist()
        while start < end:
            stop = min(start + self._step, end)
            if self._sorts and stop < end:
                last = array.element(stop)
                stop = int(bisect(array, np.array([last]))[0])
                if stop <= start:
                    stop = int(bisect(array, np.array([last + 1]))[0])
            yield _Batch((0, 0), np.arange(start, stop), None)
            start = stop


class _Within:
    """Coordinates in a range."""

    most = 1

    def __init__(self, start: int, stop: int) -> None:
        self._start = start
        self._stop = stop

    def find(self, coordinates: Array) -> tuple[Array, Array]:
        """Which of some coordinates are wanted, and what they become."""
        kept = np.flatnonzero((coordinates >= self._start) & (coordinates < self._stop))
        return kept, coordinates[kept].astype(np.int64) - self._start


class _Among:
    """Coordinates in a list.

    Attributes:
        most: How often one is in it at most.
    """

    def __init__(self, wanted: Array) -> None:
        self._order = np.argsort(wanted, kind="stable")
        self._wanted = wanted[self._order]
        changes = np.flatnonzero(np.diff(self._wanted, prepend=-1, append=-1))
        self.most = int(np.diff(changes).max())

    def find(self, coordinates: Array) -> tuple[Array, Array]:
        """Which of some coordinates are wanted, each as often as it is, and what they become."""
        begins = np.searchsorted(self._wanted, coordinates, "left")
        counts = np.searchsorted(self._wanted, coordinates, "right") - begins
        kept = np.repeat(np.arange(len(coordinates)), counts)
        inside = np.arange(len(kept)) - np.repeat(np.cumsum(counts) - counts, counts)
        return kept, self._order[np.repeat(begins, counts) + inside]


def _lookup(cut: Cut) -> _Within | _Among:
    return _Among(cut.array) if isinstance(cut, Places) else _Within(*cut)


def bisect(ascending: StoredArray, bounds: Array) -> Array:
    """For each bound the first place in an ascending array whose element is not below it. O(log n) rounds of reads."""
    low = np.zeros(len(bounds), np.int64)
    high = np.full(len(bounds), ascending.count, np.int64)
    while (searching := np.flatnonzero(low < high)).size:
        middle = (low[searching] + high[searching]) // 2
        below = ascending.at(middle) < bounds[searching]
        low[searching[below]] = middle[below] + 1
        high[searching[~below]] = middle[~below]
    return low
