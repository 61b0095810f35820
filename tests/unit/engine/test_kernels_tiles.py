"""Runs of layers on tiles of rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

from jazz_server.engine.kernels.tiles import DONE, EACH, HALVES, LANES, MOST_LANES, NARROW, ROWS, SAME, TAKEN
from unit.engine.kernel_cases import CONFIGURATIONS, Configuration, Draw, dense, draws, few, same

float_types = pytest.mark.parametrize("types", [c for c in CONFIGURATIONS if c.value.startswith("float")], ids=str)


def network(types: Configuration, case: Draw, sizes: list[int]) -> list[sp.csr_array]:
    """Return the weights of layers between these numbers of neurons, by output neuron."""
    return [case.csr(types, (after, before), salt=number) for number, (before, after) in enumerate(pairwise(sizes))]


def shared_inputs(layers: list[sp.csr_array]) -> np.ndarray:
    """Return for each neuron how many of it and those that follow have the same inputs."""
    found: list[int] = []
    for layer in layers:
        inputs = [layer.indices[begin:end].tolist() for begin, end in pairwise(layer.indptr)]
        for first, of_first in enumerate(inputs):
            differs = [n for n in range(first, len(inputs)) if inputs[n] != of_first]
            found.append((differs[0] if differs else len(inputs)) - first)
    return np.array(found, np.uint8)


def kept_weights(layers: list[sp.csr_array], kept: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the weights of layers as numbers and as halves, and how those of each layer are kept."""
    numbers: dict[bool, list[float]] = {False: [], True: []}
    weights, edges = [], 0
    for layer, how in zip(layers, kept, strict=True):
        into = numbers[bool(how == HALVES)]
        weights += [how, len(into) - (0 if how == SAME else edges)]
        into += layer.data[:1].tolist() if how == SAME else layer.data.tolist()
        edges += layer.nnz
    data, halves = np.array([*numbers[False], 0.0]), np.array(numbers[True] + [np.nan] * LANES, np.float16)
    return data, halves, np.array(weights, np.int64)


@dataclass
class Stages:
    """Layers in stages, and the rows that are on their way through them."""

    types: Configuration
    layers: list[sp.csr_array]
    x: sp.csr_array
    bias: np.ndarray
    upper: float
    stride: int = MOST_LANES
    stops: tuple[int, ...] = ()
    full_from: int | None = None
    index: str = "uint16"
    grouped: bool = True
    kept: int | Sequence[int] = EACH
    unit: float | None = None

    def __post_init__(self) -> None:
        value, layers, self.x = self.types.dtype, self.layers, sp.csr_array(self.x)
        stops = np.array((0, *self.stops, len(layers)))
        stages = len(stops) - 1
        widths = [self.x.shape[1], *(layer.shape[0] for layer in layers)]
        self.neurons = widths[-1]
        room = max(widths) * self.stride + LANES
        self.result = 0 if (stops[-1] - stops[-2]) % 2 else stages * room
        self.tiles = self.types.empty((stages + 1) * room)
        self.slots, self.columns = np.zeros((2, stages, self.stride), np.int64)
        self.held = np.zeros((stages, 3), np.int64)
        self.retired = np.zeros(self.x.shape[0], np.bool_)
        counts = np.concatenate([np.diff(layer.indptr) for layer in layers])
        kept = np.broadcast_to(self.kept, len(layers))
        data, halves, weights = kept_weights(layers, kept)
        self.arguments: tuple[Any, ...] = (
            self.tiles, self.slots, self.columns, self.held, np.full(widths[0], 7, np.int64),
            self.types.empty(self.stride), self.types.empty(self.stride), np.zeros(2 * self.stride, np.int64),
            self.stride, room, np.concatenate(([0], np.cumsum(counts))).astype(np.int64),
            np.concatenate([layer.indices for layer in layers]).astype(self.index),
            data.astype(value), halves, weights, self.bias, int(len(self.bias) > 1), value.type(self.upper),
            np.concatenate(([0], np.cumsum(widths[1:]))).astype(np.int64), shared_inputs(layers),
            len(layers) + 1 if self.full_from is None else self.full_from, int(self.grouped), stops, stages,
            self.x.indptr.astype(np.int64), self.x.indices.astype(np.int32), self.x.data.astype(value),
            widths[0], int(self.unit is not None), value.type(self.unit or 0),
        )  # fmt: skip

    def advance(self, rows: np.ndarray, *, flush: bool = True) -> np.ndarray:
        """Take rows in, and return what comes out at the places of its rows; zeros elsewhere."""
        out = np.zeros((self.x.shape[0], self.neurons), self.types.dtype)
        begin = 0
        while True:
            ways = rows.astype(np.int64), self.retired, int(flush), begin, len(rows)
            begin = self.types.run("rows_through_layers", *self.arguments, *ways, index=self.index)
            count = int(self.held[-1, DONE])
            if count == self.held[-1, TAKEN]:
                assert begin == len(rows)
                return out
            part = self.types.empty(count, self.neurons)
            places = np.arange(self.neurons, dtype=np.int32)
            where = self.columns[-1]
            self.types.run(
                "tile_to_dense", self.tiles, self.result, where, places, part, self.neurons, self.stride, 0, count
            )
            out[self.slots[-1, :count]] = part
            self.held[-1, TAKEN] = count


