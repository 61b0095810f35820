"""Runs of layers on a tile of rows."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

from jazz_server.engine.kernels.tiles import LANES
from unit.engine.kernel_cases import CONFIGURATIONS, Configuration, Draw, buffers, dense, draws, few, same

float_types = pytest.mark.parametrize("types", [c for c in CONFIGURATIONS if c.value.startswith("float")], ids=str)


def network(types: Configuration, case: Draw, sizes: list[int]) -> list[sp.csr_array]:
    """Return the weights of layers between these numbers of neurons, by output neuron."""
    return [case.csr(types, (after, before), salt=number) for number, (before, after) in enumerate(pairwise(sizes))]


def stacked(types: Configuration, layers: list[sp.csr_array]) -> tuple[np.ndarray, ...]:
    """Return the buffers of the stacked weights, and where each layer starts."""
    counts = np.concatenate([np.diff(layer.indptr) for layer in layers])
    indptr = types.indices(np.concatenate(([0], np.cumsum(counts))))
    indices = np.concatenate([layer.indices for layer in layers])
    data = np.concatenate([layer.data for layer in layers])
    starts = np.concatenate(([0], np.cumsum([layer.shape[0] for layer in layers]))).astype(np.int64)
    return indptr, indices, data, starts


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
    per_neuron=st.booleans(),
    drop_dead=st.booleans(),
    held=st.integers(0, 2 * LANES),
)
def test_layers_equal_the_dense_computation(
    types: Configuration, case: Draw, sizes: list[int], per_neuron: bool, drop_dead: bool, held: int
) -> None:
    stride = 2 * LANES
    layers = network(types, case, sizes)
    indptr, indices, data, starts = stacked(types, layers)
    x = case.csr(types, (held + 3, sizes[0]), salt=9)
    random = np.random.default_rng(case.seed)
    bias = -random.choice([0.0, 0.25, 3.0], size=int(starts[-1]) if per_neuron else 1).astype(types.dtype)
    zero, upper = types.dtype.type(0), types.dtype.type(2)

    slots = np.concatenate((random.permutation(held + 3), np.zeros(stride, np.int64)))
    given_rows = slots[:held].copy()
    tiles = [types.empty(max(sizes), stride) for _ in range(2)]
    types.run("csr_to_tile", *buffers(x), tiles[0], slots, sizes[0], stride, 0, held)
    left = types.run(
        "tile_layers",
        *tiles,
        slots,
        np.empty(stride, np.bool_),
        held,
        stride,
        indptr,
        indices,
        data,
        bias,
        int(per_neuron),
        zero,
        upper,
        starts,
        int(drop_dead),
        0,
        len(layers),
    )
    result = tiles[len(layers) % 2]
    out = np.zeros((held + 3, sizes[-1]), types.dtype)
    types.run("tile_to_dense", result, slots, out, sizes[-1], stride, 0, left)

    expected = np.zeros_like(out)
    everywhere = bias if per_neuron else np.broadcast_to(bias, int(starts[-1]))
    expected[given_rows] = reference(dense(x)[given_rows], layers, everywhere, upper)
    np.testing.assert_allclose(out, expected, rtol=1e-6)
    if not drop_dead:
        assert left == held
    counts = np.full(stride, -1)
    types.run("tile_count_nonzero", result, counts, sizes[-1], stride, 0, left)
    same(counts[:left], np.count_nonzero(out[slots[:left]], axis=1))


@float_types
def test_dead_rows_leave_the_tile(types: Configuration) -> None:
    stride, rows = 2 * LANES, 20
    alive_rows = [3, 11, 19]
    x = sp.csr_array((rows, 1), dtype=types.dtype)
    x.indptr = types.indices(np.searchsorted(alive_rows, np.arange(rows + 1)))
    x.indices = types.indices(np.zeros(3))
    x.data = np.array([1, 2, 3], types.dtype)
    slots = np.arange(stride)
    tile, other = types.empty(1, stride), types.empty(1, stride)
    types.run("csr_to_tile", *buffers(x), tile, slots, 1, stride, 0, rows)
    one = types.indices([0, 1]), types.indices([0]), np.ones(1, types.dtype)
    left = types.run(
        "tile_layers",
        *(tile, other, slots, np.empty(stride, np.bool_), rows, stride),
        *one,
        *(np.zeros(1, types.dtype), 0, types.dtype.type(0), types.dtype.type(9), np.array([0, 1]), 1, 0, 1),
    )
    assert left == 3
    assert slots[:3].tolist() == alive_rows
    assert other[0, :LANES].tolist() == [1.0, 2.0, 3.0] + [0.0] * (LANES - 3)


@float_types
def test_rows_move_between_tiles(types: Configuration) -> None:
    source = np.arange(2 * LANES * 3).reshape(3, 2 * LANES).astype(types.dtype)
    target = np.zeros_like(source)
    types.run("tile_copy_rows", source, target, 3, 2 * LANES, 5, 10, 14)
    expected = np.zeros_like(source)
    expected[:, 5:9] = source[:, 10:14]
    same(target, expected)
