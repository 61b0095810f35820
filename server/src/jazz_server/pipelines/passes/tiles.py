"""A run of layers on values: tiles of rows that stay in cache through all layers, by the kernel `tile_layers`.

A tile holds dense activations, so that the inner loop is a sum of vectors; that pays as soon as more than a few of the
activations are not zero. Rows that are dead or full leave their tile; after some layers those that are left are put
together, so that tiles are full again.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from jazz.values import Tensor
from jazz_server.engine.compressed import Compressed, cast, from_array, lines_of, tensor_of, widened
from jazz_server.engine.kernels.tiles import LANES
from jazz_server.engine.launch import pointers
from jazz_server.engine.library import kernel, library
from jazz_server.engine.memory import check_bytes
from jazz_server.engine.op import Run
from jazz_server.engine.parallel import for_each
from jazz_server.engine.watching import note
from jazz_server.pipelines.passes.networks import Network

KERNELS: Final = ("csr_to_tile", "tile_layers", "tile_copy_rows", "tile_to_dense")

_MOST_BYTES_OF_ROWS: Final = 256
"""Four vectors of 512 bits: more sums at a time do not fit in registers."""

_MANY_REGISTERS: Final = ("x86-64-v4",)
"""The levels with registers for the sums of several neurons at a time."""

_CACHE_BYTES: Final = 1 << 20
"""What two tiles may take: about half of a second-level cache."""

_WAVE_BYTES: Final = 256 << 20
"""What all tiles may take that are between two regroupings."""

_REGROUPED: Final = (4, 8, 16, 32)
"""Before which layers rows are put together again; later ones after twice as many layers."""

_LAYERS_AT_A_TIME: Final = 8
"""How many layers are computed before the run is asked whether to go on."""

_ALIGNMENT: Final = 64

_SPEED: Final = 32
"""How many multiplications a tile does in the time that a sparse row needs for one."""

_FEW_ROWS: Final = 4
"""How many dense rows it takes for a tile to be worth it."""


def pays(x: Tensor) -> bool:
    """Whether activations are dense enough, and of enough rows, for tiles."""
    assert x.indptr is not None
    alive = int(np.count_nonzero(np.diff(x.indptr)))
    full_rows = x.stored / max(x.shape[1], 1)
    return full_rows > alive / _SPEED + _FEW_ROWS


def through_tiles(run: Run, x: Tensor, network: Network) -> Tensor | None:
    """The activations after the layers of a network.

    Args:
        run: What may stop it, asked every few layers of each tile.
        x: The activations that go in, CSR.
        network: The layers.

    Returns:
        The result, CSR, the same for any number of threads; None when an infinite or undefined number could arise,
        which absent entries would be multiplied with here and are not there.
    """
    start = cast(lines_of(x), network.data.dtype)
    if not _stays_finite(start, network):
        return None
    tiles = _Tiles(run, start, network)
    result = tiles.compute()
    note(f"tiles of {tiles.stride} rows: {network}", rows_pruned=tiles.pruned)
    return tensor_of(result)


def _stays_finite(x: Compressed, network: Network) -> bool:
    with np.errstate(all="ignore"):
        least, most = float(x.data.min(initial=0)), float(x.data.max(initial=0))
        activation = max(-least, most, float(network.upper))
        largest = activation * network.largest
    return bool(np.isfinite(activation) and largest < np.finfo(x.data.dtype).max / 4)


@dataclass(slots=True)
class _Tile:
    """A tile, and which rows are in it."""

    activations: NDArray[Any]
    slots: NDArray[np.int64]
    rows: int


class _Tiles:
    """Rows on their way through the layers.

    Attributes:
        stride: How many rows a tile has room for.
        pruned: How many rows needed not be computed to the end.
    """

    def __init__(self, run: Run, x: Compressed, network: Network) -> None:
        self._run = run
        self._x = x
        self._network = network
        self.stride = _stride(network)
        self._grouped = int(library().level in _MANY_REGISTERS)
        self._alive = np.flatnonzero(np.diff(x.indptr))
        self.pruned = x.rows
        value = network.data.dtype
        self._fill = kernel("csr_to_tile", index=x.indices.dtype, value=value)
        self._layers = kernel("tile_layers", index=network.indices.dtype, value=value)
        self._copy = kernel("tile_copy_rows", value=value)
        self._write = kernel("tile_to_dense", value=value)
        self._counts = np.zeros(x.rows, np.int64)
        self._free: list[NDArray[Any]] = []
        self._lock = threading.Lock()
        self._left: list[_Tile] = []
        self._open: _Tile | None = None
        self._full: list[NDArray[np.int64]] = []
        self._pieces: list[tuple[NDArray[np.int64], Compressed]] = []

    def compute(self) -> Compressed:
        network, stride = self._network, self.stride
        tile_bytes = network.widest * stride * network.data.itemsize
        wave = max(1, _WAVE_BYTES // tile_bytes) * stride
        for begin in range(0, len(self._alive), wave):
            self._wave(self._alive[begin : begin + wave])
        return self._result()

    def _wave(self, rows: NDArray[np.int64]) -> None:
        """Takes rows through all layers."""
        stride = self.stride
        tiles: Sequence[Any] = [rows[begin : begin + stride] for begin in range(0, len(rows), stride)]
        for stops in pairwise(_stops(self._network.layers)):
            self._left, self._open = [], None
            for_each([(tile, *stops) for tile in tiles], lambda task: self._advance(*task))
            tiles = self._left
        self.pruned -= sum(tile.rows for tile in tiles)
        for_each(tiles, self._keep)
        self._free += [tile.activations for tile in tiles]

    def _advance(self, given: _Tile | NDArray[np.int64], first: int, last: int) -> None:
        """Takes a tile through some layers, and leaves what is left of it for the next ones."""
        tile = given if isinstance(given, _Tile) else self._filled(given)
        other = self._buffer()
        network, stride = self._network, self.stride
        counts = np.array([tile.rows, 0])
        full = np.empty(stride, np.int64)
        low, high = np.empty(stride, other.dtype), np.empty(stride, other.dtype)
        moves = np.empty(2 * stride, np.int64)
        for begin in range(first, last, _LAYERS_AT_A_TIME):
            self._run.checkpoint()
            end = min(begin + _LAYERS_AT_A_TIME, last)
            self._layers(
                tile.activations, other, tile.slots, full, counts, low, high, moves, stride,
                network.indptr, network.indices, network.data, network.same, network.bias,
                int(len(network.bias) > 1), network.upper, network.starts, network.full_from, self._grouped, begin, end,
            )  # fmt: skip
            if counts[0] == 0:
                break
            if (end - begin) % 2:
                tile.activations, other = other, tile.activations
        tile.rows = int(counts[0])
        self._free.append(other)
        if counts[1]:
            self._full.append(full[: counts[1]])
        self._leave(tile, int(network.starts[last] - network.starts[last - 1]))

    def _filled(self, rows: NDArray[np.int64]) -> _Tile:
        x, stride = self._x, self.stride
        slots = np.zeros(stride, np.int64)
        slots[: len(rows)] = rows
        tile = _Tile(self._buffer(), slots, len(rows))
        self._fill(x.indptr, x.indices, x.data, tile.activations, slots, x.columns, stride, 0, len(rows))
        return tile

    def _leave(self, tile: _Tile, neurons: int) -> None:
        """Leaves a tile for the next layers: as it is, or its rows moved to one that has room."""
        stride = self.stride
        if 4 * tile.rows > 3 * stride:
            with self._lock:
                self._left.append(tile)
            return
        begin = 0
        while begin < tile.rows:
            with self._lock:
                if self._open is None or self._open.rows == stride:
                    self._open = _Tile(self._buffer(), np.zeros(stride, np.int64), 0)
                    self._left.append(self._open)
                target, place = self._open, self._open.rows
                end = min(tile.rows, begin + stride - place)
                target.slots[place : place + end - begin] = tile.slots[begin:end]
                target.rows += end - begin
            self._copy(tile.activations, target.activations, neurons, stride, place, begin, end)
            begin = end
        self._free.append(tile.activations)

    def _buffer(self) -> NDArray[Any]:
        try:
            return self._free.pop()
        except IndexError:
            return _aligned(self._network.widest * self.stride, self._network.data.dtype)

    def _keep(self, tile: _Tile) -> None:
        """Keeps the rows of a tile after the last layer, as sparse ones."""
        columns = self._network.columns
        out = np.empty((tile.rows, columns), self._network.data.dtype)
        self._write(
            tile.activations, np.arange(tile.rows), self._network.places, out.reshape(-1),
            columns, self.stride, 0, tile.rows,
        )  # fmt: skip
        rows, piece = tile.slots[: tile.rows], from_array(out)
        self._counts[rows] = np.diff(piece.indptr)
        self._pieces.append((rows, piece))

    def _result(self) -> Compressed:
        network, columns = self._network, self._network.columns
        full = np.concatenate([np.empty(0, np.int64), *self._full])
        self._counts[full] = columns
        indptr = pointers(self._counts, np.dtype(np.int32))
        value = network.data.dtype
        check_bytes(int(indptr[-1]) * (indptr.itemsize + value.itemsize), "sparse layers")
        indices, data = np.empty(int(indptr[-1]), indptr.dtype), np.empty(int(indptr[-1]), value)
        for row in full:
            indices[indptr[row] : indptr[row + 1]] = np.arange(columns, dtype=indptr.dtype)
            data[indptr[row] : indptr[row + 1]] = network.upper
        for rows, piece in self._pieces:
            shift = np.repeat(indptr[rows] - piece.indptr[:-1], np.diff(piece.indptr))
            places = shift + np.arange(piece.stored)
            indices[places], data[places] = piece.indices, piece.data
        return widened(Compressed(self._x.rows, columns, indptr, indices, data), indptr.dtype)


def _stops(layers: int) -> Iterator[int]:
    """The layers before which rows are put together, and the end."""
    yield 0
    stop = _REGROUPED[0]
    while stop < layers:
        yield stop
        stop *= 2
    yield layers


def _stride(network: Network) -> int:
    """How many rows a tile has."""
    size = network.data.itemsize
    room = _CACHE_BYTES // max(2 * network.widest * size, 1)
    return max(LANES, min(_MOST_BYTES_OF_ROWS // size, room // LANES * LANES))


def _aligned(length: int, dtype: np.dtype[Any]) -> NDArray[Any]:
    """An array that begins with a line of the cache, so that no vector lies in two."""
    bytes_ = np.empty(length * dtype.itemsize + _ALIGNMENT, np.uint8)
    begin = -bytes_.ctypes.data % _ALIGNMENT
    return bytes_[begin : begin + length * dtype.itemsize].view(dtype)
