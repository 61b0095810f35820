"""Matrices divided into a few parts: how full each is, and what is in it on average."""

from __future__ import annotations

import itertools
import math
from bisect import bisect_left
from dataclasses import dataclass
from typing import Final

import numpy as np

from jazz.values import Layout, Order
from jazz_server.statistics.numbers import magnitudes
from jazz_server.statistics.sampling import CHUNK, bounds, chunks
from jazz_server.statistics.stored import Array, Buffer, Checkpoint, Stored

_BAND: Final = 8192
"""Stored entries that are looked at in each band of a sparse matrix."""
_ELEMENTS: Final = 1 << 20
"""Elements of a dense matrix that are looked at."""
_LINE: Final = 1 << 16
"""Elements of a line that are read in one piece."""
_PIECE: Final = 64
"""Elements that are read for each part of a line that is longer."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A number for each part of a matrix, row by row."""

    rows: int
    columns: int
    values: tuple[float, ...]


def _grid(values: Array) -> Grid:
    with np.errstate(over="ignore"):
        flat = values.astype(np.float32).ravel()
    return Grid(values.shape[0], values.shape[1], tuple(flat.tolist()))


def entry_grid(tensor: Stored, size: int, checkpoint: Checkpoint) -> Grid:
    """How many entries of a sparse matrix are stored in each of at most `size` times `size` parts.

    The sums over rows (CSC: columns) are exact, how they are spread along them is found from a sample. O(size) reads.
    """
    major = 1 if tensor.layout is Layout.CSC else 0
    bands, parts = bounds(tensor.shape[major], size), bounds(tensor.shape[1 - major], size)
    if tensor.indptr is not None:
        begins = [_element(tensor.indptr, line) for line in bands]
    else:
        begins = [_first_not_below(tensor.indices[0], line) for line in bands]
    counts = np.zeros((len(bands) - 1, len(parts) - 1))
    for band in range(len(bands) - 1):
        checkpoint()
        begin, stored = begins[band], begins[band + 1] - begins[band]
        seen = 0
        for start, stop in chunks(stored, _BAND, _BAND // 8):
            places = np.searchsorted(parts[1:], tensor.indices[-1].part(begin + start, begin + stop), "right")
            counts[band] += np.bincount(places, minlength=len(parts) - 1)
            seen += stop - start
        if seen:
            counts[band] *= stored / seen
    return _grid(counts if major == 0 else counts.T)


def _element(array: Buffer, position: int) -> int:
    return int(array.part(position, position + 1)[0])


def _first_not_below(array: Buffer, bound: int) -> int:
    return bisect_left(range(array.count), bound, key=lambda place: _element(array, place))


def mean_grid(tensor: Stored, size: int, checkpoint: Checkpoint) -> Grid:
    """The mean of each of at most `size` times `size` parts of a dense matrix of numbers, NaN where none is finite.

    All elements are looked at if they are few, else those of lines that are spread evenly.
    """
    turned = tensor.order is Order.F
    lines, length = tensor.shape[::-1] if turned else tensor.shape
    bands, parts = bounds(lines, size), bounds(length, size)
    per_band = max(1, _ELEMENTS // (min(length, _LINE) * (len(bands) - 1)))
    means = np.empty((len(bands) - 1, len(parts) - 1))
    for band, (begin, end) in enumerate(itertools.pairwise(bands)):
        checkpoint()
        pieces = chunks(end - begin, per_band, max(1, CHUNK // length))
        found = [_sums(tensor, (begin + start) * length, stop - start, parts) for start, stop in pieces]
        sums, counts = (np.sum(each, axis=0) for each in zip(*found, strict=True))
        means[band] = np.divide(sums, counts, out=np.full(len(sums), math.nan), where=counts > 0)
    return _grid(means.T if turned else means)


def _sums(tensor: Stored, begin: int, lines: int, parts: list[int]) -> tuple[Array, Array]:
    """The sum of the finite numbers in each part of some lines, and how many they are."""
    length = parts[-1]
    if length <= _LINE:
        numbers = finite_or_nan(tensor, begin, begin + lines * length).reshape(lines, length)
        starts = parts[:-1]
    else:
        middles = [(start + stop - _PIECE) // 2 for start, stop in itertools.pairwise(parts)]
        numbers = np.concatenate([finite_or_nan(tensor, begin + at, begin + at + _PIECE) for at in middles])[None]
        starts = list(range(0, numbers.size, _PIECE))
    there = ~np.isnan(numbers)
    sums = np.where(there, numbers, 0).sum(axis=0)
    return np.add.reduceat(sums, starts), np.add.reduceat(there.sum(axis=0), starts)


def finite_or_nan(tensor: Stored, start: int, stop: int) -> Array:
    """Elements in storage order as float64 (of complex ones the magnitudes); what is missing or not finite is NaN."""
    numbers = magnitudes(tensor.elements(start, stop))
    present = tensor.present(start, stop)
    if present is not None:
        numbers[~present] = math.nan
    return numbers
