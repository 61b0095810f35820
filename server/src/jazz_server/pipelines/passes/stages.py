"""Rows on their way through a network, by the kernel `rows_through_layers`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from jazz_server.engine.compressed import Compressed
from jazz_server.engine.kernels.tiles import DONE, EACH, HALVES, LANES, SAME, TAKEN
from jazz_server.engine.library import kernel, library
from jazz_server.engine.memory import check_bytes

KERNELS: Final = ("rows_through_layers", "tile_to_dense", "put_rows", "put_full_rows")

_MANY_REGISTERS: Final = ("x86-64-v4",)
"""The levels with registers for the sums of several neurons at a time."""

_MOST_BYTES_OF_ROWS: Final = 256
"""Four vectors of 512 bits: more sums at a time do not fit in registers."""

_CACHE_BYTES: Final = 1 << 20
"""What two tiles may take: about half of a second-level cache."""

_ALIGNMENT: Final = 64

_PAD: Final = 3584
"""Bytes between tiles, so that what is read is not where, in pages of 4096 bytes, something was written just before."""


@dataclass(frozen=True, slots=True)
class Network:
    """Layers that have been made ready. Neurons are in an order of their own; of equal ones there is one.

    Attributes:
        inputs: The number of inputs of the first layer.
        columns: The number of outputs of the last layer.
        starts: Where each layer begins in `indptr`, and the end.
        indptr: Where each neuron begins in `indices`, and the end.
        indices: The inputs of each neuron, in the order in which they are added up; uint16 where they fit.
        data: The weights of layer after layer, one of those that are all the same, none of those that are `halves`.
        halves: Weights that are exact as float16, and some zeros.
        weights: How those of each layer are kept, and their place less that of their inputs (layers, 2).
        bias: A number for each neuron, or one.
        upper: The upper limit.
        shared: For each neuron, how many of it and those that follow have the same inputs; 255 where more have.
        places: The neuron of the last layer that each of the `columns` is.
        widest: The number of neurons of the widest layer.
        full_from: The first layer from which on a row that is at the upper limit everywhere stays so.
        neurons: The number of all neurons before equal ones were left out.
        largest: The greatest magnitude that a product with activations of magnitude 1 can have.
        most: The greatest number of inputs that a neuron of the first layer has.
    """

    inputs: int
    columns: int
    starts: NDArray[np.int64]
    indptr: NDArray[np.int64]
    indices: NDArray[Any]
    data: NDArray[Any]
    halves: NDArray[np.float16]
    weights: NDArray[np.int64]
    bias: NDArray[Any]
    upper: Any
    shared: NDArray[np.uint8]
    places: NDArray[np.int32]
    widest: int
    full_from: int
    neurons: int
    largest: float
    most: int

    @property
    def layers(self) -> int:
        """How many there are."""
        return len(self.starts) - 1

    @property
    def nbytes(self) -> int:
        """The bytes of its arrays."""
        weights = (self.data, self.halves, self.weights)
        arrays = (self.starts, self.indptr, self.indices, *weights, self.bias, self.shared, self.places)
        return sum(array.nbytes for array in arrays)

    @property
    def first_weight(self) -> Any | None:
        """What all weights of the first layer are; None if they are not the same."""
        kept, shift = self.weights[0]
        return self.data[shift] if kept == SAME else None

    def __str__(self) -> str:
        """What was done to it, in words."""
        words = [f"{self.indices.itemsize} bytes for an index"]
        words += self._weights()
        kept = int(self.starts[-1])
        if kept < self.neurons:
            words.append(f"equal columns once: {kept} of {self.neurons}")
        if self.full_from < self.layers:
            words.append(f"rows at the upper limit retire from layer {self.full_from} on")
        return ", ".join(words)

    def _weights(self) -> Iterator[str]:
        words = {SAME: "one weight", HALVES: "2 bytes for a weight", EACH: f"{self.data.itemsize} bytes for a weight"}
        found = {kept: int(np.count_nonzero(self.weights[:, 0] == kept)) for kept in words}
        if found[SAME] == self.layers:
            yield "one weight for each layer"
            return
        for kept, number in found.items():
            if number:
                yield words[kept] + (f" in {number} of {self.layers} layers" if number < self.layers else "")


class Rows:
    """Some rows in the stages of a network. One thread at a time may use it; each has one of its own."""

    def __init__(
        self,
        network: Network,
        x: Compressed,
        rows: NDArray[np.int64],
        retired: NDArray[np.bool_],
        stops: Sequence[int],
        stride: int,
        unit: float | None = None,
    ) -> None:
        """Makes room for rows.

        Args:
            network: The network.
            x: The activations that go in; `indptr` int64, `indices` int32.
            rows: Those of their rows that come in, in order.
            retired: A flag for each row of x, set where all of the result is the upper limit.
            stops: The layers at which stages begin, all even, and the end of the last.
            stride: How many rows a tile has room for.
            unit: What an input gives to a neuron of the first layer where it is not zero, if that can be counted.
        """
        value, stages = network.data.dtype, len(stops) - 1
        room = network.widest * stride + _PAD // value.itemsize
        check_bytes((stages + 1) * room * value.itemsize, "tiles of activations")
        self._columns, self._places, self._stride = network.columns, network.places, stride
        self._result = 0 if (stops[-1] - stops[-2]) % 2 else stages * room
        self._tiles = _aligned((stages + 1) * room, value)
        self._slots = np.zeros((stages, stride), np.int64)
        self._where = np.zeros((stages, stride), np.int64)
        self._held = np.zeros((stages, 3), np.int64)
        cells = _aligned(x.columns if unit is not None else 0, np.dtype(np.int64))
        self._to_dense = kernel("tile_to_dense", value=value)
        self._go = kernel("rows_through_layers", index=network.indices.dtype, value=value).partial(
            self._tiles, self._slots, self._where, self._held, cells, np.empty(stride, value), np.empty(stride, value),
            np.empty(2 * stride, np.int64), stride, room,
            network.indptr, network.indices, network.data, network.halves, network.weights.reshape(-1),
            network.bias, int(len(network.bias) > 1),
            network.upper, network.starts, network.shared, network.full_from, int(has_many_registers()),
            np.array(stops, np.int64), stages,
            x.indptr, x.indices, x.data, x.columns, int(unit is not None), 0.0 if unit is None else unit, rows, retired,
        )  # fmt: skip

    def advance(self, begin: int, end: int, *, flush: bool = False) -> Iterator[tuple[NDArray[np.int64], NDArray[Any]]]:
        """Takes rows in; gives those that come out at the end, and their activations (rows, columns).

        Dead and full ones leave before. Some stay inside until others fill their tile; with `flush` all come out.
        """
        last = self._held[-1]
        while True:
            begin = self._go(int(flush), begin, end)
            count = int(last[DONE])
            if count == last[TAKEN]:
                return
            out = np.empty((count, self._columns), self._tiles.dtype)
            self._to_dense(
                self._tiles, self._result, self._where[-1], self._places, out.reshape(-1),
                self._columns, self._stride, 0, count,
            )  # fmt: skip
            yield self._slots[-1, :count].copy(), out
            last[TAKEN] = count


def has_many_registers() -> bool:
    """Whether neurons are computed some at a time."""
    return library().level in _MANY_REGISTERS


def rows_of_tile(widest: int, size: int) -> int:
    """How many rows a tile has for layers of so many neurons and activations of so many bytes."""
    room = _CACHE_BYTES // max(2 * widest * size, 1)
    return max(LANES, min(_MOST_BYTES_OF_ROWS // size, room // LANES * LANES))


def _aligned(length: int, dtype: np.dtype[Any]) -> NDArray[Any]:
    """An array that begins with a line of the cache, so that no vector lies in two."""
    bytes_ = np.empty(length * dtype.itemsize + _ALIGNMENT, np.uint8)
    begin = -bytes_.ctypes.data % _ALIGNMENT
    return bytes_[begin : begin + length * dtype.itemsize].view(dtype)