def reference(x: np.ndarray, layers: list[sp.csr_array], bias: np.ndarray, upper: float) -> np.ndarray:
    """Compute the layers densely."""
    first = 0
    everywhere = np.broadcast_to(bias, sum(layer.shape[0] for layer in layers)) if len(bias) == 1 else bias
    for layer in layers:
        last = first + layer.shape[0]
        x = np.clip(x @ dense(layer).T + everywhere[first:last], 0, upper)
        first = last
    return x


@float_types
@few
@given(
    case=draws(special=False),
    sizes=st.lists(st.integers(1, 20), min_size=2, max_size=6),
    index=st.sampled_from(NARROW),
    per_neuron=st.booleans(),
    grouped=st.booleans(),
    stride=st.sampled_from([LANES, 3 * LANES, MOST_LANES]),
    stops=st.sampled_from([(), (2,), (2, 4)]),
    held=st.integers(0, 100),
)
def test_layers_equal_the_dense_computation(
    types: Configuration,
    case: Draw,
    sizes: list[int],
    index: str,
    per_neuron: bool,
    grouped: bool,
    stride: int,
    stops: tuple[int, ...],
    held: int,
) -> None:
    layers = network(types, case, sizes)
    x = case.csr(types, (held + 3, sizes[0]), salt=9)
    random = np.random.default_rng(case.seed)
    bias = -random.choice([0.0, 0.25, 3.0], size=sum(sizes[1:]) if per_neuron else 1).astype(types.dtype)
    stops = tuple(stop for stop in stops if stop < len(layers))
    stages = Stages(types, layers, x, bias, 2.0, stride, stops, index=index, grouped=grouped)
    rows = random.permutation(held + 3)[:held]
    middle = held // 3
    out = stages.advance(rows[:middle], flush=False) + stages.advance(rows[middle:])
    expected = np.zeros_like(out)
    expected[rows] = reference(dense(x)[rows], layers, bias, 2.0)
    np.testing.assert_allclose(out, expected, rtol=1e-6)
    assert not stages.retired.any()


def _activations(types: Configuration, rows: int, columns: int) -> sp.csr_array:
    return sp.csr_array(np.random.default_rng(3).random((rows, columns)).astype(types.dtype))


@float_types
def test_sums_are_the_same_for_any_number_of_rows(types: Configuration) -> None:
    random = np.random.default_rng(3)
    weights = sp.random_array((9, 40), density=0.5, format="csr", rng=random, dtype=types.dtype)
    zero = np.zeros(1, types.dtype)
    x = _activations(types, MOST_LANES, 40)
    found = [
        Stages(types, [weights], x, zero, 99.0, grouped=grouped).advance(np.arange(rows))[0]
        for rows in (1, 17, 33, MOST_LANES)
        for grouped in (False, True)
    ]
    for other in found[1:]:
        same(other, found[0])


@float_types
@pytest.mark.parametrize("rows", [1, 17, 33, MOST_LANES])
def test_neurons_that_share_their_inputs_are_the_same_as_alone(types: Configuration, rows: int) -> None:
    pattern = np.zeros((41, 12))
    for first, last, inputs in ((0, 5, [1, 4]), (5, 38, [0, 3, 7, 11]), (38, 41, [2])):
        pattern[first:last, inputs] = 1
    weights = sp.csr_array((pattern * np.random.default_rng(1).random(pattern.shape)).astype(types.dtype))
    assert shared_inputs([weights]).max() == 33
    x, zero = _activations(types, rows, 12), np.zeros(1, types.dtype)
    alone, together = (
        Stages(types, [weights], x, zero, 99.0, grouped=grouped).advance(np.arange(rows)) for grouped in (False, True)
    )
    same(together, alone)


@float_types
def test_weights_that_are_all_the_same_need_be_there_once(types: Configuration) -> None:
    layers = [sp.csr_array(np.full((5, 5), 0.25, types.dtype)), sp.csr_array(np.full((5, 5), 0.5, types.dtype))]
    x, zero = _activations(types, LANES, 5), np.zeros(1, types.dtype)
    each, once = (Stages(types, layers, x, zero, 99.0, kept=kept).advance(np.arange(LANES)) for kept in (EACH, SAME))
    same(once, each)


NUMBERS = np.array([0.0, -0.0, 1.0, -1.0, 0.0625, 3 / 64, -0.333251953125, 65504.0, -65504.0, 2.0**-14, -(2.0**-14)])
"""Zeros, some float16, the greatest ones and the least that are not subnormal."""


