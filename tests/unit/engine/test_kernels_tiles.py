"""Runs of layers on a tile of rows."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

from jazz_server.engine.kernels.tiles import LANES, MOST_LANES, NARROW
from unit.engine.kernel_cases import CONFIGURATIONS, Configuration, Draw, buffers, dense, draws, few, same

float_types = pytest.mark.parametrize("types", [c for c in CONFIGURATIONS if c.value.startswith("float")], ids=str)


def network(types: Configuration, case: Draw, sizes: list[int]) -> list[sp.csr_array]:
    """Return the weights of layers between these numbers of neurons, by output neuron."""
    return [case.csr(types, (after, before), salt=number) for number, (before, after) in enumerate(pairwise(sizes))]


def stacked(layers: list[sp.csr_array], index: str) -> tuple[np.ndarray, ...]:
    """Return the buffers of the stacked weights, and where each layer starts."""
    counts = np.concatenate([np.diff(layer.indptr) for layer in layers])
    indptr = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    indices = np.concatenate([layer.indices for layer in layers]).astype(index)
    data = np.concatenate([*(layer.data for layer in layers), layers[0].data[:0], np.zeros(1, layers[0].dtype)])
    starts = np.concatenate(([0], np.cumsum([layer.shape[0] for layer in layers]))).astype(np.int64)
    return indptr, indices, data, starts


@dataclass
class Held:
    """A tile, what goes with it, and how layers are computed on it."""

    types: Configuration
    stride: int
    neurons: int
    index: str = "uint16"

    def __post_init__(self) -> None:
        self.tiles = [self.types.empty(self.neurons, self.stride) for _ in range(2)]
        self.slots = np.arange(self.stride)
        self.full = np.full(self.stride, -1)
        self.counts = np.array([0, 0])

    def fill(self, x: sp.csr_array, rows: np.ndarray) -> None:
        """Put rows into the tile."""
        self.counts[0] = len(rows)
        self.slots[: len(rows)] = rows
        self.types.run("csr_to_tile", *buffers(x), self.tiles[0], self.slots, x.shape[1], self.stride, 0, len(rows))

    def compute(
        self,
        layers: list[sp.csr_array],
        bias: np.ndarray,
        upper: float,
        *,
        full_from: int | None = None,
        grouped: bool = True,
        same: bool = False,
    ) -> np.ndarray:
        """Compute layers, and return the tile with the result."""
        indptr, indices, data, starts = stacked(layers, self.index)
        if same:
            data = np.array([layer.data[0] for layer in layers])
        scratch = self.types.empty(self.stride), self.types.empty(self.stride), np.zeros(2 * self.stride, np.int64)
        self.types.run(
            "tile_layers", *self.tiles, self.slots, self.full, self.counts, *scratch, self.stride,
            indptr, indices, data, int(same), bias, int(len(bias) > 1), self.types.dtype.type(upper),
            starts, len(layers) + 1 if full_from is None else full_from, int(grouped), 0, len(layers), index=self.index,
        )  # fmt: skip
        return self.tiles[len(layers) % 2]


def reference(x: np.ndarray, layers: list[sp.csr_array], bias: np.ndarray, upper: float) -> np.ndarray:
    """Compute the layers densely."""
    first = 0
    for layer in layers:
        last = first + layer.shape[0]
        x = np.clip(x @ dense(layer).T + bias[first:last], 0, upper)
        first = last
    return x


@float_types
@few
@given(
    case=draws(special=False),
    sizes=st.lists(st.integers(1, 20), min_size=2, max_size=5),
    index=st.sampled_from(NARROW),
    per_neuron=st.booleans(),
    grouped=st.booleans(),
    held=st.integers(0, MOST_LANES),
)
def test_layers_equal_the_dense_computation(
    types: Configuration, case: Draw, sizes: list[int], index: str, per_neuron: bool, grouped: bool, held: int
) -> None:
    layers = network(types, case, sizes)
    x = case.csr(types, (held + 3, sizes[0]), salt=9)
    random = np.random.default_rng(case.seed)
    neurons = sum(sizes[1:])
    bias = -random.choice([0.0, 0.25, 3.0], size=neurons if per_neuron else 1).astype(types.dtype)
    tile = Held(types, MOST_LANES, max(sizes), index)
    rows = random.permutation(held + 3)[:held]
    tile.fill(x, rows)
    result = tile.compute(layers, bias, 2.0, grouped=grouped)
    left = int(tile.counts[0])

    out = np.zeros((held + 3, sizes[-1]), types.dtype)
    places = np.arange(sizes[-1], dtype=np.int32)
    types.run("tile_to_dense", result, tile.slots, places, out, sizes[-1], MOST_LANES, 0, left)
    expected = np.zeros_like(out)
    everywhere = bias if per_neuron else np.broadcast_to(bias, neurons)
    expected[rows] = reference(dense(x)[rows], layers, everywhere, 2.0)
    np.testing.assert_allclose(out, expected, rtol=1e-6)
    assert left == np.count_nonzero(expected.any(axis=1))


@float_types
def test_sums_are_the_same_for_any_number_of_rows(types: Configuration) -> None:
    random = np.random.default_rng(3)
    weights = sp.random_array((9, 40), density=0.5, format="csr", rng=random, dtype=types.dtype)
    activations = random.random((40, MOST_LANES)).astype(types.dtype)
    found = []
    for rows in (1, 17, 33, MOST_LANES):
        for grouped in (False, True):
            tile = Held(types, MOST_LANES, 40)
            tile.tiles[0][:] = activations
            tile.counts[0] = rows
            found.append(tile.compute([weights], np.zeros(1, types.dtype), 99.0, grouped=grouped)[:9, 0])
    for other in found[1:]:
        same(other, found[0])


@float_types
def test_weights_that_are_all_the_same_need_be_there_once(types: Configuration) -> None:
    layers = [sp.csr_array(np.full((5, 5), 0.25, types.dtype)), sp.csr_array(np.full((5, 5), 0.5, types.dtype))]
    activations = np.random.default_rng(1).random((5, LANES)).astype(types.dtype)
    results = []
    for once in (False, True):
        tile = Held(types, LANES, 5)
        tile.tiles[0][:] = activations
        tile.counts[0] = LANES
        results.append(tile.compute(layers, np.zeros(1, types.dtype), 99.0, same=once))
    same(results[1], results[0])


def _identity(types: Configuration) -> list[sp.csr_array]:
    return [sp.csr_array(np.ones((1, 1), types.dtype))]


@float_types
def test_dead_rows_leave_the_tile(types: Configuration) -> None:
    tile = Held(types, 2 * LANES, 1)
    tile.tiles[0][0] = 0
    tile.tiles[0][0, [3, 11, 19]] = 1, 2, 3
    tile.counts[0] = 20
    result = tile.compute(_identity(types), np.zeros(1, types.dtype), 9.0)
    assert tile.counts.tolist() == [3, 0]
    assert dict(zip(tile.slots[:3].tolist(), result[0, :3].tolist(), strict=True)) == {3: 1.0, 11: 2.0, 19: 3.0}


@float_types
@pytest.mark.parametrize("retires", [True, False])
def test_full_rows_leave_the_tile_and_are_listed(types: Configuration, retires: bool) -> None:
    tile = Held(types, LANES, 1)
    tile.tiles[0][0] = 1
    tile.tiles[0][0, [0, 5, 9]] = 7, 0, 7
    tile.counts[0] = 10
    tile.compute(_identity(types), np.zeros(1, types.dtype), 7.0, full_from=1 if retires else 2)
    assert tile.counts.tolist() == ([7, 2] if retires else [9, 0])
    if retires:
        assert sorted(tile.full[:2].tolist()) == [0, 9]
        assert sorted(tile.slots[:7].tolist()) == [1, 2, 3, 4, 6, 7, 8]


@float_types
def test_rows_move_between_tiles(types: Configuration) -> None:
    source = np.arange(2 * LANES * 3).reshape(3, 2 * LANES).astype(types.dtype)
    target = np.zeros_like(source)
    types.run("tile_copy_rows", source, target, 3, 2 * LANES, 5, 10, 14)
    expected = np.zeros_like(source)
    expected[:, 5:9] = source[:, 10:14]
    same(target, expected)
