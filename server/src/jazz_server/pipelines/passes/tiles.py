"""A run of layers on values: tiles of rows that stay in cache through all layers, by `stages`.

A tile holds dense activations, so that the inner loop is a sum of vectors; that pays as soon as more than a few of the
activations are not zero. Rows that are dead or full leave their tile; after some layers those that are left are put
together, so that tiles are full again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from jazz.values import Tensor
from jazz_server.engine.compressed import Compressed, cast, from_array, lines_of, tensor_of, widened
from jazz_server.engine.launch import launch, pointers
from jazz_server.engine.memory import check_bytes
from jazz_server.engine.op import Run
from jazz_server.engine.parallel import for_each, for_ranges, thread_count
from jazz_server.engine.watching import note
from jazz_server.pipelines.passes.stages import Network, Rows, rows_of_tile

_STAGES_BYTES: Final = 64 << 20
"""What the tiles of all stages may take in each thread."""

_REGROUPED: Final = (4, 8, 16, 32, 64, 128, 256)
"""Before which layers rows are put together again: even ones, as the kernel wants."""

_TILES_AT_A_TIME: Final = 8
"""How many tiles of rows come in, at most, before the run is asked whether to go on."""

_WORK_AT_A_TIME: Final = 1 << 31
"""How many multiplications that may take, unless one tile takes more: a tenth of a second."""

_TASKS_PER_THREAD: Final = 4

_GRAIN: Final = 1 << 18
"""How many entries a thread should have to look at, for its start to be worth it."""

_SPEED: Final = 32
"""How many multiplications a tile does in the time that a sparse row needs for one."""

_FEW_ROWS: Final = 4
"""How many dense rows it takes for a tile to be worth it."""

_MOST_COUNTED: Final = 255
"""The inputs that a neuron may have for them to be counted in a byte."""


def pays(x: Tensor) -> bool:
    """Whether activations are dense enough, and of enough rows, for tiles."""
    assert x.indptr is not None
    alive = int(np.count_nonzero(np.diff(x.indptr)))
    full_rows = x.stored / max(x.shape[1], 1)
    return full_rows > alive / _SPEED + _FEW_ROWS


def through_tiles(run: Run, x: Tensor, network: Network) -> Tensor | None:
    """The activations after the layers of a network.

    Args:
        run: What may stop it, asked every few tiles.
        x: The activations that go in, CSR.
        network: The layers.

    Returns:
        The result, CSR, the same for any number of threads; None when an infinite or undefined number could arise,
        which absent entries would be multiplied with here and are not there.
    """
    start = cast(lines_of(x), network.data.dtype)
    least, most = _range(start.data)
    if not _stays_finite(least, most, network):
        return None
    unit = _unit(most, network) if least == most else None
    tiles = _Tiles(run, start, network, unit)
    result = tiles.compute()
    first = "" if unit is None else ", the first layer counts inputs"
    note(f"tiles of {tiles.stride} rows: {network}{first}", rows_pruned=tiles.pruned)
    return tensor_of(result)


def _range(data: NDArray[Any]) -> tuple[float, float]:
    """The least and the greatest of some numbers; NaN when one is."""
    found = [(np.inf, -np.inf)]

    def look(begin: int, end: int) -> None:
        part = data[begin:end]
        found.append((float(part.min()), float(part.max())))

    for_ranges(len(data), look, grain=_GRAIN)
    least, most = zip(*found, strict=True)
    return float(np.min(least)), float(np.max(most))


def _stays_finite(least: float, most: float, network: Network) -> bool:
    with np.errstate(all="ignore"):
        activation = max(-least, most, float(network.upper))
        largest = activation * network.largest
    return bool(np.isfinite(activation) and largest < np.finfo(network.data.dtype).max / 4)


def _unit(value: float, network: Network) -> float | None:
    """What an input of `value` gives to each neuron of the first layer; None where its multiples would be rounded."""
    weight = network.first_weight
    if weight is None or network.most > _MOST_COUNTED:
        return None
    limits = np.finfo(network.data.dtype)
    unit = Fraction(value) * Fraction(float(weight))
    exact = (unit.numerator * network.most).bit_length() <= limits.nmant + 1
    return float(unit) if exact and abs(unit) >= limits.tiny else None


class _Tiles:
    """Rows on their way through the layers, on all threads.

    Attributes:
        stride: How many rows a tile has room for.
        pruned: How many rows needed not be computed to the end.
    """

    def __init__(self, run: Run, x: Compressed, network: Network, unit: float | None) -> None:
        self._run = run
        self._x = replace(x, indptr=x.indptr.astype(np.int64), indices=x.indices.astype(np.int32, copy=False))
        self._network = network
        self._unit = unit
        self.stride = rows_of_tile(network.widest, network.data.itemsize)
        self._stops = _stops(network, self.stride)
        self._alive = np.flatnonzero(np.diff(x.indptr))
        self._retired = np.zeros(x.rows, np.bool_)
        self._idle: list[Rows] = []
        self._pieces: list[tuple[NDArray[np.int64], Compressed]] = []
        self.pruned = x.rows

    def compute(self) -> Compressed:
        count, stride = len(self._alive), self.stride
        tiles, work = -(-count // stride), len(self._network.indices) * stride
        most = min(_TILES_AT_A_TIME, _WORK_AT_A_TIME // max(work, 1), tiles // (thread_count() * _TASKS_PER_THREAD))
        at_a_time = max(1, most) * stride
        for_each(range(0, count, at_a_time), lambda begin: self._advance(begin, min(begin + at_a_time, count)))
        inside, self._idle = self._idle, []
        for_each(inside, lambda rows: self._take(rows.advance(count, count, flush=True)))
        self.pruned -= sum(len(rows) for rows, _ in self._pieces)
        return self._result()

    def _advance(self, begin: int, end: int) -> None:
        """Takes rows in, and keeps what comes out at the end."""
        self._run.checkpoint()
        try:
            rows = self._idle.pop()
        except IndexError:
            rows = Rows(self._network, self._x, self._alive, self._retired, self._stops, self.stride, self._unit)
        self._take(rows.advance(begin, end))
        self._idle.append(rows)

    def _take(self, results: Iterator[tuple[NDArray[np.int64], NDArray[Any]]]) -> None:
        for rows, activations in results:
            self._run.checkpoint()
            self._pieces.append((rows, from_array(activations)))

    def _result(self) -> Compressed:
        """All rows: those that came out, and those that are full."""
        columns, value = self._network.columns, self._network.data.dtype
        full = np.flatnonzero(self._retired)
        counts = np.zeros(self._x.rows, np.int64)
        counts[full] = columns
        for rows, piece in self._pieces:
            counts[rows] = np.diff(piece.indptr)
        indptr = pointers(counts, np.dtype(np.int32))
        check_bytes(int(indptr[-1]) * (indptr.itemsize + value.itemsize), "sparse layers")
        indices, data = np.empty(int(indptr[-1]), indptr.dtype), np.empty(int(indptr[-1]), value)
        types = {"index": indptr.dtype, "value": value}
        launch(
            "put_full_rows", len(full), len(full) * columns, full, self._network.upper, indptr, indices, data, **types
        )  # fmt: skip
        for rows, piece in self._pieces:
            part = widened(piece, indptr.dtype)
            launch(
                "put_rows", len(rows), part.stored,
                part.indptr, part.indices, part.data, rows, indptr, indices, data, **types,
            )  # fmt: skip
        return Compressed(self._x.rows, columns, indptr, indices, data)


def _stops(network: Network, stride: int) -> Sequence[int]:
    """The layers at which stages begin, and the end."""
    most = max(1, _STAGES_BYTES // max(network.widest * stride * network.data.itemsize, 1))
    return (0, *[stop for stop in _REGROUPED if stop < network.layers][: most - 1], network.layers)