@float_types
@few
@given(
    seed=st.integers(0, 1000),
    inputs=st.sampled_from([1, 15, 16, 17, 40]),
    rows=st.sampled_from([1, 17, 33, MOST_LANES]),
    grouped=st.booleans(),
    index=st.sampled_from(NARROW),
    kept=st.lists(st.sampled_from([EACH, SAME, HALVES]), min_size=1, max_size=4),
)
def test_weights_may_be_halves(
    types: Configuration, seed: int, inputs: int, rows: int, grouped: bool, index: str, kept: list[int]
) -> None:
    random = np.random.default_rng(seed)
    layers = []
    for how in kept:
        pattern = np.repeat(random.random((4, inputs)) < 0.8, [1, 9, 2, 28], axis=0)
        pattern[::7, random.integers(inputs)] ^= True
        places = np.nonzero(pattern)
        numbers = random.choice(NUMBERS, len(places[0])) if how != SAME else np.full(len(places[0]), 0.5)
        # Zeros that are given are stored.
        layers.append(sp.csr_array((numbers.astype(types.dtype), places), shape=pattern.shape))
        inputs = len(pattern)
    x, zero = _activations(types, rows, layers[0].shape[1]), np.zeros(1, types.dtype)
    each, found = (
        Stages(types, layers, x, zero, 99.0, index=index, grouped=grouped, kept=how).advance(np.arange(rows))
        for how in (EACH, kept)
    )
    same(found, each)


@float_types
@few
@given(seed=st.integers(0, 1000), rows=st.integers(1, 70), value=st.sampled_from([1.0, 3.0]))
def test_inputs_that_are_all_the_same_are_counted(types: Configuration, seed: int, rows: int, value: float) -> None:
    random = np.random.default_rng(seed)
    layers = []
    for _ in range(2):
        pattern = np.repeat(random.random((4, 30)) < 0.5, [1, 9, 2, 20], axis=0)
        layers.append(sp.csr_array(np.where(pattern[:30], 0.25, 0).astype(types.dtype)))
    x = sp.csr_array(np.where(random.random((rows, 30)) < 0.4, value, 0))
    bias = np.array([-0.3], types.dtype)
    counted, summed = (
        Stages(types, layers, x, bias, 9.0, kept=SAME, unit=unit).advance(np.arange(rows))
        for unit in (0.25 * value, None)
    )
    same(counted, summed)


def _identity(types: Configuration) -> list[sp.csr_array]:
    return [sp.csr_array(np.ones((1, 1), types.dtype))]


def _column(*entries: float) -> sp.csr_array:
    return sp.csr_array(np.array(entries).reshape(-1, 1))


@float_types
def test_dead_rows_leave(types: Configuration) -> None:
    x = np.zeros(20)
    x[[3, 11, 19]] = 1, 2, 3
    stages = Stages(types, _identity(types), _column(*x), np.zeros(1, types.dtype), 9.0)
    stages.advance(np.arange(20))
    assert stages.held[-1].tolist() == [0, 3, 3]
    assert stages.slots[-1, :3].tolist() == [3, 11, 19]


@float_types
@pytest.mark.parametrize("retires", [True, False])
def test_full_rows_leave_and_are_flagged(types: Configuration, retires: bool) -> None:
    x = np.ones(10)
    x[[0, 5, 9]] = 7, 0, 7
    zero = np.zeros(1, types.dtype)
    stages = Stages(types, _identity(types), _column(*x), zero, 7.0, full_from=1 if retires else 2)
    out = stages.advance(np.arange(10))
    assert np.flatnonzero(stages.retired).tolist() == ([0, 9] if retires else [])
    x[stages.retired] = 0
    same(out[:, 0], x.astype(types.dtype))


@float_types
def test_rows_wait_until_their_tile_is_full(types: Configuration) -> None:
    layers = _identity(types) * 4
    x = _column(*np.tile([1.0, 0.0], 2 * LANES))
    stages = Stages(types, layers, x, np.zeros(1, types.dtype), 9.0, LANES, stops=(2,))
    rows = np.arange(4 * LANES)
    assert not stages.advance(rows[: LANES + 4], flush=False).any()
    assert stages.held[:, ROWS].tolist() == [0, LANES // 2 + 2]
    assert np.count_nonzero(stages.advance(rows[LANES + 4 : 3 * LANES + 4], flush=False)) == LANES
    assert np.count_nonzero(stages.advance(rows[:0])) == LANES // 2 + 2
    assert stages.held[:, ROWS].tolist() == [0, 0]


@float_types
def test_rows_are_put_in_their_places(types: Configuration) -> None:
    piece = sp.csr_array(np.array([[0, 5, 6], [7, 0, 0]], types.dtype))
    indptr, indices, data = types.layout(np.array([3, 1, 0, 2]))
    part = types.indices(piece.indptr), types.indices(piece.indices), piece.data
    types.run_rows("put_rows", *part, np.array([3, 1]), indptr, indices, data, rows=2)
    types.run_rows("put_full_rows", np.array([0]), types.dtype.type(9), indptr, indices, data, rows=1)
    assert indices.tolist() == [0, 1, 2, 0, 1, 2]
    assert data.tolist() == [9, 9, 9, 7, 5, 6]
